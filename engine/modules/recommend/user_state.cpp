#include "engine/modules/recommend/user_state.h"

#include <algorithm>

namespace playhead::recommend {

std::vector<Taken> UserState::events_on(const Had& had) const {
  std::vector<Taken> out{had.first};
  for (const auto& [video, event] : more)
    if (video == had.video) out.push_back(event);
  return out;
}

Had* UserState::find(VideoIndex video) {
  auto at = std::find_if(recent.begin(), recent.end(), [video](const Had& h) { return h.video == video; });
  return at == recent.end() ? nullptr : &*at;
}

std::size_t UserState::bytes() const {
  return sizeof *this + recent.capacity() * sizeof(Had) + more.capacity() * sizeof more[0] + seen.bytes() +
         tags.bytes() + creators.bytes() + follows.capacity() * sizeof(NameIndex);
}

}  // namespace playhead::recommend
