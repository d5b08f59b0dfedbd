#include "engine/modules/caching/preheat_procedures.h"

#include "engine/modules/procedures/unit_calls.h"
#include "playhead/modules/procedure.h"

namespace playhead::caching {

namespace {

constexpr Text note_text = R"lua(
local region = ARGV[2]
local count = redis.call('HINCRBY', KEYS[4], region, ARGV[3])
if count < tonumber(ARGV[4]) then return count end
local due = redis.call('ZSCORE', KEYS[1], region)
if due and tonumber(due) > now and redis.call('HEXISTS', KEYS[3], region) == 1 then
  redis.call('ZADD', KEYS[2], 1, region)
  return count
end
redis.call('ZADD', KEYS[1], int(now), region)
redis.call('ZADD', KEYS[2], ARGV[5], region)
redis.call('HDEL', KEYS[3], region)
return count
)lua";

Value note_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  UnitCalls calls(unit, db);
  Text region = in.text();
  std::int64_t count = calls.hincrby(keys[3], region, in.integer());
  std::int64_t threshold = in.integer();
  Millis interval = in.integer();
  if (count < threshold) return Value::integer(count);
  auto due = calls.zscore(keys[0], region);
  if (due && *due > static_cast<double>(now) && calls.hexists(keys[2], region)) {
    calls.zadd(keys[1], 1, region);
    return Value::integer(count);
  }
  calls.zadd(keys[0], now, region);
  calls.zadd(keys[1], interval, region);
  calls.hdel(keys[2], region);
  return Value::integer(count);
}

constexpr Text begin_text = R"lua(
redis.call('HDEL', KEYS[4], ARGV[2])
if not redis.call('ZSCORE', KEYS[2], ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
return 1
)lua";

Value begin_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  UnitCalls calls(unit, db);
  Text region = in.text();
  calls.hdel(keys[3], region);
  if (!calls.zscore(keys[1], region)) return Value::integer(0);
  calls.zadd(keys[1], in.integer(), region);
  return Value::integer(1);
}

}  // namespace

const Procedure note_events{"preheat.note", note_body, lua_script<note_text>};
const Procedure begin_preheat{"preheat.begin", begin_body, lua_script<begin_text>};

}  // namespace playhead::caching
