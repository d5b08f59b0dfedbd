#include "engine/modules/identity/token_procedures.h"

#include <algorithm>

#include "engine/modules/identity/token_unit.h"

namespace playhead::identity {

namespace {

// ---- issue

constexpr Text issue_text = R"lua(
local user, id, limit, slack = ARGV[2], ARGV[3], tonumber(ARGV[7]), tonumber(ARGV[8])
if redis.call('HLEN', KEYS[1]) >= limit + 2 then
  local good = {}
  for _, t in ipairs(all()) do
    if now < finish(t) then good[#good + 1] = t else drop(t.id) end
  end
  for i = 1, #good - limit + 1 do drop(good[i].id) end
end
local t = {number = redis.call('HINCRBY', KEYS[1], 'n', 1), issued = now, seen = now, absolute = now + tonumber(ARGV[6]),
           idle = tonumber(ARGV[5]), grace = 0, check = ARGV[4], data = ARGV[9]}
redis.call('HSET', KEYS[1], 'u', user)
put(id, t)
keep_key(t, slack)
return t.absolute
)lua";

void make_room(UserTokens& tokens, Millis now, std::int64_t limit) {
  if (tokens.size() < limit + 2) return;
  std::vector<std::string> good;
  for (const NamedToken& t : tokens.all())
    if (t.good(now))
      good.push_back(t.id);
    else
      tokens.drop(t.id);
  for (std::size_t i = 0; i + static_cast<std::size_t>(limit) < good.size() + 1; ++i) tokens.drop(good[i]);
}

Value issue_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text user = in.text(), id = in.text();
  TokenRecord t;
  t.check = in.text();
  t.idle = in.integer();
  t.issued = t.seen = now;
  t.absolute = now + in.integer();
  std::int64_t limit = in.integer();
  Millis slack = in.integer();
  t.data = in.text();
  UserTokens tokens(unit, db, keys, now, args.back());
  make_room(tokens, now, limit);
  t.number = tokens.next_number();
  tokens.set_user(user);
  tokens.put(id, t);
  tokens.keep_key(t, slack);
  return Value::integer(t.absolute);
}

// ---- validate

constexpr Text validate_text = R"lua(
local id = ARGV[2]
local t = find(id, ARGV[3])
if not t then return false end
if now >= finish(t) then
  drop(id)
  return false
end
if now - t.seen >= tonumber(ARGV[4]) then
  t.seen = now
  put(id, t)
  keep_key(t, tonumber(ARGV[5]))
end
return {redis.call('HGET', KEYS[1], 'u'), t.issued, t.seen, finish(t), t.data}
)lua";

Value validate_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text id = in.text(), check = in.text();
  Millis interval = in.integer(), slack = in.integer();
  UserTokens tokens(unit, db, keys, now, args.back());
  auto t = tokens.find(id, check);
  if (!t) return {};
  if (!t->good(now)) {
    tokens.drop(id);
    return {};
  }
  if (now - t->seen >= interval) {
    t->seen = now;
    tokens.put(id, *t);
    tokens.keep_key(*t, slack);
  }
  return Value::array({Value::bulk(tokens.user()), Value::integer(t->issued), Value::integer(t->seen),
                       Value::integer(t->end()), Value::bulk(t->data)});
}

// ---- rotate

constexpr Text rotate_text = R"lua(
local id, grace = ARGV[2], tonumber(ARGV[6])
local old = find(id, ARGV[3])
if not old or old.grace ~= 0 or now >= finish(old) then return false end
local t = {number = redis.call('HINCRBY', KEYS[1], 'n', 1), issued = now, seen = now, absolute = old.absolute, idle = old.idle,
           grace = 0, check = ARGV[5], data = old.data}
put(ARGV[4], t)
if grace == 0 then
  drop(id)
else
  old.grace = now + grace
  put(id, old)
end
keep_key(t, tonumber(ARGV[7]))
return t.absolute
)lua";

