#pragma once
#include <array>

#include "playhead/operations/distinct.h"
#include "playhead/operations/operation.h"
#include "playhead/operations/zset_combinations.h"
#include "playhead/operations/zset_ranges.h"

namespace playhead {

/// What ZADD tells: with INCR the new score (nothing if a condition prevented it), otherwise how many members
/// were added (with CH: or got another score).
struct ZAddReply {
  std::int64_t count = 0;
  std::optional<double> score;
  bool operator==(const ZAddReply&) const = default;
};

/// ZADD. NX: only new members. XX: only present ones. GT, LT: a present member only to a greater, a smaller
/// score. INCR: adds to the score of the one member named. O(log n) a member. https://redis.io/commands/zadd
struct ZAdd {
  using Reply = ZAddReply;
  static constexpr Traits traits{"zadd", Flags::write | Flags::denyoom | Flags::fast, Group::zsets,
                                 "Adds members to a sorted set, or changes their scores."};
  Text key;
  List<ScoreMember> items;
  bool nx = false, xx = false, gt = false, lt = false, ch = false, incr = false;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.options(flag("NX", o.nx), flag("XX", o.xx), flag("GT", o.gt), flag("LT", o.lt), flag("CH", o.ch),
              flag("INCR", o.incr));
    if constexpr (std::is_same_v<V, Reader>) o.check_options(v.left());
    v.args("score member", o.items);
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
  bool once() const {
    return few_and_distinct(items, [](const ScoreMember& item) { return item.member; });
  }
  /// Refuses options that exclude each other, given so many arguments behind them. Redis looks at them before
  /// any score.
  void check_options(std::size_t arguments) const;
};

/// ZINCRBY: the new score; a missing member counts as 0. O(log n). https://redis.io/commands/zincrby
struct ZIncrBy {
  using Reply = double;
  static constexpr Traits traits{"zincrby", Flags::write | Flags::denyoom | Flags::fast, Group::zsets,
                                 "Adds to the score of a member."};
  Text key;
  double increment = 1;
  Text member;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("increment", o.increment);
    v.arg("member", o.member);
  }
  void validate() const;
  bool once() const { return true; }
};

/// ZREM: how many of the members were there; the key goes with its last member. O(log n) a member.
/// https://redis.io/commands/zrem
struct ZRem {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zrem", Flags::write | Flags::fast, Group::zsets,
                                 "Removes members from a sorted set."};
  Text key;
  List<Text> members;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.args("member", o.members);
  }
  bool once() const { return few_and_distinct(members); }
};

/// ZCARD: 0 for a missing key. O(1). https://redis.io/commands/zcard
struct ZCard {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zcard", Flags::readonly | Flags::fast, Group::zsets,
                                 "The number of members of a sorted set."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// ZSCORE: nothing for a missing member. O(1). https://redis.io/commands/zscore
struct ZScore {
  using Reply = std::optional<double>;
  static constexpr Traits traits{"zscore", Flags::readonly | Flags::fast, Group::zsets,
                                 "The score of a member."};
  Text key, member;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("member", o.member);
  }
};

/// ZMSCORE: a score or nothing for each of the members. O(members). https://redis.io/commands/zmscore
struct ZMScore {
  using Reply = std::vector<std::optional<double>>;
  static constexpr Traits traits{"zmscore", Flags::readonly | Flags::fast, Group::zsets,
                                 "The scores of several members."};
  Text key;
  List<Text> members;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.args("member", o.members);
  }
};

/// ZRANK: how many members stand before this one; nothing if it is missing. O(log n).
/// https://redis.io/commands/zrank
struct ZRank {
  using Reply = std::optional<std::int64_t>;
  static constexpr Traits traits{"zrank", Flags::readonly | Flags::fast, Group::zsets,
                                 "The position of a member, the smallest score first."};
  Text key, member;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("member", o.member);
  }
};

/// ZREVRANK: the same from the other end. O(log n). https://redis.io/commands/zrevrank
struct ZRevRank : ZRank {
  static constexpr Traits traits{"zrevrank", Flags::readonly | Flags::fast, Group::zsets,
                                 "The position of a member, the greatest score first."};
};

/// ZPOPMIN: takes the members with the smallest scores, one if no count is given; gives them in their order.
/// O(log n) a member. https://redis.io/commands/zpopmin
struct ZPopMin {
  using Reply = std::vector<ScoredMember>;
  static constexpr Traits traits{"zpopmin", Flags::write | Flags::fast, Group::zsets,
                                 "Removes and gives the members with the smallest scores."};
  Text key;
  std::optional<std::int64_t> count = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.at_most(1, "ERR syntax error");
    v.optional("count", o.count, "ERR value is out of range, must be positive");
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  bool once() const { return true; }
};

/// ZPOPMAX: takes the members with the greatest scores, the greatest first. O(log n) a member.
/// https://redis.io/commands/zpopmax
struct ZPopMax : ZPopMin {
  static constexpr Traits traits{"zpopmax", Flags::write | Flags::fast, Group::zsets,
                                 "Removes and gives the members with the greatest scores."};
};

/// The end of a sorted set.
enum class ZEnd : std::uint8_t { min, max };
constexpr std::array<Text, 2> words_of(ZEnd) {
  return {"MIN", "MAX"};
}

/// Members popped from the first key that had some.
struct PoppedMembers {
  std::string key;
  std::vector<ScoredMember> items;
  bool operator==(const PoppedMembers&) const = default;
};

