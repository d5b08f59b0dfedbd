#include "engine/modules/numbers/leaderboard_procedures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/modules/procedures/unit_calls.h"
#include "engine/store/numbers.h"
#include "playhead/modules/page.h"

namespace playhead::numbers {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t forgotten_at_once = 1000;

// ---- what they share

constexpr Text shared_text = R"lua(
local function place_of(id, ties)
  if ties == '0' then return id end
  local digits = redis.call('HGET', KEYS[2], id)
  return digits and digits .. id
end
local function real(x) return string.format('%.17g', x) end
)lua";

struct Board {
  Unit& unit;
  std::uint16_t db;
  List<Text> keys;
  std::int64_t ties;

  std::optional<std::string> place_of(Text id) const {
    if (ties == 0) return std::string(id);
    auto digits = unit.run(HGet{keys[1], id}, db);
    if (digits) digits->append(id);
    return digits;
  }
  Text member_of(Text place) const { return ties == 0 ? place : place.substr(place_digits); }
  void drop(Text id) const {
    if (ties != 0) run_for_effect(unit, HDel{keys[1], {&id, 1}}, db);
    run_for_effect(unit, HDel{keys[2], {&id, 1}}, db);
  }
};

Value real(double x) {
  char buffer[double_text_size];
  return Value::bulk(format_double(x, buffer));
}

// ---- change

constexpr Text change_text = R"lua(
local mode, sign, ties, capacity = ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local function change(id, score)
  local place = place_of(id, ties)
  local before = place and tonumber(redis.call('ZSCORE', KEYS[1], place) or nil)
  local stored = sign * score
  if before and mode == 'add' then stored = before + stored end
  if before and mode == 'best' and before < stored then stored = before end
  stored = stored + 0
  if stored ~= before then
    local new = id
    if ties ~= '0' then
      local n = redis.call('HINCRBY', KEYS[2], '', 1)
      if ties == '2' then n = 9007199254740991 - n end
      local digits = string.format('%016.0f', n)
      if place then redis.call('ZREM', KEYS[1], place) end
      redis.call('HSET', KEYS[2], id, digits)
      new = digits .. id
    end
    redis.call('ZADD', KEYS[1], real(stored), new)
  end
  return before and 1 or 0, real(sign * stored + 0)
end

