#pragma once
// The operations that bodies of procedures use most, in short.
#include "playhead/modules/procedure.h"

namespace playhead {

/// A number stored as text, in the spelling of format_int64. Throws Error{corrupt} if it is none.
std::int64_t stored_number(Text text);

/// The members of an ordered set from rank `first` to `last` with their scores; negative ones count from the end.
std::vector<ScoredMember> by_rank(Unit& unit, std::uint16_t db, Text key, std::int64_t first,
                                  std::int64_t last);

/// A unit on one database.
class UnitCalls {
 public:
  UnitCalls(Unit& unit, std::uint16_t db) : unit_(unit), db_(db) {}

  std::optional<std::string> hget(Text key, Text field) { return unit_.run(HGet{key, field}, db_); }
  void hset(Text key, Text field, Text value) {
    FieldValue item{field, value};
    run_for_effect(unit_, HSet{key, {&item, 1}}, db_);
  }
  bool hdel(Text key, Text field) { return unit_.run(HDel{key, {&field, 1}}, db_) == 1; }
  std::int64_t hlen(Text key) { return unit_.run(HLen{key}, db_); }
  bool hexists(Text key, Text field) { return unit_.run(HExists{key, field}, db_); }
  /// A field that holds a number. Throws Error{corrupt} if it holds something else.
  std::int64_t number(Text key, Text field, std::int64_t missing = 0);
  void set_number(Text key, Text field, std::int64_t n);
  std::int64_t hincrby(Text key, Text field, std::int64_t by) {
    return unit_.run(HIncrBy{key, field, by}, db_);
  }

  std::optional<double> zscore(Text key, Text member) { return unit_.run(ZScore{key, member}, db_); }
  void zadd(Text key, std::int64_t score, Text member) {
    ScoreMember item{static_cast<double>(score), member};
    run_for_effect(unit_, ZAdd{key, {&item, 1}}, db_);
  }
  bool zrem(Text key, Text member) { return unit_.run(ZRem{key, {&member, 1}}, db_) == 1; }
  std::int64_t zcard(Text key) { return unit_.run(ZCard{key}, db_); }
  /// Members with scores up to `until`, the smallest first, at most `limit`.
  std::vector<ScoredMember> up_to(Text key, Millis until, std::int64_t limit);
  /// The members with the smallest scores.
  std::vector<ScoredMember> lowest(Text key, std::int64_t count);
  /// The member with the smallest score.
  std::optional<ScoredMember> first(Text key);
  std::vector<ScoredMember> zpopmin(Text key, std::int64_t count) {
    return unit_.run(ZPopMin{key, count}, db_);
  }

  std::int64_t llen(Text key) { return unit_.run(LLen{key}, db_); }
  void rpush(Text key, Text element) { run_for_effect(unit_, RPush{{key, {&element, 1}}}, db_); }
  void del(Text key) { run_for_effect(unit_, Del{{&key, 1}}, db_); }
  void pexpire(Text key, Millis after);

 private:
  Unit& unit_;
  std::uint16_t db_;
};

/// The smaller of two times that may be missing, -1 standing for none.
Millis sooner(std::optional<ScoredMember> a, std::optional<ScoredMember> b);

/// The same for scripts: `up_to(key, limit)`, members due now; `first(key)`, member and score or nil; `sooner(a, b)`.
inline constexpr Text lua_due = R"lua(
local function up_to(key, limit)
  return redis.call('ZRANGEBYSCORE', key, '-inf', int(now), 'LIMIT', 0, limit)
end
local function first(key)
  local items = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  return items[1], tonumber(items[2])
end
local function sooner(a, b)
  if a and b then return math.min(a, b) end
  return a or b or -1
end
)lua";

}  // namespace playhead