/// ZMPOP: takes members, one if no count is given, from the first key that has some; nothing if none has.
/// O(keys + log n a member). https://redis.io/commands/zmpop
struct ZMPop {
  using Reply = std::optional<PoppedMembers>;
  static constexpr Traits traits{
      "zmpop", Flags::write, Group::zsets,
      "Removes and gives members of the first of several sorted sets that has some."};
  List<Text> keys;
  ZEnd where = ZEnd::min;
  std::optional<std::int64_t> count = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.numkeys("numkeys", o.keys, "ERR numkeys should be greater than 0");
    v.arg("where", o.where);
    v.options(single(
        checked(option("COUNT", "count", o.count, "ERR count should be greater than 0"), check_count)));
  }
  static void check_count(const std::int64_t& count);
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// A member popped from one of several keys.
struct PoppedMember {
  std::string key, member;
  double score = 0;
  bool operator==(const PoppedMember&) const = default;
};

/// BZPOPMIN: as ZPOPMIN from the first key that has members; waits for one if none has. O(keys + log n).
/// https://redis.io/commands/bzpopmin
struct BZPopMin {
  using Reply = std::optional<PoppedMember>;
  static constexpr Traits traits{"bzpopmin", Flags::write | Flags::noscript | Flags::fast | Flags::blocking,
                                 Group::zsets,
                                 "Removes and gives the member with the smallest score, waiting for one."};
  static constexpr ValueType waits_for = ValueType::zset;
  List<Text> keys;
  Timeout timeout;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.keys("key", o.keys, 1);
    v.arg("timeout", o.timeout);
  }
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
  static bool served(const Reply& r) { return r.has_value(); }
  template <class F>
  void each_waited(F&& f) const {
    for (Text key : keys) f(key);
  }
  void narrow(Text key, Arena& arena);
};

/// BZPOPMAX: the same from the other end. https://redis.io/commands/bzpopmax
struct BZPopMax : BZPopMin {
  static constexpr Traits traits{"bzpopmax", Flags::write | Flags::noscript | Flags::fast | Flags::blocking,
                                 Group::zsets,
                                 "Removes and gives the member with the greatest score, waiting for one."};
};

/// BZMPOP: as ZMPOP; waits if no key has members. https://redis.io/commands/bzmpop
struct BZMPop {
  using Reply = std::optional<PoppedMembers>;
  static constexpr Traits traits{
      "bzmpop", Flags::write | Flags::blocking, Group::zsets,
      "Removes and gives members of the first of several sorted sets that has some, waiting for them."};
  static constexpr ValueType waits_for = ValueType::zset;
  Timeout timeout;
  List<Text> keys;
  ZEnd where = ZEnd::min;
  std::optional<std::int64_t> count = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    if constexpr (std::is_same_v<V, Reader>) {  // as in Redis the timeout is looked at last
      Text timeout = v.next();
      ZMPop pop;
      ZMPop::describe(pop, v);
      v.end();
      pop.validate();
      o = {{}, pop.keys, pop.where, pop.count};
      syntax::parse(timeout, o.timeout, {});
    } else {
      v.arg("timeout", o.timeout);
      v.numkeys("numkeys", o.keys);
      v.arg("where", o.where);
      v.options(option("COUNT", "count", o.count));
    }
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
  static bool served(const Reply& r) { return r.has_value(); }
  template <class F>
  void each_waited(F&& f) const {
    for (Text key : keys) f(key);
  }
  void narrow(Text key, Arena& arena);
};

/// ZRANDMEMBER: without a count one member or none; with a positive count so many different members, with a
/// negative one so many that may repeat. Scores are told with WITHSCORES only. O(count).
/// https://redis.io/commands/zrandmember
struct ZRandMember {
  using Reply = std::vector<ScoredMember>;
  static constexpr Traits traits{"zrandmember", Flags::readonly, Group::zsets,
                                 "Members of a sorted set chosen at random."};
  Text key;
  std::optional<std::int64_t> count = {};
  bool withscores = false;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.optional("count", o.count);
    check_random_count(o.count);  // Redis looks at it before what follows
    v.last_option(flag("WITHSCORES", o.withscores));
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// ZSCAN: a page of members with their scores. A member present during the whole iteration is returned at
/// least once. O(count). https://redis.io/commands/zscan
struct ZScan {
  using Reply = Page<ScoredMember>;
  static constexpr Traits traits{"zscan", Flags::readonly, Group::zsets,
                                 "Iterates over the members of a sorted set."};
  Text key;
  std::uint64_t cursor = 0;
  std::optional<Text> match = {};
  std::optional<std::int64_t> count = {};
  Fault fault = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("cursor", o.cursor);
    v.late_options(o.fault, option("MATCH", "pattern", o.match),
                   checked(option("COUNT", "count", o.count), check_page_size));
  }
};

using ZsetOperations =
    Operations<ZAdd, ZIncrBy, ZRem, ZCard, ZScore, ZMScore, ZRank, ZRevRank, ZPopMin, ZPopMax, ZMPop,
               BZPopMin, BZPopMax, BZMPop, ZRandMember, ZScan, ZCount, ZLexCount, ZRange, ZRevRange,
               ZRangeByScore, ZRevRangeByScore, ZRangeByLex, ZRevRangeByLex, ZRangeStore, ZRemRangeByRank,
               ZRemRangeByScore, ZRemRangeByLex, ZUnion, ZInter, ZDiff, ZUnionStore, ZInterStore, ZDiffStore,
               ZInterCard>;

}  // namespace playhead
