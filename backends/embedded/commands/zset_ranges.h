#pragma once
// Sorted sets by rank, by score and by name: the commands of operations/zset_ranges.h.
#include <algorithm>
#include <limits>

#include "backends/embedded/commands/refill.h"
#include "backends/embedded/commands/zset_values.h"
#include "backends/embedded/tx.h"
#include "playhead/operations/zsets.h"

namespace playhead::embedded {

/// The members between two bounds of scores or of names.
class ZInterval {
 public:
  ZInterval(const Score& min, const Score& max)
      : low(bound(min, min.exclusive)), high(bound(max, !max.exclusive)) {}
  ZInterval(const Lex& min, const Lex& max)
      : low(bound(min, min.kind == Lex::Kind::exclusive)),
        high(bound(max, max.kind == Lex::Kind::inclusive)) {}

  const ZBound low, high;

  bool contains(Text member, double score) const {
    return !before(low, member, score) && before(high, member, score);
  }

 private:
  static ZBound bound(const Score& s, bool after) {
    return {ZBound::By::score, s.value, {}, after, ZBound::End::none};
  }
  static ZBound bound(const Lex& l, bool after) {
    ZBound::End end = l.kind == Lex::Kind::min   ? ZBound::End::min
                      : l.kind == Lex::Kind::max ? ZBound::End::max
                                                 : ZBound::End::none;
    return {ZBound::By::lex, 0, l.member, after, end};
  }
  static bool before(const ZBound& b, Text member, double score) {
    if (b.by == ZBound::By::score) return b.after ? score <= b.score : score < b.score;
    if (b.end != ZBound::End::none) return b.end == ZBound::End::max;
    return b.after ? member <= b.member : member < b.member;
  }
};

/// Calls f(Text member, double score) for the members from rank start to stop, negative ones counted from the
/// end.
template <class S, class F>
void walk_ranks(Tx<S>& t, typename Tx<S>::Entry& e, std::int64_t start, std::int64_t stop, bool reverse,
                F&& f) {
  auto size = static_cast<std::int64_t>(t.size(e));
  if (start < 0) start = std::max<std::int64_t>(start + size, 0);
  if (stop < 0) stop += size;
  stop = std::min(stop, size - 1);
  if (start > stop) return;
  std::int64_t left = stop - start + 1;
  if constexpr (requires { f.expect(std::size_t{}); }) f.expect(static_cast<std::size_t>(left));
  t.zwalk_rank(e, reverse ? size - 1 - start : start, reverse, [&](Text member, double score) {
    f(member, score);
    return --left > 0;
  });
}

/// Calls f(Text member, double score) for the members within an interval, without those that LIMIT leaves
/// out.
template <class S, class F>
void walk_interval(Tx<S>& t, typename Tx<S>::Entry& e, const ZInterval& interval, bool reverse,
                   const std::optional<Limit>& limit, F&& f) {
  if (!e.exists()) return;
  std::int64_t offset = limit ? limit->offset : 0;
  std::int64_t left = !limit || limit->count < 0 ? std::numeric_limits<std::int64_t>::max() : limit->count;
  if (offset < 0 || left == 0) return;
  auto visit = [&](Text member, double score) {
    if (!interval.contains(member, score)) return false;
    f(member, score);
    return --left > 0;
  };
  const ZBound& from = reverse ? interval.high : interval.low;
  if (offset == 0) return t.zwalk_bound(e, from, reverse, visit);
  auto size = static_cast<std::int64_t>(t.size(e));
  if (offset >= size) return;
  std::int64_t before = t.zcount_before(e, from);
  std::int64_t rank = reverse ? before - 1 - offset : before + offset;
  if (rank >= 0 && rank < size) t.zwalk_rank(e, rank, reverse, visit);
}

template <class S>
std::int64_t count_interval(Tx<S>& t, typename Tx<S>::Entry& e, const ZInterval& interval) {
  if (!e.exists()) return 0;
  return std::max<std::int64_t>(t.zcount_before(e, interval.high) - t.zcount_before(e, interval.low), 0);
}

/// Walks the range that ZRANGE and ZRANGESTORE name. Refuses bounds that are none before it opens the key; f
/// as above.
template <class S, class F>
void walk_spec(Tx<S>& t, std::uint16_t db, Text key, const ZRangeSpec& spec, F&& f) {
  Text min = spec.rev ? spec.stop : spec.start, max = spec.rev ? spec.start : spec.stop;
  auto within = [&](auto bound) {
    decltype(bound) low, high;
    syntax::parse(min, low, {});
    syntax::parse(max, high, {});
    auto e = t.open(db, key, Type::zset);
    walk_interval(t, e, ZInterval(low, high), spec.rev, spec.limit, f);
  };
  if (spec.byscore) return within(Score{});
  if (spec.bylex) return within(Lex{});
  std::int64_t start = 0, stop = 0;
  syntax::parse(spec.start, start, {});
  syntax::parse(spec.stop, stop, {});
  auto e = t.open(db, key, Type::zset);
  walk_ranks(t, e, start, stop, spec.rev, f);
}

/// Gives members to a reply, with their scores if they are asked for.
class ScoredRefill {
 public:
  ScoredRefill(std::vector<ScoredMember>& r, bool withscores) : items_(r), withscores_(withscores) {}
  void expect(std::size_t count) { items_.expect(count); }
  void operator()(Text member, double score) {
    ScoredMember& item = items_.next();
    item.member.assign(member);
    item.score = withscores_ ? score : 0;
  }

