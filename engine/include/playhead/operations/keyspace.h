#pragma once
#include "playhead/operations/operation.h"

namespace playhead {

/// DEL: how many keys existed. O(keys); big values are reclaimed in the background. https://redis.io/commands/del
struct Del {
  using Reply = std::int64_t;
  static constexpr Traits traits{"del", Flags::write, Group::keyspace, "Deletes keys."};
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.keys("key", o.keys);
  }
};

/// UNLINK: as DEL. https://redis.io/commands/unlink
struct Unlink : Del {
  static constexpr Traits traits{"unlink", Flags::write | Flags::fast, Group::keyspace, "Deletes keys."};
};

/// EXISTS: how many of the keys exist; a key named twice counts twice. O(keys). https://redis.io/commands/exists
struct Exists {
  using Reply = std::int64_t;
  static constexpr Traits traits{"exists", Flags::readonly | Flags::fast, Group::keyspace,
                                 "Counts the keys that exist."};
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.keys("key", o.keys);
  }
};

/// TOUCH: how many of the keys exist, marking them as used. https://redis.io/commands/touch
struct Touch : Exists {
  static constexpr Traits traits{"touch", Flags::readonly | Flags::fast, Group::keyspace,
                                 "Marks keys as used; counts those that exist."};
};

/// TYPE: "string", "list", "set", "zset", "hash", "stream" or "none". O(1). https://redis.io/commands/type
struct TypeOf {
  using Reply = Status;
  static constexpr Traits traits{"type", Flags::readonly | Flags::fast, Group::keyspace,
                                 "The type of the value at a key."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// RENAME: overwrites the new name. O(1). https://redis.io/commands/rename
struct Rename {
  using Reply = Ok;
  static constexpr Traits traits{"rename", Flags::write, Group::keyspace, "Renames a key."};
  static constexpr bool several_keys = true;
  Text key, newkey;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.key("newkey", o.newkey);
  }
};

/// RENAMENX: only if the new name is free. O(1). https://redis.io/commands/renamenx
struct RenameNx {
  using Reply = bool;
  static constexpr Traits traits{"renamenx", Flags::write | Flags::fast, Group::keyspace,
                                 "Renames a key if the new name is free."};
  static constexpr bool several_keys = true;
  Text key, newkey;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.key("newkey", o.newkey);
  }
};

/// COPY, to the same or another database. O(n). https://redis.io/commands/copy
struct Copy {
  using Reply = bool;
  static constexpr Traits traits{"copy", Flags::write | Flags::denyoom, Group::keyspace,
                                 "Copies a value to another key."};
  Text source, destination;
  std::optional<std::int64_t> db = {};
  bool replace = false;
  std::int64_t highest_db = 0;  ///< of several DB the last one counts, but each must exist
  Fault fault = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("source", o.source);
    v.key("destination", o.destination);
    if constexpr (std::is_same_v<V, Reader>)
      o.read_options(v);
    else
      v.late_options(o.fault, option("DB", "destination-db", o.db), flag("REPLACE", o.replace));
  }
  void read_options(Reader& reader);
  /// Refuses what cannot be the number of a database anywhere.
  static void check_index(const std::int64_t& db);
};

/// MOVE to another database, if the key is free there. O(1). https://redis.io/commands/move
struct Move {
  using Reply = bool;
  static constexpr Traits traits{"move", Flags::write | Flags::fast, Group::keyspace,
                                 "Moves a key to another database."};
  Text key;
  std::int64_t db = 0;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("db", o.db);
  }
};

