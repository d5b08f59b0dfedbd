// The storage of EmbeddedStore that keeps everything in process memory. See backends/embedded/storage.h for
// the contract.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "backends/memory/key_table.h"
#include "backends/memory/reclaimer.h"
#include "backends/memory/slot.h"

namespace playhead::memory {

class Unit;

/// Which key goes first when memory is short (Redis's maxmemory-policy). volatile: only keys with a deadline.
enum class Eviction : std::uint8_t {
  none,
  allkeys_lru,
  allkeys_lfu,
  allkeys_random,
  volatile_lru,
  volatile_lfu,
  volatile_random,
  volatile_ttl,
};

/// Thread-safe under the rules of the contract: every call holds the stripes that it names or touches.
/// used_memory() and eviction() need no stripe.
class MemoryStorage {
 public:
  using Slot = memory::Slot;
  using Unit = memory::Unit;

  MemoryStorage() = default;
  MemoryStorage(const MemoryStorage&) = delete;
  MemoryStorage& operator=(const MemoryStorage&) = delete;
  ~MemoryStorage();

  /// F(const Key&, Type, Millis deadline); keys of a stripe with hash >= from_hash, in the order of hashes,
  /// until at least `count` were met. Returns the hash to go on with, 0 at the stripe's end.
  template <class F>
  std::uint64_t scan(std::uint16_t db, std::size_t stripe, std::uint64_t from_hash, std::size_t count, F&& f);

  /// F(const Key&, Type, Millis deadline) with a key of the stripe, each as probable as another; false: the
  /// stripe is empty.
  template <class F>
  bool pick(std::uint16_t db, std::size_t stripe, std::uint64_t random, F&& f);

  /// Keys in a stripe.
  std::size_t count(std::uint16_t db, std::size_t stripe) const;

  /// F(const Key&) for keys whose deadline is before `now`; looks at most at `budget` keys with a deadline,
  /// going on where the last call stopped. Returns how many it looked at. F must not change the storage.
  template <class F>
  std::size_t expired(std::size_t stripe, Millis now, std::size_t budget, F&& f);

  /// Bytes of all keys, values and tables, without the allocator's own losses. About 0.1 us.
  std::size_t used_memory() const;

  /// Sets how much memory may be used (0: any) and which keys go first when it is more. Call it before the
  /// storage is used: the policies by recency and frequency only know accesses made since.
  void limit_memory(std::size_t bytes, Eviction policy);
  bool over_limit() const {
    std::size_t limit = limit_.load(std::memory_order_relaxed);
    return limit != 0 && used_memory() > limit;
  }

  /// Chooses a key of the stripe (of any database) by the policy among a few picked at random, and calls
  /// F(const Key&), which may remove it: the key's name is a copy. False: the stripe has no such key.
  template <class F>
  bool evict_one(std::size_t stripe, F&& f);

  /// Asks for what find() will look at first, before the stripe's lock: nothing is read meanwhile beyond it.
  void prefetch(std::size_t db, std::size_t stripe) const {
    if (const Database* held = database(db)) __builtin_prefetch(&held->tables[stripe]);
  }

  /// Waits until everything that was removed is freed.
  void drain() { reclaimer_.drain(); }

 private:
  friend class memory::Unit;
  static constexpr std::size_t near_databases = 16;
  static constexpr std::size_t most_databases = std::size_t{1} << 16;
  static constexpr Millis never = std::numeric_limits<Millis>::max();
  using Databases = std::atomic<Database*>[];

  /// Guarded by the stripe's lock.
  struct alignas(64) Stripe {
    // Active expiry: a round looks at all keys with a deadline and so learns the earliest one.
    Millis earliest = never;  // no deadline is earlier
    Millis earliest_met =
        never;  // the same for what the running round met, and for deadlines set since it began
    std::uint32_t sweep_db = 0;
    std::uint64_t sweep_hash = 0;
    std::uint64_t random = 0;
    // Eviction: the era advances with accesses; a key's access byte is the era of its last one.
    std::uint32_t accesses = 0;
    std::uint8_t era = 0;
  };

  struct Victim {
    std::string name;
    std::uint16_t db = 0;
    Millis rank = never;  // the lowest goes first
    bool found = false;
  };

  std::atomic<Database*>* place_of(std::size_t db) const {
    if (db < near_databases) return &near_[db];
    std::atomic<Database*>* far = far_.load(std::memory_order_acquire);
    return far == nullptr ? nullptr : far + db;
  }
  /// The database, or null if it was never used.
  Database* database(std::size_t db) const {
    std::atomic<Database*>* place = place_of(db);
    return place == nullptr ? nullptr : place->load(std::memory_order_acquire);
  }
  KeyTable& table(const Key& key) {
    Database* held = database(key.db);
    if (held == nullptr) held = make_database(key.db);
    return held->tables[embedded::stripe_of(key.hash)];
  }
  KeyTable* table(std::size_t db, std::size_t stripe) const {
    Database* held = database(db);
    return held == nullptr ? nullptr : &held->tables[stripe];
  }
  /// The number after the highest database in use.
  std::size_t databases() const { return databases_.load(std::memory_order_acquire); }
  Database* make_database(std::uint16_t db);
  /// Puts a database (null: an empty one) into the place of another one, which is the result. All stripes
  /// held, as below; O(stripes).
  Database* exchange(std::uint16_t db, Database* database);
  void swap(std::uint16_t a, std::uint16_t b);
  std::atomic<Database*>* reserve(std::uint16_t db);
  void restart_sweeps();

