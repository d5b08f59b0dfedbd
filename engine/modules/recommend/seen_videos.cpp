#include "engine/modules/recommend/seen_videos.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/modules/recommend/random.h"

namespace playhead::recommend {

namespace {

constexpr std::array<float, 3> co_levels = {0, 1, 1.5F};
constexpr std::array<float, 3> popularity_levels = {0, .2F, 1};
constexpr float taste_steps = 80;
// Two filters of which each is wrong in at most 0.5 %: 11.03 bits and 7.6 hashes for each video.
constexpr double bits_per_video = 11.1;
constexpr int hashes = 8;

template <std::size_t N>
std::uint8_t level_of(const std::array<float, N>& levels, float value) {
  auto at = std::lower_bound(levels.begin(), levels.end(), value);
  return static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(at - levels.begin(), N - 1));
}

template <class F>
bool for_each_bit(VideoIndex video, std::size_t words, F&& f) {
  std::uint64_t h = mixed(0, video), step = mixed(1, video) | 1;
  for (int i = 0; i < hashes; ++i, h += step) {
    std::uint64_t bit = (h >> 8) % (words * 64);
    if (!f(bit / 64, std::uint64_t{1} << bit % 64)) return false;
  }
  return true;
}

std::size_t words_for(std::size_t limit) {
  return static_cast<std::size_t>(std::ceil(static_cast<double>(limit) * bits_per_video / 64)) + 1;
}

}  // namespace

Level::Level(Weights w, bool history)
    : packed_(static_cast<std::uint8_t>(
          level_of(co_levels, w.co) | level_of(popularity_levels, w.popularity) << 2 | (history ? 0x80 : 0))),
      taste_(static_cast<std::uint8_t>(std::lround(w.taste * taste_steps))) {}

Weights Level::weights() const {
  return {static_cast<float>(taste_) / taste_steps, co_levels[packed_ & 3],
          popularity_levels[packed_ >> 2 & 3]};
}

std::size_t SeenVideos::place_of(VideoIndex video) const {
  if (places_.empty()) {
    auto at = std::find_if(items_.begin(), items_.end(), [video](const Item& i) { return i.video == video; });
    return static_cast<std::size_t>(at - items_.begin());
  }
  auto at = places_.find(video);
  return at == places_.end() ? items_.size() : at->second - gone_;
}

const Level* SeenVideos::find(VideoIndex video) const {
  std::size_t at = place_of(video);
  return at == items_.size() ? nullptr : &items_[at].level;
}

void SeenVideos::set(VideoIndex video, Level level) {
  std::size_t at = place_of(video);
  if (at != items_.size()) items_[at].level = level;
}

bool SeenVideos::contains(VideoIndex video) const {
  if (find(video) != nullptr) return true;
  std::size_t words = older_.size() / 2;
  for (std::size_t filter = 0; filter < older_.size(); filter += words)
    if (for_each_bit(video, words,
                     [&](std::size_t word, std::uint64_t bit) { return (older_[filter + word] & bit) != 0; }))
      return true;
  return false;
}

void SeenVideos::add(VideoIndex video, Level level, std::size_t limit) {
  items_.push_back({video, level});
  if (!places_.empty()) {
    places_.emplace(video, gone_ + items_.size() - 1);
  } else if (items_.size() > scanned) {
    for (std::size_t i = 0; i < items_.size(); ++i) places_.emplace(items_[i].video, gone_ + i);
  }
  // An eighth at a time, since what is behind it moves up.
  if (items_.size() > limit + limit / 8) forget_oldest(limit);
}

void SeenVideos::forget_oldest(std::size_t limit) {
  std::size_t count = items_.size() - limit, words = words_for(limit);
  if (older_.empty()) older_.resize(2 * words);
  for (std::size_t i = 0; i < count; ++i) {
    if (in_first_ == limit) {
      std::copy_n(older_.begin(), words, older_.begin() + static_cast<std::ptrdiff_t>(words));
      std::fill_n(older_.begin(), words, 0);
      in_first_ = 0;
    }
    for_each_bit(items_[i].video, words, [&](std::size_t word, std::uint64_t bit) {
      older_[word] |= bit;
      return true;
    });
    ++in_first_;
    places_.erase(items_[i].video);
  }
  items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(count));
  gone_ += count;
}

std::size_t SeenVideos::bytes() const {
  return items_.capacity() * sizeof(Item) + older_.capacity() * sizeof(std::uint64_t) +
         places_.bucket_count() * (sizeof(std::pair<VideoIndex, std::uint64_t>) + 1);
}

}  // namespace playhead::recommend
