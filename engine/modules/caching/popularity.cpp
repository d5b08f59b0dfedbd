#include "playhead/modules/popularity.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead {

namespace {

// ---- popularity.record: keys: zset id -> logarithm, and when it began. Arguments: id, logarithm of the weight, when (0: now), half-life, capacity
//      -> score at that time, as text of 17 digits

constexpr double ln2 = 0.6931471805599453;

constexpr Text lua_units = R"lua(
local base = tonumber(redis.call('GET', KEYS[2]) or int(now))
local function units(at, half_life) return (at - base) / half_life * 0.6931471805599453 end
local function real(x) return string.format('%.17g', x) end
)lua";

constexpr Text record_text = R"lua(
local id, at, half_life = ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('SET', KEYS[2], int(base))
if at == 0 then at = now end
local sum, old = tonumber(ARGV[3]) + units(at, half_life), redis.call('ZSCORE', KEYS[1], id)
if old then
  old = tonumber(old)
  local high, low = math.max(old, sum), math.min(old, sum)
  sum = high + math.log(1 + math.exp(low - high))
end
redis.call('ZADD', KEYS[1], real(sum), id)
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -tonumber(ARGV[6]) - 1)
return real(math.exp(sum - units(at, half_life)))
)lua";

/// Logarithms are relative to the time of the first view, so that they stay small and their digits count.
struct Units {
  Units(Unit& unit, std::uint16_t db, Text key, Millis now) : base(now) {
    auto there = unit.run(Get{key}, db);
    if (there && !parse_int64(*there, base))
      throw Error(ErrorCode::corrupt, "a ranking has a beginning that is no time");
  }
  double operator()(Millis at, Millis half_life) const {
    return static_cast<double>(at - base) / static_cast<double>(half_life) * ln2;
  }
  std::int64_t base;
};

std::string real_text(double x) {
  char buffer[40];
  int n = std::snprintf(buffer, sizeof buffer, "%.17g", x);
  return {buffer, static_cast<std::size_t>(n)};
}

Value record_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Units units(unit, db, keys[1], now);
  Text id = in.text();
  double sum = in.real();
  Millis at = in.integer(), half_life = in.integer();
  std::int64_t capacity = in.integer();
  if (at == 0) at = now;
  std::string base = std::to_string(units.base);
  run_for_effect(unit, Set{keys[1], base}, db);
  sum += units(at, half_life);
  if (auto old = unit.run(ZScore{keys[0], id}, db)) {
    double high = std::max(*old, sum), low = std::min(*old, sum);
    sum = high + std::log(1 + std::exp(low - high));
  }
  ScoreMember item{sum, id};
  run_for_effect(unit, ZAdd{keys[0], {&item, 1}}, db);
  run_for_effect(unit, ZRemRangeByRank{keys[0], 0, -capacity - 1}, db);
  return Value::bulk(real_text(std::exp(sum - units(at, half_life))));
}

// ---- popularity.top: arguments: count, half-life -> id, score as at now, of each

constexpr Text top_text = R"lua(
local count, out = tonumber(ARGV[2]), {}
local rows = redis.call('ZREVRANGE', KEYS[1], 0, count - 1, 'WITHSCORES')
for i = 1, #rows, 2 do
  out[#out + 1] = rows[i]
  out[#out + 1] = real(math.exp(tonumber(rows[i + 1]) - units(now, tonumber(ARGV[3]))))
end
return out
)lua";

Value top_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Units units(unit, db, keys[1], now);
  std::int64_t count = in.integer();
  Millis half_life = in.integer();
  std::vector<Value> out;
  for (const ScoredMember& row : unit.run(ZRevRange{keys[0], 0, count - 1, true}, db)) {
    out.push_back(Value::bulk(row.member));
    out.push_back(Value::bulk(real_text(std::exp(row.score - units(now, half_life)))));
  }
  return Value::array(std::move(out));
}

// ---- popularity.score: arguments: id, half-life -> score as at now

constexpr Text score_text = R"lua(
local sum = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not sum then return '0' end
return real(math.exp(tonumber(sum) - units(now, tonumber(ARGV[3]))))
)lua";

Value score_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Units units(unit, db, keys[1], now);
  auto sum = unit.run(ZScore{keys[0], in.text()}, db);
  if (!sum) return Value::bulk("0");
  return Value::bulk(real_text(std::exp(*sum - units(now, in.integer()))));
}

const Procedure record_view{"popularity.record", record_body, lua_script<lua_units, record_text>};
const Procedure top_rows{"popularity.top", top_body, lua_script<lua_units, top_text>};
const Procedure row_score{"popularity.score", score_body, lua_script<lua_units, score_text>};

}  // namespace

Popularity::Popularity(Namespace space, PopularityOptions options)
    : space_(std::move(space)), options_(std::move(options)) {
  check_id("name", options_.name);
  check_range("half_life", options_.half_life, 1000, Millis{10} * 366 * 86'400'000);
  check_range("capacity", options_.capacity, 1, 10'000'000);
  key_ = space_.keys().key("popularity", options_.name);
  base_key_ = space_.keys().key("popularity", options_.name, {"base"});
}

double Popularity::record(Text id, double weight, std::optional<Millis> at) {
  check_id("id", id);
  if (!(weight > 0 && weight <= 1e15)) throw Error(ErrorCode::invalid, "weight is outside 0..1e15, or 0");
  if (at) check_range("at", *at, 1, max_exact_integer);
  ArgumentWriter args(space_.time());
  args.text(id)
      .real(std::log(weight))
      .integer(at.value_or(0))
      .integer(options_.half_life)
      .integer(options_.capacity);
  return space_.invoke(record_view, {key_, base_key_}, args).to_real();
}

double Popularity::score(Text id) {
  check_id("id", id);
  ArgumentWriter args(space_.time());
  args.text(id).integer(options_.half_life);
  return space_.invoke(row_score, {key_, base_key_}, args).to_real();
}

std::optional<std::int64_t> Popularity::rank(Text id) {
  check_id("id", id);
  return space_.run(ZRevRank{{key_, id}});
}

bool Popularity::can_cache(Text id, std::int64_t rank_limit) {
  check_range("rank", rank_limit, 0, max_exact_integer);
  auto at = rank(id);
  return at && *at < rank_limit;
}

std::vector<PopularRow> Popularity::top(std::int64_t count) {
  check_range("count", count, 1, 100'000);
  ArgumentWriter args(space_.time());
  args.integer(count).integer(options_.half_life);
  Value reply = space_.invoke(top_rows, {key_, base_key_}, args);
  const auto& parts = list_of(reply);
  std::vector<PopularRow> rows;
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2)
    rows.push_back({parts[i].to_string(), parts[i + 1].to_real()});
  return rows;
}

std::int64_t Popularity::count() {
  return space_.run(ZCard{key_});
}

List<Procedure> Popularity::procedures() {
  static const std::array all = {record_view, top_rows, row_score};
  return all;
}

std::vector<ViewLifetime> default_view_lifetimes() {
  return {{1'000'000, 900'000}, {100'000, 600'000}, {10'000, 300'000}};
}

Millis ttl_for_views(std::int64_t views, const std::vector<ViewLifetime>& lifetimes, Millis otherwise) {
  const ViewLifetime* best = nullptr;
  for (const ViewLifetime& step : lifetimes)
    if (views > step.more_than && (best == nullptr || step.more_than > best->more_than)) best = &step;
  return best == nullptr ? otherwise : best->ttl;
}

}  // namespace playhead
