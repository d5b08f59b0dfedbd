#include "playhead/modules/preheater.h"

#include <array>

#include "engine/modules/caching/packed_texts.h"
#include "engine/modules/caching/preheat_procedures.h"
#include "playhead/error.h"
#include "playhead/modules/procedure.h"

namespace playhead {

namespace {

constexpr Millis longest_interval = Millis{15} * 86'400'000;
// No user: who is recommended what has been popular. Its id is none that an application makes.
constexpr Text nobody = "\xff\xfe playhead preheater";

std::string scheduler_name(const PreheaterOptions& o) {
  return o.name + " preheated";
}

CacheOptions cache_options(const PreheaterOptions& o) {
  check_range("interval", o.interval, 1, longest_interval);
  CacheOptions c;
  c.name = o.name + " preheated";
  c.ttl = o.interval;
  // An interval longer, so that a list is there until the next one is made.
  c.stale_while_revalidate = c.stale_if_error = o.interval;
  c.lease = o.lease;
  c.while_waiting = o.while_waiting;
  return c;
}

CacheSchedulerOptions scheduler_options(const PreheaterOptions& o) {
  CacheSchedulerOptions s;
  s.name = scheduler_name(o);
  s.hot_interval = o.interval;
  s.lease = o.lease;
  s.retry_after = o.retry_after;
  s.longest_wait = o.longest_wait;
  return s;
}

// A list as bytes: of each video its id, score, and number of reasons; of each reason source, contribution, whether
// there is a because, and that.
std::string bytes_of(const std::vector<Recommendation>& list) {
  std::string out;
  for (const Recommendation& one : list) {
    caching::pack(out, Text(one.video_id));
    caching::pack(out, one.score);
    caching::pack(out, static_cast<std::int64_t>(one.reasons.size()));
    for (const Reason& reason : one.reasons) {
      caching::pack(out, Text(reason.source));
      caching::pack(out, reason.contribution);
      caching::pack(out, std::int64_t{reason.because ? 1 : 0});
      if (reason.because) caching::pack(out, Text(*reason.because));
    }
  }
  return out;
}

std::vector<Recommendation> list_from(const std::optional<std::string>& bytes) {
  std::vector<Recommendation> list;
  for (caching::Unpacker in(bytes ? Text(*bytes) : Text()); !in.done();) {
    Recommendation& one = list.emplace_back();
    one.video_id = in.text();
    one.score = in.real();
    for (std::int64_t left = in.integer(); left > 0; --left) {
      Reason& reason = one.reasons.emplace_back();
      reason.source = in.text();
      reason.contribution = in.real();
      if (in.integer() == 1) reason.because = std::string(in.text());
    }
  }
  return list;
}

std::shared_ptr<Recommender> checked(std::shared_ptr<Recommender> recommender) {
  if (!recommender) throw Error(ErrorCode::invalid, "a preheater needs a recommender; make one first");
  return recommender;
}

}  // namespace

Preheater::Preheater(const Namespace& space, std::shared_ptr<Recommender> recommender, PreheatVideos videos,
                     const PreheaterOptions& options)
    : space_(space),
      recommender_(checked(std::move(recommender))),
      videos_(std::move(videos)),
      interval_(options.interval),
      threshold_(options.threshold),
      count_(options.count),
      cache_(space, cache_options(options)),
      scheduler_(space, {.load = [this](Text region) { preheat(region); }, .views_of = {}, .stopped = {}},
                 scheduler_options(options)) {
  check_id("name", options.name);
  check_range("the size of name", static_cast<std::int64_t>(options.name.size()), 1, 512);
  check_range("threshold", threshold_, 1, max_exact_integer);
  check_range("count", count_, 1, 1000);
  // The scheduler's keys, and one more in their slot.
  for (Text part : {"schedule", "delay", "claims", "events"})
    keys_.push_back(space_.keys().key("cache", scheduler_name(options), {part}));
}

void Preheater::schedule(Text region) {
  check_id("region", region);
  scheduler_.schedule_hot_video_cache(region);
}

bool Preheater::unschedule(Text region) {
  check_id("region", region);
  return scheduler_.stop_video_cache(region);
}

std::int64_t Preheater::note(Text region, std::int64_t events) {
  check_id("region", region);
  check_range("events", events, 1, max_exact_integer);
  ArgumentWriter args(space_.time());
  args.text(region).integer(events).integer(threshold_).integer(interval_);
  return run(caching::note_events, args).to_integer();
}

Value Preheater::run(const Procedure& p, const ArgumentWriter& args) const {
  return space_.invoke(p, {keys_[0], keys_[1], keys_[2], keys_[3]}, args);
}

std::vector<Recommendation> Preheater::make(Text region) {
  Recommender::Request request;
  request.count = static_cast<std::size_t>(count_);
  request.at = space_.now();
  if (region != everywhere) request.region = region;
  request.exclude_seen = false;
  return recommender_->recommend(nobody, request);
}

std::vector<Recommendation> Preheater::get(Text region) {
  check_id("region", region);
  return list_from(cache_.get(region, [&](Text) -> Loaded { return {bytes_of(make(region))}; }));
}

// Events count anew before the list is made: those that come meanwhile are for the next one.
void Preheater::preheat(Text region) {
  check_id("region", region);
  ArgumentWriter args(space_.time());
  run(caching::begin_preheat, args.text(region).integer(interval_));
  std::vector<Recommendation> list;
  bool made = cache_.refresh(region, [&](Text) -> Loaded {
    list = make(region);
    return {bytes_of(list)};
  });
  if (!made || !videos_) return;
  std::vector<Text> ids;
  for (const Recommendation& one : list) ids.emplace_back(one.video_id);
  videos_(region, ids);
}

List<Procedure> Preheater::procedures() {
  static const std::array all = {caching::note_events, caching::begin_preheat};
  return all;
}

}  // namespace playhead
