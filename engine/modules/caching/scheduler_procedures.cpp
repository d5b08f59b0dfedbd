#include "engine/modules/caching/scheduler_procedures.h"

#include <limits>

#include "playhead/modules/procedure.h"

namespace playhead::caching {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Keys {
  Keys(Unit& unit_of_work, std::uint16_t database, List<Text> names)
      : unit(unit_of_work), db(database), schedule(names[0]), delay(names[1]), claims(names[2]) {}
  Unit& unit;
  std::uint16_t db;
  Text schedule, delay, claims;

  std::optional<double> due(Text video) { return unit.run(ZScore{schedule, video}, db); }
  void set_due(Text video, Millis at) { put(schedule, static_cast<double>(at), video); }
  void put(Text key, double score, Text video) {
    ScoreMember item{score, video};
    run_for_effect(unit, ZAdd{key, {&item, 1}}, db);
  }
  std::optional<std::string> receipt(Text video) { return unit.run(HGet{claims, video}, db); }
  void forget_claim(Text video) { run_for_effect(unit, HDel{claims, {&video, 1}}, db); }
  bool remove(Text video) {
    bool there = unit.run(ZRem{schedule, {&video, 1}}, db) == 1;
    run_for_effect(unit, ZRem{delay, {&video, 1}}, db);
    forget_claim(video);
    return there;
  }
};

// ---- schedule, stop

constexpr Text lua_remove = R"lua(
local function remove(video)
  local there = redis.call('ZREM', KEYS[1], video)
  redis.call('ZREM', KEYS[2], video)
  redis.call('HDEL', KEYS[3], video)
  return there
end
)lua";

constexpr Text schedule_text = R"lua(
local video = ARGV[2]
redis.call('ZADD', KEYS[2], ARGV[3], video)
local due = redis.call('ZSCORE', KEYS[1], video)
if due and redis.call('HEXISTS', KEYS[3], video) == 1 and tonumber(due) > now then return 0 end
redis.call('ZADD', KEYS[1], int(now), video)
redis.call('HDEL', KEYS[3], video)
return 1
)lua";

Value schedule_body(Unit& unit, std::uint16_t db, List<Text> names, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text video = in.text();
  Keys keys(unit, db, names);
  keys.put(keys.delay, static_cast<double>(in.integer()), video);
  auto due = keys.due(video);
  if (due && keys.receipt(video) && *due > static_cast<double>(now)) return Value::integer(0);
  keys.set_due(video, now);
  keys.forget_claim(video);
  return Value::integer(1);
}

constexpr Text stop_text = R"lua(
return remove(ARGV[2])
)lua";

Value stop_body(Unit& unit, std::uint16_t db, List<Text> names, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  return Value::integer(Keys(unit, db, names).remove(in.text()) ? 1 : 0);
}

// ---- claim

constexpr Text claim_text = R"lua(
local ends, receipt = int(now + tonumber(ARGV[3])), ARGV[4]
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(now), 'LIMIT', 0, ARGV[2])
local out = {now, -1}
for _, video in ipairs(due) do
  redis.call('ZADD', KEYS[1], ends, video)
  redis.call('HSET', KEYS[3], video, receipt)
  out[#out + 1] = video
  out[#out + 1] = tonumber(redis.call('ZSCORE', KEYS[2], video))
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if first[2] then out[2] = tonumber(first[2]) end
return out
)lua";

Value claim_body(Unit& unit, std::uint16_t db, List<Text> names, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  std::int64_t count = in.integer();
  Millis lease = in.integer();
  Text receipt = in.text();
  Keys keys(unit, db, names);
  std::vector<Value> out = {Value::integer(now), Value::integer(-1)};
  Score until{static_cast<double>(now), false};
  for (const ScoredMember& item :
       unit.run(ZRangeByScore{keys.schedule, {-infinity, false}, until, false, Limit{0, count}}, db)) {
    keys.set_due(item.member, now + lease);
    FieldValue claim{item.member, receipt};
    run_for_effect(unit, HSet{keys.claims, {&claim, 1}}, db);
    out.push_back(Value::bulk(item.member));
    auto interval = unit.run(ZScore{keys.delay, item.member}, db);
    if (!interval) throw Error(ErrorCode::corrupt, "a scheduled entry has no interval");
    out.push_back(Value::integer(static_cast<std::int64_t>(*interval)));
  }
  auto first =
      unit.run(ZRangeByScore{keys.schedule, {-infinity, false}, {infinity, false}, true, Limit{0, 1}}, db);
  if (!first.empty()) out[1] = Value::integer(static_cast<Millis>(first[0].score));
  return Value::array(std::move(out));
}

// ---- settle

constexpr Text settle_text = R"lua(
local video, how = ARGV[2], ARGV[4]
if redis.call('HGET', KEYS[3], video) ~= ARGV[3] then return 0 end
if how == 'stop' then
  remove(video)
  return 1
end
local after = tonumber(ARGV[5])
if how == 'done' then after = tonumber(redis.call('ZSCORE', KEYS[2], video)) end
redis.call('ZADD', KEYS[1], int(now + after), video)
redis.call('HDEL', KEYS[3], video)
return 1
)lua";

Value settle_body(Unit& unit, std::uint16_t db, List<Text> names, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text video = in.text(), receipt = in.text(), how = in.text();
  Millis after = in.integer();
  Keys keys(unit, db, names);
  if (keys.receipt(video) != receipt) return Value::integer(0);
  if (how == "stop") {
    keys.remove(video);
    return Value::integer(1);
  }
  if (how == "done") {
    auto interval = unit.run(ZScore{keys.delay, video}, db);
    if (!interval) throw Error(ErrorCode::corrupt, "a scheduled entry has no interval");
    after = static_cast<Millis>(*interval);
  }
  keys.set_due(video, now + after);
  keys.forget_claim(video);
  return Value::integer(1);
}

}  // namespace

const Procedure schedule_entry{"scheduler.schedule", schedule_body, lua_script<schedule_text>};
const Procedure stop_entry{"scheduler.stop", stop_body, lua_script<lua_remove, stop_text>};
const Procedure claim_entries{"scheduler.claim", claim_body, lua_script<claim_text>};
const Procedure settle_entry{"scheduler.settle", settle_body, lua_script<lua_remove, settle_text>};

}  // namespace playhead::caching
