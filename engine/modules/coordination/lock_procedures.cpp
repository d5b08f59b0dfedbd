#include "engine/modules/coordination/lock_procedures.h"

#include <algorithm>

#include "engine/modules/procedures/unit_calls.h"

namespace playhead::coordination {

namespace {

constexpr Text lua_lock = R"lua(
local lock, queue, alive = KEYS[1], KEYS[2], KEYS[3]
local h = redis.call('HMGET', lock, 'owner', 'ends', 'count', 'token')
local owner, ends, count, token = h[1] or '', tonumber(h[2] or '0'), tonumber(h[3] or '0'), tonumber(h[4] or '0')
local held = owner ~= '' and now < ends
local function put()
  redis.call('HSET', lock, 'owner', owner, 'ends', int(ends), 'count', int(count), 'token', int(token))
end
local function drop_waiter(waiter)
  redis.call('ZREM', alive, waiter)
  redis.call('ZREM', queue, waiter)
end
local function head()
  for _, waiter in ipairs(up_to(alive, 1000)) do drop_waiter(waiter) end
  return first(queue)
end
)lua";

class LockBody : public UnitCalls {
 public:
  LockBody(Unit& unit, std::uint16_t db, List<Text> keys, ArgumentReader& in)
      : UnitCalls(unit, db), now(read_time(unit, in)), lock(keys[0]), queue(keys[1]), alive(keys[2]) {
    owner = hget(lock, "owner").value_or("");
    ends = number(lock, "ends");
    count = number(lock, "count");
    token = number(lock, "token");
  }

  const Millis now;
  const Text lock, queue, alive;
  std::string owner;
  Millis ends = 0;
  std::int64_t count = 0, token = 0;

  bool held() const { return !owner.empty() && now < ends; }
  void put() {
    hset(lock, "owner", owner);
    set_number(lock, "ends", ends);
    set_number(lock, "count", count);
    set_number(lock, "token", token);
  }
  void drop_waiter(Text waiter) {
    zrem(alive, waiter);
    zrem(queue, waiter);
  }
  std::optional<std::string> head() {
    for (const ScoredMember& item : up_to(alive, now, 1000)) drop_waiter(item.member);
    auto found = first(queue);
    if (!found) return std::nullopt;
    return found->member;
  }
};

// ---- acquire

constexpr Text acquire_text = R"lua(
local me, lease, patience, life = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[5]), ARGV[7]
local next = head()
local again = held and owner == me and ARGV[6] == '1'
if again or not held and (not next or next == me) then
  if again then
    count, ends = count + 1, math.max(ends, now + lease)
  else
    owner, count, ends, token = me, 1, now + lease, math.max(token + 1, now)
  end
  put()
  redis.call('PEXPIRE', lock, life)
  drop_waiter(me)
  return {1, token, ends, count, now}
end
if ARGV[4] == '1' then
  if not redis.call('ZSCORE', queue, me) then
    redis.call('ZADD', queue, redis.call('HINCRBY', lock, 'ticket', 1), me)
    redis.call('PEXPIRE', queue, life)
  end
  redis.call('ZADD', alive, int(now + patience), me)
  redis.call('PEXPIRE', alive, life)
end
local look = ends
if not held then look = tonumber(redis.call('ZSCORE', alive, next)) end
return {0, look, 0, 0, now}
)lua";

Value grant(LockBody& l, Text me, Millis lease, bool again, Millis life) {
  if (again) {
    ++l.count;
    l.ends = std::max(l.ends, l.now + lease);
  } else {
    l.owner = me;
    l.count = 1;
    l.ends = l.now + lease;
    l.token = std::max(l.token + 1, l.now);
  }
  l.put();
  l.pexpire(l.lock, life);
  l.drop_waiter(me);
  return Value::array({Value::integer(1), Value::integer(l.token), Value::integer(l.ends),
                       Value::integer(l.count), Value::integer(l.now)});
}

