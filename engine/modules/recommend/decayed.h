#pragma once
// Sums that decay, kept as logarithms of their value at the epoch: s = ln sum w_k exp((t_k - epoch) / tau).
// Nothing has to be rewritten as time passes, late events are exact, and the order of two sums is the order of
// what they have decayed to at every moment.
#include <cmath>
#include <limits>

#include "playhead/clock.h"

namespace playhead::recommend {

/// How fast something decays.
class Decay {
 public:
  explicit Decay(double half_life_ms) : tau_ms_(half_life_ms / std::log(2.0)) {}
  /// A time in units of tau.
  double time(Millis at) const { return (static_cast<double>(at) - epoch_ms) / tau_ms_; }
  double tau_ms() const { return tau_ms_; }

 private:
  static constexpr double epoch_ms = 1'600'000'000'000;
  double tau_ms_;
};

class DecayedSum {
 public:
  /// `weight` may be negative, to take back what was added for the same time. `time` is Decay::time.
  void add(double weight, double time) {
    if (weight == 0) return;
    double x = std::log(std::abs(weight)) + time;
    if (weight > 0) {
      log_ = log_ == nothing ? x : std::max(log_, x) + std::log1p(std::exp(-std::abs(log_ - x)));
    } else {
      // What is left may be smaller than what rounding has done to it: then nothing is left.
      double share = std::exp(x - log_);
      log_ = share < 1 - 1e-12 ? log_ + std::log1p(-share) : nothing;
    }
  }
  double value(double time) const { return log_ == nothing ? 0 : std::exp(log_ - time); }
  /// The logarithm of the value at the epoch; -infinity if it is 0.
  double log() const { return log_; }
  static DecayedSum of_log(double log) {
    DecayedSum sum;
    sum.log_ = log;
    return sum;
  }
  static constexpr double nothing = -std::numeric_limits<double>::infinity();

 private:
  double log_ = nothing;
};

}  // namespace playhead::recommend
