#pragma once
// An entry of a Cache, a hash of these fields:
//
//     v  the value                      n  "1": there is no such thing (instead of v)
//     f  fresh until                    h  may be shown until, though stale
//     a  refreshed ahead from           d  how long its load took, in milliseconds
//     s  the invalidation of tags that it knows of        #TAG  it has that tag
//     l  receipt of the lease           u  until when the lease lasts
//     q  what s will be                 x  "1": the lease is a writer's; "2": writers have met
//     w  how many wait for the lease    e  a load has failed: no other one before
//
// and the zset of a shard's tags: tag -> the invalidation that hit it last. Invalidations are numbered by the time, or by the
// last number + 1 if that is greater; a zset that has expired counts as 0, since by then all entries from before have ended.
#include "playhead/modules/procedure.h"
#include "playhead/store.h"

namespace playhead::caching {

/// What is to be stored, as arguments: receipt ("": whatever the lease), kind ("v", "n", or "-" for nothing), value, lifetime, how long it
/// may be shown after that, how long before its end it is refreshed ahead, duration of the load, number of tags, tags.
struct Storing {
  explicit Storing(ArgumentReader& in);
  Text receipt, kind, value;
  Millis ttl = 0, stale = 0, ahead = 0, took = 0;
  std::vector<Text> tags;
};

struct CacheEntry {
  std::optional<std::string> value;
  bool null = false;
  Millis fresh_until = 0, shown_until = 0, ahead_from = 0, took = 0, known = 0;
  std::vector<std::string> tags;
  std::string lease;
  Millis lease_until = 0, lease_known = 0;
  std::string writers;
  std::int64_t waiters = 0;
  Millis paused_until = 0;

  bool filled() const { return value || null; }
};

/// The entries of one shard, inside a unit. One function for one of lua_cache_entries.
class CacheEntries {
 public:
  CacheEntries(Unit& unit, std::uint16_t db, Text tags, Millis now, Millis slack)
      : unit_(unit), db_(db), tags_(tags), now_(now), slack_(slack) {}
  CacheEntry read(Text key);
  /// Whether none of the tags was invalidated after `known`.
  bool untouched(const std::vector<std::string>& tags, Millis known);
  bool valid(const CacheEntry& e);
  /// The number of the last invalidation of tags.
  Millis last();
  void set(Text key, std::initializer_list<FieldValue> fields);
  void remove(Text key);
  /// Lets a key live for so long and the slack.
  void keep(Text key, Millis left);
  void wake(Text signal, std::int64_t waiters);
  /// 1: done; 0: the receipt is no good.
  std::int64_t store(Text key, Text signal, const Storing& what);

 private:
  Unit& unit_;
  std::uint16_t db_;
  Text tags_;
  Millis now_, slack_;
};

/// Needs KEYS[1] to be the tags, and takes the second argument away: how much longer keys live than what they hold counts.
inline constexpr Text lua_cache_entries = R"lua(
local slack = tonumber(table.remove(ARGV, 2))
local function read(key)
  local e, flat = {tags = {}}, redis.call('HGETALL', key)
  for i = 1, #flat, 2 do
    local field = flat[i]
    if string.sub(field, 1, 1) == '#' then e.tags[#e.tags + 1] = string.sub(field, 2) else e[field] = flat[i + 1] end
  end
  return e
end
local function at(e, field) return tonumber(e[field] or '0') end
local function untouched(tags, known)
  for _, tag in ipairs(tags) do
    local hit = redis.call('ZSCORE', KEYS[1], tag)
    if hit and tonumber(hit) > known then return false end
  end
  return true
end
local function valid(e)
  return (e.v or e.n) and at(e, 'h') > now and untouched(e.tags, at(e, 's'))
end
local function last()
  local first = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return first[2] and tonumber(first[2]) or 0
end
local function keep(key, left) redis.call('PEXPIRE', key, int(left + slack)) end
local function wake(signal, waiters)
  for _ = 1, waiters do redis.call('RPUSH', signal, '') end
  if waiters > 0 then keep(signal, 0) end
end
local function storing(i)
  local s = {receipt = ARGV[i], kind = ARGV[i + 1], value = ARGV[i + 2], ttl = tonumber(ARGV[i + 3]),
             stale = tonumber(ARGV[i + 4]), ahead = tonumber(ARGV[i + 5]), took = ARGV[i + 6], tags = {}}
  local count = tonumber(ARGV[i + 7])
  for n = 1, count do s.tags[n] = ARGV[i + 7 + n] end
  return s, i + 8 + count
end
local function store(key, signal, s)
  local e = read(key)
  if s.receipt ~= '' and e.l ~= s.receipt then return 0 end
  local known = last()
  if s.receipt ~= '' then known = at(e, 'q') end
  redis.call('DEL', key)
  wake(signal, at(e, 'w'))
  if s.receipt ~= '' and e.x == '2' then return 1 end
  if not untouched(s.tags, known) then return 0 end
  if s.kind == '-' then return 1 end
  redis.call('HSET', key, s.kind, s.kind == 'v' and s.value or '1', 'f', int(now + s.ttl), 'h', int(now + s.ttl + s.stale),
             'a', int(now + s.ttl - s.ahead), 'd', s.took, 's', int(known))
  for _, tag in ipairs(s.tags) do redis.call('HSET', key, '#' .. tag, '') end
  keep(key, s.ttl + s.stale)
  return 1
end
)lua";

}  // namespace playhead::caching
