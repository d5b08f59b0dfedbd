#pragma once
// Which videos users have had together (C), and which before which (O).
//
// When a user's weight for a video rises by d, C of it and each of the user's newest videos j grows by d w_j, and n
// of it by the difference of the squares. When the user first takes it, O[j -> it] grows by 1/k for the k-th
// video before it, k = 1..10. Both keep the strongest neighbours of each video. Not thread-safe.
#include <vector>

#include "engine/modules/recommend/neighbors.h"

namespace playhead::recommend {

/// A user's weight for a video changes.
struct Rise {
  struct Other {
    VideoIndex video;
    float co;
  };
  VideoIndex video;
  float from = 0, to = 0;
  float scale = 1;            ///< of the pairs
  bool first = true;          ///< the user has the video for the first time
  std::vector<Other> others;  ///< the newest videos but this, the newest first
};

class CoCounts {
 public:
  explicit CoCounts(std::size_t neighbors) : limit_(neighbors) {}

  void resize(std::size_t videos);
  void apply(const Rise& rise) { apply({&rise, 1}, 0, 1); }
  /// What concerns the rows of part `part` of `parts`: threads may each apply one of all parts at the same time.
  void apply(List<Rise> rises, std::size_t part, std::size_t parts);

  const Neighbors& together(VideoIndex v) const { return together_[v]; }
  /// The videos that followed it.
  const Neighbors& after(VideoIndex v) const { return after_[v]; }
  /// The sum of the squared weights of all users for it.
  double norm(VideoIndex v) const { return norms_[v]; }
  /// 1 / sqrt(norm + 20), so that what few have had is like nothing else.
  float inverse_norm(VideoIndex v) const { return inverse_norms_[v]; }
  const std::vector<float>& inverse_norms() const { return inverse_norms_; }
  std::size_t size() const { return norms_.size(); }
  std::size_t bytes() const;

 private:
  void add(Neighbors& row, VideoIndex video, float by);

  std::size_t limit_;
  std::vector<Neighbors> together_, after_;
  std::vector<double> norms_;
  std::vector<float> inverse_norms_;
};

}  // namespace playhead::recommend
