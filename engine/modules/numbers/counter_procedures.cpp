#include "engine/modules/numbers/counter_procedures.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "engine/modules/procedures/unit_calls.h"
#include "playhead/modules/namespace.h"

namespace playhead::numbers {

namespace {

constexpr Millis minute_ms = 60'000, hour_ms = 3'600'000, day_ms = 86'400'000;

// ---- windows

// The month of a day in the proleptic Gregorian calendar, counted in years that begin in March and eras of 400
// years.
constexpr Text windows_text = R"lua(
local names = {'t', 'i', 'h', 'd', 'm'}
local function month_of(day)
  local shifted = day + 719468
  local era = math.floor(shifted / 146097)
  local d = shifted - era * 146097
  local year = math.floor((d - math.floor(d / 1460) + math.floor(d / 36524) - math.floor(d / 146096)) / 365)
  local month = math.floor((5 * (d - (365 * year + math.floor(year / 4) - math.floor(year / 100))) + 2) / 153)
  return (year + era * 400) * 12 + month + 2
end
local function window(g, at)
  if g == 1 then return 0 end
  if g == 2 then return math.floor(at / 60000) end
  if g == 3 then return math.floor(at / 3600000) end
  local day = math.floor(at / 86400000)
  return g == 4 and day or month_of(day)
end
)lua";

std::int64_t divide_down(std::int64_t n, std::int64_t by) {
  return n / by - (n % by < 0 ? 1 : 0);
}

std::int64_t window_of(std::size_t g, Millis at) {
  switch (g) {
    case 0:
      return 0;
    case 1:
      return divide_down(at, minute_ms);
    case 2:
      return divide_down(at, hour_ms);
    case 3:
      return divide_down(at, day_ms);
    default:
      return month_of_day(divide_down(at, day_ms));
  }
}

std::string slot_field(std::size_t g, std::int64_t slot, char what) {
  return std::string(granularity_names[g]) + std::to_string(slot) + what;
}

std::optional<std::int64_t> number_if_stored(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return stored_number(*text);
}

// ---- add

constexpr Text add_text = R"lua(
local counter, value, at, offset = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
if at == 0 or at > now then at = now end
local function add(g, size)
  local window, latest = window(g, at + offset), window(g, now + offset)
  if window <= latest - size then return '' end
  local slot = names[g] .. int(window % size)
  local kept = tonumber(redis.call('HGET', KEYS[1], slot .. 'w') or nil)
  if kept and kept > window then return '' end
  if kept ~= window then
    redis.call('HSET', KEYS[1], slot .. 'w', int(window))
    redis.call('HDEL', KEYS[1], slot .. 'c')
  end
  return redis.call('HINCRBY', KEYS[1], slot .. 'c', value)
end
local function rank(g)
  local window = window(g, at + offset)
  local side = window % 2
  local ranking, field = KEYS[1 + 2 * g + side], names[g] .. int(side)
  local kept = tonumber(redis.call('HGET', KEYS[2], field) or nil)
  if kept and kept > window then return end
  if kept ~= window then
    redis.call('UNLINK', ranking)
    redis.call('HSET', KEYS[2], field, int(window))
  end
  redis.call('ZINCRBY', ranking, value, counter)
end
local out = {}
for g = 1, 5 do
  out[g] = add(g, g == 1 and 1 or tonumber(ARGV[4 + g]))
  rank(g)
end
return out
)lua";

struct AddArguments {
  Millis now = 0;
  Text counter;
  std::int64_t value = 0;
  Millis at = 0, offset = 0;
};

Value add_to_window(Unit& unit, std::uint16_t db, Text key, const AddArguments& a, std::size_t g,
                    std::int64_t size) {
  std::int64_t window = window_of(g, a.at + a.offset);
  if (window <= window_of(g, a.now + a.offset) - size) return Value::bulk("");
  std::int64_t slot = window - divide_down(window, size) * size;
  std::string held = slot_field(g, slot, 'w'), count = slot_field(g, slot, 'c');
  UnitCalls calls(unit, db);
  auto kept = number_if_stored(calls.hget(key, held));
  if (kept && *kept > window) return Value::bulk("");
  if (kept != window) {
    calls.set_number(key, held, window);
    calls.hdel(key, count);
  }
  return Value::integer(calls.hincrby(key, count, a.value));
}

void add_to_ranking(Unit& unit, std::uint16_t db, List<Text> keys, const AddArguments& a, std::size_t g) {
  std::int64_t window = window_of(g, a.at + a.offset), side = window - divide_down(window, 2) * 2;
  Text ranking = keys[2 + 2 * g + static_cast<std::size_t>(side)];
  std::string field = std::string(granularity_names[g]) + std::to_string(side);
  UnitCalls calls(unit, db);
  auto kept = number_if_stored(calls.hget(keys[1], field));
  if (kept && *kept > window) return;
  if (kept != window) {
    run_for_effect(unit, Unlink{{{&ranking, 1}}}, db);
    calls.set_number(keys[1], field, window);
  }
  run_for_effect(unit, ZIncrBy{ranking, static_cast<double>(a.value), a.counter}, db);
}

