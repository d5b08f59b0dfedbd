#include "playhead/clock.h"

#include <chrono>

namespace playhead {

Millis SystemClock::now() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::optional<std::chrono::steady_clock::time_point> deadline_after(Millis timeout) {
  constexpr Millis longest = Millis{1000} * 3600 * 24 * 365 * 100;
  if (timeout <= 0 || timeout > longest) return {};
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout);
}

}  // namespace playhead
