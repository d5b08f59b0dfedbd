#include "engine/modules/caching/cache_procedures.h"

#include <algorithm>

#include "engine/modules/caching/cache_entry.h"
#include "engine/modules/caching/write_behind_procedures.h"

namespace playhead::caching {

namespace {

// ---- find

constexpr Text find_text = R"lua(
local mode, receipt, lease = ARGV[2], ARGV[3], tonumber(ARGV[4])
local early, revalidate, on_error = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local function grant(key, e, until_shown)
  redis.call('HSET', key, 'l', receipt, 'u', int(now + lease), 'q', int(last()))
  redis.call('HDEL', key, 'x', 'w')
  keep(key, math.max(lease, until_shown - now))
end
local function wait(key, e)
  if mode == 'lease' then redis.call('HINCRBY', key, 'w', 1) end
  return {'wait', '-', '', '0', int(at(e, 'u') - now)}
end
local function find(key, name)
  local write = redis.call('HGET', KEYS[2], name)
  if write then
    local kind, value = string.match(write, '^%d+:(.)(.*)$')
    return {'hit', kind, value, int(now), '0'}
  end
  local e = read(key)
  local leased, may = at(e, 'u') > now, mode ~= 'peek'
  local left = leased and int(at(e, 'u') - now) or '0'
  if not valid(e) then
    if not may then return {'miss', '-', '', '0', left} end
    if leased then return wait(key, e) end
    if e.v or e.n then redis.call('DEL', key) end
    grant(key, e, now)
    return {'load', '-', '', '0', '0'}
  end
  local fresh = at(e, 'f')
  local function with(state) return {state, e.v and 'v' or 'n', e.v or '', e.f, left} end
  if fresh > now then
    local soon = at(e, 'e') <= now and (at(e, 'a') <= now or now + at(e, 'd') * early >= fresh)
    if may and not leased and (soon or mode == 'renew') then
      grant(key, e, at(e, 'h'))
      return with('early')
    end
    return with('hit')
  end
  if not may then return with('stale') end
  if now < fresh + on_error and at(e, 'e') > now and mode ~= 'renew' then return with('stale') end
  if not leased then
    grant(key, e, at(e, 'h'))
    return with('expired')
  end
  if now < fresh + revalidate then return with('stale') end
  return wait(key, e)
end
local out = {int(now)}
for i = 3, #KEYS do out[#out + 1] = find(KEYS[i], ARGV[i + 5]) end
return out
)lua";

struct Finding {
  Unit& unit;
  std::uint16_t db;
  Millis now;
  Text pending;
  CacheEntries entries;
  Text mode, receipt;
  Millis lease;
  double early;
  Millis revalidate, on_error;

  void grant(Text key, Millis until_shown) {
    entries.set(key,
                {{"l", receipt}, {"u", std::to_string(now + lease)}, {"q", std::to_string(entries.last())}});
    Text gone[] = {"x", "w"};
    run_for_effect(unit, HDel{key, gone}, db);
    entries.keep(key, std::max(lease, until_shown - now));
  }
  static Value reply(Text state, Text kind, Text value, Text fresh, const std::string& left) {
    std::vector<Value> parts;
    parts.reserve(5);
    for (Text part : {state, kind, value, fresh, Text(left)}) parts.push_back(Value::bulk(part));
    return Value::array(std::move(parts));
  }
  Value wait(Text key, const CacheEntry& e) {
    if (mode == "lease") run_for_effect(unit, HIncrBy{key, "w", 1}, db);
    return nothing("wait", std::to_string(e.lease_until - now));
  }
  static Value nothing(Text state, const std::string& left) { return reply(state, "-", "", "0", left); }
  bool early_enough(const CacheEntry& e) const {
    if (e.paused_until > now) return false;
    return e.ahead_from <= now || static_cast<double>(now) + static_cast<double>(e.took) * early >=
                                      static_cast<double>(e.fresh_until);
  }
  Value find(Text key, Text name);
};

Value Finding::find(Text key, Text name) {
  if (auto write = unit.run(HGet{pending, name}, db)) {
    PendingWrite w = PendingWrite::parse(*write);
    return reply("hit", w.kind, w.value, std::to_string(now), "0");
  }
  CacheEntry e = entries.read(key);
  bool leased = e.lease_until > now, may = mode != "peek";
  std::string left = std::to_string(leased ? e.lease_until - now : 0);
  if (!entries.valid(e)) {
    if (!may) return nothing("miss", left);
    if (leased) return wait(key, e);
    if (e.filled()) entries.remove(key);
    grant(key, now);
    return nothing("load", "0");
  }
  auto with = [&](Text state) {
    return reply(state, e.value ? "v" : "n", e.value ? Text(*e.value) : Text(), std::to_string(e.fresh_until),
                 left);
  };
  if (e.fresh_until > now) {
    if (!may || leased || !(mode == "renew" || early_enough(e))) return with("hit");
    grant(key, e.shown_until);
    return with("early");
  }
  if (!may) return with("stale");
  if (now < e.fresh_until + on_error && e.paused_until > now && mode != "renew") return with("stale");
  if (!leased) {
    grant(key, e.shown_until);
    return with("expired");
  }
  if (now < e.fresh_until + revalidate) return with("stale");
  return wait(key, e);
}

Value find_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Finding f{
      unit,        db,        now,          keys[1],   CacheEntries(unit, db, keys[0], now, in.integer()),
      in.text(),   in.text(), in.integer(), in.real(), in.integer(),
      in.integer()};
  std::vector<Value> out;
  out.reserve(keys.size() - 1);
  out.push_back(Value::bulk(std::to_string(now)));
  for (Text key : keys.subspan(2)) out.push_back(f.find(key, in.text()));
  return Value::array(std::move(out));
}

