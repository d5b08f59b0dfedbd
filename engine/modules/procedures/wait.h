#pragma once
// How modules wait without polling: parked in the store for an element of a list, which a procedure puts there.
#include "playhead/modules/namespace.h"

namespace playhead {

/// The longest span that modules take.
inline constexpr Millis longest_span = Millis{10} * 366 * 86'400'000;

/// How long a call may wait in all.
class WaitLimit {
 public:
  /// 0: not at all.
  explicit WaitLimit(Millis wait);
  bool over() const;
  /// What is left of it, and not more than `span`; at least 1.
  Millis at_most(Millis span) const;

 private:
  Millis left() const;
  std::chrono::steady_clock::time_point end_;
};

/// After how long to look again where what is known is due at `next` (-1: nothing is); at least 1, at most the lease:
/// what others take from now on is theirs for so long.
Millis look_again_after(Millis next, Millis now, Millis lease);

/// Waits for an element of a list and takes it; false: there was none so long (1 ms or more). Waiters are served in
/// the order in which they came. Throws what the store throws.
bool await_signal(const Namespace& space, Text key, Millis timeout);

}  // namespace playhead
