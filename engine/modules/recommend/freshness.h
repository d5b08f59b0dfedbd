#pragma once
#include <vector>

#include "engine/modules/recommend/catalogue.h"

namespace playhead::recommend {

/// A video that fewer users have had is cold.
constexpr std::uint32_t cold_audience = 20;

/// 0.5^(age / 3 days) of the cold videos whose time of upload is known: as numbers of one moment, the beginning of a
/// period, so that a request needs no exponential for each. The answers depend on the request's time alone. Not
/// thread-safe.
class Freshness {
 public:
  /// To be called when a video was uploaded or had.
  void set(VideoIndex v, const Video& video);
  bool is_at(Millis now) const { return period_ == number_of(now); }
  void move_to(Millis now, const Catalogue& catalogue);
  /// The scores of all videos; false: all are 0.
  bool scores(Millis now, const Catalogue& catalogue, std::vector<float>& out) const;

 private:
  static double number_of(Millis now);
  float value(const Video& video) const;

  double period_ = 0;
  std::vector<float> at_begin_;
  std::size_t fresh_ = 0;  // videos whose number is not 0
};

}  // namespace playhead::recommend
