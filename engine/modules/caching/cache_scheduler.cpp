#include "playhead/modules/cache_scheduler.h"

#include <algorithm>
#include <array>

#include "engine/modules/caching/scheduler_procedures.h"
#include "engine/modules/procedures/random_id.h"
#include "engine/store/background.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr Millis longest_interval = Millis{10} * 366 * 86'400'000;
constexpr std::int64_t longest_batch = 1000;

/// Runs callbacks; false: one threw, which is in the report.
template <class F>
bool attempt(const CacheClaim& claim, StepReport& report, F&& callbacks) {
  try {
    callbacks();
    return true;
  } catch (const std::exception& e) {
    report.failures.push_back({claim.video_id, e.what()});
    return false;
  }
}

}  // namespace

// ---- entries

CacheScheduler::CacheScheduler(Namespace space, CacheCallbacks callbacks, CacheSchedulerOptions options)
    : space_(std::move(space)),
      callbacks_(std::move(callbacks)),
      options_(std::move(options)),
      background_(new Background("scheduler", options_.longest_wait,
                                 [this](const auto& tell) { return background_step(tell); })) {
  check_id("name", options_.name);
  check_range("hot_interval", options_.hot_interval, 1, longest_interval);
  check_range("normal_interval", options_.normal_interval, 1, longest_interval);
  check_range("lease", options_.lease, 1, longest_interval);
  check_range("retry_after", options_.retry_after, 1, longest_interval);
  check_range("batch", options_.batch, 1, longest_batch);
  check_range("longest_wait", options_.longest_wait, 1, 3'600'000);
  check_range("min_views", options_.min_views, 0, max_exact_integer);
  schedule_key_ = space_.keys().key("cache", options_.name, {"schedule"});
  delay_key_ = space_.keys().key("cache", options_.name, {"delay"});
  claims_key_ = space_.keys().key("cache", options_.name, {"claims"});
}

// Callbacks under way may still use the scheduler, so that its thread ends before anything else does.
CacheScheduler::~CacheScheduler() {
  background_.reset();
}

void CacheScheduler::schedule(Text video_id, Millis interval) {
  check_id("video_id", video_id);
  check_range("interval", interval, 1, longest_interval);
  ArgumentWriter args(space_.time());
  args.text(video_id).integer(interval);
  space_.invoke(caching::schedule_entry, {schedule_key_, delay_key_, claims_key_}, args);
  background_->wake();
}

bool CacheScheduler::stop_video_cache(Text video_id) {
  check_id("video_id", video_id);
  ArgumentWriter args(space_.time());
  args.text(video_id);
  return space_.invoke(caching::stop_entry, {schedule_key_, delay_key_, claims_key_}, args).to_integer() == 1;
}

std::optional<Millis> CacheScheduler::interval_of(Text video_id) {
  check_id("video_id", video_id);
  auto interval = space_.run(ZScore{delay_key_, video_id});
  if (!interval) return std::nullopt;
  return static_cast<Millis>(*interval);
}

std::int64_t CacheScheduler::count() {
  return space_.run(ZCard{schedule_key_});
}

std::optional<Millis> CacheScheduler::next_due() {
  ZRange first{schedule_key_};
  first.range.stop = "0";
  first.withscores = true;
  auto items = space_.run(first);
  if (items.empty()) return std::nullopt;
  return static_cast<Millis>(items[0].score);
}

// ---- claims

StepReport CacheScheduler::claim_due(std::int64_t count, std::optional<Millis> now,
                                     std::vector<CacheClaim>& claims) {
  check_range("count", count, 1, longest_batch);
  std::string receipt = random_id();
  ArgumentWriter args(time(now));
  args.integer(count).integer(options_.lease).text(receipt);
  Value reply = space_.invoke(caching::claim_entries, {schedule_key_, delay_key_, claims_key_}, args);
  const auto& parts = list_of(reply);
  StepReport report;
  report.now = parts.at(0).to_integer();
  if (Millis next = parts.at(1).to_integer(); next >= 0) report.next_due = next;
  for (std::size_t i = 2; i + 2 <= parts.size(); i += 2)
    claims.push_back({parts[i].to_string(), parts[i + 1].to_integer(), receipt});
  report.claimed = static_cast<std::int64_t>(claims.size());
  return report;
}

std::vector<CacheClaim> CacheScheduler::claim(std::int64_t count, std::optional<Millis> now) {
  std::vector<CacheClaim> claims;
  claim_due(count, now, claims);
  return claims;
}

bool CacheScheduler::settle(Text how, const CacheClaim& claim, Millis after, std::optional<Millis> now) {
  check_range("after", after, 0, longest_interval);
  ArgumentWriter args(time(now));
  args.text(claim.video_id).text(claim.receipt).text(how).integer(after);
  return space_.invoke(caching::settle_entry, {schedule_key_, delay_key_, claims_key_}, args).to_integer() ==
         1;
}

bool CacheScheduler::complete(const CacheClaim& claim, std::optional<Millis> now) {
  return settle("done", claim, 0, now);
}
bool CacheScheduler::fail(const CacheClaim& claim, Millis after, std::optional<Millis> now) {
  return settle("failed", claim, after, now);
}
bool CacheScheduler::stop(const CacheClaim& claim, std::optional<Millis> now) {
  return settle("stop", claim, 0, now);
}

// ---- steps

void CacheScheduler::refresh(const CacheClaim& claim, std::optional<Millis> now, StepReport& report) {
  bool unpopular = false;
  auto work = [&] {
    unpopular = callbacks_.views_of && callbacks_.views_of(claim.video_id) < options_.min_views;
    if (!unpopular) callbacks_.load(claim.video_id);
  };
  if (!attempt(claim, report, work)) {
    if (!fail(claim, options_.retry_after, now)) ++report.lost;
  } else if (!unpopular) {
    ++(complete(claim, now) ? report.refreshed : report.lost);
  } else if (!stop(claim, now)) {
    ++report.lost;
  } else {
    ++report.stopped;
    if (callbacks_.stopped) attempt(claim, report, [&] { callbacks_.stopped(claim.video_id); });
  }
}

StepReport CacheScheduler::step(std::optional<Millis> now) {
  if (!callbacks_.load)
    throw Error(ErrorCode::invalid, "this scheduler has no loader; give it one when it is made");
  std::vector<CacheClaim> claims;
  StepReport report = claim_due(options_.batch, now, claims);
  for (const CacheClaim& claim : claims) refresh(claim, now, report);
  return report;
}

Millis CacheScheduler::background_step(const std::function<void(Text)>& tell) {
  StepReport report = step();
  for (const auto& failure : report.failures) tell(failure.video_id + ": " + failure.message);
  if (report.claimed > 0) return 0;
  return report.next_due ? *report.next_due - report.now : options_.longest_wait;
}

void CacheScheduler::run_in_background(std::function<void(Text)> on_error) {
  if (!callbacks_.load)
    throw Error(ErrorCode::invalid, "this scheduler has no loader; give it one when it is made");
  background_->start(std::move(on_error));
}

void CacheScheduler::stop_background() {
  background_->stop();
}

bool CacheScheduler::running() const {
  return background_->running();
}

List<Procedure> CacheScheduler::procedures() {
  static const std::array all = {caching::schedule_entry, caching::stop_entry, caching::claim_entries,
                                 caching::settle_entry};
  return all;
}

}  // namespace playhead
