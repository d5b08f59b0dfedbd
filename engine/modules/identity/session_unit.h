#pragma once
// What the procedures on sessions share: a class for their bodies, and a text for their scripts, one function for one.
//
// Keys: the user's sessions, when sessions of the shard end, those that have ended (session_record.h). Arguments after
// the time: the user's group, the slack, how many ended sessions are kept.
#include "engine/modules/identity/session_record.h"
#include "playhead/modules/procedure.h"

namespace playhead::identity {

class UserSessions {
 public:
  /// Reads the shared arguments.
  UserSessions(Unit& unit, std::uint16_t db, List<Text> keys, ArgumentReader& args);

  Millis now() const { return now_; }
  std::optional<SessionRecord> load(Text id) const;
  /// One that may be used, and its global one if it has one (else itself). What is found to have ended is dismissed.
  struct Found {
    SessionRecord session;
    std::optional<SessionRecord> global;  ///< of a session of an application
    SessionRecord& root() { return global ? *global : session; }
  };
  std::optional<Found> living(Text id, Text check);
  void put(const SessionRecord& t);
  /// Takes it out, with the sessions of applications below it; with a reason, somebody will be told. Idempotent.
  void dismiss(const SessionRecord& t, Text reason);
  /// It gets another id.
  void forget_id(Text id);
  void touch(SessionRecord& t, Millis interval);
  /// Oldest first.
  std::vector<SessionRecord> all() const;
  std::vector<SessionRecord> apps_of(Text id) const;

  std::int64_t size() const { return unit_.run(HLen{hash_}, db_); }
  std::string user() const { return unit_.run(HGet{hash_, "u"}, db_).value_or(""); }
  void set_user(Text user);
  std::int64_t next_number() { return unit_.run(HIncrBy{hash_, "n", 1}, db_); }
  /// Forgets a few that ended so long ago that their records have gone.
  void forget_overdue();
  /// Turns to another user of the shard.
  void turn_to(Text hash_key, Text group) {
    hash_ = hash_key;
    group_ = group;
  }
  void forget_end(Text id);

 private:
  void tell_end(const SessionRecord& t, Text reason, Text user);

  Unit& unit_;
  std::uint16_t db_;
  Text hash_, due_, ended_, group_;
  Millis now_ = 0, slack_ = 0;
  std::int64_t kept_ = 0;
};

// In Lua equal strings are one object: == does not look at their bytes, so that its time tells nothing of a check.
inline constexpr Text lua_sessions = R"lua(
local hash, due, ended, group, slack, kept = KEYS[1], KEYS[2], KEYS[3], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local function unpack_texts(packed, i)
  local out = {}
  while i <= #packed do
    local colon = string.find(packed, ':', i, true)
    local size = tonumber(string.sub(packed, i, colon - 1))
    out[#out + 1] = string.sub(packed, colon + 1, colon + size)
    i = colon + size + 1
  end
  return out
end
local function pack(texts)
  local out = {}
  for i, text in ipairs(texts) do out[i] = #text .. ':' .. text end
  return table.concat(out)
end
local function parse(id, record)
  local number, version, issued, seen, absolute, idle, authenticated, apps, rest =
    string.match(record, '^(%d+):(%d+):(%d+):(%d+):(%d+):(%d+):(%d+):(%d+):(.*)$')
  local texts = unpack_texts(rest, 17)
  local fields = {}
  for i = 3, #texts do fields[i - 2] = texts[i] end
  return {id = id, number = tonumber(number), version = tonumber(version), issued = tonumber(issued), seen = tonumber(seen),
          absolute = tonumber(absolute), idle = tonumber(idle), authenticated = tonumber(authenticated), apps = tonumber(apps),
          check = string.sub(rest, 1, 16), parent = texts[1], app = texts[2], fields = fields}
end
local function print(t)
  local numbers = {int(t.number), int(t.version), int(t.issued), int(t.seen), int(t.absolute), int(t.idle),
                   int(t.authenticated), int(t.apps)}
  return table.concat(numbers, ':') .. ':' .. t.check .. pack({t.parent, t.app}) .. pack(t.fields)
end
local function finish(t) return math.min(t.absolute, t.seen + t.idle) end
local function reason_of(t) return t.absolute <= t.seen + t.idle and 'absolute' or 'idle' end
local function load(id)
  local record = redis.call('HGET', hash, id)
  return record and parse(id, record)
end
local function all()
  local items, flat = {}, redis.call('HGETALL', hash)
  for i = 1, #flat, 2 do
    if #flat[i] == 16 then items[#items + 1] = parse(flat[i], flat[i + 1]) end
  end
  table.sort(items, function(a, b) return a.number < b.number end)
  return items
end
local function apps_of(id)
  local items = {}
  for _, t in ipairs(all()) do
    if t.parent == id then items[#items + 1] = t end
  end
  return items
end
local function put(t)
  redis.call('HSET', hash, t.id, print(t))
  redis.call('ZADD', due, int(finish(t)), group .. t.id)
  local left = math.max(1, finish(t) - now + slack)
  if redis.call('PTTL', hash) < left then redis.call('PEXPIRE', hash, int(left)) end
end
local function tell_end(t, reason, user)
  local numbers = table.concat({reason, int(math.min(now, finish(t))), int(t.issued), int(t.seen)}, ':')
  redis.call('ZADD', ended, int(now), numbers .. ':' .. t.id .. pack({t.app}) .. user)
  local excess = redis.call('ZCARD', ended) - kept
  if excess > 0 then redis.call('ZREMRANGEBYRANK', ended, 0, excess - 1) end
end
local function forget_id(id)
  redis.call('HDEL', hash, id)
  redis.call('ZREM', due, group .. id)
end
local function dismiss(t, reason)
  if redis.call('HEXISTS', hash, t.id) == 0 then return end
  local user = redis.call('HGET', hash, 'u')
  forget_id(t.id)
  if reason ~= '' then tell_end(t, reason, user) end
  if t.apps > 0 then
    for _, app in ipairs(apps_of(t.id)) do dismiss(app, reason) end
  end
  if redis.call('HLEN', hash) == 2 then redis.call('DEL', hash) end
end
local function living(id, check)
  local t = load(id)
  if not t or (check ~= '' and t.check ~= check) then return nil end
  local root = t
  if t.parent ~= '' then root = load(t.parent) end
  if root and now >= finish(root) then
    dismiss(root, reason_of(root))
    return nil
  end
  if not root or now >= finish(t) then
    dismiss(t, reason_of(t))
    return nil
  end
  return t, root
end
local function touch(t, interval)
  if interval < 0 or now - t.seen < interval then return end
  t.seen = now
  put(t)
end
)lua";

}  // namespace playhead::identity
