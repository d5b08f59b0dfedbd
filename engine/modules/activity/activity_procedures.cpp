#include "engine/modules/activity/activity_procedures.h"

#include <algorithm>
#include <limits>

#include "engine/store/numbers.h"
#include "playhead/modules/page.h"

namespace playhead::activity {

namespace {

// ---- record

constexpr Text record_text = R"lua(
local user, video, watched, duration = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local at = tonumber(ARGV[6])
if at == 0 then at = now end
local completion, completed = 0, 0
if duration > 0 then completion = math.min(1000, math.floor(watched * 1000 / duration)) end
if completion >= 10 * tonumber(ARGV[10]) then completed = 1 end

local function record_history()
  redis.call('ZADD', KEYS[1], 'GT', int(at), video)
  redis.call('HINCRBY', KEYS[2], video, ARGV[4])
  if completion > tonumber(redis.call('HGET', KEYS[3], video) or -1) then redis.call('HSET', KEYS[3], video, completion) end
  local excess = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[8])
  if excess <= 0 then return end
  local gone = redis.call('ZPOPMIN', KEYS[1], excess)
  for i = 1, #gone, 2 do
    redis.call('HDEL', KEYS[2], gone[i])
    redis.call('HDEL', KEYS[3], gone[i])
  end
end
local function record_preference()
  local views = redis.call('ZINCRBY', KEYS[4], 1, video)
  redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -1 - tonumber(ARGV[9]))
  return tonumber(views)
end
local function count(key)
  redis.call('HINCRBY', key, 'watched', ARGV[4])
  if completed == 1 then redis.call('HINCRBY', key, 'completed', 1) end
  return redis.call('HINCRBY', key, 'views', 1)
end
local function count_user()
  count(KEYS[5])
  local hour = math.floor((at + tonumber(ARGV[7])) / 3600000) % 24
  redis.call('HINCRBY', KEYS[5], 'h' .. hour, 1)
  if at > tonumber(redis.call('HGET', KEYS[5], 'last') or 0) then redis.call('HSET', KEYS[5], 'last', int(at)) end
end
local function mark_active()
  local day = int(math.floor(at / 86400000))
  redis.call('ZADD', KEYS[7], day, day .. ':' .. user)
  local first = math.floor(now / 86400000) - tonumber(ARGV[11])
  local old = redis.call('ZRANGEBYSCORE', KEYS[7], '-inf', '(' .. int(first), 'LIMIT', 0, 4)
  for _, member in ipairs(old) do redis.call('ZREM', KEYS[7], member) end
end

record_history()
local user_views = record_preference()
count_user()
local video_views = count(KEYS[6])
mark_active()
return {video_views, user_views, completion, completed}
)lua";

struct RecordArguments {
  Millis now = 0;
  Text user, video;
  Millis watched = 0, at = 0, offset = 0;
  std::int64_t history_limit = 0, preferences_limit = 0, active_days = 0;
  std::int64_t completion = 0;
  bool completed = false;
};

RecordArguments read_record(Unit& unit, List<Text> args) {
  ArgumentReader in(args);
  RecordArguments a;
  a.now = read_time(unit, in);
  a.user = in.text();
  a.video = in.text();
  a.watched = in.integer();
  Millis duration = in.integer();
  a.at = in.integer();
  if (a.at == 0) a.at = a.now;
  a.offset = in.integer();
  a.history_limit = in.integer();
  a.preferences_limit = in.integer();
  std::int64_t percent = in.integer();
  a.active_days = in.integer();
  if (duration > 0) a.completion = std::min<std::int64_t>(1000, a.watched * 1000 / duration);
  a.completed = a.completion >= 10 * percent;
  return a;
}

// Rounded down, also below zero.
std::int64_t divide_down(std::int64_t n, std::int64_t by) {
  return n / by - (n % by < 0 ? 1 : 0);
}

std::int64_t number_in(Unit& unit, std::uint16_t db, Text key, Text field, std::int64_t missing) {
  auto text = unit.run(HGet{key, field}, db);
  std::int64_t n = missing;
  if (text && !parse_int64(*text, n)) throw Error(ErrorCode::corrupt, "a stored count is not a number");
  return n;
}

void set_number(Unit& unit, std::uint16_t db, Text key, Text field, std::int64_t n) {
  char buffer[int64_text_size];
  FieldValue item{field, format_int64(n, buffer)};
  run_for_effect(unit, HSet{key, {&item, 1}}, db);
}

