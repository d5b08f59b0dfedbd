#pragma once
// From a question to a list: the blend, boosts, what is left out, a ranker, caps, places for the cold.
#include "engine/modules/recommend/blend.h"

namespace playhead::recommend {

struct Question {
  Query query;
  Text seed;  ///< of the hashes that break ties and choose at random: the user's id
  std::size_t count;
  const UserState* exclude = nullptr;  ///< whose videos are left out; null: nobody's
  std::optional<VideoIndex> except = {};
};

/// The videos of a user's profile with their weights, the newest first.
std::vector<std::pair<VideoIndex, float>> profile_of(const UserState* user, double half_life);

std::vector<Recommendation> answer(const RecommenderOptions& options, const std::vector<Voice>& voices,
                                   const Question& question);

}  // namespace playhead::recommend
