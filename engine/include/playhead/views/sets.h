#pragma once
// Sets: typed calls of the operations in operations/sets.h, where results and costs are told.
#include "playhead/store.h"
#include "playhead/views/arguments.h"

namespace playhead {

/// The sets of one database. Refers to the store, which must outlive it. As thread-safe as the store. All
/// methods throw Error; a key that holds another type is refused with "WRONGTYPE ...". Members come in no
/// order.
class Sets {
 public:
  using Items = std::vector<std::string>;

  explicit Sets(Store& store, std::optional<std::uint16_t> db = {})
      : store_(store), db_(db.value_or(store.database())) {}

  /// How many of the members are new.
  std::int64_t sadd(Text key, Arguments<Text> members) { return run(SAdd{key, members}); }
  /// How many of the members were there.
  std::int64_t srem(Text key, Arguments<Text> members) { return run(SRem{key, members}); }
  bool sismember(Text key, Text member) const { return run(SIsMember{key, member}); }
  std::vector<bool> smismember(Text key, Arguments<Text> members) const {
    auto present = run(SMIsMember{key, members});
    return std::vector<bool>(present.begin(), present.end());
  }
  Items smembers(Text key) const { return run(SMembers{key}).items; }
  std::int64_t scard(Text key) const { return run(SCard{key}); }
  /// False: the source does not have the member, and nothing was changed.
  bool smove(Text source, Text destination, Text member) { return run(SMove{source, destination, member}); }
  /// Takes out one member chosen at random, nothing if the key is missing.
  std::optional<std::string> spop(Text key) { return first_of(run(SPop{key, {}})); }
  /// Takes out so many, or all.
  Items spop(Text key, std::int64_t count) { return run(SPop{key, count}).items; }
  /// One member chosen at random, nothing if the key is missing.
  std::optional<std::string> srandmember(Text key) const { return first_of(run(SRandMember{key, {}})); }
  /// So many different members, or all; -count members that may repeat if count is negative.
  Items srandmember(Text key, std::int64_t count) const { return run(SRandMember{key, count}).items; }
  Items sinter(Arguments<Text> keys) const { return run(SInter{keys}).items; }
  Items sunion(Arguments<Text> keys) const { return run(SUnion{keys}).items; }
  /// The members of the first set that are in none of the others.
  Items sdiff(Arguments<Text> keys) const { return run(SDiff{keys}).items; }
  /// The size of what was stored; 0: the destination was deleted.
  std::int64_t sinterstore(Text destination, Arguments<Text> keys) {
    return run(SInterStore{destination, keys});
  }
  std::int64_t sunionstore(Text destination, Arguments<Text> keys) {
    return run(SUnionStore{destination, keys});
  }
  std::int64_t sdiffstore(Text destination, Arguments<Text> keys) {
    return run(SDiffStore{destination, keys});
  }
  /// The size of the intersection, but not more than a positive limit.
  std::int64_t sintercard(Arguments<Text> keys, std::int64_t limit = 0) const {
    return run(SInterCard{keys, limit});
  }
  /// One page; begin with cursor 0, end when the page's cursor is 0.
  Page<std::string> sscan(Text key, std::uint64_t cursor, std::optional<Text> match = {},
                          std::optional<std::int64_t> count = {}) const {
    return run(SScan{key, cursor, match, count});
  }

 private:
  template <class Op>
  typename Op::Reply run(const Op& op) const {
    return store_.run(op, db_);
  }
  static std::optional<std::string> first_of(Members chosen) {
    if (chosen.items.empty()) return {};
    return std::move(chosen.items.front());
  }
  Store& store_;
  std::uint16_t db_;
};

}  // namespace playhead
