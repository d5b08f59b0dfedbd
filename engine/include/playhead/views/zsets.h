#pragma once
// Sorted sets: typed calls of the operations in operations/zsets.h, where results and costs are told.
#include "playhead/store.h"
#include "playhead/views/arguments.h"
#include "playhead/views/waiting.h"

namespace playhead {

/// Conditions of ZADD.
struct ZAddOptions {
  bool nx = false;  ///< only new members
  bool xx = false;  ///< only members that are there
  bool gt = false;  ///< a member that is there: only to a greater score
  bool lt = false;  ///< only to a smaller score
  bool ch = false;  ///< the result counts changed members too
};

/// Which part of a range is given, and in which direction.
struct ZRangeOptions {
  bool rev = false;  ///< the greatest first
  std::optional<Limit> limit = {};
};

/// Weights (as many as keys, or none) and how scores are aggregated.
struct ZCombineOptions {
  List<double> weights = {};
  std::optional<Aggregate> aggregate = {};
};

/// The sorted sets of one database. Refers to the store, which must outlive it. As thread-safe as the store.
/// All methods throw Error; a key that holds another type is refused with "WRONGTYPE ...". Ranges of scores
/// and of names are given from the smaller bound to the greater one, whatever the direction.
class Zsets {
 public:
  using Scored = std::vector<ScoredMember>;
  using Names = std::vector<std::string>;

  explicit Zsets(Store& store, std::optional<std::uint16_t> db = {})
      : store_(store), db_(db.value_or(store.database())) {}

  // ---- members and scores
  /// How many of the members are new; with `ch`: new or changed.
  std::int64_t zadd(Text key, Arguments<ScoreMember> items, const ZAddOptions& o = {}) {
    return run(ZAdd{key, items, o.nx, o.xx, o.gt, o.lt, o.ch, false}).count;
  }
  std::int64_t zadd(Text key, double score, Text member) {
    const ScoreMember item{score, member};
    return run(ZAdd{key, {&item, 1}}).count;
  }
  /// ZADD INCR: the new score; nothing if a condition prevented it.
  std::optional<double> zadd_incr(Text key, double increment, Text member, const ZAddOptions& o = {}) {
    const ScoreMember item{increment, member};
    return run(ZAdd{key, {&item, 1}, o.nx, o.xx, o.gt, o.lt, o.ch, true}).score;
  }
  /// The new score.
  double zincrby(Text key, double increment, Text member) { return run(ZIncrBy{key, increment, member}); }
  /// How many of the members were there.
  std::int64_t zrem(Text key, Arguments<Text> members) { return run(ZRem{key, members}); }
  std::int64_t zcard(Text key) const { return run(ZCard{key}); }
  std::optional<double> zscore(Text key, Text member) const { return run(ZScore{key, member}); }
  std::vector<std::optional<double>> zmscore(Text key, Arguments<Text> members) const {
    return run(ZMScore{key, members});
  }
  /// The position from 0, the smallest score first.
  std::optional<std::int64_t> zrank(Text key, Text member) const { return run(ZRank{key, member}); }
  /// The position from 0, the greatest score first.
  std::optional<std::int64_t> zrevrank(Text key, Text member) const { return run(ZRevRank{{key, member}}); }
  std::int64_t zcount(Text key, Score min, Score max) const { return run(ZCount{key, min, max}); }
  std::int64_t zlexcount(Text key, Lex min, Lex max) const { return run(ZLexCount{key, min, max}); }

  // ---- ranges
  /// Members from rank start to stop, both included, negative ones from the end.
  Names zrange(Text key, std::int64_t start, std::int64_t stop, bool rev = false) const {
    return names(ranks(key, start, stop, rev, false));
  }
  Scored zrange_withscores(Text key, std::int64_t start, std::int64_t stop, bool rev = false) const {
    return ranks(key, start, stop, rev, true);
  }
  Names zrevrange(Text key, std::int64_t start, std::int64_t stop) const {
    return names(run(ZRevRange{key, start, stop, false}));
  }
  Scored zrevrange_withscores(Text key, std::int64_t start, std::int64_t stop) const {
    return run(ZRevRange{key, start, stop, true});
  }
  Names zrangebyscore(Text key, Score min, Score max, const ZRangeOptions& o = {}) const {
    return names(scores(key, min, max, o, false));
  }
  Scored zrangebyscore_withscores(Text key, Score min, Score max, const ZRangeOptions& o = {}) const {
    return scores(key, min, max, o, true);
  }
  Names zrangebylex(Text key, Lex min, Lex max, const ZRangeOptions& o = {}) const {
    return o.rev ? run(ZRevRangeByLex{key, max, min, o.limit}) : run(ZRangeByLex{key, min, max, o.limit});
  }
  /// Keeps what ZRANGE would give, replacing the destination; its size.
  std::int64_t zrangestore(Text destination, Text source, const ZRangeSpec& range) {
    return run(ZRangeStore{destination, source, range});
  }
  /// How many were removed.
  std::int64_t zremrangebyrank(Text key, std::int64_t start, std::int64_t stop) {
    return run(ZRemRangeByRank{key, start, stop});
  }
  std::int64_t zremrangebyscore(Text key, Score min, Score max) {
    return run(ZRemRangeByScore{key, min, max});
  }
  std::int64_t zremrangebylex(Text key, Lex min, Lex max) { return run(ZRemRangeByLex{key, min, max}); }

