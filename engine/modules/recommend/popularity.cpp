#include "engine/modules/recommend/popularity.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace playhead::recommend {

namespace {

constexpr double epoch_ms = 1'600'000'000'000;  // t0
constexpr double taus_per_period = 8;
constexpr double nothing = -std::numeric_limits<double>::infinity();

double log_add(double a, double b) {
  if (a == nothing) return b;
  double high = std::max(a, b), low = std::min(a, b);
  return high + std::log1p(std::exp(low - high));
}

// ln(1 + x) to 12 digits at least, and several times as fast as std::log1p.
double log_1_plus(double x) {
  if (x > 1e-3) return std::log(1 + x);
  return x * (1 - x * (1.0 / 2 - x * (1.0 / 3 - x * (1.0 / 4 - x / 5))));
}

}  // namespace

double Popularity::Scale::number_of(Millis now) const {
  return std::floor((static_cast<double>(now) - epoch_ms) / (taus_per_period * tau_ms));
}
// In units of tau, from the epoch.
double Popularity::Scale::begin(double number) const {
  return number * taus_per_period;
}
double Popularity::Scale::count_at(double sum, double begin) const {
  return sum == nothing ? 0 : std::exp(sum - begin);
}

Popularity::Popularity(const std::map<double, double>& half_lives_h) {
  for (auto [hours, weight] : half_lives_h) scales_.push_back({hours * 3'600'000 / std::log(2.0), 0, {}, {}});
}

void Popularity::add_video() {
  for (Scale& scale : scales_) {
    scale.sums.push_back(nothing);
    scale.counts.push_back(0);
  }
}

void Popularity::add(VideoIndex video, double weight, Millis at) {
  for (Scale& scale : scales_) {
    double& sum = scale.sums[video];
    sum = log_add(sum, std::log(weight) + (static_cast<double>(at) - epoch_ms) / scale.tau_ms);
    scale.counts[video] = scale.count_at(sum, scale.begin(scale.period));
  }
}

bool Popularity::is_at(Millis now) const {
  return std::all_of(scales_.begin(), scales_.end(),
                     [now](const Scale& scale) { return scale.period == scale.number_of(now); });
}

void Popularity::move_to(Millis now) {
  for (Scale& scale : scales_) {
    double number = scale.number_of(now);
    if (number == scale.period) continue;
    scale.period = number;
    for (std::size_t v = 0; v < scale.sums.size(); ++v)
      scale.counts[v] = scale.count_at(scale.sums[v], scale.begin(number));
  }
}

std::vector<double> Popularity::scores(std::size_t h, Millis now) const {
  const Scale& scale = scales_[h];
  double number = scale.number_of(now), begin = scale.begin(number);
  double time = (static_cast<double>(now) - epoch_ms) / scale.tau_ms, decay = std::exp(begin - time);
  std::vector<double> out(scale.sums.size());
  for (std::size_t v = 0; v < out.size(); ++v) {
    double at_begin = number == scale.period ? scale.counts[v] : scale.count_at(scale.sums[v], begin);
    if (at_begin == 0) continue;
    // A request for a time long before the events: ln(1 + x) is ln x by then.
    out[v] = std::isinf(at_begin) ? scale.sums[v] - time : log_1_plus(at_begin * decay);
  }
  return out;
}

}  // namespace playhead::recommend
