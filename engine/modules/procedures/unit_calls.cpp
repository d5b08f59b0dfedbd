#include "engine/modules/procedures/unit_calls.h"

#include <algorithm>
#include <limits>

namespace playhead {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

std::vector<ScoredMember> by_rank(Unit& unit, std::uint16_t db, Text key, std::int64_t first,
                                  std::int64_t last) {
  std::string start = std::to_string(first), stop = std::to_string(last);
  ZRange range{key};
  range.range.start = start;
  range.range.stop = stop;
  range.withscores = true;
  return unit.run(range, db);
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
