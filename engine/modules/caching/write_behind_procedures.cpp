#include "engine/modules/caching/write_behind_procedures.h"

#include <algorithm>
#include <limits>

#include "engine/modules/caching/cache_entry.h"
#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead::caching {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct WriteClaim {
  std::string receipt, version;
  std::int64_t attempts = 0;

  static WriteClaim parse(const std::optional<std::string>& record) {
    WriteClaim c;
    if (!record) return c;
    std::size_t first = record->find(':'), second = record->find(':', first + 1);
    if (second == std::string::npos || !parse_int64(Text(*record).substr(second + 1), c.attempts))
      throw Error(ErrorCode::corrupt, "the claim of a pending write is not one");
    c.receipt = record->substr(0, first);
    c.version = record->substr(first + 1, second - first - 1);
    return c;
  }
  std::string print() const { return receipt + ":" + version + ":" + std::to_string(attempts); }
};

struct Writes {
  Writes(Unit& unit_of_work, std::uint16_t database, List<Text> names)
      : unit(unit_of_work), db(database), pending(names[0]), due(names[1]), claims(names[2]) {}
  Unit& unit;
  std::uint16_t db;
  Text pending, due, claims;

  void set(Text key, Text field, Text value) {
    FieldValue item{field, value};
    run_for_effect(unit, HSet{key, {&item, 1}}, db);
  }
  void set_due(Text id, Millis at) {
    ScoreMember item{static_cast<double>(at), id};
    run_for_effect(unit, ZAdd{due, {&item, 1}}, db);
  }
  WriteClaim claim_of(Text id) { return WriteClaim::parse(unit.run(HGet{claims, id}, db)); }
};

// ---- put

constexpr Text put_text = R"lua(
local id, s = ARGV[2], storing(4)
local version = int(redis.call('HINCRBY', KEYS[6], '', 1))
store(KEYS[2], KEYS[3], s)
redis.call('HSET', KEYS[4], id, version .. ':' .. s.kind .. s.value)
if not redis.call('ZSCORE', KEYS[5], id) then redis.call('ZADD', KEYS[5], int(now + tonumber(ARGV[3])), id) end
return version
)lua";

Value put_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  CacheEntries entries(unit, db, keys[0], now, in.integer());
  Text id = in.text();
  Millis delay = in.integer();
  Storing s(in);
  Writes writes(unit, db, keys.subspan(3));
  std::string version = std::to_string(unit.run(HIncrBy{writes.claims, "", 1}, db));
  entries.store(keys[1], keys[2], s);
  writes.set(writes.pending, id, version + ":" + std::string(s.kind) + std::string(s.value));
  if (!unit.run(ZScore{writes.due, id}, db)) writes.set_due(id, now + delay);
  return Value::bulk(version);
}

// ---- claim

constexpr Text lua_claims = R"lua(
local function claim_of(id)
  local record = redis.call('HGET', KEYS[3], id)
  if not record then return {receipt = '', version = '', attempts = 0} end
  local receipt, version, attempts = string.match(record, '^(%x*):(%d*):(%d+)$')
  return {receipt = receipt, version = version, attempts = tonumber(attempts)}
end
local function put_claim(id, receipt, version, attempts)
  redis.call('HSET', KEYS[3], id, receipt .. ':' .. version .. ':' .. int(attempts))
end
)lua";

constexpr Text claim_text = R"lua(
local count, ends, receipt, ahead = tonumber(ARGV[2]), int(now + tonumber(ARGV[3])), ARGV[4], tonumber(ARGV[5])
local out, found = {}, 0
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', int(now + ahead), 'WITHSCORES', 'LIMIT', 0, int(count + 1000))
for i = 1, #due, 2 do
  local id, c = due[i], claim_of(due[i])
  if found < count and (c.receipt == '' or tonumber(due[i + 1]) <= now) then
    found = found + 1
    local version, kind, value = string.match(redis.call('HGET', KEYS[1], id), '^(%d+):(.)(.*)$')
    redis.call('ZADD', KEYS[2], ends, id)
    put_claim(id, receipt, version, c.attempts)
    for _, part in ipairs({id, version, int(c.attempts), kind, value}) do out[#out + 1] = part end
  end
end
return out
)lua";

