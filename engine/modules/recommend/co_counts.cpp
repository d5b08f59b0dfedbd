#include "engine/modules/recommend/co_counts.h"

#include <algorithm>
#include <cmath>

namespace playhead::recommend {

namespace {

constexpr double norm_shrinkage = 20;
constexpr std::size_t ordered_distance = 10;

float inverse_root(double norm) {
  return static_cast<float>(1 / std::sqrt(norm + norm_shrinkage));
}

}  // namespace

void CoCounts::resize(std::size_t videos) {
  together_.resize(videos);
  after_.resize(videos);
  norms_.resize(videos);
  inverse_norms_.resize(videos, inverse_root(0));
}

// A row may grow to twice the number kept, so that cutting it down is rare.
void CoCounts::add(Neighbors& row, VideoIndex video, float by) {
  row.add(video, by);
  if (row.size() > 2 * limit_) row.keep_largest(limit_);
}

void CoCounts::apply(List<Rise> rises, std::size_t part, std::size_t parts) {
  auto mine = [=](VideoIndex v) { return v % parts == part; };
  for (const Rise& r : rises) {
    float by = (r.to - r.from) * r.scale;
    if (mine(r.video)) {
      double from = r.from, to = r.to;
      norms_[r.video] = std::max(0.0, norms_[r.video] + to * to - from * from);
      inverse_norms_[r.video] = inverse_root(norms_[r.video]);
      if (by != 0)
        for (const Rise::Other& other : r.others) add(together_[r.video], other.video, by * other.co);
    }
    if (by != 0)
      for (const Rise::Other& other : r.others)
        if (mine(other.video)) add(together_[other.video], r.video, by * other.co);
    if (!r.first) continue;
    for (std::size_t k = 0; k < std::min(ordered_distance, r.others.size()); ++k)
      if (VideoIndex before = r.others[k].video; mine(before))
        add(after_[before], r.video, r.scale / static_cast<float>(k + 1));
  }
}

std::size_t CoCounts::bytes() const {
  std::size_t bytes = size() * (2 * sizeof(Neighbors) + sizeof(double) + sizeof(float));
  for (const auto* rows : {&together_, &after_})
    for (const Neighbors& row : *rows) bytes += row.slots().capacity() * sizeof(Neighbors::Slot);
  return bytes;
}

}  // namespace playhead::recommend
