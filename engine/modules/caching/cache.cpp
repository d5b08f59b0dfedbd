#include "playhead/modules/cache.h"

#include <algorithm>
#include <array>

#include "engine/modules/caching/cache_procedures.h"
#include "engine/modules/caching/cache_work.h"
#include "engine/modules/caching/write_behind_procedures.h"
#include "engine/store/background.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr Millis longest_wait = 1'000;
constexpr Millis whenever = Millis{10} * 366 * 86'400'000;

}  // namespace

Cache::Cache(Namespace space, CacheOptions options)
    : work_(std::make_unique<CacheWork>(std::move(space), std::move(options))) {
  auto refresh = [work = work_.get()](const auto&) { return work->refresh_one() ? 0 : longest_wait; };
  auto write = [this](const auto&) {
    if (!writer_) return longest_wait;
    return work_->write_batch(writer_, 0) > 0
               ? 0
               : std::clamp<Millis>(work_->options.write_delay, 10, longest_wait);
  };
  background_.emplace_back(new Background("cache", longest_wait, write));
  for (std::int64_t i = 0; i < work_->options.refresh_threads; ++i)
    background_.emplace_back(new Background("cache", longest_wait, refresh));
  work_->wake = [this] {
    for (auto& one : background_) one->wake();
  };
}

// Callbacks under way may still use the cache, so that its threads end before anything else does.
Cache::~Cache() {
  background_.clear();
}

std::optional<std::string> Cache::get(Text key, const Loader& loader) {
  return work_->get(key, loader);
}
std::vector<std::optional<std::string>> Cache::get_many(List<Text> keys, const BulkLoader& loader) {
  return work_->get_many(keys, loader);
}
bool Cache::refresh(Text key, const Loader& loader) {
  return work_->refresh(key, loader);
}
CacheLookup Cache::peek(Text key) {
  return work_->look(key, "peek");
}

void Cache::set(Text key, const Loaded& what) {
  work_->set(key, what);
}
bool Cache::invalidate(Text key) {
  return work_->invalidate({&key, 1}) == 1;
}
std::int64_t Cache::invalidate_many(List<Text> keys) {
  return work_->invalidate(keys);
}
void Cache::invalidate_tags(List<Text> tags) {
  work_->invalidate_tags(tags);
}

void Cache::write_through(Text key, const Loaded& what, const SourceWriter& writer) {
  work_->write(key, what.value, writer, &what);
}
void Cache::write_around(Text key, const std::optional<std::string>& value, const SourceWriter& writer) {
  work_->write(key, value, writer, nullptr);
}
std::int64_t Cache::write_behind(Text key, const Loaded& what) {
  return work_->write_behind(key, what);
}
std::int64_t Cache::pending() {
  return work_->pending();
}
PendingWrites Cache::claim_writes(Millis ahead) {
  return work_->claim_writes(ahead);
}
std::int64_t Cache::settle(const PendingWrites& done, bool failed) {
  return work_->settle(done, failed);
}
std::int64_t Cache::flush(const BulkWriter& writer) {
  std::int64_t all = 0;
  while (std::int64_t n = work_->write_batch(writer, whenever)) all += n;
  return all;
}

CacheLookup Cache::claim(Text key) {
  return work_->look(key, "lease");
}
bool Cache::complete(Text key, Text receipt, const Loaded& what, Millis took) {
  return work_->complete(key, receipt, what, took);
}
bool Cache::release(Text key, Text receipt) {
  return work_->release(key, receipt, work_->options.error_pause);
}
bool Cache::wait(Text key, Millis at_most) {
  check_range("at_most", at_most, 1, 86'400'000);
  return work_->wait(key, at_most);
}

std::int64_t Cache::step(const BulkWriter& writer) {
  std::int64_t done = 0;
  while (work_->refresh_one()) ++done;
  if (writer) done += work_->write_batch(writer, 0);
  return done;
}

void Cache::run_in_background(BulkWriter writer, const std::function<void(Text)>& on_error) {
  if (running()) throw Error(ErrorCode::invalid, "this cache runs in the background already");
  writer_ = std::move(writer);
  for (auto& one : background_) one->start(on_error);
}

void Cache::stop_background() {
  for (auto& one : background_) one->stop();
}

bool Cache::running() const {
  return std::any_of(background_.begin(), background_.end(), [](const auto& one) { return one->running(); });
}

CacheStatistics Cache::statistics() const {
  const auto& c = work_->counts;
  return {c.hits,
          c.stale_hits,
          c.misses,
          c.waits,
          c.loads,
          c.load_failures,
          c.refreshes,
          c.refused,
          c.invalidations,
          c.store_errors,
          c.dropped_refreshes,
          c.writes,
          c.write_failures};
}

const CacheOptions& Cache::options() const {
  return work_->options;
}

List<Procedure> Cache::procedures() {
  static const std::array all = {caching::find_entries, caching::store_entries, caching::release_entry,
                                 caching::begin_write,  caching::drop_entries,  caching::drop_tags,
                                 caching::put_behind,   caching::claim_writes,  caching::settle_writes};
  return all;
}

}  // namespace playhead
