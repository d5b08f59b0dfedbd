#include "playhead/modules/watch_later.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/modules/activity/activity_keys.h"
#include "engine/modules/procedures/unit_calls.h"
#include "engine/store/numbers.h"

namespace playhead {

namespace {

// watch_later.add  keys: the list, a zset video -> time; the index of when users were last active. Arguments: time,
// video, at (0: the time), limit, user -> 1 added, 0 present, -1 full
constexpr Text add_text = R"lua(
local video, at = ARGV[2], tonumber(ARGV[3])
if at == 0 then at = now end
redis.call('ZADD', KEYS[2], 'GT', int(math.min(at, now)), ARGV[5])
if redis.call('ZSCORE', KEYS[1], video) then return 0 end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return -1 end
return redis.call('ZADD', KEYS[1], int(at), video)
)lua";

Value add_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text video = in.text();
  Millis at = in.integer();
  if (at == 0) at = now;
  std::int64_t limit = in.integer();
  ScoreMember active{static_cast<double>(std::min(at, now)), in.text()};
  ZAdd raise{keys[1], {&active, 1}};
  raise.gt = true;
  run_for_effect(unit, raise, db);
  if (unit.run(ZScore{keys[0], video}, db)) return Value::integer(0);
  if (unit.run(ZCard{keys[0]}, db) >= limit) return Value::integer(-1);
  ScoreMember item{static_cast<double>(at), video};
  return Value::integer(unit.run(ZAdd{keys[0], {&item, 1}}, db).count);
}

// watch_later.oldest  key: the list; arguments: time, page -> member, score, ... from the oldest on
constexpr Text oldest_text = R"lua(
local low, count = 0, tonumber(ARGV[5])
if ARGV[2] == '1' then
  low = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[3])
  local high = low + redis.call('ZCOUNT', KEYS[1], ARGV[3], ARGV[3])
  while low < high do
    local middle = math.floor((low + high) / 2)
    if before(ARGV[4], redis.call('ZRANGE', KEYS[1], middle, middle)[1]) then high = middle else low = middle + 1 end
  end
end
return redis.call('ZRANGE', KEYS[1], low, low + count - 1, 'WITHSCORES')
)lua";

Value oldest_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  ArgumentReader in(args);
  read_time(unit, in);
  bool given = in.integer() == 1;
  double score = in.real();
  Text member = in.text();
  std::int64_t count = in.integer(), low = 0;
  if (given) {
    low = unit.run(ZCount{keys[0], {-infinity, false}, {score, true}}, db);
    std::int64_t high = low + unit.run(ZCount{keys[0], {score, false}, {score, false}}, db);
    while (low < high) {
      std::int64_t middle = (low + high) / 2;
      if (member < by_rank(unit, db, keys[0], middle, middle).at(0).member)
        high = middle;
      else
        low = middle + 1;
    }
  }
  std::vector<Value> out;
  for (const ScoredMember& item : by_rank(unit, db, keys[0], low, low + count - 1)) {
    char buffer[double_text_size];
    out.push_back(Value::bulk(item.member));
    out.push_back(Value::bulk(format_double(item.score, buffer)));
  }
  return Value::array(std::move(out));
}

const Procedure oldest_videos{"watch_later.oldest", oldest_body, lua_script<lua_page, oldest_text>};
const Procedure add_video{"watch_later.add", add_body, lua_script<add_text>};

}  // namespace

WatchLater::WatchLater(Namespace space, WatchLaterOptions options)
    : space_(std::move(space)), options_(options) {
  check_range("limit", options_.limit, 1, 1'000'000);
}

Added WatchLater::add(Text user_id, Text video_id, std::optional<Millis> at) {
  std::string key = activity::watch_later_key(space_, user_id);
  check_id("video_id", video_id);
  if (at) check_range("at", *at, 1, activity::latest_time);
  std::string last = activity::last_active_key(space_, user_id);
  ArgumentWriter args(space_.time());
  args.text(video_id).integer(at.value_or(0)).integer(options_.limit).text(user_id);
  std::int64_t result = space_.invoke(add_video, {key, last}, args).to_integer();
  return result > 0 ? Added::added : result == 0 ? Added::present : Added::full;
}

bool WatchLater::remove(Text user_id, Text video_id) {
  std::string key = activity::watch_later_key(space_, user_id);
  check_id("video_id", video_id);
  return space_.run(ZRem{key, {&video_id, 1}}) == 1;
}

bool WatchLater::contains(Text user_id, Text video_id) {
  std::string key = activity::watch_later_key(space_, user_id);
  check_id("video_id", video_id);
  return space_.run(ZScore{key, video_id}).has_value();
}

std::int64_t WatchLater::count(Text user_id) {
  std::string key = activity::watch_later_key(space_, user_id);
  return space_.run(ZCard{key});
}

ListPage<ListedVideo> WatchLater::list(Text user_id, Text cursor, std::int64_t count, ListOrder order) {
  std::string key = activity::watch_later_key(space_, user_id);
  auto from = PageCursor::parse(cursor);
  ArgumentWriter args(space_.time());
  write_page(args, from, count);
  const Procedure& read = order == ListOrder::newest_first ? zset_page : oldest_videos;
  auto items = scored_members(space_.invoke(read, {key}, args));
  ListPage<ListedVideo> out{{}, finish_page(items, count)};
  for (ScoredMember& item : items)
    out.items.push_back({std::move(item.member), static_cast<Millis>(item.score)});
  return out;
}

std::int64_t WatchLater::clear(Text user_id) {
  std::string key = activity::watch_later_key(space_, user_id);
  Text name = key;
  Batch batch(space_.db());
  batch.add(ZCard{key});
  batch.add(Unlink{{{&name, 1}}});
  space_.store().perform(batch);
  return batch.reply<ZCard>(0);
}

List<Procedure> WatchLater::procedures() {
  static const std::array all = {add_video, oldest_videos, zset_page};
  return all;
}

}  // namespace playhead
