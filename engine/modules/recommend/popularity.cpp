#include "engine/modules/recommend/popularity.h"

#include <algorithm>
#include <cmath>

#include "engine/modules/recommend/linear/linear.h"

namespace playhead::recommend {

namespace {

constexpr double taus_per_period = 8;
constexpr double ms_per_hour = 3'600'000;

// ln(1 + x) to 12 digits at least, and several times as fast as std::log1p.
double log_1_plus(double x) {
  if (x > 1e-3) return std::log(1 + x);
  return x * (1 - x * (1.0 / 2 - x * (1.0 / 3 - x * (1.0 / 4 - x / 5))));
}

}  // namespace

double Popularity::Scale::number_of(Millis now) const {
  return std::floor(decay.time(now) / taus_per_period);
}
// In units of tau, from the epoch.
double Popularity::Scale::begin(double number) const {
  return number * taus_per_period;
}

Popularity::Popularity(const std::map<double, double>& half_lives_h) {
  for (auto [hours, weight] : half_lives_h) scales_.push_back({Decay(hours * ms_per_hour), 0, {}, {}, {}});
}

void Popularity::resize(std::size_t places) {
  places_ = places;
  for (Scale& scale : scales_) {
    scale.sums.resize(places);
    scale.counts.resize(places);
    scale.floats.resize(places);
  }
}

void Popularity::add(std::size_t place, double weight, Millis at) {
  for (Scale& scale : scales_) {
    scale.sums[place].add(weight, scale.decay.time(at));
    scale.counts[place] = scale.sums[place].value(scale.begin(scale.period));
    scale.floats[place] = static_cast<float>(scale.counts[place]);
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
    for (std::size_t v = 0; v < scale.sums.size(); ++v) {
      scale.counts[v] = scale.sums[v].value(scale.begin(number));
      scale.floats[v] = static_cast<float>(scale.counts[v]);
    }
  }
}

Popularity::At Popularity::at(std::size_t h, Millis now) const {
  const Scale& scale = scales_[h];
  double number = scale.number_of(now), begin = scale.begin(number), time = scale.decay.time(now);
  return {begin, time, std::exp(begin - time), number == scale.period};
}

bool Popularity::scores(std::size_t h, Millis now, std::vector<float>& out) const {
  const Scale& scale = scales_[h];
  At t = at(h, now);
  double most = linear::kernels().greatest(scale.floats.data(), scale.floats.size());
  // As floats, where they are neither too great nor too small for them.
  if (t.quick && most < 1e30 && most * t.decay > 1e-3) {
    linear::kernels().log1p(static_cast<float>(t.decay), scale.floats.data(), out.data(), places_);
    return true;
  }
  std::vector<double> all(places_);
  most = 0;
  for (std::size_t place = 0; place < places_; ++place)
    most = std::max(most, all[place] = score(h, place, t));
  for (std::size_t place = 0; place < places_ && most > 0; ++place)
    out[place] = static_cast<float>(all[place] / most);
  return most > 0;
}

double Popularity::score(std::size_t h, std::size_t place, const At& at) const {
  const Scale& scale = scales_[h];
  double at_begin = at.quick ? scale.counts[place] : scale.sums[place].value(at.begin);
  if (at_begin == 0) return 0;
  // A request for a time long before the events: ln(1 + x) is ln x by then.
  return std::isinf(at_begin) ? scale.sums[place].log() - at.time : log_1_plus(at_begin * at.decay);
}

void RegionalPopularity::add(VideoIndex video, double weight, Millis at) {
  auto [it, fresh] = places_.try_emplace(video, videos_.size());
  if (fresh) {
    videos_.push_back(video);
    popularity_.resize(videos_.size());
  }
  popularity_.add(it->second, weight, at);
  if (weight > 0) ++events_;
}

}  // namespace playhead::recommend
