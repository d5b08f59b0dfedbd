#pragma once
// What the commands see of a unit: the storage's primitives, with expiry, time, and notes for watches,
// waiters and publishing added.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backends/embedded/key.h"
#include "backends/embedded/storage.h"
#include "backends/embedded/stripes.h"
#include "playhead/clock.h"
#include "playhead/error.h"

namespace playhead::embedded {

inline constexpr Text wrong_type = "WRONGTYPE Operation against a key holding the wrong kind of value";

/// Thrown when a unit touches a key that it did not declare: it is undone and run again holding every stripe.
struct UndeclaredKey {};

/// A key that somebody else may be waiting for.
struct KeyName {
  std::uint16_t db;
  std::string name;
  bool operator==(const KeyName&) const = default;
};

class Broker;
class Observers;
class ScriptEngine;

/// What all units of a store share, whatever its storage.
struct Shared {
  Stripes stripes;
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<Broker> broker;
  std::unique_ptr<Observers> observers;
  std::unique_ptr<ScriptEngine> scripts;
  std::uint16_t databases = 16;
};

/// What a unit leaves to do after its commit.
struct Aftermath {
  std::vector<KeyName> touched;  ///< changed keys that have observers
  bool touched_all = false;      ///< a database was flushed or swapped: waiters of any key may be served
  std::vector<std::pair<std::string, std::string>> published;
  bool empty() const { return touched.empty() && !touched_all && published.empty(); }
};

template <class S>
class Tx {
  using Base = typename S::Unit;
  static constexpr char no_name = 0;  // an address that no caller's name has

 public:
  /// A key in this unit. Expired keys do not exist.
  class Entry : public S::Slot {
   public:
    Entry(typename S::Slot slot, bool gone) : S::Slot(std::move(slot)), gone_(gone) {}
    bool exists() const { return !gone_ && S::Slot::exists(); }
    Type type() const { return exists() ? S::Slot::type() : Type::none; }
    Millis deadline() const { return exists() ? S::Slot::deadline() : 0; }

   private:
    bool gone_;
  };

  /// `held`: the stripes this unit owns; null if the caller vouches that every key used is declared.
  Tx(S& storage, Shared& shared, Mode mode, bool undo, const StripeSet* held)
      : storage_(storage), shared_(shared), mode_(mode), held_(held), unit_(storage, mode, undo) {}

  S& storage() { return storage_; }
  Shared& shared() { return shared_; }
  Mode mode() const { return mode_; }
  /// The unit's time, read once.
  Millis now() {
    if (now_ == 0) now_ = shared_.clock->now();
    return now_;
  }
  /// A command in a unit of many starts a fresh look at the clock only if the unit has not fixed its time
  /// (scripts do).
  void fix_time(Millis t) { now_ = t; }

  // ---- keys
  Entry open(std::uint16_t db, Text name) {
    bool known = name.data() == known_name_.data() && name.size() == known_name_.size();
    return look(db, name, known ? known_hash_ : hash_of(name));
  }
  /// The hash of a name that the caller has computed already. The name's bytes
  /// stay as they are during the unit.
  void know(Text name, std::uint64_t hash) {
    known_name_ = name;
    known_hash_ = hash;
  }
  Entry open(const Key& key) { return look(key.db, key.name, key.hash); }
  /// The key if it is of that type or missing; refuses another type.
  Entry open(std::uint16_t db, Text name, Type type) {
    Entry e = open(db, name);
    if (e.exists() && e.type() != type) refuse(wrong_type);
    return e;
  }
  void remove(Entry& e) {
    note(e);
    unit_.remove(e);
  }
  Entry move(Entry& from, const Key& to) {
    declare(stripe_of(to.hash));
    note(from);
    note(to);
    unit_.move(from, to);
    return from;
  }
  void deadline(Entry& e, Millis at) {
    note(e);
    unit_.deadline(e, at);
  }
  std::size_t size(Entry& e) { return e.exists() ? unit_.size(e) : 0; }
  std::size_t memory(Entry& e) { return unit_.memory(e); }
  Text encoding(Entry& e) { return unit_.encoding(e); }

