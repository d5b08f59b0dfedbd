#pragma once
#include <cstdint>
#include <vector>

#include "engine/modules/recommend/decayed.h"

namespace playhead::recommend {

/// How much a user likes tags, or creators: sums that decay, a short-term one (half-life 20 minutes: what is an
/// hour old counts an eighth) and a long-term one (10 days). Dislikes have sums of their own. Not thread-safe.
class Taste {
 public:
  static constexpr std::size_t most = 64;  // so many are kept; the smallest in the long term leaves

  struct Weight {
    std::uint32_t name;  ///< a number of Names
    double short_term, long_term;
  };

  /// Adds `weight`, or takes it back if it is negative.
  void add(std::uint32_t name, double weight, Millis at);
  void add_dislike(std::uint32_t name, double weight, Millis at);
  /// What remains at a time, the dislikes subtracted; values below 0 are left in.
  std::vector<Weight> at(Millis now) const;
  bool empty() const { return likes_.empty() && dislikes_.empty(); }
  std::size_t bytes() const { return (likes_.capacity() + dislikes_.capacity()) * sizeof(Sums); }

 private:
  struct Sums {
    std::uint32_t name = 0;
    DecayedSum short_term, long_term;
  };
  static void add_to(std::vector<Sums>& all, std::uint32_t name, double weight, Millis at);
  std::vector<Sums> likes_, dislikes_;
};

}  // namespace playhead::recommend
