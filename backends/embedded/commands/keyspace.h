#pragma once
#include <algorithm>
#include <limits>
#include <random>

#include "backends/embedded/commands/values.h"
#include "backends/embedded/observers.h"
#include "backends/embedded/tx.h"
#include "engine/store/expiry.h"
#include "engine/store/glob.h"
#include "playhead/operations/keyspace.h"

namespace playhead::embedded {

/// Random numbers for commands that choose (RANDOMKEY, SPOP); one generator per thread.
inline std::uint64_t random_number() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return generator();
}

/// The database that a command names; refuses others than the store has.
template <class S>
std::uint16_t database(Tx<S>& t, std::int64_t index) {
  Copy::check_index(index);
  if (index < 0 || index >= t.shared().databases) refuse("ERR DB index is out of range");
  return static_cast<std::uint16_t>(index);
}

// ---- existence

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Del& c, std::int64_t& r) {
  r = 0;
  for (Text key : c.keys) {
    auto e = t.open(db, key);
    if (!e.exists()) continue;
    t.remove(e);
    ++r;
  }
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Unlink& c, std::int64_t& r) {
  exec(t, db, static_cast<const Del&>(c), r);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Exists& c, std::int64_t& r) {
  r = 0;
  for (Text key : c.keys) r += t.open(db, key).exists();
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Touch& c, std::int64_t& r) {
  exec(t, db, static_cast<const Exists&>(c), r);
}

inline Text type_name(Type type) {
  switch (type) {
    case Type::none:
      return "none";
    case Type::string:
      return "string";
    case Type::list:
      return "list";
    case Type::set:
      return "set";
    case Type::zset:
      return "zset";
    case Type::hash:
      return "hash";
    case Type::stream:
      return "stream";
  }
  return "none";
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const TypeOf& c, Status& r) {
  r.text = type_name(t.open(db, c.key).type());
}

// ---- moving

template <class S>
bool rename(Tx<S>& t, std::uint16_t db, Text from, Text to, bool only_if_free) {
  auto source = t.open(db, from);
  if (!source.exists()) refuse("ERR no such key");
  if (from == to) return !only_if_free;
  auto target = t.open(db, to);
  if (target.exists()) {
    if (only_if_free) return false;
    t.remove(target);
  }
  t.move(source, Key(db, to));
  return true;
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Rename& c, Ok&) {
  rename(t, db, c.key, c.newkey, false);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const RenameNx& c, bool& r) {
  r = rename(t, db, c.key, c.newkey, true);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Move& c, bool& r) {
  std::uint16_t to = database(t, c.db);
  if (to == db) refuse("ERR source and destination objects are the same");
  auto source = t.open(db, c.key);
  r = source.exists() && !t.open(to, c.key).exists();
  if (r) t.move(source, Key(to, c.key));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Copy& c, bool& r) {
  database(t, c.highest_db);
  c.fault.check();
  std::uint16_t to = c.db ? database(t, *c.db) : db;
  if (to == db && c.source == c.destination) refuse("ERR source and destination objects are the same");
  auto source = t.open(db, c.source);
  auto target = t.open(to, c.destination);
  r = source.exists() && (!target.exists() || c.replace);
  if (!r) return;
  RdbValue value = read_value(t, source);
  Millis deadline = source.deadline();
  if (target.exists()) t.remove(target);
  auto fresh = t.open(to, c.destination);
  write_value(t, fresh, value);
  if (deadline != 0) t.deadline(fresh, deadline);
}

// ---- time to live

