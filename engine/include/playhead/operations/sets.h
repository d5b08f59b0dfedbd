#pragma once
#include "playhead/operations/distinct.h"
#include "playhead/operations/operation.h"

namespace playhead {

/// SADD: how many of the members are new. O(members). https://redis.io/commands/sadd
struct SAdd {
  using Reply = std::int64_t;
  static constexpr Traits traits{"sadd", Flags::write | Flags::denyoom | Flags::fast, Group::sets,
                                 "Adds members to a set."};
  Text key;
  List<Text> members;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.args("member", o.members);
  }
  bool once() const { return few_and_distinct(members); }
};

/// SREM: how many of the members were there; the key goes with its last member. O(members).
/// https://redis.io/commands/srem
struct SRem {
  using Reply = std::int64_t;
  static constexpr Traits traits{"srem", Flags::write | Flags::fast, Group::sets,
                                 "Removes members from a set."};
  Text key;
  List<Text> members;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.args("member", o.members);
  }
  bool once() const { return few_and_distinct(members); }
};

/// SISMEMBER. O(1). https://redis.io/commands/sismember
struct SIsMember {
  using Reply = bool;
  static constexpr Traits traits{"sismember", Flags::readonly | Flags::fast, Group::sets,
                                 "Whether a set has a member."};
  Text key, member;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("member", o.member);
  }
};

/// SMISMEMBER: 1 or 0 for each of the members. O(members). https://redis.io/commands/smismember
struct SMIsMember {
  using Reply = std::vector<std::int64_t>;
  static constexpr Traits traits{"smismember", Flags::readonly | Flags::fast, Group::sets,
                                 "Which of several members a set has."};
  Text key;
  List<Text> members;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.args("member", o.members);
  }
};

/// SMEMBERS. O(n). https://redis.io/commands/smembers
struct SMembers {
  using Reply = Members;
  static constexpr Traits traits{"smembers", Flags::readonly, Group::sets, "All members of a set."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// SCARD: 0 for a missing key. O(1). https://redis.io/commands/scard
struct SCard {
  using Reply = std::int64_t;
  static constexpr Traits traits{"scard", Flags::readonly | Flags::fast, Group::sets,
                                 "The number of members in a set."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// SMOVE: whether the source had the member. O(1). https://redis.io/commands/smove
struct SMove {
  using Reply = bool;
  static constexpr Traits traits{"smove", Flags::write | Flags::fast, Group::sets,
                                 "Moves a member from one set to another."};
  Text source, destination, member;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("source", o.source);
    v.key("destination", o.destination);
    v.arg("member", o.member);
  }
  bool once() const { return true; }
};

/// SPOP: one member taken out; with a count so many, all if there are no more. O(count) expected.
/// https://redis.io/commands/spop
struct SPop {
  using Reply = Members;
  static constexpr Traits traits{"spop", Flags::write | Flags::fast, Group::sets,
                                 "Takes members chosen at random out of a set."};
  Text key;
  std::optional<std::int64_t> count;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.at_most(1, "ERR syntax error");
    v.optional("count", o.count, "ERR value is out of range, must be positive");
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
  bool once() const { return true; }
};

/// SRANDMEMBER: one member; with a count so many different members, all if there are no more; with a negative
/// count members chosen independently, so that they may repeat. O(count) expected, at most 2^28 with
/// repetition. https://redis.io/commands/srandmember
struct SRandMember {
  using Reply = Members;
  static constexpr Traits traits{"srandmember", Flags::readonly, Group::sets,
                                 "Members of a set chosen at random."};
  Text key;
  std::optional<std::int64_t> count;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.at_most(1, "ERR syntax error");
    v.optional("count", o.count);
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// SINTER: the members that all of the sets have. O(the smallest set times keys).
/// https://redis.io/commands/sinter
struct SInter {
  using Reply = Members;
  static constexpr Traits traits{"sinter", Flags::readonly, Group::sets,
                                 "The members that all of the sets have."};
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.keys("key", o.keys);
  }
};

/// SINTERSTORE: stores the members that all of the sets have at a key, whatever it held; how many they are.
/// An empty result deletes the key. O(the smallest set times keys). https://redis.io/commands/sinterstore
struct SInterStore {
  using Reply = std::int64_t;
  static constexpr Traits traits{"sinterstore", Flags::write | Flags::denyoom, Group::sets,
                                 "Stores the members that all of the sets have."};
  Text destination;
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("destination", o.destination);
    v.keys("key", o.keys);
  }
};

/// SUNION: the members that any of the sets has. O(all members). https://redis.io/commands/sunion
struct SUnion {
  using Reply = Members;
  static constexpr Traits traits{"sunion", Flags::readonly, Group::sets,
                                 "The members that any of the sets has."};
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.keys("key", o.keys);
  }
};

/// SUNIONSTORE: stores the members that any of the sets has at a key, whatever it held; how many they are. An
/// empty result deletes the key. O(all members). https://redis.io/commands/sunionstore
struct SUnionStore {
  using Reply = std::int64_t;
  static constexpr Traits traits{"sunionstore", Flags::write | Flags::denyoom, Group::sets,
                                 "Stores the members that any of the sets has."};
  Text destination;
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("destination", o.destination);
    v.keys("key", o.keys);
  }
};