/// The four EXPIRE commands: `at` absolute or relative to the store's time, in `unit` milliseconds. A time in the past deletes the key.
/// O(1). https://redis.io/commands/expire
struct ExpireBase {
  using Reply = bool;
  Text key;
  std::int64_t time = 0;
  bool nx = false, xx = false, gt = false, lt = false;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    if constexpr (std::is_same_v<V, Reader>) {  // as in Redis the time is looked at last
      Text time = v.next();
      v.options(flag("NX", o.nx), flag("XX", o.xx), flag("GT", o.gt), flag("LT", o.lt));
      if (v.left() > 0) refuse("ERR Unsupported option " + std::string(v.peek()));
      o.validate();
      syntax::parse(time, o.time, {});
    } else {
      v.arg("time", o.time);
      v.options(flag("NX", o.nx), flag("XX", o.xx), flag("GT", o.gt), flag("LT", o.lt));
    }
  }
  void validate() const;
  bool once() const { return true; }
};
struct Expire : ExpireBase {
  static constexpr Traits traits{"expire", Flags::write | Flags::fast, Group::keyspace,
                                 "Sets the time to live of a key in seconds."};
  static constexpr Millis unit = 1000;
  static constexpr bool absolute = false;
};
struct PExpire : ExpireBase {
  static constexpr Traits traits{"pexpire", Flags::write | Flags::fast, Group::keyspace,
                                 "Sets the time to live of a key in milliseconds."};
  static constexpr Millis unit = 1;
  static constexpr bool absolute = false;
};
struct ExpireAt : ExpireBase {
  static constexpr Traits traits{"expireat", Flags::write | Flags::fast, Group::keyspace,
                                 "Sets when a key expires, in Unix seconds."};
  static constexpr Millis unit = 1000;
  static constexpr bool absolute = true;
};
struct PExpireAt : ExpireBase {
  static constexpr Traits traits{"pexpireat", Flags::write | Flags::fast, Group::keyspace,
                                 "Sets when a key expires, in Unix milliseconds."};
  static constexpr Millis unit = 1;
  static constexpr bool absolute = true;
};

/// The four commands that tell a deadline: -2 no key, -1 no deadline. O(1). https://redis.io/commands/ttl
struct TtlBase {
  using Reply = std::int64_t;
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};
struct Ttl : TtlBase {
  static constexpr Traits traits{"ttl", Flags::readonly | Flags::fast, Group::keyspace,
                                 "The time to live of a key in seconds."};
  static constexpr Millis unit = 1000;
  static constexpr bool absolute = false;
};
struct PTtl : TtlBase {
  static constexpr Traits traits{"pttl", Flags::readonly | Flags::fast, Group::keyspace,
                                 "The time to live of a key in milliseconds."};
  static constexpr Millis unit = 1;
  static constexpr bool absolute = false;
};
struct ExpireTime : TtlBase {
  static constexpr Traits traits{"expiretime", Flags::readonly | Flags::fast, Group::keyspace,
                                 "When a key expires, in Unix seconds."};
  static constexpr Millis unit = 1000;
  static constexpr bool absolute = true;
};
struct PExpireTime : TtlBase {
  static constexpr Traits traits{"pexpiretime", Flags::readonly | Flags::fast, Group::keyspace,
                                 "When a key expires, in Unix milliseconds."};
  static constexpr Millis unit = 1;
  static constexpr bool absolute = true;
};

/// PERSIST: takes the deadline away; whether there was one. O(1). https://redis.io/commands/persist
struct Persist {
  using Reply = bool;
  static constexpr Traits traits{"persist", Flags::write | Flags::fast, Group::keyspace,
                                 "Takes the time to live of a key away."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
  bool once() const { return true; }
};

/// SCAN: a page of key names. A key present during the whole iteration is returned at least once. O(count). https://redis.io/commands/scan
struct Scan {
  using Reply = Page<std::string>;
  static constexpr bool locks_itself = true;  // takes one stripe after the other
  static constexpr Traits traits{"scan", Flags::readonly | Flags::every_key, Group::keyspace,
                                 "Iterates over the keys of a database."};
  std::uint64_t cursor = 0;
  std::optional<Text> match;
  std::optional<std::int64_t> count;
  std::optional<Text> type;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("cursor", o.cursor);
    v.options(option("MATCH", "pattern", o.match),
              checked(option("COUNT", "count", o.count), check_page_size), option("TYPE", "type", o.type));
  }
  void validate() const;
};

