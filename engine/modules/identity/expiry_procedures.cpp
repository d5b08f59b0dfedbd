#include "engine/modules/identity/expiry_procedures.h"

#include <limits>

#include "engine/modules/identity/session_space.h"
#include "engine/modules/identity/session_unit.h"
#include "engine/modules/procedures/unit_calls.h"

namespace playhead::identity {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<ScoredMember> until(Unit& unit, std::uint16_t db, Text key, Millis time, std::int64_t count) {
  Score last{static_cast<double>(time), false};
  return unit.run(ZRangeByScore{key, {-infinity, false}, last, true, Limit{0, count}}, db);
}

// ---- due

constexpr Text due_text = R"lua(
local out = {now, -1, -1}
local later = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. int(now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
if later[2] then out[2] = tonumber(later[2]) end
local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
if first[2] then out[3] = tonumber(first[2]) end
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(now), 'LIMIT', 0, ARGV[2])) do
  out[#out + 1] = member
end
return out
)lua";

Value due_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  std::int64_t count = in.integer();
  std::vector<Value> out = {Value::integer(now), Value::integer(-1), Value::integer(-1)};
  Score behind{static_cast<double>(now), true};
  auto later = unit.run(ZRangeByScore{keys[0], behind, {infinity, false}, true, Limit{0, 1}}, db);
  if (!later.empty()) out[1] = Value::integer(static_cast<Millis>(later[0].score));
  auto events = by_rank(unit, db, keys[1], 0, 0);
  if (!events.empty()) out[2] = Value::integer(static_cast<Millis>(events[0].score));
  for (const ScoredMember& item : until(unit, db, keys[0], now, count))
    out.push_back(Value::bulk(item.member));
  return Value::array(std::move(out));
}

// ---- expire

constexpr Text expire_text = R"lua(
local gone, reason = 0, ARGV[5]
for i = 6, #ARGV do
  local id = string.sub(ARGV[i], 17)
  hash, group = KEYS[i - 2], string.sub(ARGV[i], 1, 16)
  local t = load(id)
  if not t then
    redis.call('ZREM', due, ARGV[i])
  elseif reason ~= '' then
    dismiss(t, reason)
    gone = gone + 1
  elseif not living(id, '') then
    gone = gone + 1
  end
end
return gone
)lua";

Value expire_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  UserSessions sessions(unit, db, keys, in);
  Text reason = in.text();
  std::int64_t gone = 0;
  List<Text> members = in.rest();
  for (std::size_t i = 0; i < members.size(); ++i) {
    Text id = members[i].substr(half_digest);
    sessions.turn_to(keys[3 + i], members[i].substr(0, half_digest));
    auto t = sessions.load(id);
    if (!t) {
      sessions.forget_end(id);
    } else if (!reason.empty()) {
      sessions.dismiss(*t, reason);
      ++gone;
    } else if (!sessions.living(id, "")) {
      ++gone;
    }
  }
  return Value::integer(gone);
}

// ---- claim

constexpr Text claim_text = R"lua(
local ends = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(now), 'LIMIT', 0, ARGV[2])
for _, member in ipairs(ends) do redis.call('ZADD', KEYS[1], int(now + tonumber(ARGV[3])), member) end
return ends
)lua";

Value claim_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  std::int64_t count = in.integer();
  Millis lease = in.integer();
  std::vector<Value> out;
  for (const ScoredMember& item : until(unit, db, keys[0], now, count)) {
    ScoreMember claimed{static_cast<double>(now + lease), item.member};
    run_for_effect(unit, ZAdd{keys[0], {&claimed, 1}}, db);
    out.push_back(Value::bulk(item.member));
  }
  return Value::array(std::move(out));
}

std::vector<std::string> strings(const Value& reply, std::size_t from) {
  std::vector<std::string> out;
  const auto& parts = list_of(reply);
  for (std::size_t i = from; i < parts.size(); ++i) out.push_back(parts[i].to_string());
  return out;
}

}  // namespace

const Procedure due_sessions{"sessions.due", due_body, lua_script<due_text>};
const Procedure expire_sessions{"sessions.expire", expire_body, lua_script<lua_sessions, expire_text>};
const Procedure claim_ends{"sessions.claim", claim_body, lua_script<claim_text>};

ExpiryCall::ExpiryCall(const Namespace& space, const SessionOptions& options, std::uint16_t shard,
                       std::optional<Millis> now)
    : space_(space),
      options_(options),
      shard_(shard),
      now_(now ? *now : space.time()),
      due_key_(shard_key(space, options, shard, "due")),
      ended_key_(shard_key(space, options, shard, "ended")) {}

ExpiryCall::Due ExpiryCall::due(std::int64_t count) const {
  ArgumentWriter args(now_);
  args.integer(count);
  Value reply = space_.invoke(due_sessions, {due_key_, ended_key_}, args);
  const auto& parts = list_of(reply);
  return {parts.at(0).to_integer(), parts.at(1).to_integer(), parts.at(2).to_integer(), strings(reply, 3)};
}

std::vector<std::string> ExpiryCall::first(std::int64_t count) const {
  ZRange range{due_key_};
  std::string stop = std::to_string(count - 1);
  range.range.stop = stop;
  std::vector<std::string> out;
  for (ScoredMember& item : space_.run(range)) out.push_back(std::move(item.member));
  return out;
}

std::int64_t ExpiryCall::expire(const std::vector<std::string>& members, Text reason) const {
  std::vector<std::string> keys;
  for (const std::string& member : members)
    keys.push_back(user_key(space_, options_, {member.substr(0, half_digest), shard_}));
  std::vector<Text> names = {keys.at(0), due_key_, ended_key_};
  names.insert(names.end(), keys.begin(), keys.end());
  ArgumentWriter args(now_);
  args.text("").integer(options_.slack).integer(options_.kept_events).text(reason);
  for (const std::string& member : members) args.text(member);
  return space_.invoke(expire_sessions, names, args).to_integer();
}

std::vector<std::string> ExpiryCall::claim(std::int64_t count, Millis lease) const {
  ArgumentWriter args(now_);
  args.integer(count).integer(lease);
  return strings(space_.invoke(claim_ends, {ended_key_}, args), 0);
}

void ExpiryCall::forget(const std::vector<std::string>& ends) const {
  if (ends.empty()) return;
  std::vector<Text> members(ends.begin(), ends.end());
  static_cast<void>(space_.run(ZRem{ended_key_, members}));
}

}  // namespace playhead::identity
