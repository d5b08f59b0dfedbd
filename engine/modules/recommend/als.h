#pragma once
// Implicit alternating least squares (Hu, Koren and Volinsky 2008) with the regularisation of Rendle et al. 2021
// ("Revisiting the Performance of iALS on Item Recommendation Benchmarks"): vectors of users and videos such that
//   sum over what was had of w (1 - u.v)^2 + alpha sum over all pairs of (u.v)^2 + lambda sum of (count + alpha N) |.|^2
// is least. A user is folded in when he is served: one solution of a system of `factors` equations.
#include <memory>

#include "engine/modules/recommend/ease.h"

namespace playhead::recommend {

struct AlsOptions {
  std::size_t factors = 64;
  double lambda = .01, alpha = .3;
  std::size_t iterations = 8;
  std::uint64_t seed = 0;
};

class Als {
 public:
  /// O(iterations (items factors^2 + (users + videos) factors^3)), on all cores; the same on however many.
  static std::shared_ptr<const Als> fit(const Interactions& data, const AlsOptions& options);

  /// The vector of a user who had these videos, with their weights.
  std::vector<float> fold_in(const std::vector<std::pair<VideoIndex, float>>& had) const;
  /// The inner product of a user's vector with each video's; videos that came later are left as they are.
  void score(const std::vector<float>& user, std::vector<float>& scores) const;
  double score(const std::vector<float>& user, VideoIndex video) const;
  const float* vector_of(VideoIndex v) const { return videos_.data() + v * options_.factors; }
  std::size_t videos() const { return options_.factors == 0 ? 0 : videos_.size() / options_.factors; }
  const AlsOptions& options() const { return options_; }

 private:
  AlsOptions options_;
  std::vector<float> videos_;  // videos x factors
  std::vector<float> gram_;    // alpha V^T V, factors x factors
};

}  // namespace playhead::recommend
