#pragma once
#include "playhead/operations/operation.h"

namespace playhead {

/// GET: the value, or nothing. O(1). https://redis.io/commands/get
struct Get {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{"get", Flags::readonly | Flags::fast, Group::strings, "The value of a key."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// How SET and GETEX name a time to live: at most one of them. Relative ones count from the store's time.
struct Expiry {
  std::optional<std::int64_t> ex = {}, px = {}, exat = {}, pxat = {};
  bool keepttl = false, persist = false;

  /// The deadline in Unix milliseconds, 0 if none is named. Throws Error{command} ("ERR invalid expire time
  /// in 'set' command").
  Millis deadline(Millis now, Text command) const;
  int named() const { return !!ex + !!px + !!exat + !!pxat + keepttl + persist; }
};

/// The reply of SET: whether it was set and, with GET, what was there before.
struct SetReply {
  bool set = false;
  std::optional<std::string> old;
  bool operator==(const SetReply&) const = default;
};

/// SET with all its options. O(1). https://redis.io/commands/set
struct Set {
  using Reply = SetReply;
  static constexpr Traits traits{"set", Flags::write | Flags::denyoom, Group::strings,
                                 "Sets the value of a key, whatever it held."};
  Text key, value;
  bool nx = false, xx = false, get = false;
  Expiry expiry = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("value", o.value);
    v.checked_options(rival(1, flag("NX", o.nx)), rival(1, flag("XX", o.xx)), flag("GET", o.get),
                      rival(2, option("EX", "seconds", o.expiry.ex)),
                      rival(2, option("PX", "milliseconds", o.expiry.px)),
                      rival(2, option("EXAT", "unix-seconds", o.expiry.exat)),
                      rival(2, option("PXAT", "unix-milliseconds", o.expiry.pxat)),
                      rival(2, flag("KEEPTTL", o.expiry.keepttl)));
  }
  void validate() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
  bool once() const { return true; }
};

/// GETEX: the value, and a new time to live. O(1). https://redis.io/commands/getex
struct GetEx {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{"getex", Flags::write | Flags::fast, Group::strings,
                                 "The value of a key, setting or clearing its time to live."};
  Text key;
  Expiry expiry = {};
  Fault fault = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    auto read = [&](auto... options) {  // as in Redis the time is looked at after the key
      if constexpr (std::is_same_v<V, Reader>)
        v.checked_options_late(o.fault, options...);
      else
        v.late_options(o.fault, options...);
    };
    read(rival(1, option("EX", "seconds", o.expiry.ex)), rival(1, option("PX", "milliseconds", o.expiry.px)),
         rival(1, option("EXAT", "unix-seconds", o.expiry.exat)),
         rival(1, option("PXAT", "unix-milliseconds", o.expiry.pxat)),
         rival(1, flag("PERSIST", o.expiry.persist)));
  }
  void validate() const;
  bool once() const { return true; }
};

/// GETDEL: the value; the key goes. O(1). https://redis.io/commands/getdel
struct GetDel {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{"getdel", Flags::write | Flags::fast, Group::strings,
                                 "The value of a key, which is deleted."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
  bool once() const { return true; }
};

/// GETSET: sets and gives the old value. O(1). https://redis.io/commands/getset
struct GetSet {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{"getset", Flags::write | Flags::denyoom | Flags::fast, Group::strings,
                                 "Sets a key and gives its old value."};
  Text key, value;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("value", o.value);
  }
  bool once() const { return true; }
};

/// SETNX: sets only a missing key. O(1). https://redis.io/commands/setnx
struct SetNx {
  using Reply = bool;
  static constexpr Traits traits{"setnx", Flags::write | Flags::denyoom | Flags::fast, Group::strings,
                                 "Sets a key that does not exist."};
  Text key, value;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("value", o.value);
  }
  bool once() const { return true; }
};

/// SETEX: sets with a time to live in seconds. O(1). https://redis.io/commands/setex
struct SetEx {
  using Reply = Ok;
  static constexpr Traits traits{"setex", Flags::write | Flags::denyoom, Group::strings,
                                 "Sets a key with a time to live in seconds."};
  Text key;
  std::int64_t seconds = 0;
  Text value;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("seconds", o.seconds);
    v.arg("value", o.value);
  }
  bool once() const { return true; }
};

/// PSETEX: sets with a time to live in milliseconds. O(1). https://redis.io/commands/psetex
struct PSetEx {
  using Reply = Ok;
  static constexpr Traits traits{"psetex", Flags::write | Flags::denyoom, Group::strings,
                                 "Sets a key with a time to live in milliseconds."};
  Text key;
  std::int64_t milliseconds = 0;
  Text value;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("milliseconds", o.milliseconds);
    v.arg("value", o.value);
  }
  bool once() const { return true; }
};

/// MGET: the values of keys; nothing for keys that are missing or hold no string. O(keys).
/// https://redis.io/commands/mget
struct MGet {
  using Reply = std::vector<std::optional<std::string>>;
  static constexpr Traits traits{"mget", Flags::readonly | Flags::fast, Group::strings,
                                 "The values of several keys."};
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.keys("key", o.keys);
  }
};

/// MSET: sets several keys at once. O(keys). https://redis.io/commands/mset
struct MSet {
  using Reply = Ok;
  static constexpr Traits traits{"mset", Flags::write | Flags::denyoom, Group::strings, "Sets several keys."};
  List<KeyValue> items;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.args("key value", o.items);
  }
};

