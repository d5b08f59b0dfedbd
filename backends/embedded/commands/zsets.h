#pragma once
// Sorted sets: members, scores, ranks, pops, ZRANDMEMBER and ZSCAN. Ranges and combinations are in files of
// their own.
#include <algorithm>
#include <cmath>

#include "backends/embedded/commands/refill.h"
#include "backends/embedded/commands/sampling.h"
#include "backends/embedded/commands/scan_filter.h"
#include "backends/embedded/commands/zset_combinations.h"
#include "backends/embedded/commands/zset_ranges.h"
#include "backends/embedded/commands/zset_values.h"
#include "backends/embedded/tx.h"
#include "playhead/operations/zsets.h"

namespace playhead::embedded {

inline constexpr Text not_a_score = "ERR resulting score is not a number (NaN)";

// ---- members and scores

/// What became of one member of a ZADD.
struct MemberAdded {
  ZPut put = ZPut::unchanged;
  bool allowed = false;  ///< no condition prevented it
  double score = 0;      ///< the score it has now, if allowed
};

/// Adds one member or changes its score, as far as the options allow. An equal score leaves the old one as it
/// is (-0.0).
template <class S>
MemberAdded add_scored(Tx<S>& t, typename Tx<S>::Entry& e, const ZAdd& c, const ScoreMember& item) {
  MemberAdded r;
  bool not_a_number = false;
  const KeptScore kept = score_kept(t, e, item.member, item.score);
  r.put = t.zput(e, item.member, [&](const double* old) -> std::optional<double> {
    if (old ? c.nx : c.xx) return std::nullopt;
    r.score = old && c.incr ? *old + item.score : item.score;
    not_a_number = std::isnan(r.score);
    if (not_a_number || (old && ((c.gt && r.score <= *old) || (c.lt && r.score >= *old))))
      return std::nullopt;
    r.allowed = true;
    if (!old) return kept.added;
    if (r.score == *old) return std::nullopt;
    return c.incr ? r.score : kept.changed;
  });
  if (not_a_number) refuse(not_a_score);
  return r;
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZAdd& c, ZAdd::Reply& r) {
  r.count = 0;
  r.score.reset();
  auto e = t.open(db, c.key, Type::zset);
  for (const ScoreMember& item : c.items) {
    MemberAdded added = add_scored(t, e, c, item);
    if (c.incr) {
      if (added.allowed) r.score = added.score;
      return;
    }
    r.count += added.put == ZPut::added || (c.ch && added.put == ZPut::changed);
  }
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZIncrBy& c, double& r) {
  auto e = t.open(db, c.key, Type::zset);
  const double kept = score_kept(t, e, c.member, c.increment).added;
  double sum = c.increment;
  t.zput(e, c.member, [&](const double* old) -> std::optional<double> {
    if (!old) return kept;
    sum += *old;
    return std::isnan(sum) || sum == *old ? std::nullopt : std::optional<double>(sum);
  });
  if (std::isnan(sum)) refuse(not_a_score);
  r = sum;
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRem& c, std::int64_t& r) {
  r = 0;
  auto e = t.open(db, c.key, Type::zset);
  for (Text member : c.members) {
    if (!e.exists()) return;
    r += t.zerase(e, member);
  }
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZCard& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::zset);
  r = static_cast<std::int64_t>(t.size(e));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZScore& c, ZScore::Reply& r) {
  r.reset();
  auto e = t.open(db, c.key, Type::zset);
  if (e.exists()) r = t.zget(e, c.member);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZMScore& c, ZMScore::Reply& r) {
  auto e = t.open(db, c.key, Type::zset);
  r.assign(c.members.size(), std::nullopt);
  if (!e.exists()) return;
  for (std::size_t i = 0; i < r.size(); ++i) r[i] = t.zget(e, c.members[i]);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRank& c, ZRank::Reply& r) {
  r.reset();
  auto e = t.open(db, c.key, Type::zset);
  if (e.exists()) r = t.zrank(e, c.member);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRevRank& c, ZRevRank::Reply& r) {
  r.reset();
  auto e = t.open(db, c.key, Type::zset);
  if (!e.exists()) return;
  if (auto rank = t.zrank(e, c.member)) r = static_cast<std::int64_t>(t.size(e)) - 1 - *rank;
}

// ---- pops

