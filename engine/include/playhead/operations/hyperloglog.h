#pragma once
#include "playhead/operations/operation.h"

namespace playhead {

/// PFADD: whether the estimate may have changed (also: whether the key is new). Kept as a string in Redis's
/// own format. O(elements). https://redis.io/commands/pfadd
struct PfAdd {
  using Reply = bool;
  static constexpr Traits traits{"pfadd", Flags::write | Flags::denyoom | Flags::fast, Group::hyperloglog,
                                 "Adds elements to a HyperLogLog."};
  static constexpr bool keeps_on_error = true;
  Text key;
  List<Text> elements;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.some("element", o.elements);
  }
  bool once() const { return true; }
};

/// PFCOUNT: about how many different elements were added to any of the keys; standard error 0.81 %. O(1) for
/// one key counted before, otherwise O(16,384 a key). A write: the estimate of a single key is kept in it.
/// https://redis.io/commands/pfcount
struct PfCount {
  using Reply = std::int64_t;
  static constexpr Traits traits{"pfcount", Flags::write, Group::hyperloglog,
                                 "Estimates how many different elements were added."};
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.keys("key", o.keys);
  }
  bool once() const { return true; }
};

/// PFMERGE: adds to a HyperLogLog, new or not, what was added to others. O(keys).
/// https://redis.io/commands/pfmerge
struct PfMerge {
  using Reply = Ok;
  static constexpr Traits traits{"pfmerge", Flags::write | Flags::denyoom, Group::hyperloglog,
                                 "Merges HyperLogLogs into one."};
  Text destkey;
  List<Text> sourcekeys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("destkey", o.destkey);
    v.some_keys("sourcekey", o.sourcekeys);
  }
  bool once() const { return true; }
};

using HyperLogLogOperations = Operations<PfAdd, PfCount, PfMerge>;

}  // namespace playhead
