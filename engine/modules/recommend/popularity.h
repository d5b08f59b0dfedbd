#pragma once
#include <map>
#include <vector>

#include "engine/modules/recommend/neighbors.h"
#include "playhead/clock.h"

namespace playhead::recommend {

/// Decayed counts of videos, for several half-lives. Kept in log space, s = ln sum w_k exp((t_k - t0) / tau),
/// so that late events are exact and nothing has to be rewritten as time passes; and beside that as numbers of
/// one moment, so that a request needs no exponential for each video: the moment is the beginning of a period
/// of some half-lives, and the answers depend on the request's time alone. Not thread-safe.
class Popularity {
 public:
  explicit Popularity(const std::map<double, double>& half_lives_h);

  void add_video();
  void add(VideoIndex video, double weight, Millis at);
  std::size_t half_lives() const { return scales_.size(); }

  /// Whether the numbers are of the periods of this time, which makes scores() quick.
  bool is_at(Millis now) const;
  void move_to(Millis now);
  /// ln(1 + decayed count) of every video for half-life number `h`.
  std::vector<double> scores(std::size_t h, Millis now) const;

 private:
  struct Scale {
    double tau_ms;
    double period;               // number of the period that `counts` is of
    std::vector<double> sums;    // s by video, -infinity where nothing was counted
    std::vector<double> counts;  // exp(s) at the beginning of the period
    double begin(double number) const;
    double number_of(Millis now) const;
    double count_at(double sum, double begin) const;
  };
  std::vector<Scale> scales_;
};

}  // namespace playhead::recommend