Value claim_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  std::int64_t count = in.integer();
  Millis lease = in.integer();
  Text receipt = in.text();
  Millis ahead = in.integer();
  Writes writes(unit, db, keys);
  std::vector<Value> out;
  std::int64_t found = 0;
  ZRangeByScore due{writes.due,
                    {-infinity, false},
                    {static_cast<double>(now + ahead), false},
                    true,
                    Limit{0, count + 1000}};
  for (const ScoredMember& item : unit.run(due, db)) {
    WriteClaim c = writes.claim_of(item.member);
    if (found >= count || !(c.receipt.empty() || item.score <= static_cast<double>(now))) continue;
    ++found;
    auto record = unit.run(HGet{writes.pending, item.member}, db);
    if (!record) throw Error(ErrorCode::corrupt, "a write is due that is not pending");
    PendingWrite w = PendingWrite::parse(*record);
    writes.set_due(item.member, now + lease);
    writes.set(writes.claims, item.member, WriteClaim{std::string(receipt), w.version, c.attempts}.print());
    for (const std::string& part : {item.member, w.version, std::to_string(c.attempts), w.kind, w.value})
      out.push_back(Value::bulk(part));
  }
  return Value::array(std::move(out));
}

// ---- settle

constexpr Text settle_text = R"lua(
local receipt, how, pause, longest = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local function settle(id, version)
  local c = claim_of(id)
  if c.receipt ~= receipt or c.version ~= version then return 0 end
  if how == 'failed' then
    put_claim(id, '', '', c.attempts + 1)
    redis.call('ZADD', KEYS[2], int(now + math.min(longest, pause * 2 ^ math.min(c.attempts, 40))), id)
    return 1
  end
  redis.call('HDEL', KEYS[3], id)
  if string.match(redis.call('HGET', KEYS[1], id), '^%d+') ~= version then
    redis.call('ZADD', KEYS[2], int(now), id)
  else
    redis.call('ZREM', KEYS[2], id)
    redis.call('HDEL', KEYS[1], id)
  end
  return 1
end
local out = {}
for i = 6, #ARGV, 2 do out[#out + 1] = settle(ARGV[i], ARGV[i + 1]) end
return out
)lua";

struct Settling {
  Writes writes;
  Millis now;
  Text receipt, how;
  Millis pause, longest;

  std::int64_t settle(Text id, Text version) {
    WriteClaim c = writes.claim_of(id);
    if (c.receipt != receipt || c.version != version) return 0;
    if (how == "failed") {
      writes.set(writes.claims, id, WriteClaim{"", "", c.attempts + 1}.print());
      double wait = static_cast<double>(pause) *
                    static_cast<double>(std::int64_t{1} << std::min<std::int64_t>(c.attempts, 40));
      writes.set_due(id, now + static_cast<Millis>(std::min(static_cast<double>(longest), wait)));
      return 1;
    }
    run_for_effect(writes.unit, HDel{writes.claims, {&id, 1}}, writes.db);
    auto record = writes.unit.run(HGet{writes.pending, id}, writes.db);
    if (!record) throw Error(ErrorCode::corrupt, "a write was claimed that is not pending");
    if (PendingWrite::parse(*record).version != version) {
      writes.set_due(id, now);
    } else {
      run_for_effect(writes.unit, ZRem{writes.due, {&id, 1}}, writes.db);
      run_for_effect(writes.unit, HDel{writes.pending, {&id, 1}}, writes.db);
    }
    return 1;
  }
};

Value settle_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Settling s{Writes(unit, db, keys), now, in.text(), in.text(), in.integer(), in.integer()};
  std::vector<Value> out;
  List<Text> writes = in.rest();
  for (std::size_t i = 0; i + 1 < writes.size(); i += 2)
    out.push_back(Value::integer(s.settle(writes[i], writes[i + 1])));
  return Value::array(std::move(out));
}

}  // namespace

PendingWrite PendingWrite::parse(Text record) {
  std::size_t colon = record.find(':');
  if (colon == Text::npos || colon + 1 == record.size())
    throw Error(ErrorCode::corrupt, "a pending write is not one");
  return {std::string(record.substr(0, colon)), std::string(record.substr(colon + 1, 1)),
          std::string(record.substr(colon + 2))};
}

const Procedure put_behind{"write_behind.put", put_body, lua_script<lua_cache_entries, put_text>};
const Procedure claim_writes{"write_behind.claim", claim_body, lua_script<lua_claims, claim_text>};
const Procedure settle_writes{"write_behind.settle", settle_body, lua_script<lua_claims, settle_text>};

}  // namespace playhead::caching
