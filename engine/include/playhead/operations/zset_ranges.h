#pragma once
// Sorted sets: the commands that name members by rank, by score or by name. Members stand in the order of
// their scores, those with equal scores in the order of their bytes. Commands by lex expect all scores to be
// equal.
#include "playhead/operations/operation.h"

namespace playhead {

/// Reads two bounds and the options behind them. As in Redis the options come first, then check(), then the
/// bounds.
template <class B, class Check, class... Options>
void read_range(Reader& v, B& first, B& second, Check&& check, Options... options) {
  Text first_text = v.next(), second_text = v.next();
  v.options(options...);
  v.end();
  check();
  syntax::parse(first_text, first, {});
  syntax::parse(second_text, second, {});
}

/// Describes two bounds and the options behind them.
template <class V, class B, class... Options>
void describe_range(V& v, Text first_name, B& first, Text second_name, B& second, Options... options) {
  if constexpr (std::is_same_v<V, Reader>) {
    read_range(v, first, second, [] {}, options...);
  } else {
    v.arg(first_name, first);
    v.arg(second_name, second);
    v.options(options...);
  }
}

/// ZCOUNT: members with scores from min to max. O(log n). https://redis.io/commands/zcount
struct ZCount {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zcount", Flags::readonly | Flags::fast, Group::zsets,
                                 "Counts the members within a range of scores."};
  Text key;
  Score min, max;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("min", o.min);
    v.arg("max", o.max);
  }
  void validate() const;
};

/// ZLEXCOUNT: members from min to max. O(log n). https://redis.io/commands/zlexcount
struct ZLexCount {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zlexcount", Flags::readonly | Flags::fast, Group::zsets,
                                 "Counts the members within a range of names."};
  Text key;
  Lex min, max;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("min", o.min);
    v.arg("max", o.max);
  }
};

/// A range as ZRANGE and ZRANGESTORE write it. What start and stop are depends on the options: ranks ("0",
/// "-1"; negative from the end), with BYSCORE bounds of scores ("1.5", "(1.5", "-inf"), with BYLEX bounds of
/// members ("[a", "(a", "-", "+"). Both ends are included unless a bound excludes itself. REV gives the
/// greatest first; bounds are then written the greater one first.
struct ZRangeSpec {
  Text start = "0", stop = "-1";
  bool byscore = false, bylex = false, rev = false;
  std::optional<Limit> limit = {};  ///< with BYSCORE or BYLEX only
  void validate() const;
};

/// ZRANGE: members in order; their scores are 0 unless WITHSCORES asks for them. O(log n + result).
/// https://redis.io/commands/zrange
struct ZRange {
  using Reply = std::vector<ScoredMember>;
  static constexpr Traits traits{"zrange", Flags::readonly, Group::zsets,
                                 "Members within a range of ranks, scores or names."};
  Text key;
  ZRangeSpec range = {};
  bool withscores = false;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    describe_range(v, "start", o.range.start, "stop", o.range.stop,
                   rival(1, single(flag("BYSCORE", o.range.byscore))),
                   rival(1, single(flag("BYLEX", o.range.bylex))), single(flag("REV", o.range.rev)),
                   option("LIMIT", "offset count", o.range.limit), flag("WITHSCORES", o.withscores));
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// ZRANGESTORE: keeps a range as a sorted set of its own, replacing whatever the destination held; its size.
/// O(log n + m log m) for m members. https://redis.io/commands/zrangestore
struct ZRangeStore {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zrangestore", Flags::write | Flags::denyoom, Group::zsets,
                                 "Keeps a range of members in another key."};
  Text destination, source;
  ZRangeSpec range = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("destination", o.destination);
    v.key("source", o.source);
    describe_range(v, "start", o.range.start, "stop", o.range.stop,
                   rival(1, single(flag("BYSCORE", o.range.byscore))),
                   rival(1, single(flag("BYLEX", o.range.bylex))), single(flag("REV", o.range.rev)),
                   option("LIMIT", "offset count", o.range.limit));
  }
  void validate() const { range.validate(); }
};

