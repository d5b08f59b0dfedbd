#pragma once
#include <map>
#include <unordered_map>
#include <vector>

#include "engine/modules/recommend/catalogue.h"
#include "engine/modules/recommend/decayed.h"

namespace playhead::recommend {

/// Decayed counts of places, for several half-lives: the sums, and beside them numbers of one moment, so that a
/// request needs no exponential for each place. The moment is the beginning of a period of some half-lives, and
/// the answers depend on the request's time alone. Not thread-safe.
class Popularity {
 public:
  explicit Popularity(const std::map<double, double>& half_lives_h);

  void resize(std::size_t places);
  std::size_t places() const { return places_; }
  /// Adds `weight`, or takes it back if it is negative.
  void add(std::size_t place, double weight, Millis at);
  std::size_t half_lives() const { return scales_.size(); }

  /// Whether the numbers are of the periods of this time, which makes score() quick.
  bool is_at(Millis now) const;
  void move_to(Millis now);
  /// ln(1 + decayed count) of a place for half-life number `h`, at a time that is given as scale(h, now).
  struct At {
    double begin, time, decay;
    bool quick;
  };
  At at(std::size_t h, Millis now) const;
  /// The scores of all places, in units of the greatest if they are small; false: all are 0.
  bool scores(std::size_t h, Millis now, std::vector<float>& out) const;
  double score(std::size_t h, std::size_t place, const At& at) const;
  /// The sum of a place; its logarithms have the order of the scores.
  const DecayedSum& sum(std::size_t h, std::size_t place) const { return scales_[h].sums[place]; }

 private:
  struct Scale {
    Decay decay;
    double period;  // number of the period that `counts` is of
    std::vector<DecayedSum> sums;
    std::vector<double> counts;  // at the beginning of the period
    std::vector<float> floats;   // the same
    double begin(double number) const;
    double number_of(Millis now) const;
  };
  std::vector<Scale> scales_;
  std::size_t places_ = 0;
};

/// The popularity of videos in one region: only of those that were had there. Not thread-safe.
class RegionalPopularity {
 public:
  explicit RegionalPopularity(const std::map<double, double>& half_lives_h) : popularity_(half_lives_h) {}

  void add(VideoIndex video, double weight, Millis at);
  /// Events that were counted.
  std::size_t events() const { return events_; }
  const std::vector<VideoIndex>& videos() const { return videos_; }
  /// Its places are the positions in videos().
  const Popularity& popularity() const { return popularity_; }
  Popularity& popularity() { return popularity_; }

 private:
  Popularity popularity_;
  std::vector<VideoIndex> videos_;
  std::unordered_map<VideoIndex, std::size_t> places_;
  std::size_t events_ = 0;
};

}  // namespace playhead::recommend
