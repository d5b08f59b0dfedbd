#pragma once
// Keys of any type: typed calls of the operations in operations/keyspace.h, where results and costs are told.
#include "playhead/store.h"
#include "playhead/views/arguments.h"

namespace playhead {

/// When an EXPIRE takes effect.
enum class ExpireIf : std::uint8_t {
  always,
  persistent,  ///< NX: the key has no deadline
  expiring,    ///< XX: it has one
  later,       ///< GT: the new deadline is later than the one it has; none counts as the latest
  earlier      ///< LT
};

/// The keys of one database. Refers to the store, which must outlive it. As thread-safe as the store. All
/// methods throw Error. Times are milliseconds, absolute ones of Unix time.
class Keyspace {
 public:
  explicit Keyspace(Store& store, std::optional<std::uint16_t> db = {})
      : store_(store), db_(db.value_or(store.database())) {}

  /// How many of the keys existed.
  std::int64_t del(Arguments<Text> keys) { return run(Del{keys}); }
  std::int64_t unlink(Arguments<Text> keys) { return run(Unlink{{keys}}); }
  bool exists(Text key) const { return run(Exists{List<Text>(&key, 1)}) != 0; }
  /// How many of the keys exist; a key named twice counts twice.
  std::int64_t count(Arguments<Text> keys) const { return run(Exists{keys}); }
  /// The same, marking them as used.
  std::int64_t touch(Arguments<Text> keys) { return run(Touch{{keys}}); }
  /// "string", "list", "set", "zset", "hash", or "none".
  std::string type(Text key) const { return run(TypeOf{key}).text; }
  /// Refused if there is no such key.
  void rename(Text key, Text newkey) { run(Rename{key, newkey}); }
  /// False: the new name is taken, and nothing was done.
  bool renamenx(Text key, Text newkey) { return run(RenameNx{key, newkey}); }
  /// False: there is no such key, or the destination is taken and not to be replaced.
  bool copy(Text source, Text destination, bool replace = false, std::optional<std::uint16_t> to_db = {}) {
    std::optional<std::int64_t> db;
    if (to_db) db = *to_db;
    return run(Copy{source, destination, db, replace});
  }
  bool move(Text key, std::uint16_t to_db) { return run(Move{key, to_db}); }

  /// False: there is no such key, or the condition does not hold. A time in the past deletes the key.
  bool pexpire(Text key, Millis ttl, ExpireIf when = ExpireIf::always) {
    return expire(PExpire{{key, ttl}}, when);
  }
  bool pexpireat(Text key, Millis deadline, ExpireIf when = ExpireIf::always) {
    return expire(PExpireAt{{key, deadline}}, when);
  }
  /// The time to live; nothing: the key is missing or has no deadline, see exists().
  std::optional<Millis> pttl(Text key) const { return some(run(PTtl{{key}})); }
  std::optional<Millis> pexpiretime(Text key) const { return some(run(PExpireTime{{key}})); }
  /// Takes the deadline away; false: there was none.
  bool persist(Text key) { return run(Persist{key}); }

  /// One page; begin with cursor 0, end when the page's cursor is 0. `type` as type() tells it.
  Page<std::string> scan(std::uint64_t cursor, std::optional<Text> match = {},
                         std::optional<std::int64_t> count = {}, std::optional<Text> type = {}) const {
    return run(Scan{cursor, match, count, type});
  }
  std::vector<std::string> keys(Text pattern = "*") const { return run(Keys{pattern}); }
  std::optional<std::string> randomkey() const { return run(RandomKey{}); }
  std::int64_t dbsize() const { return run(DbSize{}); }
  void flushdb() { run(FlushDb{}); }
  /// All databases, not only this one.
  void flushall() { run(FlushAll{}); }
  void swapdb(std::uint16_t a, std::uint16_t b) { run(SwapDb{a, b}); }

  /// The elements of a list, set or sorted set in order: as numbers, or as bytes with `alpha`.
  std::vector<std::string> sort(Text key, bool alpha = false, bool descending = false,
                                std::optional<Limit> limit = {}) const {
    SortRo op;
    op.key = key;
    op.alpha = alpha;
    op.desc = descending;
    op.limit = limit;
    std::vector<std::string> out;
    for (auto& item : run(op).items) out.push_back(std::move(item).value_or(""));
    return out;
  }

  /// How the value is kept, in Redis's words ("listpack"); nothing if the key is missing.
  std::optional<std::string> encoding(Text key) const { return run(ObjectEncoding{key}); }
  /// The value in Redis's RDB encoding; nothing if the key is missing.
  std::optional<std::string> dump(Text key) const { return run(Dump{key}); }
  /// Creates a key from what dump() gave. `ttl` 0: without a deadline.
  void restore(Text key, Text payload, Millis ttl = 0, bool replace = false) {
    Restore op;
    op.key = key;
    op.ttl = ttl;
    op.payload = payload;
    op.replace = replace;
    run(op);
  }
  /// The store's time.
  UnixTime time() const { return run(Time{}); }

 private:
  template <class Op>
  typename Op::Reply run(const Op& op) const {
    return store_.run(op, db_);
  }
  template <class Op>
  bool expire(Op op, ExpireIf when) {
    op.nx = when == ExpireIf::persistent;
    op.xx = when == ExpireIf::expiring;
    op.gt = when == ExpireIf::later;
    op.lt = when == ExpireIf::earlier;
    return run(op);
  }
  static std::optional<Millis> some(Millis time) {
    if (time < 0) return {};
    return time;
  }
  Store& store_;
  std::uint16_t db_;
};

}  // namespace playhead
