#pragma once
// Sorted sets: union, intersection and difference of several. A key may also hold a plain set, whose members
// count with score 1; a missing key is empty. Results stand in the order of (score, member).
#include <array>

#include "playhead/operations/operation.h"

namespace playhead {

/// How the scores of one member in several inputs become one.
enum class Aggregate : std::uint8_t { sum, min, max };
constexpr std::array<Text, 3> words_of(Aggregate) {
  return {"SUM", "MIN", "MAX"};
}

/// The inputs of ZUNION and ZINTER and of their STORE forms. Scores are multiplied by the weight of their key
/// (1 if no weights are given, else as many as keys), then aggregated (by SUM if nothing is said).
struct ZInputs {
  List<Text> keys;
  List<double> weights = {};
  std::optional<Aggregate> aggregate = {};
  Fault fault = {};
  void validate(Text command) const;
};

/// Refuses an empty list of keys, in Redis's words.
void check_inputs(List<Text> keys, Text command);

/// ZUNION: members of any of the keys; scores are told with WITHSCORES only (otherwise 0). O(n + m log m) for
/// n members in and m out. https://redis.io/commands/zunion
struct ZUnion {
  using Reply = std::vector<ScoredMember>;
  static constexpr Traits traits{"zunion", Flags::readonly, Group::zsets,
                                 "The union of several sorted sets."};
  ZInputs inputs;
  bool withscores = false;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.numkeys("numkeys", o.inputs.keys, {}, "ERR at least 1 input key is needed for 'zunion' command");
    v.late_options(o.inputs.fault,
                   counted("WEIGHTS", "weight", o.inputs.weights, o.inputs.keys.size(),
                           "ERR weight value is not a float"),
                   option("AGGREGATE", "SUM|MIN|MAX", o.inputs.aggregate), flag("WITHSCORES", o.withscores));
  }
  void validate() const { inputs.validate(traits.name); }
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// ZINTER: members of all of the keys; scores are told with WITHSCORES only (otherwise 0). O(n * keys + m log
/// m) for n members in the smallest and m out. https://redis.io/commands/zinter
struct ZInter {
  using Reply = std::vector<ScoredMember>;
  static constexpr Traits traits{"zinter", Flags::readonly, Group::zsets,
                                 "The intersection of several sorted sets."};
  ZInputs inputs;
  bool withscores = false;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.numkeys("numkeys", o.inputs.keys, {}, "ERR at least 1 input key is needed for 'zinter' command");
    v.late_options(o.inputs.fault,
                   counted("WEIGHTS", "weight", o.inputs.weights, o.inputs.keys.size(),
                           "ERR weight value is not a float"),
                   option("AGGREGATE", "SUM|MIN|MAX", o.inputs.aggregate), flag("WITHSCORES", o.withscores));
  }
  void validate() const { inputs.validate(traits.name); }
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// ZDIFF: members of the first key that are in none of the others, with the scores they have there, told with
/// WITHSCORES only (otherwise 0). O(n * keys) for n members of the first. https://redis.io/commands/zdiff
struct ZDiff {
  using Reply = std::vector<ScoredMember>;
  static constexpr Traits traits{"zdiff", Flags::readonly, Group::zsets,
                                 "The difference of several sorted sets."};
  List<Text> keys;
  bool withscores = false;
  Fault fault = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.numkeys("numkeys", o.keys, {}, "ERR at least 1 input key is needed for 'zdiff' command");
    v.late_options(o.fault, flag("WITHSCORES", o.withscores));
  }
  void validate() const { check_inputs(keys, traits.name); }
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// ZUNIONSTORE: keeps the union in a key, replacing whatever it held; its size. O(n + m log m).
/// https://redis.io/commands/zunionstore
struct ZUnionStore {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zunionstore", Flags::write | Flags::denyoom, Group::zsets,
                                 "Keeps the union of several sorted sets."};
  Text destination;
  ZInputs inputs;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("destination", o.destination);
    v.numkeys("numkeys", o.inputs.keys, {}, "ERR at least 1 input key is needed for 'zunionstore' command");
    v.late_options(o.inputs.fault,
                   counted("WEIGHTS", "weight", o.inputs.weights, o.inputs.keys.size(),
                           "ERR weight value is not a float"),
                   option("AGGREGATE", "SUM|MIN|MAX", o.inputs.aggregate));
  }
  void validate() const { inputs.validate(traits.name); }
};

/// ZINTERSTORE: keeps the intersection in a key, replacing whatever it held; its size. O(n * keys + m log m).
/// https://redis.io/commands/zinterstore
struct ZInterStore {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zinterstore", Flags::write | Flags::denyoom, Group::zsets,
                                 "Keeps the intersection of several sorted sets."};
  Text destination;
  ZInputs inputs;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("destination", o.destination);
    v.numkeys("numkeys", o.inputs.keys, {}, "ERR at least 1 input key is needed for 'zinterstore' command");
    v.late_options(o.inputs.fault,
                   counted("WEIGHTS", "weight", o.inputs.weights, o.inputs.keys.size(),
                           "ERR weight value is not a float"),
                   option("AGGREGATE", "SUM|MIN|MAX", o.inputs.aggregate));
  }
  void validate() const { inputs.validate(traits.name); }
};

/// ZDIFFSTORE: keeps the difference in a key, replacing whatever it held; its size. O(n * keys + m log m).
/// https://redis.io/commands/zdiffstore
struct ZDiffStore {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zdiffstore", Flags::write | Flags::denyoom, Group::zsets,
                                 "Keeps the difference of several sorted sets."};
  Text destination;
  List<Text> keys;
  Fault fault = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("destination", o.destination);
    v.numkeys("numkeys", o.keys, {}, "ERR at least 1 input key is needed for 'zdiffstore' command");
    v.late_options(o.fault);
  }
  void validate() const { check_inputs(keys, traits.name); }
};

/// ZINTERCARD: how many members the intersection has; counting stops at a limit other than 0. O(n * keys) for
/// n members of the smallest. https://redis.io/commands/zintercard
struct ZInterCard {
  using Reply = std::int64_t;
  static constexpr Traits traits{"zintercard", Flags::readonly, Group::zsets,
                                 "Counts the members of an intersection of sorted sets."};
  List<Text> keys;
  std::optional<std::int64_t> limit = {};
  Fault fault = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.numkeys("numkeys", o.keys, {}, "ERR at least 1 input key is needed for 'zintercard' command");
    v.late_options(o.fault,
                   checked(option("LIMIT", "limit", o.limit, "ERR LIMIT can't be negative"), check_limit));
  }
  static void check_limit(const std::int64_t& limit);
  void validate() const;
};

}  // namespace playhead