 private:
  Refill<ScoredMember> items_;
  bool withscores_;
};

// ---- reading

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZCount& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::zset);
  r = count_interval(t, e, ZInterval(c.min, c.max));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZLexCount& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::zset);
  r = count_interval(t, e, ZInterval(c.min, c.max));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRange& c, ZRange::Reply& r) {
  ScoredRefill out(r, c.withscores);
  walk_spec(t, db, c.key, c.range, out);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRevRange& c, ZRevRange::Reply& r) {
  ScoredRefill out(r, c.withscores);
  auto e = t.open(db, c.key, Type::zset);
  walk_ranks(t, e, c.start, c.stop, true, out);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRangeByScore& c, ZRangeByScore::Reply& r) {
  ScoredRefill out(r, c.withscores);
  auto e = t.open(db, c.key, Type::zset);
  walk_interval(t, e, ZInterval(c.min, c.max), false, c.limit, out);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRevRangeByScore& c, ZRevRangeByScore::Reply& r) {
  ScoredRefill out(r, c.withscores);
  auto e = t.open(db, c.key, Type::zset);
  walk_interval(t, e, ZInterval(c.min, c.max), true, c.limit, out);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRangeByLex& c, ZRangeByLex::Reply& r) {
  Refill out(r);
  auto e = t.open(db, c.key, Type::zset);
  walk_interval(t, e, ZInterval(c.min, c.max), false, c.limit, [&](Text member, double) { out.add(member); });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRevRangeByLex& c, ZRevRangeByLex::Reply& r) {
  Refill out(r);
  auto e = t.open(db, c.key, Type::zset);
  walk_interval(t, e, ZInterval(c.min, c.max), true, c.limit, [&](Text member, double) { out.add(member); });
}

// ---- writing

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRangeStore& c, std::int64_t& r) {
  ZList items;
  walk_spec(t, db, c.source, c.range, [&](Text member, double score) { items.add(member, score); });
  auto e = t.open(db, c.destination);
  if (e.exists()) t.remove(e);
  const bool listed = items.size() <= most_listed || c.range.byscore || c.range.bylex;  // how Redis begins
  items.each([&](Text member, double score) {
    put_scored(t, e, member, listed ? score_kept(t, e, member, score).added : score);
  });
  r = static_cast<std::int64_t>(items.size());
}

/// Removes the members that walk(f) shows; how many.
template <class S, class Walk>
std::int64_t remove_range(Tx<S>& t, typename Tx<S>::Entry& e, Walk&& walk) {
  ZList doomed;
  walk([&](Text member, double score) { doomed.add(member, score); });
  remove_members(t, e, doomed);
  return static_cast<std::int64_t>(doomed.size());
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRemRangeByRank& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::zset);
  r = remove_range(t, e, [&](auto&& f) { walk_ranks(t, e, c.start, c.stop, false, f); });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRemRangeByScore& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::zset);
  r = remove_range(t, e,
                   [&](auto&& f) { walk_interval(t, e, ZInterval(c.min, c.max), false, std::nullopt, f); });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZRemRangeByLex& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::zset);
  r = remove_range(t, e,
                   [&](auto&& f) { walk_interval(t, e, ZInterval(c.min, c.max), false, std::nullopt, f); });
}

}  // namespace playhead::embedded
