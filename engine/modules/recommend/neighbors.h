#pragma once
#include <cstdint>
#include <vector>

#include "playhead/text.h"

namespace playhead::recommend {

using VideoIndex = std::uint32_t;

/// The co-counts of one video with others. Open addressing with linear probing: a pass over all of them is a
/// pass over memory. Not thread-safe.
class Neighbors {
 public:
  static constexpr VideoIndex none = 0xffffffff;
  struct Slot {
    VideoIndex video = none;  ///< none: the slot is empty, and its count 0
    float count = 0;
  };

  void add(VideoIndex video, float by);
  /// 0 if there is none.
  float count(VideoIndex video) const;
  std::size_t size() const { return size_; }
  /// All slots, in no order, the empty ones among them.
  const std::vector<Slot>& slots() const { return slots_; }
  /// Forgets all but the `most` largest counts; of equal ones those of the larger indexes stay.
  void keep_largest(std::size_t most);

 private:
  std::size_t place_of(VideoIndex video) const;
  void rebuild(const std::vector<Slot>& content, std::size_t capacity);

  std::vector<Slot> slots_;  // a power of two of them, at most 7/8 in use; or none
  std::size_t size_ = 0;
};

}  // namespace playhead::recommend
