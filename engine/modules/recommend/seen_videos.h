#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <vector>

#include "engine/modules/recommend/neighbors.h"
#include "engine/modules/recommend/taken.h"

namespace playhead::recommend {

/// What is kept of a video's weights when it has left the list of recent ones: co-count and popularity exactly,
/// taste in steps of 1/80.
class Level {
 public:
  Level() = default;
  Level(Weights weights, bool history);
  Weights weights() const;
  bool history() const { return (packed_ & 0x80) != 0; }

 private:
  std::uint8_t packed_ = 0, taste_ = 0;
};

/// All videos that a user has had: the newest `limit` exactly, the older ones in two Bloom filters that take
/// turns, so that memory is bounded, nothing is shown twice, and of what was never had at most 1 % is taken for
/// seen. Not thread-safe.
class SeenVideos {
 public:
  struct Item {
    VideoIndex video;
    Level level;
  };

  /// Its level, if it is among the newest.
  const Level* find(VideoIndex video) const;
  /// Whether it is among the newest, or, probably, among the older ones.
  bool contains(VideoIndex video) const;
  /// Adds a video that find() does not know.
  void add(VideoIndex video, Level level, std::size_t limit);
  void set(VideoIndex video, Level level);
  /// The newest, the oldest of them first.
  const std::vector<Item>& newest() const { return items_; }
  /// Whether contains() is true for others than newest().
  bool has_older() const { return !older_.empty(); }
  std::size_t bytes() const;

 private:
  std::size_t place_of(VideoIndex video) const;  // items_.size() if it is not there
  void forget_oldest(std::size_t limit);

  static constexpr std::size_t scanned = 64;  // up to so many a search passes them one by one
  std::vector<Item> items_;
  boost::unordered_flat_map<VideoIndex, std::uint64_t> places_;  // number of arrival, when there are more
  std::uint64_t gone_ = 0;                                       // items that left before the first of items_
  std::vector<std::uint64_t> older_;                             // two filters, one behind the other
  std::size_t in_first_ = 0;                                     // videos in the filter that is being filled
};

}  // namespace playhead::recommend