  // ---- pops
  /// The members with the smallest scores, in their order; they are removed.
  Scored zpopmin(Text key, std::int64_t count = 1) { return run(ZPopMin{key, count}); }
  /// The members with the greatest scores, the greatest first; they are removed.
  Scored zpopmax(Text key, std::int64_t count = 1) { return run(ZPopMax{{key, count}}); }
  /// Pops from the first key that has members.
  std::optional<PoppedMembers> zmpop(Arguments<Text> keys, ZEnd where, std::int64_t count = 1) {
    return run(ZMPop{keys, where, count});
  }
  // These wait on the calling thread for at most `timeout` milliseconds, 0 for ever; nothing: it has passed.
  std::optional<PoppedMember> bzpopmin(Arguments<Text> keys, Millis timeout = 0) {
    return wait_for(store_, BZPopMin{keys, {timeout}}, db_);
  }
  std::optional<PoppedMember> bzpopmax(Arguments<Text> keys, Millis timeout = 0) {
    return wait_for(store_, BZPopMax{{keys, {timeout}}}, db_);
  }
  std::optional<PoppedMembers> bzmpop(Arguments<Text> keys, ZEnd where, std::int64_t count = 1,
                                      Millis timeout = 0) {
    return wait_for(store_, BZMPop{{timeout}, keys, where, count}, db_);
  }

  // ---- several keys, sorted sets or sets
  Names zunion(Arguments<Text> keys, const ZCombineOptions& o = {}) const {
    return names(run(ZUnion{inputs(keys, o), false}));
  }
  Scored zunion_withscores(Arguments<Text> keys, const ZCombineOptions& o = {}) const {
    return run(ZUnion{inputs(keys, o), true});
  }
  Names zinter(Arguments<Text> keys, const ZCombineOptions& o = {}) const {
    return names(run(ZInter{inputs(keys, o), false}));
  }
  Scored zinter_withscores(Arguments<Text> keys, const ZCombineOptions& o = {}) const {
    return run(ZInter{inputs(keys, o), true});
  }
  Names zdiff(Arguments<Text> keys) const { return names(run(ZDiff{keys, false})); }
  Scored zdiff_withscores(Arguments<Text> keys) const { return run(ZDiff{keys, true}); }
  /// The size of what was stored; 0: the destination was deleted.
  std::int64_t zunionstore(Text destination, Arguments<Text> keys, const ZCombineOptions& o = {}) {
    return run(ZUnionStore{destination, inputs(keys, o)});
  }
  std::int64_t zinterstore(Text destination, Arguments<Text> keys, const ZCombineOptions& o = {}) {
    return run(ZInterStore{destination, inputs(keys, o)});
  }
  std::int64_t zdiffstore(Text destination, Arguments<Text> keys) {
    return run(ZDiffStore{destination, keys});
  }
  /// The size of the intersection, but not more than a positive limit.
  std::int64_t zintercard(Arguments<Text> keys, std::int64_t limit = 0) const {
    return run(ZInterCard{keys, limit});
  }

  // ---- by chance, and all
  /// One member chosen at random, nothing if the key is missing.
  std::optional<std::string> zrandmember(Text key) const {
    Scored chosen = run(ZRandMember{key, {}, false});
    if (chosen.empty()) return {};
    return std::move(chosen.front().member);
  }
  /// So many different members, or all; -count members that may repeat if count is negative.
  Names zrandmember(Text key, std::int64_t count) const { return names(run(ZRandMember{key, count, false})); }
  Scored zrandmember_withscores(Text key, std::int64_t count) const {
    return run(ZRandMember{key, count, true});
  }
  /// One page; begin with cursor 0, end when the page's cursor is 0.
  Page<ScoredMember> zscan(Text key, std::uint64_t cursor, std::optional<Text> match = {},
                           std::optional<std::int64_t> count = {}) const {
    return run(ZScan{key, cursor, match, count});
  }

 private:
  template <class Op>
  typename Op::Reply run(const Op& op) const {
    return store_.run(op, db_);
  }
  Scored ranks(Text key, std::int64_t start, std::int64_t stop, bool rev, bool withscores) const {
    Arena arena;
    ZRangeSpec spec;
    spec.start = syntax::print(start, arena);
    spec.stop = syntax::print(stop, arena);
    spec.rev = rev;
    return run(ZRange{key, spec, withscores});
  }
  Scored scores(Text key, Score min, Score max, const ZRangeOptions& o, bool withscores) const {
    return o.rev ? run(ZRevRangeByScore{key, max, min, withscores, o.limit})
                 : run(ZRangeByScore{key, min, max, withscores, o.limit});
  }
  static ZInputs inputs(List<Text> keys, const ZCombineOptions& o) { return {keys, o.weights, o.aggregate}; }
  static Names names(Scored items) {
    Names r;
    r.reserve(items.size());
    for (ScoredMember& item : items) r.push_back(std::move(item.member));
    return r;
  }
  Store& store_;
  std::uint16_t db_;
};

}  // namespace playhead
