#pragma once
// What is counted from the events, in this process's memory. Not thread-safe; the recommender locks.
//
// A user's weight for a video is that of the strongest event, counted once. When it rises from w to w', the
// co-count with each video j among the user's newest `profile_size` grows by (w' - w) * w_j. n_i is the sum
// of squared weights of video i.
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/modules/recommend/neighbors.h"
#include "engine/modules/recommend/popularity.h"
#include "playhead/modules/recommender.h"

namespace playhead::recommend {

/// The weight of an event in co-counts and in popularity; zero or less: none.
struct Weights {
  double co = 0, popularity = 0;
};
Weights weights_of(const EventRecord& event);

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

  /// Adds `weight` times the similarity with a video, C / sqrt((n + 20)(n' + 20)), to the scores of its
  /// neighbours, but for the factor 1 / sqrt(n' + 20), which finish_similarities() multiplies with. `scores`
  /// has a place for every video, and one more.
  void add_similarities(VideoIndex v, double weight, std::vector<double>& scores) const;
  void finish_similarities(std::vector<double>& scores) const;
  /// The similarity of two videos.
  double similarity(VideoIndex a, VideoIndex b) const {
    return neighbors_[a].count(b) * inverse_norms_[a] * inverse_norms_[b];
  }
  Popularity& popularity() { return popularity_; }
  const Popularity& popularity() const { return popularity_; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(Text t) const { return std::hash<Text>()(t); }
  };
  using Index = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

  void add_pair(VideoIndex a, VideoIndex b, double by);

  const RecommenderOptions& options_;
  Index video_index_, user_index_;
  std::deque<std::string> video_ids_;
  std::deque<UserState> users_;
  std::vector<Neighbors> neighbors_;
  std::vector<double> norms_;
  std::vector<double> inverse_norms_;  // 1 / sqrt(n + 20)
  Popularity popularity_;
};

}  // namespace playhead::recommend
