#pragma once
// Where recommendations come from. Each source gives every video of the catalogue a score; a blend adds them up,
// each in units of its deviation over the catalogue, and so can be of one source alone.
#include <memory>

#include "engine/modules/recommend/als.h"

namespace playhead::recommend {

/// What is asked, and of whom.
struct Query {
  const State& state;
  const UserState* user;  ///< null: an unknown one
  Millis now;
  NameIndex region;
  /// Videos with their weights, the newest first.
  std::vector<std::pair<VideoIndex, float>> profile;
};

class Source {
 public:
  virtual ~Source() = default;
  virtual Text name() const = 0;
  /// Adds what it says of each video to `scores`, which are 0 and as many as the catalogue has. False: nothing.
  virtual bool score(const Query& query, std::vector<float>& scores) const = 0;
  /// What is behind the score of a video: a video, tag or person.
  virtual std::optional<std::string> because(const Query& query, VideoIndex video) const;
};

/// EASE's weights for the videos of the profile; 0 for a video that the model does not cover.
std::unique_ptr<Source> ease_source(std::shared_ptr<const Ease> model);
/// iALS: the inner product of the video's vector with that of the user, folded in from the profile.
std::unique_ptr<Source> als_source(std::shared_ptr<const Als> model);
/// Co-counts, C / sqrt((n + 20)(n' + 20)).
std::unique_ptr<Source> co_source();
/// What followed the videos of the profile, which count by a half-life of 3 positions.
std::unique_ptr<Source> ordered_source();
/// The cosine of the video's tags with those of the recent videos, and of the user's taste.
std::unique_ptr<Source> tags_source();
/// 1 for a creator among the last 30 videos, 2 for one who is followed.
std::unique_ptr<Source> creator_source();
/// What people who are followed liked.
std::unique_ptr<Source> friends_source();
/// 0.5^(age / 3 days) of videos that fewer than 20 users have had.
std::unique_ptr<Source> fresh_source();
/// ln(1 + decayed count) with half-life number `h`, in the region or everywhere.
std::unique_ptr<Source> popularity_source(std::size_t h);

}  // namespace playhead::recommend
