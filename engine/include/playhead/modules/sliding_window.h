#pragma once
// How often something happened in the last minute.
#include "playhead/modules/namespace.h"

namespace playhead {

struct SlidingWindowOptions {
  std::string name = "sliding";  ///< windows of different names are different
  Millis window = 60'000;        ///< 1 ms to 366 days
  /// Exact: every millisecond with something in it is kept, however many there are. Otherwise the window is
  /// divided into so many buckets, of which the oldest counts in proportion to the part of it that is still in the
  /// window, as if what is in it had come evenly: the error is at most what that bucket holds. One bucket is the
  /// counter of two windows that is usual for limits.
  bool exact = false;
  std::int64_t buckets = 60;  ///< 1..1000; divides the window
  Millis slack = 3'600'000;   ///< so long after everything has left the window its key is there; 0..366 days
};

/// Counts over a window that slides with the clock: what happened at `t` counts until `t + window`, excluded.
///
/// Late events count where they belong; those that are older than the window do not count. Every method is one
/// atomic step and one round trip. Thread-safe. All methods throw Error{invalid} for names that are empty or too
/// long and numbers out of range, and what the store throws.
class SlidingWindow {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit SlidingWindow(Namespace space, SlidingWindowOptions options = {});

  /// Counts an event, or `value` (1..10^12) of them; `at`: nothing or later than now: now. The count afterwards.
  /// Exact: O(log n), and each event is dropped once; otherwise O(buckets).
  double increment(Text counter, std::int64_t value = 1, std::optional<Millis> at = {});
  /// The count; whole numbers if it is exact.
  double get_count(Text counter);
  /// Events a second over the window.
  double get_rate(Text counter);
  void remove(Text counter);

  static List<Procedure> procedures();

 private:
  Namespace space_;
  SlidingWindowOptions options_;
};

}  // namespace playhead
