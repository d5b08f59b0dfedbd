#include "engine/modules/identity/token_procedures.h"

#include <algorithm>

#include "engine/modules/identity/token_record.h"
#include "engine/store/secure_bytes.h"
#include "playhead/modules/procedure.h"

namespace playhead::identity {

namespace {

// In Lua equal strings are one object: == does not look at their bytes, so that its time tells nothing of a
// check.
constexpr Text lua_tokens = R"lua(
local function parse(record)
  local number, issued, seen, absolute, idle, grace, rest = string.match(record, '^(%d+):(%d+):(%d+):(%d+):(%d+):(%d+):(.*)$')
  return {number = tonumber(number), issued = tonumber(issued), seen = tonumber(seen), absolute = tonumber(absolute),
          idle = tonumber(idle), grace = tonumber(grace), check = string.sub(rest, 1, 16), data = string.sub(rest, 17)}
end
local function print(t)
  return table.concat({int(t.number), int(t.issued), int(t.seen), int(t.absolute), int(t.idle), int(t.grace), t.check .. t.data}, ':')
end
local function finish(t)
  local at = math.min(t.absolute, t.seen + t.idle)
  if t.grace ~= 0 then at = math.min(at, t.grace) end
  return at
end
local function find(id, check)
  local record = redis.call('HGET', KEYS[1], id)
  local t = record and parse(record)
  if t and (check == '' or t.check == check) then return t end
  return nil
end
local function put(id, t) redis.call('HSET', KEYS[1], id, print(t)) end
local function drop(id)
  redis.call('HDEL', KEYS[1], id)
  if redis.call('HLEN', KEYS[1]) == 2 then redis.call('DEL', KEYS[1]) end
end
local function all()
  local items, fields = {}, redis.call('HGETALL', KEYS[1])
  for i = 1, #fields, 2 do
    if #fields[i] == 16 then
      local t = parse(fields[i + 1])
      t.id = fields[i]
      items[#items + 1] = t
    end
  end
  table.sort(items, function(a, b) return a.number < b.number end)
  return items
end
local function keep_key(t, slack)
  local left = math.max(1, math.min(t.absolute, t.seen + t.idle) - now + slack)
  if redis.call('PTTL', KEYS[1]) < left then redis.call('PEXPIRE', KEYS[1], int(left)) end
end
)lua";

// What the bodies share, one function for one of the script's.
class UserTokens {
 public:
  UserTokens(Unit& unit, std::uint16_t db, Text key, Millis now)
      : unit_(unit), db_(db), key_(key), now_(now) {}

  std::optional<TokenRecord> find(Text id, Text check) const {
    auto record = unit_.run(HGet{key_, id}, db_);
    if (!record) return std::nullopt;
    TokenRecord t = TokenRecord::parse(*record);
    if (!check.empty() && !same_secret(t.check, check)) return std::nullopt;
    return t;
  }
  void put(Text id, const TokenRecord& t) {
    std::string bytes = t.print();
    FieldValue item{id, bytes};
    run_for_effect(unit_, HSet{key_, {&item, 1}}, db_);
  }
  void drop(Text id) {
    run_for_effect(unit_, HDel{key_, {&id, 1}}, db_);
    if (size() == 2) drop_all();
  }
  void drop_all() { run_for_effect(unit_, Del{{&key_, 1}}, db_); }
  std::int64_t size() const { return unit_.run(HLen{key_}, db_); }
  std::string user() const { return unit_.run(HGet{key_, "u"}, db_).value_or(""); }
  std::int64_t next_number() { return unit_.run(HIncrBy{key_, "n", 1}, db_); }
  void set_user(Text user) {
    FieldValue item{"u", user};
    run_for_effect(unit_, HSet{key_, {&item, 1}}, db_);
  }
  /// In the order in which they were issued.
  std::vector<NamedToken> all() const {
    std::vector<NamedToken> items;
    for (auto& [field, value] : unit_.run(HGetAll{key_}, db_).items)
      if (field.size() == half_digest) items.push_back({TokenRecord::parse(value), std::move(field)});
    std::sort(items.begin(), items.end(),
              [](const NamedToken& a, const NamedToken& b) { return a.number < b.number; });
    return items;
  }
  void keep_key(const TokenRecord& t, Millis slack) {
    Millis left = std::max<Millis>(1, std::min(t.absolute, t.seen + t.idle) - now_ + slack);
    if (unit_.run(PTtl{{key_}}, db_) >= left) return;
    PExpire expire;
    expire.key = key_;
    expire.time = left;
    run_for_effect(unit_, expire, db_);
  }

 private:
  Unit& unit_;
  std::uint16_t db_;
  Text key_;
  Millis now_;
};

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
  UserTokens tokens(unit, db, keys[0], now);
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
  UserTokens tokens(unit, db, keys[0], now);
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
  UserTokens tokens(unit, db, keys[0], now);
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
  UserTokens tokens(unit, db, keys[0], now);
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
  UserTokens tokens(unit, db, keys[0], now);
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
  for (const NamedToken& t : UserTokens(unit, db, keys[0], now).all()) {
    if (!t.good(now)) continue;
    out.push_back(Value::bulk(t.id));
    for (Millis time : {t.issued, t.seen, t.end()}) out.push_back(Value::integer(time));
    out.push_back(Value::bulk(t.data));
  }
  return Value::array(std::move(out));
}

}  // namespace

const Procedure issue_token{"tokens.issue", issue_body, lua_script<lua_tokens, issue_text>};
const Procedure validate_token{"tokens.validate", validate_body, lua_script<lua_tokens, validate_text>};
const Procedure rotate_token{"tokens.rotate", rotate_body, lua_script<lua_tokens, rotate_text>};
const Procedure revoke_token{"tokens.revoke", revoke_body, lua_script<lua_tokens, revoke_text>};
const Procedure revoke_tokens{"tokens.revoke_all", revoke_all_body, lua_script<lua_tokens, revoke_all_text>};
const Procedure list_tokens{"tokens.list", list_body, lua_script<lua_tokens, list_text>};

}  // namespace playhead::identity