void record_history(Unit& unit, std::uint16_t db, List<Text> keys, const RecordArguments& a) {
  ScoreMember item{static_cast<double>(a.at), a.video};
  ZAdd add{keys[0], {&item, 1}};
  add.gt = true;
  run_for_effect(unit, add, db);
  run_for_effect(unit, HIncrBy{keys[1], a.video, a.watched}, db);
  if (a.completion > number_in(unit, db, keys[2], a.video, -1))
    set_number(unit, db, keys[2], a.video, a.completion);
  std::int64_t excess = unit.run(ZCard{keys[0]}, db) - a.history_limit;
  if (excess <= 0) return;
  for (const ScoredMember& gone : unit.run(ZPopMin{keys[0], excess}, db)) {
    Text video = gone.member;
    run_for_effect(unit, HDel{keys[1], {&video, 1}}, db);
    run_for_effect(unit, HDel{keys[2], {&video, 1}}, db);
  }
}

std::int64_t record_preference(Unit& unit, std::uint16_t db, Text key, const RecordArguments& a) {
  double views = unit.run(ZIncrBy{key, 1, a.video}, db);
  run_for_effect(unit, ZRemRangeByRank{key, 0, -1 - a.preferences_limit}, db);
  return static_cast<std::int64_t>(views);
}

std::int64_t count(Unit& unit, std::uint16_t db, Text key, const RecordArguments& a) {
  run_for_effect(unit, HIncrBy{key, "watched", a.watched}, db);
  if (a.completed) run_for_effect(unit, HIncrBy{key, "completed", 1}, db);
  return unit.run(HIncrBy{key, "views", 1}, db);
}

void count_user(Unit& unit, std::uint16_t db, Text key, const RecordArguments& a) {
  count(unit, db, key, a);
  std::int64_t hour = divide_down(a.at + a.offset, 3'600'000);
  hour -= divide_down(hour, 24) * 24;
  run_for_effect(unit, HIncrBy{key, "h" + std::to_string(hour), 1}, db);
  if (a.at > number_in(unit, db, key, "last", 0)) set_number(unit, db, key, "last", a.at);
}

// Each viewing adds at most one member and takes up to four old ones away, so that none ever waits for many.
void mark_active(Unit& unit, std::uint16_t db, Text key, const RecordArguments& a) {
  std::int64_t day = divide_down(a.at, day_ms);
  std::string member = std::to_string(day) + ":" + std::string(a.user);
  ScoreMember item{static_cast<double>(day), member};
  run_for_effect(unit, ZAdd{key, {&item, 1}}, db);
  auto first = static_cast<double>(divide_down(a.now, day_ms) - a.active_days);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const ScoredMember& old :
       unit.run(ZRangeByScore{key, {-infinity, false}, {first, true}, false, Limit{0, 4}}, db)) {
    Text name = old.member;
    run_for_effect(unit, ZRem{key, {&name, 1}}, db);
  }
}

Value record_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  RecordArguments a = read_record(unit, args);
  record_history(unit, db, keys, a);
  std::int64_t user_views = record_preference(unit, db, keys[3], a);
  count_user(unit, db, keys[4], a);
  std::int64_t video_views = count(unit, db, keys[5], a);
  mark_active(unit, db, keys[6], a);
  return Value::array({Value::integer(video_views), Value::integer(user_views), Value::integer(a.completion),
                       Value::integer(a.completed ? 1 : 0)});
}

// ---- history

constexpr Text history_text = R"lua(
local items, out = page(KEYS[1], 2), {}
for i = 1, #items, 2 do
  out[#out + 1] = items[i]
  out[#out + 1] = tonumber(items[i + 1])
  out[#out + 1] = tonumber(redis.call('HGET', KEYS[2], items[i]) or 0)
  out[#out + 1] = tonumber(redis.call('HGET', KEYS[3], items[i]) or 0)
end
return out
)lua";

Value history_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  std::vector<Value> out;
  for (const ScoredMember& item : read_page(unit, db, keys[0], in)) {
    out.push_back(Value::bulk(item.member));
    out.push_back(Value::integer(static_cast<std::int64_t>(item.score)));
    out.push_back(Value::integer(number_in(unit, db, keys[1], item.member, 0)));
    out.push_back(Value::integer(number_in(unit, db, keys[2], item.member, 0)));
  }
  return Value::array(std::move(out));
}

}  // namespace

const Procedure record_viewing{"activity.record", record_body, lua_script<record_text>};
const Procedure read_history{"activity.history", history_body, lua_script<lua_page, history_text>};

}  // namespace playhead::activity
