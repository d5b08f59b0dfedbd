#include "engine/modules/identity/cart_procedures.h"

#include <algorithm>

#include "engine/modules/identity/token_unit.h"
#include "engine/modules/procedures/unit_calls.h"

namespace playhead::identity {

namespace {

constexpr Text lua_owner = R"lua(
local function owned()
  if ARGV[2] == '' then return true end
  local t = find(ARGV[2], ARGV[3])
  return t and now < finish(t)
end
)lua";

bool owned(Unit& unit, std::uint16_t db, List<Text> keys, Millis now, Text id, Text check) {
  if (id.empty()) return true;
  auto t = UserTokens(unit, db, keys, now, "").find(id, check);
  return t && t->good(now);
}

std::int64_t count_in(Unit& unit, std::uint16_t db, Text cart, Text item) {
  return static_cast<std::int64_t>(unit.run(ZScore{cart, item}, db).value_or(0));
}

void put(Unit& unit, std::uint16_t db, Text cart, Text item, std::int64_t count) {
  ScoreMember entry{static_cast<double>(count), item};
  run_for_effect(unit, ZAdd{cart, {&entry, 1}}, db);
}

// ---- change

constexpr Text change_text = R"lua(
local item, count, items, most, lifetime = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
if not owned() then return 0 end
local there = tonumber(redis.call('ZSCORE', KEYS[2], item) or 0)
if ARGV[6] == '1' then count = count + there end
if count <= 0 then
  redis.call('ZREM', KEYS[2], item)
  return 1
end
if count > most or (there == 0 and redis.call('ZCARD', KEYS[2]) >= items) then return 2 end
redis.call('ZADD', KEYS[2], int(count), item)
if lifetime > 0 then redis.call('PEXPIRE', KEYS[2], int(lifetime)) end
return 1
)lua";

Value change_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text id = in.text(), check = in.text(), item = in.text();
  std::int64_t count = in.integer();
  bool add = in.integer() == 1;
  std::int64_t items = in.integer(), most = in.integer();
  Millis lifetime = in.integer();
  if (!owned(unit, db, keys, now, id, check)) return Value::integer(0);
  std::int64_t there = count_in(unit, db, keys[1], item);
  if (add) count += there;
  if (count <= 0) {
    run_for_effect(unit, ZRem{keys[1], {&item, 1}}, db);
    return Value::integer(1);
  }
  if (count > most || (there == 0 && unit.run(ZCard{keys[1]}, db) >= items)) return Value::integer(2);
  put(unit, db, keys[1], item, count);
  if (lifetime > 0) {
    PExpire expire;
    expire.key = keys[1];
    expire.time = lifetime;
    run_for_effect(unit, expire, db);
  }
  return Value::integer(1);
}

// ---- list

constexpr Text list_text = R"lua(
if not owned() then return {} end
return redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
)lua";

Value list_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text id = in.text(), check = in.text();
  std::vector<Value> out;
  if (!owned(unit, db, keys, now, id, check)) return Value::array();
  ZRange all{keys[1]};
  all.withscores = true;
  for (const ScoredMember& entry : unit.run(all, db)) {
    out.push_back(Value::bulk(entry.member));
    out.push_back(Value::bulk(std::to_string(static_cast<std::int64_t>(entry.score))));
  }
  return Value::array(std::move(out));
}

// ---- merge

constexpr Text merge_text = R"lua(
local items, most, moved = tonumber(ARGV[4]), tonumber(ARGV[5]), 0
if not owned() then return {0, 0} end
local all = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
for i = 1, #all, 2 do
  local there = tonumber(redis.call('ZSCORE', KEYS[3], all[i]) or 0)
  if there > 0 or redis.call('ZCARD', KEYS[3]) < items then
    redis.call('ZADD', KEYS[3], int(math.min(most, there + tonumber(all[i + 1]))), all[i])
    redis.call('ZREM', KEYS[2], all[i])
    moved = moved + 1
  end
end
if 2 * moved < #all then return {2, moved} end
return {1, moved}
)lua";

Value merge_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text id = in.text(), check = in.text();
  std::int64_t items = in.integer(), most = in.integer(), moved = 0;
  auto result = [&](int outcome) { return Value::array({Value::integer(outcome), Value::integer(moved)}); };
  if (!owned(unit, db, keys, now, id, check)) return result(0);
  auto all = by_rank(unit, db, keys[1], 0, -1);
  for (const ScoredMember& entry : all) {
    std::int64_t there = count_in(unit, db, keys[2], entry.member);
    if (there == 0 && unit.run(ZCard{keys[2]}, db) >= items) continue;
    put(unit, db, keys[2], entry.member, std::min(most, there + static_cast<std::int64_t>(entry.score)));
    Text item = entry.member;
    run_for_effect(unit, ZRem{keys[1], {&item, 1}}, db);
    ++moved;
  }
  return result(moved < static_cast<std::int64_t>(all.size()) ? 2 : 1);
}

}  // namespace

const Procedure change_cart{"cart.change", change_body, lua_script<lua_tokens, lua_owner, change_text>};
const Procedure list_cart{"cart.list", list_body, lua_script<lua_tokens, lua_owner, list_text>};
const Procedure merge_cart{"cart.merge", merge_body, lua_script<lua_tokens, lua_owner, merge_text>};

}  // namespace playhead::identity