/// KEYS: all key names that match a pattern. O(database). https://redis.io/commands/keys
struct Keys {
  using Reply = std::vector<std::string>;
  static constexpr Traits traits{"keys", Flags::readonly | Flags::every_key, Group::keyspace,
                                 "All keys that match a pattern."};
  Text pattern;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("pattern", o.pattern);
  }
};

/// RANDOMKEY. https://redis.io/commands/randomkey
struct RandomKey {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{"randomkey", Flags::readonly | Flags::every_key, Group::keyspace,
                                 "A key chosen at random."};
  template <class O, class V>
  static void describe(O&, V&) {}
};

/// DBSIZE: keys of the database. https://redis.io/commands/dbsize
struct DbSize {
  using Reply = std::int64_t;
  static constexpr Traits traits{"dbsize", Flags::readonly | Flags::fast | Flags::every_key, Group::server,
                                 "The number of keys in a database."};
  template <class O, class V>
  static void describe(O&, V&) {}
};

/// FLUSHDB: all keys of the database go. O(1); reclaimed in the background. https://redis.io/commands/flushdb
struct FlushDb {
  using Reply = Ok;
  static constexpr Traits traits{"flushdb", Flags::write | Flags::every_key, Group::server,
                                 "Deletes all keys of a database."};
  bool async = false, sync = false;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.at_most(1, "ERR syntax error");
    v.options(flag("ASYNC", o.async), flag("SYNC", o.sync));
  }
  void validate() const;
};

/// FLUSHALL: all keys of all databases go. https://redis.io/commands/flushall
struct FlushAll : FlushDb {
  static constexpr Traits traits{"flushall", Flags::write | Flags::every_key, Group::server,
                                 "Deletes all keys of all databases."};
};

/// SWAPDB: two databases change places. O(1). https://redis.io/commands/swapdb
struct SwapDb {
  using Reply = Ok;
  static constexpr Traits traits{"swapdb", Flags::write | Flags::fast | Flags::every_key, Group::server,
                                 "Swaps two databases."};
  std::int64_t index1 = 0, index2 = 0;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("index1", o.index1, "ERR invalid first DB index");
    v.arg("index2", o.index2, "ERR invalid second DB index");
  }
};

/// A moment of Unix time, as TIME gives it.
struct UnixTime {
  std::int64_t seconds = 0, microseconds = 0;
  bool operator==(const UnixTime&) const = default;
};

/// TIME: the store's time; embedded stores count in milliseconds. https://redis.io/commands/time
struct Time {
  using Reply = UnixTime;
  static constexpr Traits traits{"time", Flags::fast, Group::server, "The time."};
  template <class O, class V>
  static void describe(O&, V&) {}
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// SORT with all its options; STORE keeps the result as a list. O(n log n). https://redis.io/commands/sort
struct SortBase {
  /// The sorted elements (absent: what a GET pattern did not find), or, with STORE, none and only their number.
  struct Reply {
    std::vector<std::optional<std::string>> items;
    std::int64_t stored = 0;
    bool operator==(const Reply&) const = default;
  };
  Text key;
  std::optional<Text> by;
  std::optional<Limit> limit;
  List<Text> get;
  bool asc = false, desc = false, alpha = false;
  bool touches_every_key() const;
  /// Of several BY the last one, but one without a '*' stands: what follows it cannot make Redis sort again.
  static std::optional<Text> effective_by(List<Text> given);

