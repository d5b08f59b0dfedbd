#pragma once
// Counters over time: how often something happened per minute, hour, day and month.
#include "playhead/modules/namespace.h"

namespace playhead {

/// The windows that counters are kept for. Days and months begin at midnight on the clock of
/// CounterOptions::utc_offset_minutes.
enum class Granularity : std::uint8_t { total, minute, hour, day, month };

struct CounterOptions {
  std::string name = "counters";  ///< counters of different names are different counters
  /// How many windows are known, the current one included: 1..10,000. Another number begins new counters.
  std::int64_t minutes = 1'440, hours = 744, days = 400, months = 60;
  std::int64_t utc_offset_minutes = 0;  ///< east positive; -1080..1080
};

/// A window and what was counted in it.
struct WindowCount {
  Millis at = 0;  ///< when the window begins; 0 for the total
  std::int64_t count = 0;
};

/// What an increment made of the counts of its windows; nothing where the window is older than what is known.
struct Counted {
  std::optional<std::int64_t> total, minute, hour, day, month;
};

struct TopCounter {
  std::string name;
  std::int64_t count = 0;
};

/// Counters by name, each with a total and a ring of windows for each granularity: old windows make room for
/// new ones, so that a counter never takes more than its options say, and nothing needs to be swept.
///
/// Which counters of the current and of the previous window are greatest is known without looking at the
/// others. A counter's windows share a slot; the rankings are sharded by counter. Every method is one atomic
/// step and one round trip. Thread-safe. All methods throw Error{invalid} for names that are empty or too long
/// and numbers out of range, and what the store throws.
class Counters {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit Counters(Namespace space, CounterOptions options = {});

  /// Adds to a counter: the total, minute, hour, day and month together. `value`: -10^12..10^12. `at`: when it
  /// happened, nothing or later than now: now. It may be late and out of order. O(log n).
  Counted increment(Text counter, std::int64_t value = 1, std::optional<Millis> at = {});

  /// The windows from the one of `from` to the one of `to`, in order, with zeros for those without counts;
  /// those that are not known any more, and those of the future, are left out. Nothing: from the oldest window,
  /// to the current one. O(windows).
  std::vector<WindowCount> get_count(Text counter, Granularity granularity = Granularity::day,
                                     std::optional<Millis> from = {}, std::optional<Millis> to = {});
  /// The count of the current window. O(1).
  std::int64_t current(Text counter, Granularity granularity = Granularity::total);
  /// The counters with the greatest counts in the window of `at`, which is the current one or the one before;
  /// counters with equal counts in the order of their names. `limit` is 1..1000. O(limit).
  std::vector<TopCounter> get_top_counters(Granularity granularity = Granularity::total,
                                           std::int64_t limit = 10, std::optional<Millis> at = {});
  /// Forgets a counter. O(log n).
  void remove(Text counter);

  static List<Procedure> procedures();

 private:
  std::vector<WindowCount> read(Text counter, Granularity granularity, Millis from, Millis to);

  Namespace space_;
  CounterOptions options_;
};

}  // namespace playhead