Value add_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  AddArguments a;
  a.now = read_time(unit, in);
  a.counter = in.text();
  a.value = in.integer();
  a.at = in.integer();
  if (a.at == 0 || a.at > a.now) a.at = a.now;
  a.offset = in.integer();
  std::vector<Value> out;
  for (std::size_t g = 0; g < granularities; ++g) {
    out.push_back(add_to_window(unit, db, keys[0], a, g, g == 0 ? 1 : in.integer()));
    add_to_ranking(unit, db, keys, a, g);
  }
  return Value::array(std::move(out));
}

// ---- range

constexpr Text range_text = R"lua(
local g, size, from, to, offset = tonumber(ARGV[2]) + 1, tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local last = window(g, now + offset)
local first = last - size + 1
if from == -1 then first = last elseif from ~= 0 then first = math.max(first, window(g, from + offset)) end
if to ~= 0 then last = math.min(last, window(g, to + offset)) end
local out = {first}
for begin = first, last, 500 do
  local fields = {}
  for w = begin, math.min(last, begin + 499) do
    local slot = names[g] .. int(w % size)
    fields[#fields + 1] = slot .. 'w'
    fields[#fields + 1] = slot .. 'c'
  end
  local values = redis.call('HMGET', KEYS[1], unpack(fields))
  for i = 1, #fields, 2 do
    local w = begin + (i - 1) / 2
    out[#out + 1] = values[i] == int(w) and tonumber(values[i + 1]) or 0
  end
end
return out
)lua";

Value range_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  auto g = static_cast<std::size_t>(in.integer());
  std::int64_t size = in.integer();
  Millis from = in.integer(), to = in.integer(), offset = in.integer();
  std::int64_t last = window_of(g, now + offset), first = last - size + 1;
  if (from != 0) first = from == -1 ? last : std::max(first, window_of(g, from + offset));
  if (to != 0) last = std::min(last, window_of(g, to + offset));
  std::vector<Value> out = {Value::integer(first)};
  for (std::int64_t w = first; w <= last; ++w) {
    std::int64_t slot = w - divide_down(w, size) * size;
    std::string held = slot_field(g, slot, 'w'), count = slot_field(g, slot, 'c');
    Text fields[] = {held, count};
    auto values = unit.run(HMGet{keys[0], fields}, db);
    out.push_back(
        Value::integer(number_if_stored(values[0]) == w ? number_if_stored(values[1]).value_or(0) : 0));
  }
  return Value::array(std::move(out));
}

// ---- top

constexpr Text top_text = R"lua(
local g, at, limit = tonumber(ARGV[2]) + 1, tonumber(ARGV[3]), tonumber(ARGV[5])
if at == 0 then at = now end
local window = window(g, at + tonumber(ARGV[4]))
local side = window % 2
local out = {}
for shard = 1, #KEYS, 3 do
  if redis.call('HGET', KEYS[shard], names[g] .. int(side)) == int(window) then
    local items = redis.call('ZREVRANGE', KEYS[shard + 1 + side], 0, limit - 1, 'WITHSCORES')
    for i = 1, #items, 2 do
      out[#out + 1] = items[i]
      out[#out + 1] = tonumber(items[i + 1])
    end
    local tied = #items > 0 and redis.call('ZRANGEBYSCORE', KEYS[shard + 1 + side], items[#items], items[#items], 'LIMIT', 0, limit) or {}
    for _, member in ipairs(tied) do
      out[#out + 1] = member
      out[#out + 1] = tonumber(items[#items])
    end
  end
end
return out
)lua";

Value top_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  auto g = static_cast<std::size_t>(in.integer());
  Millis at = in.integer(), offset = in.integer();
  std::int64_t limit = in.integer(), window = window_of(g, (at == 0 ? now : at) + offset);
  auto side = static_cast<std::size_t>(window - divide_down(window, 2) * 2);
  std::string field = std::string(granularity_names[g]) + std::to_string(side);
  std::vector<Value> out;
  auto tell = [&](Text member, double count) {
    out.push_back(Value::bulk(member));
    out.push_back(Value::integer(static_cast<std::int64_t>(count)));
  };
  for (std::size_t shard = 0; shard < keys.size(); shard += 3) {
    if (number_if_stored(unit.run(HGet{keys[shard], field}, db)) != window) continue;
    Text ranking = keys[shard + 1 + side];
    auto items = unit.run(ZRevRange{ranking, 0, limit - 1, true}, db);
    for (const ScoredMember& item : items) tell(item.member, item.score);
    if (items.empty()) continue;
    double least = items.back().score;
    for (const ScoredMember& item :
         unit.run(ZRangeByScore{ranking, {least, false}, {least, false}, false, Limit{0, limit}}, db))
      tell(item.member, least);
  }
  return Value::array(std::move(out));
}

}  // namespace

std::int64_t month_of_day(std::int64_t day) {
  std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return int{date.year()} * std::int64_t{12} + static_cast<unsigned>(date.month()) - 1;
}

std::int64_t first_day_of_month(std::int64_t month) {
  using namespace std::chrono;
  year_month_day date{year{static_cast<int>(month / 12)},
                      std::chrono::month{static_cast<unsigned>(month % 12) + 1}, day{1}};
  return sys_days{date}.time_since_epoch().count();
}

const Procedure add_count{"counters.add", add_body, lua_script<windows_text, add_text>};
const Procedure read_counts{"counters.range", range_body, lua_script<windows_text, range_text>};
const Procedure read_top_counters{"counters.top", top_body, lua_script<windows_text, top_text>};

}  // namespace playhead::numbers
