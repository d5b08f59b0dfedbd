#include "engine/modules/activity/activity_procedures.h"

#include "engine/modules/procedures/unit_calls.h"
#include "playhead/modules/page.h"

namespace playhead::activity {

namespace {

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
  UnitCalls calls(unit, db);
  std::vector<Value> out;
  for (const ScoredMember& item : read_page(unit, db, keys[0], in)) {
    out.push_back(Value::bulk(item.member));
    out.push_back(Value::integer(static_cast<std::int64_t>(item.score)));
    out.push_back(Value::integer(calls.number(keys[1], item.member)));
    out.push_back(Value::integer(calls.number(keys[2], item.member)));
  }
  return Value::array(std::move(out));
}

// ---- distinct

// A union is counted by storing it: as a reply it would be a table of all members.
constexpr Text distinct_text = R"lua(
if #KEYS == 2 then return redis.call('SCARD', KEYS[2]) end
local count = redis.call('SUNIONSTORE', KEYS[1], unpack(KEYS, 2))
redis.call('UNLINK', KEYS[1])
return count
)lua";

Value distinct_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  if (keys.size() == 2) return Value::integer(unit.run(SCard{keys[1]}, db));
  return Value::integer(static_cast<std::int64_t>(unit.run(SUnion{keys.subspan(1)}, db).items.size()));
}

}  // namespace

const Procedure read_history{"activity.history", history_body, lua_script<lua_page, history_text>};
const Procedure count_distinct{"activity.distinct", distinct_body, lua_script<distinct_text>};

}  // namespace playhead::activity
