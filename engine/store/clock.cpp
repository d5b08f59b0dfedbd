#include "playhead/clock.h"

#include <chrono>
#include <limits>

namespace playhead {

Millis SystemClock::now() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void ManualClock::advance(Millis by) {
  Millis before = now_.load(std::memory_order_relaxed), after = 0;
  do {
    if (__builtin_add_overflow(before, by, &after))
      after = by > 0 ? std::numeric_limits<Millis>::max() : std::numeric_limits<Millis>::min();
  } while (!now_.compare_exchange_weak(before, after, std::memory_order_relaxed));
}

std::optional<std::chrono::steady_clock::time_point> deadline_after(Millis timeout) {
  constexpr Millis longest = Millis{1000} * 3600 * 24 * 365 * 100;
  if (timeout <= 0 || timeout > longest) return {};
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout);
}

}  // namespace playhead
