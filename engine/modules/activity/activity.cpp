#include "playhead/modules/activity.h"

#include <algorithm>
#include <chrono>

#include "engine/modules/activity/activity_keys.h"
#include "engine/modules/activity/activity_procedures.h"
#include "engine/modules/procedures/unit_calls.h"
#include "playhead/error.h"
#include "playhead/time_zone.h"

namespace playhead {

using namespace activity;

namespace {

constexpr Millis longest_video = 1'000'000'000'000;
constexpr std::size_t events_of_step = 100, parts_of_reply = 5;
constexpr std::int64_t sources_of_user = 16;
constexpr std::int64_t most_days = 1000;
constexpr Text event_names[] = {"view", "finish", "like", "unlike", "comment", "share", "visit"};

std::string user_key(const Namespace& space, Text user_id, Text what) {
  check_id("user_id", user_id);
  return space.keys().key("activity", user_id, {what});
}

std::string video_key(const Namespace& space, Text video_id) {
  check_id("video_id", video_id);
  return space.keys().key("video", video_id, {"counts"});
}

VideoCounts video_counts_of(const Fields& fields) {
  VideoCounts out;
  for (const auto& [field, value] : fields.items)
    if (field == "views")
      out.views = stored_number(value);
    else if (field == "completed")
      out.completed = stored_number(value);
    else if (field == "watched")
      out.watched_ms = stored_number(value);
    else if (field == "likes")
      out.likes = stored_number(value);
    else if (field == "comments")
      out.comments = stored_number(value);
    else if (field == "shares")
      out.shares = stored_number(value);
  return out;
}

/// What "now" is for what has no time. Asking a server would cost a round trip.
Millis moment(const Namespace& space) {
  if (Millis given = space.time()) return given;
  return space.store().capabilities().shared ? SystemClock().now() : space.store().now();
}

/// A month of the UTC calendar: how many since January 1970, and its days since 1970.
struct Month {
  std::int64_t number = 0, first_day = 0, last_day = 0;
};

Month month_of(std::int64_t day) {
  using namespace std::chrono;
  // The calendar of the standard library ends with the year 32,767.
  year_month_day date(sys_days(days(std::min<std::int64_t>(day, 11'000'000))));
  year_month month = date.year() / date.month();
  return {(int(month.year()) - 1970) * std::int64_t{12} + unsigned(month.month()) - 1,
          sys_days(month / 1).time_since_epoch().count(), sys_days(month / last).time_since_epoch().count()};
}

void check_event(const UserEvent& e) {
  check_range("event", static_cast<std::int64_t>(e.event), 0, std::ssize(event_names) - 1);
  const bool watched = e.event == ActivityEvent::view || e.event == ActivityEvent::finish;
  check_id("user_id", e.user_id);
  if (e.event != ActivityEvent::visit)
    check_id("video_id", e.video_id);
  else if (!e.video_id.empty())
    throw Error(ErrorCode::invalid, "a visit has no video");
  check_range("watched_ms", e.watched_ms, 0, watched ? longest_video : 0);
  check_range("duration_ms", e.duration_ms, 0, watched ? longest_video : 0);
  check_range("utc_offset_minutes", e.utc_offset_minutes, -1080, 1080);
  if (!e.zone.empty() && e.utc_offset_minutes != 0)
    throw Error(ErrorCode::invalid, "an event has the offset of its clock or its zone, not both");
  if (e.at) check_range("at", *e.at, 1, latest_time);
}

Millis clock_offset(const UserEvent& e, Millis at) {
  return e.zone.empty() ? e.utc_offset_minutes * 60'000 : utc_offset(e.zone, at);
}

/// The keys and arguments of activity.record.
class RecordCall {
 public:
  RecordCall(const Namespace& space, const ActivityOptions& options, Millis now, Text source = {})
      : space_(space), options_(options), now_(now), source_(source), args_(space.time()) {
    args_.integer(options.history_limit).integer(options.preferences_limit);
    args_.integer(options.completion_percent).integer(options.likes_limit);
    args_.text(source_).integer(sources_of_user);
  }
  /// `number`: in the source.
  void add(const UserEvent& e, std::int64_t number = 0) {
    const Millis at = e.at.value_or(now_), offset = clock_offset(e, at);
    const std::int64_t day = at / day_ms;
    const Month month = month_of(day);
    for (Text what : {"history", "watched", "completion", "preferences", "counts", "likes"})
      keys_.push_back(user_key(space_, e.user_id, what));
    keys_.push_back(e.event == ActivityEvent::visit ? keys_[keys_.size() - 2]
                                                    : video_key(space_, e.video_id));
    const int part = part_of(e.user_id);
    keys_.push_back(part_key(space_, part, "last"));
    keys_.push_back(part_key(space_, part, "day", day));
    keys_.push_back(part_key(space_, part, "month", month.number));
    keys_.push_back(part_key(space_, part, "about", day));
    if (!source_.empty())
      for (Text what : {"applied", "sources"}) keys_.push_back(user_key(space_, e.user_id, what));
    args_.text(e.user_id).text(e.video_id).text(event_names[static_cast<std::size_t>(e.event)]);
    args_.integer(e.watched_ms).integer(e.duration_ms).integer(at).integer(offset);
    kept_until(day, options_.active_days);
    kept_until(month.last_day, options_.active_days);
    kept_until(day, options_.approximate_days);
    args_.integer(number);
  }
  Value invoke(const Procedure& procedure) const {
    std::vector<Text> names(keys_.begin(), keys_.end());
    return space_.invoke(procedure, names, args_);
  }