// ---- store

constexpr Text store_text = R"lua(
local out, from = {}, 2
for i = 2, #KEYS, 2 do
  local s
  s, from = storing(from)
  out[#out + 1] = store(KEYS[i], KEYS[i + 1], s)
end
return out
)lua";

Value store_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  CacheEntries entries(unit, db, keys[0], now, in.integer());
  std::vector<Value> out;
  for (std::size_t i = 1; i + 1 < keys.size(); i += 2)
    out.push_back(Value::integer(entries.store(keys[i], keys[i + 1], Storing(in))));
  return Value::array(std::move(out));
}

// ---- release

constexpr Text release_text = R"lua(
local key, pause = KEYS[2], tonumber(ARGV[3])
local e = read(key)
if e.l ~= ARGV[2] then return 0 end
redis.call('HDEL', key, 'l', 'u', 'q', 'x', 'w')
if pause > 0 and valid(e) then redis.call('HSET', key, 'e', int(now + pause)) end
wake(KEYS[3], at(e, 'w'))
return 1
)lua";

Value release_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  CacheEntries entries(unit, db, keys[0], now, in.integer());
  Text receipt = in.text();
  Millis pause = in.integer();
  CacheEntry e = entries.read(keys[1]);
  if (e.lease != receipt) return Value::integer(0);
  Text gone[] = {"l", "u", "q", "x", "w"};
  run_for_effect(unit, HDel{keys[1], gone}, db);
  if (pause > 0 && entries.valid(e)) entries.set(keys[1], {{"e", std::to_string(now + pause)}});
  entries.wake(keys[2], e.waiters);
  return Value::integer(1);
}

// ---- writers

constexpr Text begin_write_text = R"lua(
local key, lease = KEYS[2], tonumber(ARGV[3])
local e = read(key)
local met = e.x and at(e, 'u') > now
redis.call('DEL', key)
redis.call('HSET', key, 'l', ARGV[2], 'u', int(now + lease), 'q', int(last()), 'x', met and '2' or '1')
if e.w then redis.call('HSET', key, 'w', e.w) end
keep(key, lease)
return met and 1 or 0
)lua";

Value begin_write_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  CacheEntries entries(unit, db, keys[0], now, in.integer());
  Text receipt = in.text(), key = keys[1];
  Millis lease = in.integer();
  CacheEntry e = entries.read(key);
  bool met = !e.writers.empty() && e.lease_until > now;
  entries.remove(key);
  entries.set(key, {{"l", receipt},
                    {"u", std::to_string(now + lease)},
                    {"q", std::to_string(entries.last())},
                    {"x", met ? "2" : "1"}});
  if (e.waiters > 0) entries.set(key, {{"w", std::to_string(e.waiters)}});
  entries.keep(key, lease);
  return Value::integer(met ? 1 : 0);
}

// ---- drop

constexpr Text drop_text = R"lua(
local dropped = 0
for i = 1, #KEYS, 2 do
  local e = read(KEYS[i])
  redis.call('DEL', KEYS[i])
  wake(KEYS[i + 1], at(e, 'w'))
  if e.v or e.n then dropped = dropped + 1 end
end
return dropped
)lua";

Value drop_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  CacheEntries entries(unit, db, {}, now, in.integer());
  std::int64_t dropped = 0;
  for (std::size_t i = 0; i + 1 < keys.size(); i += 2) {
    CacheEntry e = entries.read(keys[i]);
    entries.remove(keys[i]);
    entries.wake(keys[i + 1], e.waiters);
    if (e.filled()) ++dropped;
  }
  return Value::integer(dropped);
}

constexpr Text drop_tags_text = R"lua(
local horizon = tonumber(ARGV[2])
local number = math.max(now, last() + 1)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', int(now - horizon))
for i = 3, #ARGV do redis.call('ZADD', KEYS[1], int(number), ARGV[i]) end
keep(KEYS[1], horizon)
return int(number)
)lua";

Value drop_tags_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  CacheEntries entries(unit, db, keys[0], now, in.integer());
  Millis horizon = in.integer();
  Millis hit = std::max(now, entries.last() + 1);
  ZRemRangeByScore old{keys[0],
                       {-std::numeric_limits<double>::infinity(), false},
                       {static_cast<double>(now - horizon), false}};
  run_for_effect(unit, old, db);
  for (Text tag : in.rest()) {
    ScoreMember item{static_cast<double>(hit), tag};
    run_for_effect(unit, ZAdd{keys[0], {&item, 1}}, db);
  }
  entries.keep(keys[0], horizon);
  return Value::bulk(std::to_string(hit));
}

}  // namespace

const Procedure find_entries{"cache.find", find_body, lua_script<lua_cache_entries, find_text>};
const Procedure store_entries{"cache.store", store_body, lua_script<lua_cache_entries, store_text>};
const Procedure release_entry{"cache.release", release_body, lua_script<lua_cache_entries, release_text>};
const Procedure begin_write{"cache.begin_write", begin_write_body,
                            lua_script<lua_cache_entries, begin_write_text>};
const Procedure drop_entries{"cache.drop", drop_body, lua_script<lua_cache_entries, drop_text>};
const Procedure drop_tags{"cache.drop_tags", drop_tags_body, lua_script<lua_cache_entries, drop_tags_text>};

}  // namespace playhead::caching
