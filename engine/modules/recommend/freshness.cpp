#include "engine/modules/recommend/freshness.h"

#include <algorithm>
#include <cmath>

#include "engine/modules/recommend/linear/linear.h"

namespace playhead::recommend {

namespace {

constexpr double half_life_ms = 3 * 86'400'000.0, period_ms = 8 * half_life_ms;

// 2^x, at most what a float holds: what is uploaded long after the moment is as fresh as can be.
float power_of_2(double x) {
  return static_cast<float>(std::exp2(std::min(x, 120.0)));
}

}  // namespace

double Freshness::number_of(Millis now) {
  return std::floor(static_cast<double>(now) / period_ms);
}

float Freshness::value(const Video& video) const {
  if (video.audience >= cold_audience || !video.uploaded_at) return 0;
  return power_of_2((static_cast<double>(*video.uploaded_at) - period_ * period_ms) / half_life_ms);
}

void Freshness::set(VideoIndex v, const Video& video) {
  if (v >= at_begin_.size()) at_begin_.resize(v + 1);
  float& at = at_begin_[v];
  fresh_ -= at > 0 ? 1 : 0;
  at = value(video);
  fresh_ += at > 0 ? 1 : 0;
}

void Freshness::move_to(Millis now, const Catalogue& catalogue) {
  if (is_at(now)) return;
  period_ = number_of(now);
  for (VideoIndex v = 0; v < at_begin_.size(); ++v) set(v, catalogue[v]);
}

bool Freshness::scores(Millis now, const Catalogue& catalogue, std::vector<float>& out) const {
  if (!is_at(now)) {
    Freshness then;
    then.period_ = number_of(now);
    for (VideoIndex v = 0; v < at_begin_.size(); ++v) then.set(v, catalogue[v]);
    return then.scores(now, catalogue, out);
  }
  float since = power_of_2((period_ * period_ms - static_cast<double>(now)) / half_life_ms);
  linear::kernels().capped(since, at_begin_.data(), out.data(), at_begin_.size());
  return fresh_ > 0;
}

}  // namespace playhead::recommend