/// Moves at most `count` members of a key that exists from one end into `items`.
template <class S>
void pop_members(Tx<S>& t, typename Tx<S>::Entry& e, ZEnd where, std::int64_t count,
                 std::vector<ScoredMember>& items) {
  const std::size_t size = t.size(e);
  walk_ranks(t, e, 0, std::min(count, static_cast<std::int64_t>(size)) - 1, where == ZEnd::max,
             ScoredRefill(items, true));
  if (items.size() == size) return t.remove(e);
  for (const ScoredMember& item : items) t.zerase(e, item.member);
}

template <class S>
void pop_counted(Tx<S>& t, std::uint16_t db, const ZPopMin& c, ZEnd where, std::vector<ScoredMember>& r) {
  auto e = t.open(db, c.key, Type::zset);
  std::int64_t count = c.count.value_or(1);
  if (!e.exists() || count == 0) return r.clear();
  pop_members(t, e, where, count, r);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZPopMin& c, ZPopMin::Reply& r) {
  pop_counted(t, db, c, ZEnd::min, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZPopMax& c, ZPopMax::Reply& r) {
  pop_counted(t, db, c, ZEnd::max, r);
}

/// Calls f(Text key, Entry&) for the first key that has members. One of another type before it is refused.
template <class S, class F>
void with_first(Tx<S>& t, std::uint16_t db, List<Text> keys, F&& f) {
  for (Text key : keys) {
    auto e = t.open(db, key, Type::zset);
    if (e.exists()) return f(key, e);
  }
}

template <class S>
void pop_several(Tx<S>& t, std::uint16_t db, List<Text> keys, ZEnd where, std::int64_t count,
                 std::optional<PoppedMembers>& r) {
  bool found = false;
  with_first(t, db, keys, [&](Text key, auto& e) {
    found = true;
    if (!r) r.emplace();
    r->key.assign(key);
    pop_members(t, e, where, count, r->items);
  });
  if (!found) r.reset();
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZMPop& c, ZMPop::Reply& r) {
  pop_several(t, db, c.keys, c.where, c.count.value_or(1), r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BZMPop& c, BZMPop::Reply& r) {
  pop_several(t, db, c.keys, c.where, c.count.value_or(1), r);
}

template <class S>
void pop_one(Tx<S>& t, std::uint16_t db, List<Text> keys, ZEnd where, std::optional<PoppedMember>& r) {
  r.reset();
  with_first(t, db, keys, [&](Text key, auto& e) {
    r.emplace().key.assign(key);
    walk_ranks(t, e, 0, 0, where == ZEnd::max, [&](Text member, double score) {
      r->member.assign(member);
      r->score = score;
    });
    t.zerase(e, r->member);
  });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BZPopMin& c, BZPopMin::Reply& r) {
  pop_one(t, db, c.keys, ZEnd::min, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BZPopMax& c, BZPopMax::Reply& r) {
  pop_one(t, db, c.keys, ZEnd::max, r);
}

// ---- by chance, and all

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRandMember& c, ZRandMember::Reply& r) {
  auto e = t.open(db, c.key, Type::zset);
  const std::size_t size = t.size(e);
  const std::int64_t count = c.count.value_or(1);
  if (size == 0 || count == 0) return r.clear();
  auto pick = [&](std::uint64_t random, auto&& f) { t.zpick(e, random, f); };
  auto walk = [&](auto&& f) { t.zwalk_rank(e, 0, false, f); };
  if (count > 0) {
    sample_distinct(size, static_cast<std::size_t>(count), pick, walk, ScoredRefill(r, c.withscores));
    return;
  }
  r.resize(repeated_count(count));
  sample_repeated(size, r.size(), pick, walk, [&](std::size_t i, Text member, double score) {
    r[i].member.assign(member);
    r[i].score = c.withscores ? score : 0;
  });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZScan& c, ZScan::Reply& r) {
  r.cursor = 0;
  auto e = t.open(db, c.key, Type::zset);
  if (!e.exists()) return r.items.clear();
  c.fault.check();  // Redis does not mind if there is nothing to scan
  if (c.count) check_page_size(*c.count);
  ScanFilter filter(c.match, c.count);
  ScoredRefill out(r.items, true);
  r.cursor = t.zscan(e, c.cursor, filter.count(), [&](Text member, double score) {
    if (filter.keeps(member)) out(member, score);
  });
}

}  // namespace playhead::embedded
