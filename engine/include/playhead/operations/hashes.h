#pragma once
#include "playhead/operations/distinct.h"
#include "playhead/operations/operation.h"

namespace playhead {

/// HSET: how many of the fields are new. O(fields). https://redis.io/commands/hset
struct HSet {
  using Reply = std::int64_t;
  static constexpr Traits traits{"hset", Flags::write | Flags::denyoom | Flags::fast, Group::hashes,
                                 "Sets fields of a hash."};
  Text key;
  List<FieldValue> items;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.args("field value", o.items);
  }
  bool once() const {
    return few_and_distinct(items, [](const FieldValue& item) { return item.field; });
  }
};

/// HMSET: HSET's older form. O(fields). https://redis.io/commands/hmset
struct HMSet : HSet {
  using Reply = Ok;
  static constexpr Traits traits{"hmset", Flags::write | Flags::denyoom | Flags::fast, Group::hashes,
                                 "Sets fields of a hash."};
};

/// HSETNX: sets a missing field; whether it was missing. O(1). https://redis.io/commands/hsetnx
struct HSetNx {
  using Reply = bool;
  static constexpr Traits traits{"hsetnx", Flags::write | Flags::denyoom | Flags::fast, Group::hashes,
                                 "Sets a field of a hash that does not exist."};
  Text key, field, value;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("field", o.field);
    v.arg("value", o.value);
  }
  bool once() const { return true; }
};

/// HGET: the value, or nothing. O(1). https://redis.io/commands/hget
struct HGet {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{"hget", Flags::readonly | Flags::fast, Group::hashes,
                                 "The value of a field."};
  Text key, field;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("field", o.field);
  }
};

/// HMGET: the values, nothing for fields that are missing. O(fields). https://redis.io/commands/hmget
struct HMGet {
  using Reply = std::vector<std::optional<std::string>>;
  static constexpr Traits traits{"hmget", Flags::readonly | Flags::fast, Group::hashes,
                                 "The values of several fields."};
  Text key;
  List<Text> fields;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.args("field", o.fields);
  }
};

/// HGETALL: all fields with their values. O(n). https://redis.io/commands/hgetall
struct HGetAll {
  using Reply = Fields;
  static constexpr Traits traits{"hgetall", Flags::readonly, Group::hashes,
                                 "All fields and values of a hash."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// HKEYS: all fields. O(n). https://redis.io/commands/hkeys
struct HKeys {
  using Reply = std::vector<std::string>;
  static constexpr Traits traits{"hkeys", Flags::readonly, Group::hashes, "All fields of a hash."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// HVALS: all values. O(n). https://redis.io/commands/hvals
struct HVals {
  using Reply = std::vector<std::string>;
  static constexpr Traits traits{"hvals", Flags::readonly, Group::hashes, "All values of a hash."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// HLEN: how many fields, 0 for a missing key. O(1). https://redis.io/commands/hlen
struct HLen {
  using Reply = std::int64_t;
  static constexpr Traits traits{"hlen", Flags::readonly | Flags::fast, Group::hashes,
                                 "The number of fields in a hash."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// HSTRLEN: bytes of the value, 0 for a missing field. O(1). https://redis.io/commands/hstrlen
struct HStrLen {
  using Reply = std::int64_t;
  static constexpr Traits traits{"hstrlen", Flags::readonly | Flags::fast, Group::hashes,
                                 "The length in bytes of a field's value."};
  Text key, field;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("field", o.field);
  }
};

/// HEXISTS. O(1). https://redis.io/commands/hexists
struct HExists {
  using Reply = bool;
  static constexpr Traits traits{"hexists", Flags::readonly | Flags::fast, Group::hashes,
                                 "Whether a field exists."};
  Text key, field;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("field", o.field);
  }
};

/// HDEL: how many of the fields existed; the key goes with its last field. O(fields).
/// https://redis.io/commands/hdel
struct HDel {
  using Reply = std::int64_t;
  static constexpr Traits traits{"hdel", Flags::write | Flags::fast, Group::hashes,
                                 "Deletes fields of a hash."};
  Text key;
  List<Text> fields;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.args("field", o.fields);
  }
  bool once() const { return few_and_distinct(fields); }
};

/// HINCRBY: the new value; a missing field counts as 0. O(1). https://redis.io/commands/hincrby
struct HIncrBy {
  using Reply = std::int64_t;
  static constexpr Traits traits{"hincrby", Flags::write | Flags::denyoom | Flags::fast, Group::hashes,
                                 "Adds to the integer in a field."};
  Text key, field;
  std::int64_t increment = 1;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("field", o.field);
    v.arg("increment", o.increment);
  }
  bool once() const { return true; }
};

/// HINCRBYFLOAT: the new value as Redis prints it; long double arithmetic. O(1).
/// https://redis.io/commands/hincrbyfloat
struct HIncrByFloat {
  using Reply = std::string;
  static constexpr Traits traits{"hincrbyfloat", Flags::write | Flags::denyoom | Flags::fast, Group::hashes,
                                 "Adds to the number in a field."};
  Text key, field, increment;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("field", o.field);
    v.arg("increment", o.increment);
  }
  bool once() const { return true; }
};

/// HRANDFIELD: one field; with a count so many different fields, all if there are no more; with a negative
/// count fields chosen independently, so that they may repeat. Values are given with `withvalues` only.
/// O(count) expected, at most 2^28 with repetition. https://redis.io/commands/hrandfield
struct HRandField {
  using Reply = Fields;
  static constexpr Traits traits{"hrandfield", Flags::readonly, Group::hashes,
                                 "Fields of a hash chosen at random."};
  Text key;
  std::optional<std::int64_t> count;
  bool withvalues = false;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.optional("count", o.count);
    check_random_count(o.count);  // Redis looks at it before what follows
    v.last_option(flag("WITHVALUES", o.withvalues));
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// HSCAN: a page of fields with values. A field present during the whole iteration is returned at least once.
/// O(count). https://redis.io/commands/hscan
struct HScan {
  using Reply = Page<std::pair<std::string, std::string>>;
  static constexpr Traits traits{"hscan", Flags::readonly, Group::hashes,
                                 "Iterates over the fields of a hash."};
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

using HashOperations = Operations<HSet, HMSet, HSetNx, HGet, HMGet, HGetAll, HKeys, HVals, HLen, HStrLen,
                                  HExists, HDel, HIncrBy, HIncrByFloat, HRandField, HScan>;

}  // namespace playhead
