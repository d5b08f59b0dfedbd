#pragma once
// What is counted from the events, in this process's memory. Not thread-safe; the recommender locks.
//
// A user's weight for a video is that of the strongest event, counted once. When it rises from w to w', the
// co-count with each video j among the user's newest `profile_size` grows by (w' - w) * w_j. n_i is the sum
// of squared weights of video i. Popularity is kept in log space per half-life: s = ln sum w_k exp((t_k - t0)
// / tau), so that nothing is rewritten as time passes and late events are exact.
#include <cmath>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "playhead/modules/recommender.h"

namespace playhead::recommend {

/// The weight of an event in co-counts and in popularity; zero or less: none.
struct Weights {
  double co = 0, popularity = 0;
};
Weights weights_of(const EventRecord& event);

using VideoIndex = std::uint32_t;

struct Had {
  VideoIndex video;
  float co;
  float popularity;
};

struct UserState {
  std::deque<Had> recent;                             ///< newest first, distinct
  std::unordered_map<VideoIndex, Weights> strongest;  ///< of every video the user has had
};

class Aggregates {
 public:
  explicit Aggregates(const RecommenderOptions& options);

  void fold(const EventRecord& event);
  VideoIndex intern_video(Text id);
  std::optional<VideoIndex> find_video(Text id) const;
  const UserState* find_user(Text id) const;
  const std::string& video_id(VideoIndex v) const { return video_ids_[v]; }
  std::size_t videos() const { return video_ids_.size(); }

  /// f(neighbor, cosine-like similarity in 0..1) for the kept neighbours of a video.
  template <class F>
  void each_neighbor(VideoIndex v, F&& f) const {
    for (const auto& [other, count] : neighbors_[v])
      f(other, count / std::sqrt((norms_[v] + 20) * (norms_[other] + 20)));
  }
  /// ln(1 + decayed count) of a video for half-life number `h`.
  double popularity(VideoIndex v, std::size_t h, Millis now) const;
  std::size_t half_lives() const { return taus_ms_.size(); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(Text t) const { return std::hash<Text>()(t); }
  };
  using Index = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

  void add_pair(VideoIndex a, VideoIndex b, double by);
  void keep_strongest(std::unordered_map<VideoIndex, float>& row) const;

  const RecommenderOptions& options_;
  Index video_index_, user_index_;
  std::deque<std::string> video_ids_;
  std::deque<UserState> users_;
  std::vector<std::unordered_map<VideoIndex, float>> neighbors_;
  std::vector<double> norms_;
  std::vector<double> taus_ms_;
  std::vector<double> popularity_;  // videos * half-lives, -infinity where nothing was counted
};

}  // namespace playhead::recommend