Value rotate_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text id = in.text(), check = in.text(), new_id = in.text(), new_check = in.text();
  Millis grace = in.integer(), slack = in.integer();
  UserTokens tokens(unit, db, keys, now, args.back());
  auto old = tokens.find(id, check);
  if (!old || old->grace != 0 || !old->good(now)) return {};
  TokenRecord t = *old;
  t.number = tokens.next_number();
  t.issued = t.seen = now;
  t.check = new_check;
  tokens.put(new_id, t);
  if (grace == 0) {
    tokens.drop(id);
  } else {
    old->grace = now + grace;
    tokens.put(id, *old);
  }
  tokens.keep_key(t, slack);
  return Value::integer(t.absolute);
}

// ---- revoke

constexpr Text revoke_text = R"lua(
local t = find(ARGV[2], ARGV[3])
if not t then return 0 end
drop(ARGV[2])
if now < finish(t) then return 1 end
return 0
)lua";

Value revoke_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text id = in.text(), check = in.text();
  UserTokens tokens(unit, db, keys, now, args.back());
  auto t = tokens.find(id, check);
  if (!t) return Value::integer(0);
  tokens.drop(id);
  return Value::integer(t->good(now) ? 1 : 0);
}

constexpr Text revoke_all_text = R"lua(
local keep = ARGV[2]
if keep ~= '' then
  local t = find(keep, ARGV[3])
  if not t or now >= finish(t) then return 0 end
end
local good = 0
for _, t in ipairs(all()) do
  if t.id ~= keep then
    if now < finish(t) then good = good + 1 end
    drop(t.id)
  end
end
return good
)lua";

Value revoke_all_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text keep = in.text(), check = in.text();
  UserTokens tokens(unit, db, keys, now, args.back());
  if (!keep.empty()) {
    auto t = tokens.find(keep, check);
    if (!t || !t->good(now)) return Value::integer(0);
  }
  std::int64_t good = 0;
  for (const NamedToken& t : tokens.all()) {
    if (t.id == keep) continue;
    if (t.good(now)) ++good;
    tokens.drop(t.id);
  }
  return Value::integer(good);
}

// ---- list

constexpr Text list_text = R"lua(
local out = {}
for _, t in ipairs(all()) do
  if now < finish(t) then
    for _, part in ipairs({t.id, t.issued, t.seen, finish(t), t.data}) do out[#out + 1] = part end
  end
end
return out
)lua";

Value list_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  std::vector<Value> out;
  for (const NamedToken& t : UserTokens(unit, db, keys, now, args.back()).all()) {
    if (!t.good(now)) continue;
    out.push_back(Value::bulk(t.id));
    for (Millis time : {t.issued, t.seen, t.end()}) out.push_back(Value::integer(time));
    out.push_back(Value::bulk(t.data));
  }
  return Value::array(std::move(out));
}

// ---- viewed

constexpr Text view_text = R"lua(
local id = ARGV[2]
local t = find(id, ARGV[3])
if not t then return 0 end
if now >= finish(t) then
  drop(id)
  return 0
end
if now - t.seen >= tonumber(ARGV[4]) then
  t.seen = now
  put(id, t)
  keep_key(t, tonumber(ARGV[5]))
end
redis.call('ZADD', KEYS[4], int(now), ARGV[6])
redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -1 - tonumber(ARGV[7]))
redis.call('PEXPIRE', KEYS[4], int(math.max(1, t.absolute - now + tonumber(ARGV[5]))))
return 1
)lua";

Value view_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text id = in.text(), check = in.text();
  Millis interval = in.integer(), slack = in.integer();
  Text item = in.text();
  std::int64_t limit = in.integer();
  UserTokens tokens(unit, db, keys, now, args.back());
  auto t = tokens.find(id, check);
  if (!t) return Value::integer(0);
  if (!t->good(now)) {
    tokens.drop(id);
    return Value::integer(0);
  }
  if (now - t->seen >= interval) {
    t->seen = now;
    tokens.put(id, *t);
    tokens.keep_key(*t, slack);
  }
  ScoreMember viewed{static_cast<double>(now), item};
  run_for_effect(unit, ZAdd{keys[3], {&viewed, 1}}, db);
  run_for_effect(unit, ZRemRangeByRank{keys[3], 0, -1 - limit}, db);
  PExpire expire;
  expire.key = keys[3];
  expire.time = std::max<Millis>(1, t->absolute - now + slack);
  run_for_effect(unit, expire, db);
  return Value::integer(1);
}

