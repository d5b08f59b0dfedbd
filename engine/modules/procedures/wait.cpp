#include "engine/modules/procedures/wait.h"

#include <algorithm>

#include "playhead/views/waiting.h"

namespace playhead {

WaitLimit::WaitLimit(Millis wait)
    : end_(std::chrono::steady_clock::now() + std::chrono::milliseconds(wait)) {}

Millis WaitLimit::left() const {
  auto rest = end_ - std::chrono::steady_clock::now();
  return std::chrono::ceil<std::chrono::milliseconds>(rest).count();
}

bool WaitLimit::over() const {
  return left() <= 0;
}

Millis WaitLimit::at_most(Millis span) const {
  return std::max<Millis>(1, std::min(span, left()));
}

Millis look_again_after(Millis next, Millis now, Millis lease) {
  return next < 0 ? lease : std::clamp<Millis>(next - now, 1, lease);
}

bool await_signal(const Namespace& space, Text key, Millis timeout) {
  BLPop pop;
  pop.keys = {&key, 1};
  pop.timeout = {timeout};
  return wait_for(space.store(), pop, space.db()).has_value();
}

}  // namespace playhead