Value acquire_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  LockBody l(unit, db, keys, in);
  Text me = in.text();
  Millis lease = in.integer();
  bool wait = in.integer() == 1;
  Millis patience = in.integer();
  bool reentrant = in.integer() == 1;
  Millis life = in.integer();
  auto next = l.head();
  bool again = l.held() && l.owner == me && reentrant;
  if (again || (!l.held() && (!next || *next == me))) return grant(l, me, lease, again, life);
  if (wait) {
    if (!l.zscore(l.queue, me)) {
      l.zadd(l.queue, l.hincrby(l.lock, "ticket", 1), me);
      l.pexpire(l.queue, life);
    }
    l.zadd(l.alive, l.now + patience, me);
    l.pexpire(l.alive, life);
  }
  Millis look = l.held() ? l.ends : static_cast<Millis>(l.zscore(l.alive, *next).value());
  return Value::array(
      {Value::integer(0), Value::integer(look), Value::integer(0), Value::integer(0), Value::integer(l.now)});
}

// ---- release, leave

constexpr Text release_text = R"lua(
if owner ~= ARGV[2] then return {0, 0, ''} end
if held and count > 1 then
  count = count - 1
  put()
  return {1, count, ''}
end
owner, ends, count = '', 0, 0
put()
return {held and 1 or 0, 0, head() or ''}
)lua";

Value release_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  LockBody l(unit, db, keys, in);
  bool held = l.held();
  if (l.owner != in.text()) return Value::array({Value::integer(0), Value::integer(0), Value::bulk("")});
  if (held && l.count > 1) {
    --l.count;
    l.put();
    return Value::array({Value::integer(1), Value::integer(l.count), Value::bulk("")});
  }
  l.owner.clear();
  l.ends = l.count = 0;
  l.put();
  return Value::array(
      {Value::integer(held ? 1 : 0), Value::integer(0), Value::bulk(l.head().value_or(std::string()))});
}

constexpr Text leave_text = R"lua(
drop_waiter(ARGV[2])
if held then return '' end
return head() or ''
)lua";

Value leave_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  LockBody l(unit, db, keys, in);
  l.drop_waiter(in.text());
  return Value::bulk(l.held() ? std::string() : l.head().value_or(std::string()));
}

// ---- extend, raise, state

constexpr Text extend_text = R"lua(
if not held or owner ~= ARGV[2] then return false end
ends = now + tonumber(ARGV[3])
put()
redis.call('PEXPIRE', lock, ARGV[4])
return ends
)lua";

Value extend_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  LockBody l(unit, db, keys, in);
  if (!l.held() || l.owner != in.text()) return {};
  l.ends = l.now + in.integer();
  l.put();
  l.pexpire(l.lock, in.integer());
  return Value::integer(l.ends);
}

constexpr Text raise_text = R"lua(
if not held or owner ~= ARGV[2] then return false end
token = math.max(token, tonumber(ARGV[3]))
put()
return token
)lua";

Value raise_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  LockBody l(unit, db, keys, in);
  if (!l.held() || l.owner != in.text()) return {};
  l.token = std::max(l.token, in.integer());
  l.put();
  return Value::integer(l.token);
}

constexpr Text state_text = R"lua(
return {held and 1 or 0, ends, count, token, redis.call('ZCARD', queue)}
)lua";

Value state_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  LockBody l(unit, db, keys, in);
  return Value::array({Value::integer(l.held() ? 1 : 0), Value::integer(l.ends), Value::integer(l.count),
                       Value::integer(l.token), Value::integer(l.zcard(l.queue))});
}

}  // namespace

const Procedure lock_acquire{"lock.acquire", acquire_body, lua_script<lua_due, lua_lock, acquire_text>};
const Procedure lock_release{"lock.release", release_body, lua_script<lua_due, lua_lock, release_text>};
const Procedure lock_extend{"lock.extend", extend_body, lua_script<lua_due, lua_lock, extend_text>};
const Procedure lock_leave{"lock.leave", leave_body, lua_script<lua_due, lua_lock, leave_text>};
const Procedure lock_raise{"lock.raise", raise_body, lua_script<lua_due, lua_lock, raise_text>};
const Procedure lock_state{"lock.state", state_body, lua_script<lua_due, lua_lock, state_text>};

}  // namespace playhead::coordination