local out, forgotten = {}, {}
for i = 6, #ARGV, 2 do
  local known, score = change(ARGV[i], tonumber(ARGV[i + 1]))
  out[#out + 1] = known
  out[#out + 1] = score
  out[#out + 1] = -1
end
local excess = math.min(redis.call('ZCARD', KEYS[1]) - capacity, 1000)
if capacity > 0 and excess > 0 then
  local gone = redis.call('ZPOPMAX', KEYS[1], excess)
  for i = 1, #gone, 2 do
    local id = ties == '0' and gone[i] or string.sub(gone[i], 17)
    if ties ~= '0' then redis.call('HDEL', KEYS[2], id) end
    redis.call('HDEL', KEYS[3], id)
    forgotten[#forgotten + 1] = id
    forgotten[#forgotten + 1] = real(sign * tonumber(gone[i + 1]) + 0)
  end
end
for i = 6, #ARGV, 2 do
  local place = place_of(ARGV[i], ties)
  local rank = place and redis.call('ZRANK', KEYS[1], place)
  if rank then out[(i - 6) / 2 * 3 + 3] = rank end
end
for _, text in ipairs(forgotten) do out[#out + 1] = text end
return out
)lua";

void put(const Board& b, Text id, const std::optional<std::string>& place, double stored) {
  std::string fresh(id);
  if (b.ties != 0) {
    std::int64_t n = b.unit.run(HIncrBy{b.keys[1], "", 1}, b.db);
    std::string digits = std::to_string(b.ties == 2 ? max_exact_integer - 1 - n : n);
    digits.insert(0, place_digits - digits.size(), '0');
    Text old = place ? Text(*place) : Text();
    if (place) run_for_effect(b.unit, ZRem{b.keys[0], {&old, 1}}, b.db);
    FieldValue item{id, digits};
    run_for_effect(b.unit, HSet{b.keys[1], {&item, 1}}, b.db);
    fresh.insert(0, digits);
  }
  ScoreMember item{stored, fresh};
  run_for_effect(b.unit, ZAdd{b.keys[0], {&item, 1}}, b.db);
}

// Adding 0 makes -0 to 0, here and in the script.
void change(const Board& b, Text mode, double sign, Text id, double score, std::vector<Value>& out) {
  auto place = b.place_of(id);
  auto before = place ? b.unit.run(ZScore{b.keys[0], *place}, b.db) : std::nullopt;
  double stored = sign * score;
  if (before && mode == "add") stored = *before + stored;
  if (before && mode == "best" && *before < stored) stored = *before;
  stored = stored + 0;
  if (stored != before) put(b, id, place, stored);
  out.push_back(Value::integer(before ? 1 : 0));
  out.push_back(real(sign * stored + 0));
  out.push_back(Value::integer(-1));
}

Value change_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  Text mode = in.text();
  double sign = in.real();
  Board b{unit, db, keys, in.integer()};
  std::int64_t capacity = in.integer();
  List<Text> members = in.rest();
  std::vector<Value> out;
  for (std::size_t i = 0; i + 1 < members.size(); i += 2) {
    Text id = in.text();
    change(b, mode, sign, id, in.real(), out);
  }
  std::vector<ScoredMember> gone;
  std::int64_t excess = std::min(unit.run(ZCard{keys[0]}, db) - capacity, forgotten_at_once);
  if (capacity > 0 && excess > 0) gone = unit.run(ZPopMax{{keys[0], excess}}, db);
  for (const ScoredMember& item : gone) b.drop(b.member_of(item.member));
  for (std::size_t i = 0; i + 1 < members.size(); i += 2) {
    auto place = b.place_of(members[i]);
    auto rank = place ? unit.run(ZRank{keys[0], *place}, db) : std::nullopt;
    if (rank) out[i / 2 * 3 + 2] = Value::integer(*rank);
  }
  for (const ScoredMember& item : gone) {
    out.push_back(Value::bulk(b.member_of(item.member)));
    out.push_back(real(sign * item.score + 0));
  }
  return Value::array(std::move(out));
}

// ---- read

constexpr Text read_text = R"lua(
local how, sign, ties = ARGV[2], tonumber(ARGV[3]), ARGV[4]
local total, limit = redis.call('ZCARD', KEYS[1]), tonumber(ARGV[5])
if limit > 0 and total > limit then total = limit end
if total == 0 then return {0, -1} end

local function behind(score, place)
  local low = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. score)
  local high = low + redis.call('ZCOUNT', KEYS[1], score, score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if before(place, redis.call('ZRANGE', KEYS[1], middle, middle)[1]) then high = middle else low = middle + 1 end
  end
  return low
end
local from, count = 0, 1
if how == 'range' then
  from, count = tonumber(ARGV[6]), tonumber(ARGV[7])
elseif how == 'page' then
  if ARGV[6] == '1' then from = behind(ARGV[7], ARGV[8]) end
  count = tonumber(ARGV[9])
elseif how == 'percent' then
  from = total - math.max(1, math.ceil(tonumber(ARGV[6]) * total / 100))
else
  local place = place_of(ARGV[6], ties)
  local rank = place and redis.call('ZRANK', KEYS[1], place)
  if not rank or (how == 'around' and rank >= total) then return {total, -1} end
  from = rank
  if how == 'around' then
    local beside = tonumber(ARGV[7])
    from = math.max(0, rank - beside)
    count = rank + beside + 1 - from
  end
end
if how ~= 'of' then count = math.min(count, total - from) end
if count <= 0 then return {total, -1} end
local items = redis.call('ZRANGE', KEYS[1], from, from + count - 1, 'WITHSCORES')
local better = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. items[2])
local out = {total, from, better, redis.call('ZCOUNT', KEYS[1], items[2], items[2])}
for i = 1, #items, 2 do
  local id = ties == '0' and items[i] or string.sub(items[i], 17)
  out[#out + 1] = items[i]
  out[#out + 1] = real(sign * tonumber(items[i + 1]) + 0)
  out[#out + 1] = redis.call('HGET', KEYS[3], id) or ''
end
return out
)lua";

std::int64_t rank_behind(const Board& b, double score, Text place) {
  std::int64_t low = b.unit.run(ZCount{b.keys[0], {-infinity, false}, {score, true}}, b.db);
  std::int64_t high = low + b.unit.run(ZCount{b.keys[0], {score, false}, {score, false}}, b.db);
  while (low < high) {
    std::int64_t middle = (low + high) / 2;
    std::string at = std::to_string(middle);
    ZRange one{b.keys[0]};
    one.range.start = one.range.stop = at;
    if (place < b.unit.run(one, b.db).at(0).member)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/// What is to be read: ranks; nothing if there is nothing.
struct Span {
  std::int64_t from = 0, count = 1;
};

std::optional<Span> span_of(const Board& b, Text how, std::int64_t total, ArgumentReader& in) {
  Span span;
  if (how == "range") {
    span.from = in.integer();
    span.count = in.integer();
  } else if (how == "page") {
    bool given = in.integer() == 1;
    double score = in.real();
    Text place = in.text();
    if (given) span.from = rank_behind(b, score, place);
    span.count = in.integer();
  } else if (how == "percent") {
    double share = std::ceil(in.real() * static_cast<double>(total) / 100);
    span.from = total - std::max<std::int64_t>(1, static_cast<std::int64_t>(share));
  } else {
    auto place = b.place_of(in.text());
    auto rank = place ? b.unit.run(ZRank{b.keys[0], *place}, b.db) : std::nullopt;
    if (!rank || (how == "around" && *rank >= total)) return std::nullopt;
    span.from = *rank;
    if (how == "of") return span;
    std::int64_t beside = in.integer();
    span.from = std::max<std::int64_t>(0, *rank - beside);
    span.count = *rank + beside + 1 - span.from;
  }
  span.count = std::min(span.count, total - span.from);
  if (span.count <= 0) return std::nullopt;
  return span;
}

Value read_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  Text how = in.text();
  double sign = in.real();
  Board b{unit, db, keys, in.integer()};
  std::int64_t limit = in.integer(), total = unit.run(ZCard{keys[0]}, db);
  if (limit > 0) total = std::min(total, limit);
  auto span = total == 0 ? std::nullopt : span_of(b, how, total, in);
  if (!span) return Value::array({Value::integer(total), Value::integer(-1)});
  auto items = by_rank(unit, db, keys[0], span->from, span->from + span->count - 1);
  double first = items.at(0).score;
  std::vector<Value> out = {Value::integer(total), Value::integer(span->from),
                            Value::integer(unit.run(ZCount{keys[0], {-infinity, false}, {first, true}}, db)),
                            Value::integer(unit.run(ZCount{keys[0], {first, false}, {first, false}}, db))};
  for (const ScoredMember& item : items) {
    out.push_back(Value::bulk(item.member));
    out.push_back(real(sign * item.score + 0));
    out.push_back(Value::bulk(unit.run(HGet{keys[2], b.member_of(item.member)}, db).value_or("")));
  }
  return Value::array(std::move(out));
}

// ---- remove, data

constexpr Text remove_text = R"lua(
local ties, removed = ARGV[2], 0
for i = 3, #ARGV do
  local place = place_of(ARGV[i], ties)
  if place and redis.call('ZREM', KEYS[1], place) == 1 then
    removed = removed + 1
    if ties ~= '0' then redis.call('HDEL', KEYS[2], ARGV[i]) end
    redis.call('HDEL', KEYS[3], ARGV[i])
  end
end
return removed
)lua";

Value remove_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  Board b{unit, db, keys, in.integer()};
  std::int64_t removed = 0;
  for (Text id : in.rest()) {
    auto place = b.place_of(id);
    if (!place) continue;
    Text member = *place;
    if (unit.run(ZRem{keys[0], {&member, 1}}, db) == 0) continue;
    ++removed;
    b.drop(id);
  }
  return Value::integer(removed);
}

constexpr Text data_text = R"lua(
local place = place_of(ARGV[3], ARGV[2])
if not place or not redis.call('ZSCORE', KEYS[1], place) then return 0 end
if ARGV[4] == '' then redis.call('HDEL', KEYS[3], ARGV[3]) else redis.call('HSET', KEYS[3], ARGV[3], ARGV[4]) end
return 1
)lua";

Value data_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  Board b{unit, db, keys, in.integer()};
  Text id = in.text(), data = in.text();
  auto place = b.place_of(id);
  if (!place || !unit.run(ZScore{keys[0], *place}, db)) return Value::integer(0);
  FieldValue item{id, data};
  if (data.empty())
    run_for_effect(unit, HDel{keys[2], {&id, 1}}, db);
  else
    run_for_effect(unit, HSet{keys[2], {&item, 1}}, db);
  return Value::integer(1);
}

}  // namespace

const Procedure change_scores{"leaderboard.change", change_body, lua_script<shared_text, change_text>};
const Procedure read_board{"leaderboard.read", read_body, lua_script<lua_page, shared_text, read_text>};
const Procedure remove_members{"leaderboard.remove", remove_body, lua_script<shared_text, remove_text>};
const Procedure set_member_data{"leaderboard.data", data_body, lua_script<shared_text, data_text>};

}  // namespace playhead::numbers
