#pragma once
// Rankings that are built from time to time.
#include "playhead/modules/cache.h"
#include "playhead/modules/cache_scheduler.h"

namespace playhead {

struct RankingCacheOptions {
  std::string name = "top_viewed_videos";  ///< ranking caches of the same name share their rankings
  Millis interval = 900'000;               ///< a ranking is built again after so long; 1 ms to 15 days
  Millis lease = 30'000;                   ///< longer than building one takes; 1 ms to 1 day
  Millis retry_after =
      5'000;  ///< a ranking whose building failed is due again after so long; 1 ms to 10 years
  std::function<void()> while_waiting =
      {};  ///< called about every 50 ms by who waits for a ranking; may throw
};

struct RankedId {
  std::string id;
  double views = 0;
};

/// Where rankings come from. Called without any lock held; may throw.
struct RankingSource {
  /// The most viewed rows, the most viewed first. More than `limit` are cut off.
  std::function<std::vector<RankedId>(std::int64_t limit)> top;
  /// The rows of all of them by one call, in their order; nothing for one that is gone, which the ranking leaves out.
  std::function<std::vector<std::optional<std::string>>(List<Text> ids)> rows;
};

/// A row of a ranking.
struct RankingRow {
  std::string id;
  double views = 0;
  std::string row;  ///< as the source gave it: any bytes
};

/// The rows that were viewed most, with a ranking for each limit, kept for `interval` and built again by whichever process
/// is free. While one is built, the last one is shown, as it is for another `interval` if that fails. A ranking that is
/// there is one round trip. Thread-safe.
class RankingCache {
 public:
  /// Throws Error{invalid} for options out of range and a source without functions.
  RankingCache(const Namespace& space, RankingSource source, const RankingCacheOptions& options = {});

  /// The ranking of a limit (1..10,000), built if it is not there. Throws what the source throws, and Error{invalid} if
  /// `rows` gives another number of rows than it was asked for.
  std::vector<RankingRow> get_top_viewed_videos(std::int64_t limit = 20);
  /// Builds it now, whatever is there and whoever builds it already.
  std::vector<RankingRow> update_ranking_cache(std::int64_t limit = 20);

  /// Has the ranking built at once and then every `interval` by step() or in the background, here or in any process
  /// that has a ranking cache of this name.
  void schedule(std::int64_t limit = 20);
  /// No longer; whether it was.
  bool unschedule(std::int64_t limit = 20);
  /// Builds a ranking that is due, unless somebody else is at it.
  StepReport step(std::optional<Millis> now = {}) { return scheduler_.step(now); }
  /// Schedules these limits, and steps on a thread until stop_auto_update(). Errors go to `on_error`, which must not throw.
  void start_auto_update(List<std::int64_t> limits, std::function<void(Text message)> on_error = {});
  /// Waits for the ranking under way, then ends the thread. Idempotent.
  void stop_auto_update() { scheduler_.stop_background(); }
  bool running() const { return scheduler_.running(); }

 private:
  std::string build(std::int64_t limit);

  RankingSource source_;
  Cache cache_;
  CacheScheduler scheduler_;  // ends first: its thread uses the cache
};

}  // namespace playhead