/// SDIFF: the members of the first set that none of the others has. O(all members).
/// https://redis.io/commands/sdiff
struct SDiff {
  using Reply = Members;
  static constexpr Traits traits{"sdiff", Flags::readonly, Group::sets,
                                 "The members of the first set that none of the others has."};
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.keys("key", o.keys);
  }
};

/// SDIFFSTORE: stores the members of the first set that none of the others has at a key, whatever it held;
/// how many they are. An empty result deletes the key. O(all members). https://redis.io/commands/sdiffstore
struct SDiffStore {
  using Reply = std::int64_t;
  static constexpr Traits traits{"sdiffstore", Flags::write | Flags::denyoom, Group::sets,
                                 "Stores the members of the first set that none of the others has."};
  Text destination;
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("destination", o.destination);
    v.keys("key", o.keys);
  }
};

/// SINTERCARD: how many members all of the sets have, counted up to the limit (0: none). O(the smallest set
/// times keys). https://redis.io/commands/sintercard
struct SInterCard {
  using Reply = std::int64_t;
  static constexpr Traits traits{"sintercard", Flags::readonly, Group::sets,
                                 "The number of members that all of the sets have."};
  List<Text> keys;
  std::optional<std::int64_t> limit;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.numkeys("numkeys", o.keys, "ERR numkeys should be greater than 0", {},
              "ERR Number of keys can't be greater than number of args");
    v.options(checked(option("LIMIT", "limit", o.limit, "ERR LIMIT can't be negative"), check_limit));
  }
  static void check_limit(const std::int64_t& limit);
  void validate() const;
};

/// SSCAN: a page of members. A member present during the whole iteration is returned at least once. O(count).
/// https://redis.io/commands/sscan
struct SScan {
  using Reply = Page<std::string>;
  static constexpr Traits traits{"sscan", Flags::readonly, Group::sets,
                                 "Iterates over the members of a set."};
  Text key;
  std::uint64_t cursor = 0;
  std::optional<Text> match;
  std::optional<std::int64_t> count;
  Fault fault = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("cursor", o.cursor);
    v.late_options(o.fault, option("MATCH", "pattern", o.match),
                   checked(option("COUNT", "count", o.count), check_page_size));
  }
  void validate() const;
};

using SetOperations =
    Operations<SAdd, SRem, SIsMember, SMIsMember, SMembers, SCard, SMove, SPop, SRandMember, SInter,
               SInterStore, SUnion, SUnionStore, SDiff, SDiffStore, SInterCard, SScan>;

}  // namespace playhead
