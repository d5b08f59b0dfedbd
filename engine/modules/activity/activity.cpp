#include "playhead/modules/activity.h"

#include "engine/modules/activity/activity_procedures.h"
#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr Millis longest_video = 1'000'000'000'000;
constexpr Millis latest_time = Millis{1} << 50;  // in the year 37,647

std::string user_key(const Namespace& space, Text user_id, Text what) {
  check_id("user_id", user_id);
  return space.keys().key("activity", user_id, {what});
}

std::string video_key(const Namespace& space, Text video_id) {
  check_id("video_id", video_id);
  return space.keys().key("video", video_id, {"counts"});
}

std::string active_key(const Namespace& space, int shard) {
  return space.keys().key("active", std::to_string(shard));
}

std::int64_t number(const std::string& text) {
  std::int64_t n = 0;
  if (!parse_int64(text, n)) throw Error(ErrorCode::corrupt, "a stored count is not a number");
  return n;
}

VideoCounts video_counts_of(const Fields& fields) {
  VideoCounts out;
  for (const auto& [field, value] : fields.items)
    if (field == "views")
      out.views = number(value);
    else if (field == "completed")
      out.completed = number(value);
    else if (field == "watched")
      out.watched_ms = number(value);
  return out;
}

}  // namespace

Activity::Activity(Namespace space, ActivityOptions options) : space_(std::move(space)), options_(options) {
  check_range("history_limit", options_.history_limit, 1, 100'000);
  check_range("preferences_limit", options_.preferences_limit, 1, 100'000);
  check_range("completion_percent", options_.completion_percent, 1, 100);
  check_range("active_days", options_.active_days, 1, 10'000);
}

RecordedViewing Activity::record_video_viewing(const Viewing& v) {
  check_range("watched_ms", v.watched_ms, 0, longest_video);
  check_range("duration_ms", v.duration_ms, 0, longest_video);
  check_range("utc_offset_minutes", v.utc_offset_minutes, -1080, 1080);
  if (v.at) check_range("at", *v.at, 1, latest_time);
  std::string history = user_key(space_, v.user_id, "history"),
              watched = user_key(space_, v.user_id, "watched"),
              completion = user_key(space_, v.user_id, "completion"),
              preferences = user_key(space_, v.user_id, "preferences"),
              user = user_key(space_, v.user_id, "counts"), video = video_key(space_, v.video_id),
              active = active_key(space_, KeyCodec::bucket_of(v.user_id) % activity::active_shards);
  ArgumentWriter args(space_.time());
  args.text(v.user_id)
      .text(v.video_id)
      .integer(v.watched_ms)
      .integer(v.duration_ms)
      .integer(v.at.value_or(0));
  args.integer(v.utc_offset_minutes * 60'000)
      .integer(options_.history_limit)
      .integer(options_.preferences_limit);
  args.integer(options_.completion_percent).integer(options_.active_days);
  Value reply = space_.invoke(activity::record_viewing,
                              {history, watched, completion, preferences, user, video, active}, args);
  const auto& parts = list_of(reply);
  return {parts.at(0).to_integer(), parts.at(1).to_integer(), parts.at(2).to_integer(),
          parts.at(3).to_integer() == 1};
}

ListPage<WatchedVideo> Activity::history(Text user_id, Text cursor, std::int64_t count) {
  std::string history = user_key(space_, user_id, "history"), watched = user_key(space_, user_id, "watched"),
              completion = user_key(space_, user_id, "completion");
  auto from = PageCursor::parse(cursor);
  ArgumentWriter args(space_.time());
  write_page(args, from, count);
  Value reply = space_.invoke(activity::read_history, {history, watched, completion}, args);
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
  UserCounts out{common.views, common.completed, common.watched_ms, 0, {}};
  for (const auto& [field, value] : fields.items)
    if (field == "last")
      out.last_at = number(value);
    else if (field.front() == 'h')
      out.by_hour.at(static_cast<std::size_t>(number(field.substr(1)))) = number(value);
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

std::int64_t Activity::active_users(Millis at) {
  check_range("at", at, 1, latest_time);
  const std::int64_t days = at / activity::day_ms;
  const auto day = static_cast<double>(days);
  Batch batch(space_.db());
  for (int shard = 0; shard < activity::active_shards; ++shard) {
    std::string key = active_key(space_, shard);
    batch.add(ZCount{key, {day, false}, {day, false}});
  }
  space_.store().perform(batch);
  std::int64_t users = 0;
  for (std::size_t i = 0; i < activity::active_shards; ++i) users += batch.reply<ZCount>(i);
  return users;
}

List<Procedure> Activity::procedures() {
  static const std::array all = {activity::record_viewing, activity::read_history};
  return all;
}

}  // namespace playhead
