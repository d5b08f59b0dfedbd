#pragma once
// EASE (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data"): item-item weights in closed form,
// B = I - P diagMat(1 / diag P), P = (C + diag n + lambda I)^-1, over the videos with the largest norms.
#include <memory>

#include "engine/modules/recommend/state.h"

namespace playhead::recommend {

/// Who had which videos: what the background models learn from.
struct Interactions {
  struct Item {
    VideoIndex video;
    float co;
    bool history;
  };
  std::vector<Item> items;          ///< user by user, in the order of arrival
  std::vector<std::size_t> begins;  ///< of each user, and the end
  std::vector<double> norms;        ///< by video
};
Interactions interactions_of(const State& state);

class Ease {
 public:
  /// Over at most `items` videos. Pairs of videos count that are at most `window` apart in a user's list. O(items^3).
  static std::shared_ptr<const Ease> fit(const Interactions& data, std::size_t items, double lambda,
                                         std::size_t window);

  static constexpr std::uint32_t none = 0xffffffff;
  /// The video's place in the model; none if it has none.
  std::uint32_t place(VideoIndex v) const { return v < places_.size() ? places_[v] : none; }
  const std::vector<VideoIndex>& videos() const { return videos_; }
  /// The weights of a video for all others, by place.
  const float* row(std::uint32_t place) const { return weights_.data() + place * videos_.size(); }

 private:
  std::vector<VideoIndex> videos_;  // by place
  std::vector<std::uint32_t> places_;
  std::vector<float> weights_;  // row-major
};

}  // namespace playhead::recommend
