#include "engine/modules/procedures/unit_calls.h"

#include <algorithm>
#include <limits>

#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

std::int64_t stored_number(Text text) {
  std::int64_t n = 0;
  if (!parse_int64(text, n)) throw Error(ErrorCode::corrupt, "a stored count is not a number");
  return n;
}

std::vector<ScoredMember> by_rank(Unit& unit, std::uint16_t db, Text key, std::int64_t first,
                                  std::int64_t last) {
  std::string start = std::to_string(first), stop = std::to_string(last);
  ZRange range{key};
  range.range.start = start;
  range.range.stop = stop;
  range.withscores = true;
  return unit.run(range, db);
}

std::int64_t UnitCalls::number(Text key, Text field, std::int64_t missing) {
  auto text = hget(key, field);
  return text ? stored_number(*text) : missing;
}

void UnitCalls::set_number(Text key, Text field, std::int64_t n) {
  char buffer[int64_text_size];
  hset(key, field, format_int64(n, buffer));
}

std::vector<ScoredMember> UnitCalls::up_to(Text key, Millis until, std::int64_t limit) {
  Score end{static_cast<double>(until), false};
  return unit_.run(ZRangeByScore{key, {-infinity, false}, end, true, Limit{0, limit}}, db_);
}

std::vector<ScoredMember> UnitCalls::lowest(Text key, std::int64_t count) {
  return unit_.run(ZRangeByScore{key, {-infinity, false}, {infinity, false}, true, Limit{0, count}}, db_);
}

std::optional<ScoredMember> UnitCalls::first(Text key) {
  auto items = lowest(key, 1);
  if (items.empty()) return std::nullopt;
  return std::move(items.front());
}

void UnitCalls::pexpire(Text key, Millis after) {
  PExpire expire;
  expire.key = key;
  expire.time = after;
  run_for_effect(unit_, expire, db_);
}

Millis sooner(std::optional<ScoredMember> a, std::optional<ScoredMember> b) {
  if (!a && !b) return -1;
  if (!a || !b) return static_cast<Millis>((a ? a : b)->score);
  return static_cast<Millis>(std::min(a->score, b->score));
}

}  // namespace playhead
