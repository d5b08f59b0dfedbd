#pragma once
// Hashes: typed calls of the operations in operations/hashes.h, where results and costs are told.
#include "playhead/store.h"
#include "playhead/views/arguments.h"

namespace playhead {

/// The hashes of one database. Refers to the store, which must outlive it. As thread-safe as the store. All
/// methods throw Error; a key that holds another type is refused with "WRONGTYPE ...".
class Hashes {
 public:
  using Items = std::vector<std::pair<std::string, std::string>>;

  explicit Hashes(Store& store, std::optional<std::uint16_t> db = {})
      : store_(store), db_(db.value_or(store.database())) {}

  /// True: the field is new.
  bool hset(Text key, Text field, Text value) {
    FieldValue item{field, value};
    return run(HSet{key, List<FieldValue>(&item, 1)}) == 1;
  }
  /// How many of the fields are new.
  std::int64_t hset(Text key, Arguments<FieldValue> items) { return run(HSet{key, items}); }
  void hmset(Text key, Arguments<FieldValue> items) { run(HMSet{{key, items}}); }
  /// False: the field exists and was left as it is.
  bool hsetnx(Text key, Text field, Text value) { return run(HSetNx{key, field, value}); }
  std::optional<std::string> hget(Text key, Text field) const { return run(HGet{key, field}); }
  /// As hget(), reusing the memory of `into`.
  void hget(Text key, Text field, std::optional<std::string>& into) const {
    store_.run(HGet{key, field}, into, db_);
  }
  std::vector<std::optional<std::string>> hmget(Text key, Arguments<Text> fields) const {
    return run(HMGet{key, fields});
  }
  Items hgetall(Text key) const { return run(HGetAll{key}).items; }
  std::vector<std::string> hkeys(Text key) const { return run(HKeys{key}); }
  std::vector<std::string> hvals(Text key) const { return run(HVals{key}); }
  std::int64_t hlen(Text key) const { return run(HLen{key}); }
  std::int64_t hstrlen(Text key, Text field) const { return run(HStrLen{key, field}); }
  bool hexists(Text key, Text field) const { return run(HExists{key, field}); }
  /// How many of the fields existed.
  std::int64_t hdel(Text key, Arguments<Text> fields) { return run(HDel{key, fields}); }
  std::int64_t hincrby(Text key, Text field, std::int64_t increment = 1) {
    return run(HIncrBy{key, field, increment});
  }
  /// Decimal text in and out: exact to the precision of a long double.
  std::string hincrbyfloat(Text key, Text field, Text increment) {
    return run(HIncrByFloat{key, field, increment});
  }
  /// The same in doubles.
  double hincrbyfloat(Text key, Text field, double increment) {
    Arena arena;
    return Value::bulk(hincrbyfloat(key, field, syntax::print(increment, arena))).to_real();
  }
  /// One field chosen at random, nothing if the key is missing.
  std::optional<std::string> hrandfield(Text key) const {
    Fields chosen = run(HRandField{key, {}, false});
    if (chosen.items.empty()) return {};
    return std::move(chosen.items.front().first);
  }
  /// So many different fields, or all; -count fields that may repeat if count is negative.
  std::vector<std::string> hrandfield(Text key, std::int64_t count) const {
    std::vector<std::string> fields;
    for (auto& item : run(HRandField{key, count, false}).items) fields.push_back(std::move(item.first));
    return fields;
  }
  /// The same, with values.
  Items hrandfield_withvalues(Text key, std::int64_t count) const {
    return run(HRandField{key, count, true}).items;
  }
  /// One page; begin with cursor 0, end when the page's cursor is 0.
  Page<std::pair<std::string, std::string>> hscan(Text key, std::uint64_t cursor,
                                                  std::optional<Text> match = {},
                                                  std::optional<std::int64_t> count = {}) const {
    return run(HScan{key, cursor, match, count});
  }

 private:
  template <class Op>
  typename Op::Reply run(const Op& op) const {
    return store_.run(op, db_);
  }
  Store& store_;
  std::uint16_t db_;
};

}  // namespace playhead
