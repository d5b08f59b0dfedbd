#include "engine/modules/recommend/ease.h"

#include <algorithm>
#include <numeric>

#include "engine/modules/recommend/linear/linear.h"

namespace playhead::recommend {

namespace {

constexpr float history_pair = .5F;

std::vector<VideoIndex> largest(const std::vector<double>& norms, std::size_t count) {
  std::vector<VideoIndex> all(norms.size());
  std::iota(all.begin(), all.end(), 0);
  std::erase_if(all, [&](VideoIndex v) { return norms[v] <= 0; });
  count = std::min(count, all.size());
  auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
  std::partial_sort(all.begin(), end, all.end(), [&](VideoIndex a, VideoIndex b) {
    return norms[a] != norms[b] ? norms[a] > norms[b] : a < b;
  });
  all.resize(count);
  return all;
}

}  // namespace

Interactions interactions_of(const State& state) {
  Interactions out;
  for (const UserState& user : state.users()) {
    out.begins.push_back(out.items.size());
    for (const SeenVideos::Item& item : user.seen.newest())
      if (float co = item.level.weights().co; co > 0)
        out.items.push_back({item.video, co, item.level.history()});
  }
  out.begins.push_back(out.items.size());
  out.norms.resize(state.catalogue.size());
  for (VideoIndex v = 0; v < out.norms.size(); ++v) out.norms[v] = state.co_counts.norm(v);
  return out;
}

std::shared_ptr<const Ease> Ease::fit(const Interactions& data, std::size_t items, double lambda,
                                      std::size_t window) {
  auto model = std::make_shared<Ease>();
  model->videos_ = largest(data.norms, items);
  std::size_t n = model->videos_.size();
  if (n < 2) return nullptr;
  model->places_.assign(data.norms.size(), none);
  for (std::uint32_t place = 0; place < n; ++place) model->places_[model->videos_[place]] = place;

  std::vector<float>& m = model->weights_;
  m.resize(n * n);
  for (std::size_t u = 0; u + 1 < data.begins.size(); ++u)
    for (std::size_t i = data.begins[u]; i < data.begins[u + 1]; ++i) {
      const Interactions::Item& item = data.items[i];
      std::uint32_t row = model->place(item.video);
      if (row == none) continue;
      float weight = item.co * (item.history ? history_pair : 1);
      for (std::size_t j = i - std::min(window, i - data.begins[u]); j < i; ++j) {
        std::uint32_t column = model->place(data.items[j].video);
        if (column != none) m[std::max(row, column) * n + std::min(row, column)] += weight * data.items[j].co;
      }
    }
  for (std::size_t i = 0; i < n; ++i)
    m[i * n + i] = static_cast<float>(data.norms[model->videos_[i]] + lambda);
  if (!linear::kernels().invert(m.data(), n)) return nullptr;

  std::vector<float> scale(n);
  for (std::size_t i = 0; i < n; ++i) scale[i] = -1 / m[i * n + i];
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < n; ++i) m[j * n + i] *= scale[i];
    m[j * n + j] = 0;
  }
  return model;
}

}  // namespace playhead::recommend
