#include "playhead/modules/session_expiry.h"

#include <algorithm>
#include <array>

#include "engine/modules/identity/expiry_procedures.h"
#include "engine/modules/identity/session_record.h"
#include "engine/modules/identity/session_space.h"
#include "engine/store/background.h"
#include "engine/store/numbers.h"
#include "engine/store/secure_bytes.h"
#include "playhead/error.h"

namespace playhead {

using namespace identity;

namespace {

Text take_until_colon(Text& rest) {
  std::size_t colon = std::min(rest.find(':'), rest.size());
  Text part = rest.substr(0, colon);
  rest.remove_prefix(std::min(colon + 1, rest.size()));
  return part;
}

// session_record.h has the format.
SessionEnd parse_end(Text event) {
  SessionEnd end;
  end.reason = take_until_colon(event);
  std::int64_t app_size = 0;
  bool sound = true;
  for (Millis* time : {&end.ended_at, &end.created_at, &end.last_seen})
    sound = sound && parse_int64(take_until_colon(event), *time);
  end.id = hex(event.substr(0, half_digest));
  event.remove_prefix(std::min(half_digest, event.size()));
  sound = sound && parse_int64(take_until_colon(event), app_size) && app_size >= 0 &&
          static_cast<std::size_t>(app_size) <= event.size();
  if (!sound)
    throw Error(ErrorCode::corrupt, "a stored end of a session is not in the format of this version");
  end.app = event.substr(0, static_cast<std::size_t>(app_size));
  end.user_id = event.substr(static_cast<std::size_t>(app_size));
  return end;
}

void sooner(std::optional<Millis>& next, Millis time) {
  if (time >= 0) next = next ? std::min(*next, time) : time;
}

}  // namespace

SessionExpiry::SessionExpiry(Namespace space, SessionOptions options, SessionExpiryOptions expiry)
    : space_(std::move(space)),
      options_(checked(std::move(options))),
      expiry_(expiry),
      background_(new Background("session expiry", expiry_.longest_wait,
                                 [this](const auto& on_error) { return background_step(on_error); })) {
  check_range("batch", expiry_.batch, 1, 1000);
  check_range("lease", expiry_.lease, 1, 86'400'000);
  check_range("longest_wait", expiry_.longest_wait, 1, 3'600'000);
  check_range("log_limit", expiry_.log_limit, 1, 1'000'000);
  log_key_ = space_.keys().key("sessions", options_.name, {"log"});
}

// Listeners under way may still use it, so that its thread ends before anything else does.
SessionExpiry::~SessionExpiry() {
  background_.reset();
}

void SessionExpiry::add_session_listener(SessionListener listener) {
  std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

SessionExpiryReport SessionExpiry::step(std::optional<Millis> now) {
  SessionExpiryReport report;
  for (std::int64_t shard = 0; shard < options_.shards; ++shard)
    step_shard(static_cast<std::uint16_t>(shard), now, report);
  return report;
}

void SessionExpiry::step_shard(std::uint16_t shard, std::optional<Millis> now, SessionExpiryReport& report) {
  ExpiryCall calls(space_, options_, shard, now);
  ExpiryCall::Due due = calls.due(expiry_.batch);
  report.now = due.now;
  sooner(report.next_due, due.next_end);
  if (!due.members.empty()) {
    report.ended += calls.expire(due.members, "");
    if (static_cast<std::int64_t>(due.members.size()) == expiry_.batch) sooner(report.next_due, due.now);
  } else if (due.next_event < 0 || due.next_event > due.now) {
    sooner(report.next_due, due.next_event);
    return;
  }
  tell_claimed(shard, due.now, report);
}

void SessionExpiry::tell_claimed(std::uint16_t shard, Millis now, SessionExpiryReport& report) {
  ExpiryCall calls(space_, options_, shard, now);
  std::vector<std::string> claimed = calls.claim(expiry_.batch, expiry_.lease), told;
  std::vector<ScoreMember> lines;
  for (const std::string& event : claimed) {
    SessionEnd end = parse_end(event);
    if (!tell(end, report)) continue;
    told.push_back(event);
    lines.push_back({static_cast<double>(end.ended_at), event});
  }
  if (static_cast<std::int64_t>(claimed.size()) == expiry_.batch) sooner(report.next_due, now);
  if (told.size() < claimed.size()) sooner(report.next_due, now + expiry_.lease);
  if (lines.empty()) return;
  Batch log(space_.db());
  log.add(ZAdd{log_key_, lines});
  log.add(ZRemRangeByRank{log_key_, 0, -1 - expiry_.log_limit});
  space_.store().perform(log);
  log.reply<ZAdd>(0);
  calls.forget(told);
  report.told += static_cast<std::int64_t>(told.size());
}

bool SessionExpiry::tell(const SessionEnd& end, SessionExpiryReport& report) {
  std::vector<SessionListener> listeners;
  {
    std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  try {
    for (const SessionListener& listener : listeners) listener(end);
    return true;
  } catch (const std::exception& e) {
    report.failures.push_back(end.id + ": " + e.what());
    return false;
  }
}

ListPage<SessionEnd> SessionExpiry::log(Text cursor, std::int64_t count) {
  ListPage<ScoredMember> page = list_page(space_, log_key_, cursor, count);
  ListPage<SessionEnd> out{{}, std::move(page.next)};
  for (const ScoredMember& item : page.items) out.items.push_back(parse_end(item.member));
  return out;
}

Millis SessionExpiry::background_step(const std::function<void(Text)>& on_error) {
  SessionExpiryReport report = step();
  for (const std::string& failure : report.failures) on_error(failure);
  return report.next_due ? *report.next_due - report.now : expiry_.longest_wait;
}

void SessionExpiry::run_in_background(std::function<void(Text)> on_error) {
  background_->start(std::move(on_error));
}

void SessionExpiry::stop_background() {
  background_->stop();
}

bool SessionExpiry::running() const {
  return background_->running();
}

List<Procedure> SessionExpiry::procedures() {
  static const std::array all = {due_sessions, expire_sessions, claim_ends};
  return all;
}

}  // namespace playhead
