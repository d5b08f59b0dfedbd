#pragma once
#include <functional>

#include "engine/modules/recommend/sources.h"

namespace playhead::recommend {

/// A source and its weight in the blend.
struct Voice {
  std::unique_ptr<Source> source;
  double weight;
};

/// The scores of a source for one request.
struct Part {
  const Source* source;
  float scale;  ///< weight / deviation over the catalogue
  std::vector<float> scores;
};

/// The blend: score(i) = sum over sources of weight * x(i) / deviation(x).
std::vector<Part> parts_of(const std::vector<Voice>& voices, const Query& query);
std::vector<float> total_of(const std::vector<Part>& parts, std::size_t videos);

/// Leaves a video out, in total_of()'s scores.
constexpr float excluded = -std::numeric_limits<float>::infinity();

/// The `count` best videos of those that are not excluded, best first. Ties are broken by a hash of `seed` (the
/// user) and the video's id, never by the order of arrival.
std::vector<VideoIndex> best_of(const Catalogue& catalogue, Text seed, std::size_t count,
                                const std::vector<float>& scores);

Recommendation explain(const std::vector<Part>& parts, const Query& query, VideoIndex video);

}  // namespace playhead::recommend