  // ---- strings
  Text value(Entry& e) { return unit_.value(e); }
  void set(Entry& e, Text v, Millis at) {
    note(e);
    unit_.set(e, v, at);
  }
  /// `noted` = false: the caller notes the change himself, by touch(), if it turns out to be one.
  char* edit(Entry& e, std::size_t size, bool noted = true) {
    if (noted) note(e);
    return unit_.edit(e, size);
  }

  // ---- fields
  std::optional<Text> hget(Entry& e, Text field) { return unit_.hget(e, field); }
  /// A change only if f gives a value, be it the old one.
  template <class F>
  bool hput(Entry& e, Type type, Text field, F&& f) {
    bool put = false;
    const bool added = unit_.hput(e, type, field, [&](const Text* old) {
      auto value = f(old);
      put = value.has_value();
      return value;
    });
    if (put) note(e);
    return added;
  }
  bool herase(Entry& e, Text field) { return noted(e, unit_.herase(e, field)); }
  template <class F>
  void hwalk(Entry& e, F&& f) {
    unit_.hwalk(e, std::forward<F>(f));
  }
  template <class F>
  std::uint64_t hscan(Entry& e, std::uint64_t cursor, std::size_t count, F&& f) {
    return unit_.hscan(e, cursor, count, std::forward<F>(f));
  }
  template <class F>
  void hpick(Entry& e, std::uint64_t random, F&& f) {
    unit_.hpick(e, random, std::forward<F>(f));
  }

  // ---- ordered members
  std::optional<double> zget(Entry& e, Text member) { return unit_.zget(e, member); }
  template <class F>
  ZPut zput(Entry& e, Text member, F&& f) {
    ZPut r = unit_.zput(e, member, std::forward<F>(f));
    if (r != ZPut::unchanged) note(e);
    return r;
  }
  bool zerase(Entry& e, Text member) { return noted(e, unit_.zerase(e, member)); }
  std::optional<std::int64_t> zrank(Entry& e, Text member) { return unit_.zrank(e, member); }
  std::int64_t zcount_before(Entry& e, const ZBound& b) { return unit_.zcount_before(e, b); }
  template <class F>
  void zwalk_rank(Entry& e, std::int64_t rank, bool reverse, F&& f) {
    unit_.zwalk_rank(e, rank, reverse, std::forward<F>(f));
  }
  template <class F>
  void zwalk_bound(Entry& e, const ZBound& b, bool reverse, F&& f) {
    unit_.zwalk_bound(e, b, reverse, std::forward<F>(f));
  }
  template <class F>
  std::uint64_t zscan(Entry& e, std::uint64_t cursor, std::size_t count, F&& f) {
    return unit_.zscan(e, cursor, count, std::forward<F>(f));
  }
  template <class F>
  void zpick(Entry& e, std::uint64_t random, F&& f) {
    unit_.zpick(e, random, std::forward<F>(f));
  }

  // ---- lists
  void lpush(Entry& e, bool front, Text v) {
    note(e);
    unit_.lpush(e, front, v);
  }
  void ltrim(Entry& e, std::int64_t front, std::int64_t back) {
    note(e);
    unit_.ltrim(e, front, back);
  }
  template <class F>
  void lwalk(Entry& e, std::int64_t from, bool reverse, F&& f) {
    unit_.lwalk(e, from, reverse, std::forward<F>(f));
  }
  Text lget(Entry& e, std::int64_t at) { return unit_.lget(e, at); }
  void lset(Entry& e, std::int64_t at, Text v) {
    note(e);
    unit_.lset(e, at, v);
  }
  void linsert(Entry& e, std::int64_t at, Text v) {
    note(e);
    unit_.linsert(e, at, v);
  }
  void lerase(Entry& e, std::span<const std::int64_t> at) {
    note(e);
    unit_.lerase(e, at);
  }