  /// Counts bytes of a key that came or went.
  void count_bytes(KeyTable& table, std::uint64_t hash, std::size_t before, std::size_t after) {
    if (after == before) return;  // most changes; the sums of other stripes are in the same line of memory
    table.bytes += after - before;
    std::atomic<std::size_t>& sum = bytes_[embedded::stripe_of(hash)];
    sum.store(sum.load(std::memory_order_relaxed) + after - before, std::memory_order_relaxed);
  }

  void note_deadline(std::uint64_t hash, Millis deadline) {
    Stripe& stripe = stripes_[embedded::stripe_of(hash)];
    stripe.earliest = std::min(stripe.earliest, deadline);
    stripe.earliest_met = std::min(stripe.earliest_met, deadline);
  }

  Eviction eviction() const { return policy_.load(std::memory_order_relaxed); }
  bool tracks_access() const { return tracks_access_.load(std::memory_order_relaxed); }
  void note_access(const KeyTable& table, const Key& key, Record& record);
  void consider(std::uint16_t db, std::size_t stripe, std::uint64_t random, Victim& best);
  Millis eviction_rank(const Stripe& stripe, const Record& record, std::uint64_t random) const;

  mutable std::array<std::atomic<Database*>, near_databases> near_{};
  std::atomic<std::atomic<Database*>*> far_ = nullptr;  // most_databases of them, made when first needed
  std::atomic<std::size_t> databases_ = 0;
  std::atomic<std::size_t> limit_ = 0;
  std::atomic<Eviction> policy_ = Eviction::none;
  std::atomic<bool> tracks_access_ = false;
  mutable std::mutex mutex_;  // for making, exchanging and counting databases; taken inside stripes
  std::array<Stripe, embedded::stripe_count> stripes_{};
  /// Bytes of each stripe's keys, of all databases; written under the stripe's lock, read by anybody.
  std::array<std::atomic<std::size_t>, embedded::stripe_count> bytes_{};
  Reclaimer reclaimer_;
};

template <class F>
std::uint64_t MemoryStorage::scan(std::uint16_t db, std::size_t stripe, std::uint64_t from_hash,
                                  std::size_t count, F&& f) {
  KeyTable* keys = table(db, stripe);
  std::size_t from_stripe = embedded::stripe_of(from_hash);
  if (keys == nullptr || from_stripe > stripe) return 0;
  if (from_stripe < stripe) from_hash = std::uint64_t{stripe} << (64 - embedded::stripe_bits);
  return keys->records.scan(from_hash, count, [&](std::uint64_t hash, const Record& record) {
    f(Key(db, record.key(), hash), record.type(), record.deadline());
  });
}

template <class F>
bool MemoryStorage::pick(std::uint16_t db, std::size_t stripe, std::uint64_t random, F&& f) {
  KeyTable* keys = table(db, stripe);
  const Record* record = keys == nullptr ? nullptr : keys->records.pick(random);
  if (record == nullptr) return false;
  f(Key(db, record->key()), record->type(), record->deadline());
  return true;
}

template <class F>
std::size_t MemoryStorage::expired(std::size_t stripe, Millis now, std::size_t budget, F&& f) {
  Stripe& state = stripes_[stripe];
  if (state.earliest >= now) return 0;
  const std::size_t slots = 4096 + 64 * budget;
  std::size_t looked = 0;
  for (std::size_t end = databases(); state.sweep_db < end; ++state.sweep_db, state.sweep_hash = 0) {
    if (looked >= budget) return looked;
    KeyTable* keys = table(state.sweep_db, stripe);
    if (keys == nullptr || keys->deadlines == 0) continue;
    auto db = static_cast<std::uint16_t>(state.sweep_db);
    std::uint64_t start = std::uint64_t{stripe} << (64 - embedded::stripe_bits);
    state.sweep_hash =
        keys->records.scan_tagged(std::max(state.sweep_hash, start), timed_tag, slots, [&](Record& record) {
          Millis deadline = record.deadline();
          state.earliest_met = std::min(state.earliest_met, deadline);
          if (deadline < now) f(Key(db, record.key()));
          return ++looked < budget;
        });
    if (state.sweep_hash != 0) return looked;
  }
  state.sweep_db = 0;
  state.earliest = std::exchange(state.earliest_met, never);
  return looked;
}

template <class F>
bool MemoryStorage::evict_one(std::size_t stripe, F&& f) {
  Victim best;
  std::uint64_t random = mixed(++stripes_[stripe].random + (stripe << 32));
  for (std::size_t db = 0; db < databases(); ++db) {
    consider(static_cast<std::uint16_t>(db), stripe, random += db, best);
  }
  if (best.found) f(Key(best.db, best.name));
  return best.found;
}

}  // namespace playhead::memory

#include "backends/memory/unit.h"
