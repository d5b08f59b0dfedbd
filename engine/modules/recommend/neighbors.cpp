#include "engine/modules/recommend/neighbors.h"

#include <algorithm>
#include <utility>

namespace playhead::recommend {

// Where a video is, or the empty slot where it would be. There is one.
std::size_t Neighbors::place_of(VideoIndex video) const {
  std::size_t mask = slots_.size() - 1;
  std::size_t at = ((video * std::uint64_t{0x9e3779b97f4a7c15}) >> 32) & mask;
  while (slots_[at].video != video && slots_[at].video != none) at = (at + 1) & mask;
  return at;
}

void Neighbors::add(VideoIndex video, float by) {
  if (slots_.empty()) slots_.resize(8);
  std::size_t at = place_of(video);
  if (slots_[at].video == none) {
    if (8 * (size_ + 1) > 7 * slots_.size()) {
      std::size_t capacity = 2 * slots_.size();
      rebuild(std::exchange(slots_, {}), capacity);
      at = place_of(video);
    }
    slots_[at].video = video;
    ++size_;
  }
  slots_[at].count += by;
}

float Neighbors::count(VideoIndex video) const {
  return slots_.empty() ? 0 : slots_[place_of(video)].count;
}

void Neighbors::keep_largest(std::size_t most) {
  if (size_ <= most) return;
  std::vector<Slot> all;
  all.reserve(size_);
  for (const Slot& slot : slots_)
    if (slot.video != none) all.push_back(slot);
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(most), all.end(),
                   [](const Slot& a, const Slot& b) {
                     return a.count != b.count ? a.count > b.count : a.video > b.video;
                   });
  all.resize(most);
  rebuild(all, slots_.size());
}

void Neighbors::rebuild(const std::vector<Slot>& content, std::size_t capacity) {
  slots_.assign(capacity, {});
  size_ = 0;
  for (const Slot& slot : content) {
    if (slot.video == none) continue;
    slots_[place_of(slot.video)] = slot;
    ++size_;
  }
}

}  // namespace playhead::recommend
