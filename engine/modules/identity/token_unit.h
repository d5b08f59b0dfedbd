#pragma once
// What the procedures on the tokens of one user share: a class for their bodies, and a text for their scripts.
//
// Keys: the user's tokens (token_record.h), when tokens of the shard were last used (group id, by time), those that
// were dropped and whose lists have to go (ids). The last argument is the user's group; empty: nothing is kept of the
// last two.
#include <algorithm>

#include "engine/modules/identity/bearer.h"
#include "engine/modules/identity/token_record.h"
#include "engine/store/secure_bytes.h"
#include "playhead/modules/procedure.h"

namespace playhead::identity {

/// Ids of dropped tokens that wait for their lists to be removed, per shard: the newest so many.
inline constexpr std::int64_t most_dropped = 100'000;

// In Lua equal strings are one object: == does not look at their bytes, so that its time tells nothing of a
// check.
inline constexpr Text lua_tokens = R"lua(
local group = ARGV[#ARGV]
local function parse(record)
  local number, issued, seen, absolute, idle, grace, rest = string.match(record, '^(%w+):(%w+):(%w+):(%w+):(%w+):(%w+):(.*)$')
  issued = tonumber(issued, 36)
  return {number = tonumber(number, 36), issued = issued, seen = issued + tonumber(seen, 36), absolute = issued + tonumber(absolute, 36),
          idle = tonumber(idle, 36), grace = tonumber(grace, 36), check = string.sub(rest, 1, 16), data = string.sub(rest, 17)}
end
local function base36(n)
  local out = ''
  repeat
    local digit = n % 36
    out = string.sub('0123456789abcdefghijklmnopqrstuvwxyz', digit + 1, digit + 1) .. out
    n = (n - digit) / 36
  until n == 0
  return out
end
local function print(t)
  return table.concat({base36(t.number), base36(t.issued), base36(t.seen - t.issued), base36(t.absolute - t.issued), base36(t.idle),
                       base36(t.grace), t.check .. t.data}, ':')
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
local function put(id, t)
  redis.call('HSET', KEYS[1], id, print(t))
  if group ~= '' then redis.call('ZADD', KEYS[2], int(t.seen), group .. id) end
end
local function drop(id)
  redis.call('HDEL', KEYS[1], id)
  if group ~= '' then
    redis.call('ZREM', KEYS[2], group .. id)
    if redis.call('RPUSH', KEYS[3], id) > 100000 then redis.call('LPOP', KEYS[3]) end
  end
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
  /// `group` is the last argument; empty: there is no index.
  UserTokens(Unit& unit, std::uint16_t db, List<Text> keys, Millis now, Text group)
      : unit_(unit), db_(db), keys_(keys), key_(keys[0]), group_(group), now_(now) {}

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
    if (group_.empty()) return;
    std::string name = std::string(group_) + std::string(id);
    ScoreMember seen{static_cast<double>(t.seen), name};
    run_for_effect(unit_, ZAdd{keys_[1], {&seen, 1}}, db_);
  }
  void drop(Text id) {
    run_for_effect(unit_, HDel{key_, {&id, 1}}, db_);
    if (!group_.empty()) forget(id);
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
  void forget(Text id) {
    std::string name = std::string(group_) + std::string(id);
    Text member = name;
    run_for_effect(unit_, ZRem{keys_[1], {&member, 1}}, db_);
    RPush push;
    push.key = keys_[2];
    push.elements = {&id, 1};
    if (unit_.run(push, db_) > most_dropped) run_for_effect(unit_, LPop{keys_[2]}, db_);
  }

  Unit& unit_;
  std::uint16_t db_;
  List<Text> keys_;
  Text key_, group_;
  Millis now_;
};

}  // namespace playhead::identity