/// MSETNX: sets several keys if none of them exists. O(keys). https://redis.io/commands/msetnx
struct MSetNx {
  using Reply = bool;
  static constexpr Traits traits{"msetnx", Flags::write | Flags::denyoom, Group::strings,
                                 "Sets several keys if none exists."};
  List<KeyValue> items;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.args("key value", o.items);
  }
};

/// INCR. O(1). https://redis.io/commands/incr
struct Incr {
  using Reply = std::int64_t;
  static constexpr Traits traits{"incr", Flags::write | Flags::denyoom | Flags::fast, Group::strings,
                                 "Adds 1 to the integer at a key."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
  bool once() const { return true; }
};

/// DECR. O(1). https://redis.io/commands/decr
struct Decr {
  using Reply = std::int64_t;
  static constexpr Traits traits{"decr", Flags::write | Flags::denyoom | Flags::fast, Group::strings,
                                 "Takes 1 from the integer at a key."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
  bool once() const { return true; }
};

/// INCRBY. O(1). https://redis.io/commands/incrby
struct IncrBy {
  using Reply = std::int64_t;
  static constexpr Traits traits{"incrby", Flags::write | Flags::denyoom | Flags::fast, Group::strings,
                                 "Adds to the integer at a key."};
  Text key;
  std::int64_t increment = 1;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("increment", o.increment);
  }
  bool once() const { return true; }
};

/// DECRBY. O(1). https://redis.io/commands/decrby
struct DecrBy {
  using Reply = std::int64_t;
  static constexpr Traits traits{"decrby", Flags::write | Flags::denyoom | Flags::fast, Group::strings,
                                 "Takes from the integer at a key."};
  Text key;
  std::int64_t decrement = 1;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("decrement", o.decrement);
  }
  bool once() const { return true; }
};

/// INCRBYFLOAT: the new value as Redis prints it; long double arithmetic. O(1).
/// https://redis.io/commands/incrbyfloat
struct IncrByFloat {
  using Reply = std::string;
  static constexpr Traits traits{"incrbyfloat", Flags::write | Flags::denyoom | Flags::fast, Group::strings,
                                 "Adds to the number at a key."};
  Text key, increment;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("increment", o.increment);
  }
  bool once() const { return true; }
};

/// APPEND: the new length in bytes. O(1) amortised. https://redis.io/commands/append
struct Append {
  using Reply = std::int64_t;
  static constexpr Traits traits{"append", Flags::write | Flags::denyoom | Flags::fast, Group::strings,
                                 "Appends to the string at a key."};
  Text key, value;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("value", o.value);
  }
  bool once() const { return true; }
};

/// STRLEN: bytes, 0 for a missing key. O(1). https://redis.io/commands/strlen
struct StrLen {
  using Reply = std::int64_t;
  static constexpr Traits traits{"strlen", Flags::readonly | Flags::fast, Group::strings,
                                 "The length in bytes of the string at a key."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// GETRANGE: bytes start..stop, inclusive, negative from the end. O(result).
/// https://redis.io/commands/getrange
struct GetRange {
  using Reply = std::string;
  static constexpr Traits traits{"getrange", Flags::readonly, Group::strings,
                                 "A part of the string at a key."};
  Text key;
  std::int64_t start = 0, end = -1;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("start", o.start);
    v.arg("end", o.end);
  }
};

/// SUBSTR: GETRANGE's older name. https://redis.io/commands/substr
struct SubStr : GetRange {
  static constexpr Traits traits{"substr", Flags::readonly, Group::strings, "A part of the string at a key."};
};

/// SETRANGE: overwrites from an offset, filling a gap with zero bytes; the new length. O(value).
/// https://redis.io/commands/setrange
struct SetRange {
  using Reply = std::int64_t;
  static constexpr Traits traits{"setrange", Flags::write | Flags::denyoom, Group::strings,
                                 "Overwrites a part of the string at a key."};
  Text key;
  std::int64_t offset = 0;
  Text value;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("offset", o.offset);
    v.arg("value", o.value);
  }
  void validate() const;
  bool once() const { return true; }
};

/// One match of LCS IDX: byte ranges in both strings, inclusive.
struct LcsMatch {
  std::int64_t a_from = 0, a_to = 0, b_from = 0, b_to = 0;
  bool operator==(const LcsMatch&) const = default;
};
struct LcsReply {
  std::string text;
  std::int64_t length = 0;
  std::vector<LcsMatch> matches;  ///< from the end to the beginning
  bool operator==(const LcsReply&) const = default;
};

/// LCS: the longest common subsequence of two strings. O(n*m). https://redis.io/commands/lcs
struct Lcs {
  using Reply = LcsReply;
  static constexpr Traits traits{"lcs", Flags::readonly, Group::strings,
                                 "The longest common subsequence of two strings."};
  Text key1, key2;
  bool len = false, idx = false;
  std::optional<std::int64_t> minmatchlen = {};
  bool withmatchlen = false;
  Fault fault = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key1", o.key1);
    v.key("key2", o.key2);
    v.late_options(o.fault, flag("LEN", o.len), flag("IDX", o.idx),
                   option("MINMATCHLEN", "min-match-len", o.minmatchlen),
                   flag("WITHMATCHLEN", o.withmatchlen));
  }
  /// Refuses options that contradict each other. Redis does so after it has seen the keys.
  void check_options() const;
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

using StringOperations =
    Operations<Get, Set, GetEx, GetDel, GetSet, SetNx, SetEx, PSetEx, MGet, MSet, MSetNx, Incr, Decr, IncrBy,
               DecrBy, IncrByFloat, Append, StrLen, GetRange, SubStr, SetRange, Lcs>;

}  // namespace playhead
