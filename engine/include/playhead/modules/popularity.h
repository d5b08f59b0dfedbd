#pragma once
// Which rows are asked for most, the recent past counting more.
#include <vector>

#include "playhead/modules/namespace.h"

namespace playhead {

struct PopularityOptions {
  std::string name = "viewed";
  Millis half_life = 3'600'000;    ///< a view counts half after so long; 1 s to 10 years
  std::int64_t capacity = 20'000;  ///< rows that are kept: the most popular ones. 1..10^7
};

struct PopularRow {
  std::string id;
  double score = 0;  ///< as at now
};

/// A ranking with exponential decay: a view of weight w at time t counts w * 2^(-(now - t) / half_life). Scores are exact
/// at every moment, without anything that rescales them: what is kept is the logarithm of the sum of w * 2^(t / half_life),
/// whose order does not change with time (forward decay, Cormode et al. 2009). Views may come late and out of order. Every
/// method is one round trip. Thread-safe.
class Popularity {
 public:
  explicit Popularity(Namespace space, PopularityOptions options = {});

  /// Counts a view, at `at` (nothing: now); the row's score at that time. O(log n).
  double record(Text id, double weight = 1, std::optional<Millis> at = {});
  /// Its score now; 0 for a row that is not kept.
  double score(Text id);
  /// Its rank from 0, the most popular row being the first; nothing for a row that is not kept.
  std::optional<std::int64_t> rank(Text id);
  /// Whether it is among the first `rank`.
  bool can_cache(Text id, std::int64_t rank = 10'000);
  /// The most popular rows.
  std::vector<PopularRow> top(std::int64_t count = 10);
  std::int64_t count();

  static List<Procedure> procedures();

 private:
  Namespace space_;
  PopularityOptions options_;
  std::string key_, base_key_;
};

/// How long something is cached, by how often it was viewed.
struct ViewLifetime {
  std::int64_t more_than = 0;
  Millis ttl = 0;
};
/// More than 10^6 views: 15 minutes, 10^5: 10, 10^4: 5; else 2.
std::vector<ViewLifetime> default_view_lifetimes();
/// The lifetime of the highest threshold that is passed; `otherwise` if none is.
Millis ttl_for_views(std::int64_t views,
                     const std::vector<ViewLifetime>& lifetimes = default_view_lifetimes(),
                     Millis otherwise = 120'000);

}  // namespace playhead
