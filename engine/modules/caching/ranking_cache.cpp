#include "playhead/modules/ranking_cache.h"

#include "engine/modules/caching/packed_texts.h"
#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr std::int64_t most_rows = 10'000;
constexpr Millis longest_interval = 15LL * 86'400'000;

RankingSource checked(RankingSource source) {
  if (!source.top || !source.rows)
    throw Error(ErrorCode::invalid, "a ranking cache needs both functions of its source, top and rows");
  return source;
}

CacheOptions cache_options(const RankingCacheOptions& o) {
  check_range("interval", o.interval, 1, longest_interval);
  CacheOptions c;
  c.name = o.name;
  c.ttl = o.interval;
  // An interval longer, so that a ranking is there until the next one is built.
  c.stale_while_revalidate = c.stale_if_error = o.interval;
  c.lease = o.lease;
  c.max_value = static_cast<std::int64_t>(max_text);
  c.while_waiting = o.while_waiting;
  return c;
}

CacheSchedulerOptions scheduler_options(const RankingCacheOptions& o) {
  CacheSchedulerOptions s;
  s.name = o.name + " rankings";
  s.hot_interval = o.interval;
  s.lease = o.lease;
  s.retry_after = o.retry_after;
  return s;
}

/// A ranking's key in the cache, and its id in the scheduler.
std::string key_of(std::int64_t limit) {
  check_range("limit", limit, 1, most_rows);
  return std::to_string(limit);
}

std::int64_t limit_of(Text key) {
  std::int64_t limit = 0;
  if (!parse_int64(key, limit)) throw Error(ErrorCode::corrupt, "a scheduled ranking has no limit");
  return limit;
}

// A ranking as bytes: id, views, row of each, packed.
std::vector<RankingRow> rows_of(const std::optional<std::string>& bytes) {
  std::vector<RankingRow> rows;
  for (caching::Unpacker in(bytes ? Text(*bytes) : Text()); !in.done();) {
    RankingRow& row = rows.emplace_back();
    row.id = in.text();
    row.views = in.real();
    row.row = in.text();
  }
  return rows;
}

}  // namespace

RankingCache::RankingCache(const Namespace& space, RankingSource source, const RankingCacheOptions& options)
    : source_(checked(std::move(source))),
      cache_(space, cache_options(options)),
      scheduler_(space,
                 {.load =
                      [this](Text key) {
                        // False: somebody else builds it at this moment.
                        static_cast<void>(
                            cache_.refresh(key, [&](Text) -> Loaded { return {build(limit_of(key))}; }));
                      },
                  .views_of = {},
                  .stopped = {}},
                 scheduler_options(options)) {}

std::string RankingCache::build(std::int64_t limit) {
  std::vector<RankedId> ranked = source_.top(limit);
  if (ranked.size() > static_cast<std::size_t>(limit)) ranked.resize(static_cast<std::size_t>(limit));
  std::vector<Text> ids;
  for (const RankedId& one : ranked) ids.emplace_back(one.id);
  auto rows = source_.rows(ids);
  if (rows.size() != ids.size())
    throw Error(ErrorCode::invalid, "rows gave " + std::to_string(rows.size()) + " rows for " +
                                        std::to_string(ids.size()) + " ids; it must give one for each");
  std::string out;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    if (!rows[i]) continue;
    caching::pack(out, Text(ranked[i].id));
    caching::pack(out, ranked[i].views);
    caching::pack(out, Text(*rows[i]));
  }
  return out;
}

std::vector<RankingRow> RankingCache::get_top_viewed_videos(std::int64_t limit) {
  return rows_of(cache_.get(key_of(limit), [&](Text) -> Loaded { return {build(limit)}; }));
}

std::vector<RankingRow> RankingCache::update_ranking_cache(std::int64_t limit) {
  static_cast<void>(cache_.invalidate(key_of(limit)));  // so that what is built already is not stored
  return get_top_viewed_videos(limit);
}

void RankingCache::schedule(std::int64_t limit) {
  scheduler_.schedule_hot_video_cache(key_of(limit));
}

bool RankingCache::unschedule(std::int64_t limit) {
  return scheduler_.stop_video_cache(key_of(limit));
}

void RankingCache::start_auto_update(List<std::int64_t> limits, std::function<void(Text message)> on_error) {
  for (std::int64_t limit : limits) schedule(limit);
  scheduler_.run_in_background(std::move(on_error));
}

}  // namespace playhead