/// ZREVRANGE: members by rank, the greatest first; their scores are 0 unless WITHSCORES asks for them. O(log
/// n + result). https://redis.io/commands/zrevrange
struct ZRevRange {
  using Reply = std::vector<ScoredMember>;
  static constexpr Traits traits{"zrevrange", Flags::readonly, Group::zsets,
                                 "Members by rank, the greatest first."};
  Text key;
  std::int64_t start = 0, stop = -1;
  bool withscores = false;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    if constexpr (std::is_same_v<V, Reader>) {  // LIMIT is understood, and refused
      ZRangeSpec spec;
      read_range(
          v, o.start, o.stop, [&] { spec.validate(); }, option("LIMIT", "offset count", spec.limit),
          flag("WITHSCORES", o.withscores));
    } else {
      describe_range(v, "start", o.start, "stop", o.stop, flag("WITHSCORES", o.withscores));
    }
  }
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// ZRANGEBYSCORE: members with scores from min to max; their scores are told with WITHSCORES only (otherwise
/// 0). O(log n + result). https://redis.io/commands/zrangebyscore
struct ZRangeByScore {
  using Reply = std::vector<ScoredMember>;
  static constexpr Traits traits{"zrangebyscore", Flags::readonly, Group::zsets,
                                 "Members within a range of scores."};
  Text key;
  Score min, max;
  bool withscores = false;
  std::optional<Limit> limit = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    describe_range(v, "min", o.min, "max", o.max, flag("WITHSCORES", o.withscores),
                   option("LIMIT", "offset count", o.limit));
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// ZREVRANGEBYSCORE: the same, the greatest first. https://redis.io/commands/zrevrangebyscore
struct ZRevRangeByScore {
  using Reply = std::vector<ScoredMember>;
  static constexpr Traits traits{"zrevrangebyscore", Flags::readonly, Group::zsets,
                                 "Members within a range of scores, the greatest first."};
  Text key;
  Score max, min;
  bool withscores = false;
  std::optional<Limit> limit = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    describe_range(v, "max", o.max, "min", o.min, flag("WITHSCORES", o.withscores),
                   option("LIMIT", "offset count", o.limit));
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// Describes bounds of members and LIMIT; WITHSCORES is understood, and refused.
template <class V>
void describe_lex_range(V& v, Text first_name, auto& first, Text second_name, auto& second, auto limit) {
  if constexpr (std::is_same_v<V, Reader>) {
    bool withscores = false;
    auto check = [&] {
      if (withscores) refuse("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
    };
    read_range(v, first, second, check, limit, flag("WITHSCORES", withscores));
  } else {
    describe_range(v, first_name, first, second_name, second, limit);
  }
}

/// ZRANGEBYLEX: members from min to max. O(log n + result). https://redis.io/commands/zrangebylex
struct ZRangeByLex {
  using Reply = std::vector<std::string>;
  static constexpr Traits traits{"zrangebylex", Flags::readonly, Group::zsets,
                                 "Members within a range of names."};
  Text key;
  Lex min, max;
  std::optional<Limit> limit = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    describe_lex_range(v, "min", o.min, "max", o.max, option("LIMIT", "offset count", o.limit));
  }
};

/// ZREVRANGEBYLEX: the same, the greatest first. https://redis.io/commands/zrevrangebylex
struct ZRevRangeByLex {
  using Reply = std::vector<std::string>;
  static constexpr Traits traits{"zrevrangebylex", Flags::readonly, Group::zsets,
                                 "Members within a range of names, the greatest first."};
  Text key;
  Lex max, min;
  std::optional<Limit> limit = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    describe_lex_range(v, "max", o.max, "min", o.min, option("LIMIT", "offset count", o.limit));
  }
};

/// ZREMRANGEBYRANK: removes the members from rank start to stop, negative from the end; how many. O(log n) a
/// member. https://redis.io/commands/zremrangebyrank
struct ZRemRangeByRank {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zremrangebyrank", Flags::write, Group::zsets,
                                 "Removes members within a range of ranks."};
  Text key;
  std::int64_t start = 0, stop = -1;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("start", o.start);
    v.arg("stop", o.stop);
  }
  bool once() const { return true; }
};

/// ZREMRANGEBYSCORE: removes the members with scores from min to max; how many. O(log n) a member.
/// https://redis.io/commands/zremrangebyscore
struct ZRemRangeByScore {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zremrangebyscore", Flags::write, Group::zsets,
                                 "Removes members within a range of scores."};
  Text key;
  Score min, max;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("min", o.min);
    v.arg("max", o.max);
  }
  void validate() const;
  bool once() const { return true; }
};

/// ZREMRANGEBYLEX: removes the members from min to max; how many. O(log n) a member.
/// https://redis.io/commands/zremrangebylex
struct ZRemRangeByLex {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zremrangebylex", Flags::write, Group::zsets,
                                 "Removes members within a range of names."};
  Text key;
  Lex min, max;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("min", o.min);
    v.arg("max", o.max);
  }
  bool once() const { return true; }
};

}  // namespace playhead