constexpr Text viewed_text = R"lua(
local t = find(ARGV[2], ARGV[3])
if not t or now >= finish(t) then return {} end
return redis.call('ZREVRANGE', KEYS[4], 0, -1, 'WITHSCORES')
)lua";

Value viewed_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text id = in.text(), check = in.text();
  auto t = UserTokens(unit, db, keys, now, args.back()).find(id, check);
  std::vector<Value> out;
  if (!t || !t->good(now)) return Value::array();
  for (const ScoredMember& item : unit.run(ZRevRange{keys[3], 0, -1, true}, db)) {
    out.push_back(Value::bulk(item.member));
    out.push_back(Value::bulk(std::to_string(static_cast<Millis>(item.score))));
  }
  return Value::array(std::move(out));
}

// ---- clean-up

constexpr Text trim_text = R"lua(
local gone = 0
for i = 2, #ARGV, 2 do
  local member, key = ARGV[i], 3 + 3 * (i - 2) / 2
  if tonumber(redis.call('ZSCORE', KEYS[1], member) or -1) == tonumber(ARGV[i + 1]) then
    redis.call('ZREM', KEYS[1], member)
    redis.call('HDEL', KEYS[key], string.sub(member, 17))
    if redis.call('HLEN', KEYS[key]) == 2 then redis.call('DEL', KEYS[key]) end
    redis.call('DEL', KEYS[key + 1])
    redis.call('DEL', KEYS[key + 2])
    gone = gone + 1
  end
end
return gone
)lua";

Value trim_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  std::int64_t gone = 0;
  for (std::size_t key = 2; key + 2 < keys.size(); key += 3) {
    Text member = in.text();
    auto score = unit.run(ZScore{keys[0], member}, db);
    if (double seen = in.real(); !score || *score != seen) continue;
    run_for_effect(unit, ZRem{keys[0], {&member, 1}}, db);
    Text id = member.substr(half_digest);
    run_for_effect(unit, HDel{keys[key], {&id, 1}}, db);
    if (unit.run(HLen{keys[key]}, db) == 2) run_for_effect(unit, Del{keys.subspan(key, 1)}, db);
    run_for_effect(unit, Del{keys.subspan(key + 1, 2)}, db);
    ++gone;
  }
  return Value::integer(gone);
}

constexpr Text sweep_text = R"lua(
local gone = 0
for i = 2, #ARGV do
  if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[i] then return gone end
  redis.call('LPOP', KEYS[1])
  redis.call('DEL', KEYS[2 * i - 2])
  redis.call('DEL', KEYS[2 * i - 1])
  gone = gone + 1
end
return gone
)lua";

Value sweep_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  std::int64_t gone = 0;
  for (std::size_t i = 1; i < args.size(); ++i) {
    auto first = unit.run(LIndex{keys[0], 0}, db);
    if (!first || *first != args[i]) break;
    run_for_effect(unit, LPop{keys[0]}, db);
    run_for_effect(unit, Del{keys.subspan(2 * i - 1, 2)}, db);
    ++gone;
  }
  return Value::integer(gone);
}

}  // namespace

const Procedure issue_token{"tokens.issue", issue_body, lua_script<lua_tokens, issue_text>};
const Procedure validate_token{"tokens.validate", validate_body, lua_script<lua_tokens, validate_text>};
const Procedure rotate_token{"tokens.rotate", rotate_body, lua_script<lua_tokens, rotate_text>};
const Procedure revoke_token{"tokens.revoke", revoke_body, lua_script<lua_tokens, revoke_text>};
const Procedure revoke_tokens{"tokens.revoke_all", revoke_all_body, lua_script<lua_tokens, revoke_all_text>};
const Procedure list_tokens{"tokens.list", list_body, lua_script<lua_tokens, list_text>};
const Procedure view_item{"tokens.view", view_body, lua_script<lua_tokens, view_text>};
const Procedure viewed_items{"tokens.viewed", viewed_body, lua_script<lua_tokens, viewed_text>};
const Procedure trim_tokens{"tokens.trim", trim_body, lua_script<trim_text>};
const Procedure sweep_tokens{"tokens.sweep", sweep_body, lua_script<sweep_text>};

}  // namespace playhead::identity