 private:
  void kept_until(std::int64_t day, std::int64_t days) {
    args_.integer(days == 0 ? 0 : (day + days + 1) * day_ms);
  }

  const Namespace& space_;
  const ActivityOptions& options_;
  const Millis now_;
  const Text source_;
  ArgumentWriter args_;
  std::vector<std::string> keys_;
};

UserEvent event_of(const Viewing& v) {
  return {ActivityEvent::view, v.user_id, v.video_id,           v.watched_ms,
          v.duration_ms,       v.at,      v.utc_offset_minutes, v.zone};
}

ListedVideo listed(ScoredMember& item) {
  return {std::move(item.member), static_cast<Millis>(item.score)};
}

}  // namespace

Activity::Activity(Namespace space, ActivityOptions options) : space_(std::move(space)), options_(options) {
  check_range("history_limit", options_.history_limit, 1, 100'000);
  check_range("preferences_limit", options_.preferences_limit, 1, 100'000);
  check_range("completion_percent", options_.completion_percent, 1, 100);
  check_range("active_days", options_.active_days, 0, 10'000);
  check_range("approximate_days", options_.approximate_days, 0, 10'000);
  check_range("likes_limit", options_.likes_limit, 1, 1'000'000);
}

// ---- recording

RecordedEvent Activity::record(const UserEvent& event) {
  check_event(event);
  RecordCall call(space_, options_, moment(space_));
  call.add(event);
  Value reply = call.invoke(record_events);
  const auto& parts = list_of(reply);
  const std::int64_t result = parts.at(0).to_integer();
  return {result > 0    ? EventResult::recorded
          : result == 0 ? EventResult::unchanged
                        : EventResult::full,
          parts.at(1).to_integer(), parts.at(2).to_integer(), parts.at(3).to_integer(),
          parts.at(4).to_integer() == 1};
}

RecordedViewing Activity::record_video_viewing(const Viewing& viewing) {
  RecordedEvent r = record(event_of(viewing));
  return {r.count, r.user_views, r.completion, r.completed};
}

BulkReport Activity::record_many(List<UserEvent> events, const BulkSource& source) {
  if (!source.name.empty()) check_id("source", source.name);
  check_range("first", source.first, 0, Millis{1} << 50);
  BulkReport report;
  const Millis now = moment(space_);
  std::vector<std::size_t> good;
  std::size_t behind = 0;  // the last step that was recorded
  auto record_them = [&](std::size_t next) {
    if (good.empty()) return;
    RecordCall call(space_, options_, now, source.name);
    for (std::size_t i : good) call.add(events[i], source.first + static_cast<std::int64_t>(i));
    try {
      Value reply = call.invoke(record_events);
      const auto& parts = list_of(reply);
      for (std::size_t i = 0; i < parts.size(); i += parts_of_reply)
        ++(parts[i].to_integer() == -2 ? report.repeated : report.recorded);
    } catch (const Error& e) {
      throw Error(e.code(), std::string(e.what()) + " (of " + std::to_string(events.size()) +
                                " events, the first " + std::to_string(behind) + " had been worked on)");
    }
    good.clear();
    behind = next;
  };
  for (std::size_t i = 0; i < events.size(); ++i) {
    try {
      check_event(events[i]);
      clock_offset(events[i], events[i].at.value_or(now));
      good.push_back(i);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::invalid) throw;
      report.refused.push_back({i, e.what()});
    }
    if (good.size() == events_of_step) record_them(i + 1);
  }
  record_them(events.size());
  return report;
}

// ---- reading

ListPage<WatchedVideo> Activity::history(Text user_id, Text cursor, std::int64_t count) {
  std::string history = user_key(space_, user_id, "history"), watched = user_key(space_, user_id, "watched"),
              completion = user_key(space_, user_id, "completion");
  auto from = PageCursor::parse(cursor);
  ArgumentWriter args(space_.time());
  write_page(args, from, count);
  Value reply = space_.invoke(read_history, {history, watched, completion}, args);
  const auto& parts = list_of(reply);
  ListPage<WatchedVideo> page;
  for (std::size_t i = 0; i + 4 <= parts.size(); i += 4)
    page.items.push_back({parts[i].to_string(), parts[i + 1].to_integer(), parts[i + 2].to_integer(),
                          parts[i + 3].to_integer()});
  if (page.items.size() > static_cast<std::size_t>(count)) {
    page.items.pop_back();
    page.next = PageCursor{static_cast<double>(page.items.back().at), page.items.back().video_id}.text();
  }
  return page;
}

std::vector<Preference> Activity::preferences(Text user_id, std::int64_t count) {
  check_range("count", count, 1, max_page);
  std::string key = user_key(space_, user_id, "preferences");
  std::vector<Preference> out;
  for (ScoredMember& item : space_.run(ZRevRange{key, 0, count - 1, true}))
    out.push_back({std::move(item.member), static_cast<std::int64_t>(item.score)});
  return out;
}

UserCounts Activity::user_counts(Text user_id) {
  std::string key = user_key(space_, user_id, "counts");
  Fields fields = space_.run(HGetAll{key});
  VideoCounts common = video_counts_of(fields);
  UserCounts out{common.views, common.completed, common.watched_ms, 0,
                 {},           common.likes,     common.comments,   common.shares};
  for (const auto& [field, value] : fields.items)
    if (field == "last")
      out.last_at = stored_number(value);
    else if (field.front() == 'h')
      out.by_hour.at(static_cast<std::size_t>(stored_number(field.substr(1)))) = stored_number(value);
  return out;
}

VideoCounts Activity::video_counts(Text video_id) {
  std::string key = video_key(space_, video_id);
  return video_counts_of(space_.run(HGetAll{key}));
}

std::vector<VideoCounts> Activity::video_counts(List<Text> video_ids) {
  Batch batch(space_.db());
  for (Text id : video_ids) {
    std::string key = video_key(space_, id);
    batch.add(HGetAll{key});
  }
  if (!video_ids.empty()) space_.store().perform(batch);
  std::vector<VideoCounts> out;
  for (std::size_t i = 0; i < video_ids.size(); ++i) out.push_back(video_counts_of(batch.reply<HGetAll>(i)));
  return out;
}

ListPage<ListedVideo> Activity::liked_videos(Text user_id, Text cursor, std::int64_t count) {
  auto page = list_page(space_, user_key(space_, user_id, "likes"), cursor, count);
  ListPage<ListedVideo> out{{}, std::move(page.next)};
  for (ScoredMember& item : page.items) out.items.push_back(listed(item));
  return out;
}

bool Activity::likes(Text user_id, Text video_id) {
  std::string key = user_key(space_, user_id, "likes");
  check_id("video_id", video_id);
  return space_.run(ZScore{key, video_id}).has_value();
}

// ---- active users

namespace {

/// The number of members of a set, or of the elements of HyperLogLogs, of all parts.
template <class Op, class AddPart>
std::int64_t sum_of_parts(const Namespace& space, const AddPart& add) {
  Batch batch(space.db());
  for (int part = 0; part < active_parts; ++part) add(batch, part);
  space.store().perform(batch);
  std::int64_t users = 0;
  for (std::size_t i = 0; i < active_parts; ++i) users += batch.reply<Op>(i);
  return users;
}

std::int64_t members_of(const Namespace& space, Text what, std::int64_t n) {
  return sum_of_parts<SCard>(space, [&](Batch& batch, int part) {
    std::string key = part_key(space, part, what, n);
    batch.add(SCard{key});
  });
}

std::vector<std::string> day_keys(const Namespace& space, int part, Text what, std::int64_t first,
                                  std::int64_t last) {
  std::vector<std::string> keys;
  for (std::int64_t day = first; day <= last; ++day) keys.push_back(part_key(space, part, what, day));
  return keys;
}

std::int64_t about(const Namespace& space, std::int64_t first, std::int64_t last) {
  return sum_of_parts<PfCount>(space, [&](Batch& batch, int part) {
    auto keys = day_keys(space, part, "about", first, last);
    std::vector<Text> names(keys.begin(), keys.end());
    batch.add(PfCount{names});
  });
}

/// Part by part: nobody waits for the union of all.
std::int64_t distinct(const Namespace& space, std::int64_t first, std::int64_t last) {
  std::int64_t users = 0;
  for (int part = 0; part < active_parts; ++part) {
    auto keys = day_keys(space, part, "day", first, last);
    keys.insert(keys.begin(), part_key(space, part, "union"));
    std::vector<Text> names(keys.begin(), keys.end());
    users += space.invoke(count_distinct, names, ArgumentWriter(space.time())).to_integer();
  }
  return users;
}

}  // namespace

std::int64_t Activity::active_users(Millis at, Counting how) {
  return active_users(at, at, how);
}

std::int64_t Activity::active_users(Millis first, Millis last, Counting how) {
  check_range("first", first, 1, latest_time);
  check_range("last", last, 1, latest_time);
  std::int64_t first_day = first / day_ms;
  const std::int64_t last_day = last / day_ms, today = moment(space_) / day_ms;
  check_range("the number of days", last_day - first_day + 1, 1, most_days);
  const bool exact = how == Counting::exact;
  first_day = std::max(first_day, today - (exact ? options_.active_days : options_.approximate_days));
  if (first_day > last_day) return 0;
  if (!exact) return about(space_, first_day, last_day);
  return first_day == last_day ? members_of(space_, "day", first_day) : distinct(space_, first_day, last_day);
}

std::int64_t Activity::monthly_active_users(Millis at, Counting how) {
  check_range("at", at, 1, latest_time);
  const Month month = month_of(at / day_ms);
  if (how == Counting::approximate)
    return active_users(std::max<Millis>(1, month.first_day * day_ms), month.last_day * day_ms, how);
  if (month.last_day < moment(space_) / day_ms - options_.active_days) return 0;
  return members_of(space_, "month", month.number);
}

List<Procedure> Activity::procedures() {
  static const std::array all = {record_events, read_history, count_distinct};
  return all;
}

}  // namespace playhead