 protected:
  template <class O, class V, class... More>
  static void describe_all(O& o, V& v, More... more) {
    v.key("key", o.key);
    auto options = [&](auto by) {
      v.options(by, option("LIMIT", "offset count", o.limit), repeat("GET", "pattern", o.get),
                overriding(flag("ASC", o.asc), o.desc), overriding(flag("DESC", o.desc), o.asc),
                flag("ALPHA", o.alpha), more...);
    };
    if constexpr (std::is_same_v<V, Reader>) {
      List<Text> given;
      options(repeat("BY", "pattern", given));
      o.by = effective_by(given);
    } else {
      options(option("BY", "pattern", o.by));
    }
  }
};
struct Sort : SortBase {
  static constexpr Traits traits{"sort", Flags::write | Flags::denyoom, Group::keyspace,
                                 "Sorts a list, a set or a sorted set."};
  std::optional<Text> store;
  template <class O, class V>
  static void describe(O& o, V& v) {
    SortBase::describe_all(o, v, key_option("STORE", "destination", o.store));
  }
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};
struct SortRo : SortBase {
  static constexpr Traits traits{"sort_ro", Flags::readonly, Group::keyspace,
                                 "Sorts a list, a set or a sorted set."};
  template <class O, class V>
  static void describe(O& o, V& v) {
    SortBase::describe_all(o, v);
  }
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// OBJECT ENCODING: Redis's name for how a value is kept ("listpack", "hashtable", ...). https://redis.io/commands/object-encoding
struct ObjectEncoding {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{"object|encoding", Flags::readonly, Group::keyspace,
                                 "How the value at a key is kept."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};
/// OBJECT REFCOUNT: 1 for a key that exists. https://redis.io/commands/object-refcount
struct ObjectRefCount {
  using Reply = std::optional<std::int64_t>;
  static constexpr Traits traits{"object|refcount", Flags::readonly, Group::keyspace,
                                 "References to the value at a key: always 1."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};
/// OBJECT IDLETIME: seconds since the last use; 0 where a store does not keep it. https://redis.io/commands/object-idletime
struct ObjectIdleTime {
  using Reply = std::optional<std::int64_t>;
  static constexpr Traits traits{"object|idletime", Flags::readonly, Group::keyspace,
                                 "Seconds since a key was last used."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// DUMP: the value in Redis's RDB encoding, version and checksum behind it. O(n). https://redis.io/commands/dump
struct Dump {
  using Reply = std::optional<std::string>;
  static constexpr Traits traits{"dump", Flags::readonly, Group::keyspace, "The value at a key, serialised."};
  Text key;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
  }
};

/// RESTORE: creates a key from what DUMP gave. `ttl` in milliseconds, 0 for none. O(n). https://redis.io/commands/restore
struct Restore {
  using Reply = Ok;
  static constexpr Traits traits{"restore", Flags::write | Flags::denyoom, Group::keyspace,
                                 "Creates a key from a serialised value."};
  Text key;
  Position ttl = 0;
  Text payload;
  bool replace = false, absttl = false;
  std::optional<std::int64_t> idletime, freq;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("ttl", o.ttl);
    v.arg("serialized-value", o.payload);
    v.options(flag("REPLACE", o.replace), flag("ABSTTL", o.absttl),
              rival(1, checked(option("IDLETIME", "seconds", o.idletime), check_idletime)),
              rival(1, checked(option("FREQ", "frequency", o.freq), check_freq)));
  }
  static void check_idletime(const std::int64_t& seconds);
  static void check_freq(const std::int64_t& frequency);
  void validate() const;
};

using KeyspaceOperations =
    Operations<Del, Unlink, Exists, Touch, TypeOf, Rename, RenameNx, Copy, Move, Expire, PExpire, ExpireAt,
               PExpireAt, Ttl, PTtl, ExpireTime, PExpireTime, Persist, Scan, Keys, RandomKey, DbSize, FlushDb,
               FlushAll, SwapDb, Sort, SortRo, ObjectEncoding, ObjectRefCount, ObjectIdleTime, Dump, Restore,
               Time>;

}  // namespace playhead