  // ---- whole databases: the unit holds every stripe
  void flush(std::uint16_t db) {
    require_all();
    after().touched_all = true;
    unit_.flush(db);
  }
  void swap(std::uint16_t a, std::uint16_t b) {
    require_all();
    after().touched_all = true;
    unit_.swap(a, b);
  }
  /// Notes a key that such a unit changes.
  void touch(std::uint16_t db, Text name) { note(Key(db, name)); }
  /// What S::scan, pick and count give, with the unit's own writes. The stripe is held.
  template <class F>
  std::uint64_t scan(std::uint16_t db, std::size_t stripe, std::uint64_t from_hash, std::size_t count,
                     F&& f) {
    if constexpr (requires { unit_.scan(db, stripe, from_hash, count, f); })
      return unit_.scan(db, stripe, from_hash, count, f);
    else
      return storage_.scan(db, stripe, from_hash, count, f);
  }
  template <class F>
  bool pick(std::uint16_t db, std::size_t stripe, std::uint64_t random, F&& f) {
    if constexpr (requires { unit_.pick(db, stripe, random, f); })
      return unit_.pick(db, stripe, random, f);
    else
      return storage_.pick(db, stripe, random, f);
  }
  std::size_t count(std::uint16_t db, std::size_t stripe) {
    if constexpr (requires { unit_.count(db, stripe); })
      return unit_.count(db, stripe);
    else
      return storage_.count(db, stripe);
  }
  /// f(stripe index) for each stripe from `first` on while it returns true, holding that stripe.
  template <class F>
  void each_stripe(std::size_t first, F&& f) {
    for (std::size_t i = first; i < stripe_count; ++i) {
      std::unique_lock<StripeMutex> lock;
      if (!locks_stripes_itself_)
        require_all();
      else
        lock = std::unique_lock(shared_.stripes[i].mutex);
      if (!f(i)) return;
    }
  }
  /// This unit holds no stripes but takes each in turn (SCAN on its own).
  void lock_stripes_one_by_one() { locks_stripes_itself_ = true; }

  void publish(Text channel, Text payload) { after().published.emplace_back(channel, payload); }

  void commit() { unit_.commit(); }
  void abort() {
    unit_.abort();
    after_.reset();
  }
  /// What is left to do after the commit, by EmbeddedStore::finish() when this unit is over: whom that calls may
  /// close the store, which waits for units. Null: nothing.
  std::unique_ptr<Aftermath> take_after() {
    if (after_ == nullptr || after_->empty()) [[likely]]
      return nullptr;
    return std::move(after_);
  }
  Aftermath& after() {
    if (!after_) after_ = std::make_unique<Aftermath>();
    return *after_;
  }

 private:
  // The parts of a Key come one by one: copied as a whole right after it was
  // written, it would stall the processor.
  Entry look(std::uint16_t db, Text name, std::uint64_t hash) {
    declare(stripe_of(hash));
    typename S::Slot slot = unit_.find(Key(db, name, hash));
    bool gone = false;
    if (slot.exists() && slot.deadline() != 0 && slot.deadline() < now()) {
      if (mode_ == Mode::read)
        gone = true;
      else
        unit_.remove(slot);
    }
    return Entry(std::move(slot), gone);
  }
  void declare(std::size_t stripe) {
    if (held_ != nullptr && !held_->test(stripe)) throw UndeclaredKey{};
  }
  void require_all() {
    if (held_ != nullptr && !held_->all()) throw UndeclaredKey{};
  }
  void note(const Entry& e) { note(e.key()); }
  void note(const Key& key) {
    if (shared_.stripes[stripe_of(key.hash)].observers.load(std::memory_order_relaxed) == 0) [[likely]]
      return;
    after().touched.push_back({key.db, std::string(key.name)});
  }
  bool noted(const Entry& e, bool changed) {
    if (changed) note(e);
    return changed;
  }

  S& storage_;
  Shared& shared_;
  Mode mode_;
  const StripeSet* held_;
  Millis now_ = 0;
  bool locks_stripes_itself_ = false;
  std::unique_ptr<Aftermath> after_;  // few units leave something to do
  Text known_name_{&no_name, 0};      // NOLINT(bugprone-string-constructor): what counts is its address
  std::uint64_t known_hash_ = 0;
  Base unit_;
};

}  // namespace playhead::embedded