template <class S, class Command>
void expire(Tx<S>& t, std::uint16_t db, const Command& c, bool& r) {
  r = false;
  Millis at = deadline_of(c.time, Command::unit, Command::absolute, t.now(), false, Command::traits.name);
  auto e = t.open(db, c.key);
  if (!e.exists()) return;
  Millis old = e.deadline();
  if (c.nx && old != 0) return;
  if (c.xx && old == 0) return;
  if (c.gt && (old == 0 || at <= old)) return;
  if (c.lt && old != 0 && at >= old) return;
  r = true;
  if (at <= t.now())
    t.remove(e);
  else
    t.deadline(e, at);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Expire& c, bool& r) {
  expire(t, db, c, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const PExpire& c, bool& r) {
  expire(t, db, c, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ExpireAt& c, bool& r) {
  expire(t, db, c, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const PExpireAt& c, bool& r) {
  expire(t, db, c, r);
}

template <class S, class Command>
void tell_deadline(Tx<S>& t, std::uint16_t db, const Command& c, std::int64_t& r) {
  auto e = t.open(db, c.key);
  if (!e.exists()) {
    r = -2;
  } else if (e.deadline() == 0) {
    r = -1;
  } else {
    Millis ms = std::max<Millis>(e.deadline() - (Command::absolute ? 0 : t.now()), 0);
    r = Command::unit == 1 ? ms : ms / 1000 + (ms % 1000 >= 500 ? 1 : 0);
  }
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Ttl& c, std::int64_t& r) {
  tell_deadline(t, db, c, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const PTtl& c, std::int64_t& r) {
  tell_deadline(t, db, c, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ExpireTime& c, std::int64_t& r) {
  tell_deadline(t, db, c, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const PExpireTime& c, std::int64_t& r) {
  tell_deadline(t, db, c, r);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Persist& c, bool& r) {
  auto e = t.open(db, c.key);
  r = e.exists() && e.deadline() != 0;
  if (r) t.deadline(e, 0);
}

// ---- whole databases

template <class S>
bool alive(Tx<S>& t, Millis deadline) {
  return deadline == 0 || deadline >= t.now();
}

// A cursor is a hash: keys are walked stripe by stripe, in the order of hashes within.
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Scan& c, Scan::Reply& r) {
  r.items.clear();
  r.cursor = 0;
  auto left = static_cast<std::size_t>(c.count.value_or(10));
  std::uint64_t from = c.cursor;
  t.each_stripe(stripe_of(from), [&](std::size_t stripe) {
    std::size_t seen = 0;
    std::uint64_t next = t.scan(db, stripe, from, left, [&](const Key& key, Type type, Millis deadline) {
      ++seen;
      if (!alive(t, deadline) || (c.match && !glob_match(*c.match, key.name, false))) return;
      if (c.type && !syntax::same_word(*c.type, type_name(type))) return;
      r.items.emplace_back(key.name);
    });
    left -= std::min(left, seen);
    if (next != 0) {
      r.cursor = next;
      return false;
    }
    if (stripe + 1 == stripe_count) return false;
    from = std::uint64_t{stripe + 1} << (64 - stripe_bits);
    if (left > 0) return true;
    r.cursor = from;
    return false;
  });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Keys& c, Keys::Reply& r) {
  r.clear();
  t.each_stripe(0, [&](std::size_t stripe) {
    std::uint64_t from = std::uint64_t{stripe} << (64 - stripe_bits);
    t.scan(db, stripe, from, SIZE_MAX, [&](const Key& key, Type, Millis deadline) {
      if (alive(t, deadline) && glob_match(c.pattern, key.name, false)) r.emplace_back(key.name);
    });
    return true;
  });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const RandomKey&, RandomKey::Reply& r) {
  r.reset();
  std::vector<std::size_t> sizes(stripe_count);
  std::uint64_t total = 0;
  t.each_stripe(0, [&](std::size_t stripe) {
    total += sizes[stripe] = t.count(db, stripe);
    return true;
  });
  for (int attempt = 0; attempt < 100 && total > 0 && !r; ++attempt) {
    std::uint64_t at = random_number() % total;
    std::size_t stripe = 0;
    while (at >= sizes[stripe]) at -= sizes[stripe++];
    t.each_stripe(stripe, [&](std::size_t i) {
      t.pick(db, i, random_number(), [&](const Key& key, Type, Millis deadline) {
        if (alive(t, deadline)) r.emplace(key.name);
      });
      return false;
    });
  }
  if (!r && total > 0) {  // nearly everything has expired
    Keys::Reply all;
    exec(t, db, Keys{"*"}, all);
    if (!all.empty()) r = all[random_number() % all.size()];
  }
}

template <class S>
void exec(Tx<S>& t, std::uint16_t, const Time&, UnixTime& r) {
  r = {t.now() / 1000, t.now() % 1000 * 1000};
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const DbSize&, std::int64_t& r) {
  r = 0;
  t.each_stripe(0, [&](std::size_t stripe) {
    r += static_cast<std::int64_t>(t.count(db, stripe));
    return true;
  });
}

// A watched key changes with its whole database if it exists before or, when databases are swapped,
// afterwards.
template <class S>
void touch_watched(Tx<S>& t, std::uint16_t db, std::uint16_t successor) {
  for (const std::string& key : t.shared().observers->watched_keys(db))
    if (t.open(db, key).exists() || t.open(successor, key).exists()) t.touch(db, key);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const FlushDb&, Ok&) {
  touch_watched(t, db, db);
  t.flush(db);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t, const FlushAll&, Ok&) {
  for (std::uint16_t db = 0; db < t.shared().databases; ++db) {
    touch_watched(t, db, db);
    t.flush(db);
  }
}
template <class S>
void exec(Tx<S>& t, std::uint16_t, const SwapDb& c, Ok&) {
  auto check_width = [](std::int64_t index, Text error) {
    if (index < INT32_MIN || index > INT32_MAX) refuse(error);
  };
  check_width(c.index1, "ERR invalid first DB index");
  check_width(c.index2, "ERR invalid second DB index");
  std::uint16_t a = database(t, c.index1), b = database(t, c.index2);
  if (a == b) return;
  touch_watched(t, a, b);
  touch_watched(t, b, a);
  t.swap(a, b);
}

// ---- values

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ObjectEncoding& c, ObjectEncoding::Reply& r) {
  r.reset();
  auto e = t.open(db, c.key);
  if (e.exists()) r.emplace(t.encoding(e));
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ObjectRefCount& c, ObjectRefCount::Reply& r) {
  r.reset();
  if (t.open(db, c.key).exists()) r = 1;
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ObjectIdleTime& c, ObjectIdleTime::Reply& r) {
  r.reset();
  if (t.open(db, c.key).exists()) r = 0;
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Dump& c, Dump::Reply& r) {
  r.reset();
  auto e = t.open(db, c.key);
  if (e.exists()) r = rdb_dump(read_value(t, e));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Restore& c, Ok&) {
  auto e = t.open(db, c.key);
  if (e.exists() && !c.replace) refuse("BUSYKEY Target key name already exists.");
  Millis ttl = c.ttl.get();
  if (ttl < 0) refuse("ERR Invalid TTL value, must be >= 0");
  RdbValue value;
  std::string error;
  if (!rdb_restore(c.payload, value, &error)) refuse(error);
  Millis deadline = ttl;
  if (ttl != 0 && !c.absttl && __builtin_add_overflow(t.now(), ttl, &deadline))
    deadline = std::numeric_limits<Millis>::min();  // as in Redis, where it wraps around: long ago
  if (e.exists()) t.remove(e);
  if (deadline != 0 && deadline <= t.now()) return;
  auto fresh = t.open(db, c.key);
  write_value(t, fresh, value);
  if (deadline != 0) t.deadline(fresh, deadline);
}

}  // namespace playhead::embedded
