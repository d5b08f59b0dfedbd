#include "backends/memory/memory_storage.h"

namespace playhead::memory {
namespace {

/// Keys looked at per database when one is to be evicted.
constexpr int eviction_samples = 8;
/// Redis's lfu-log-factor and the counter a new key begins with.
constexpr int frequency_factor = 10;
constexpr std::uint8_t first_frequency = 5;

bool only_volatile(Eviction policy) {
  return policy == Eviction::volatile_lru || policy == Eviction::volatile_lfu ||
         policy == Eviction::volatile_random || policy == Eviction::volatile_ttl;
}

bool by_recency(Eviction policy) {
  return policy == Eviction::allkeys_lru || policy == Eviction::volatile_lru;
}
bool by_frequency(Eviction policy) {
  return policy == Eviction::allkeys_lfu || policy == Eviction::volatile_lfu;
}

}  // namespace

MemoryStorage::~MemoryStorage() {
  for (std::size_t db = 0; db < databases(); ++db) delete database(db);
  delete[] far_.load();
}

// Where the database's pointer is kept; mutex_ is held.
std::atomic<Database*>* MemoryStorage::reserve(std::uint16_t db) {
  if (db >= near_databases && far_.load(std::memory_order_relaxed) == nullptr) {
    far_.store(new std::atomic<Database*>[most_databases](), std::memory_order_release);
  }
  if (db >= databases()) databases_.store(std::size_t{db} + 1, std::memory_order_release);
  return place_of(db);
}

Database* MemoryStorage::make_database(std::uint16_t db) {
  std::lock_guard lock(mutex_);
  std::atomic<Database*>* place = reserve(db);
  Database* held = place->load(std::memory_order_relaxed);
  if (held == nullptr) {
    held = new Database;
    place->store(held, std::memory_order_release);
  }
  return held;
}

std::size_t MemoryStorage::count(std::uint16_t db, std::size_t stripe) const {
  const KeyTable* keys = table(db, stripe);
  return keys == nullptr ? 0 : keys->records.size();
}

Database* MemoryStorage::exchange(std::uint16_t db, Database* database) {
  Database* old = nullptr;
  {
    std::lock_guard lock(mutex_);
    std::atomic<Database*>* place = database == nullptr ? place_of(db) : reserve(db);
    if (place != nullptr) old = place->exchange(database);
  }
  if (old == database) return old;
  for (std::size_t stripe = 0; stripe < embedded::stripe_count; ++stripe) {
    std::size_t bytes = bytes_[stripe].load(std::memory_order_relaxed);
    if (old != nullptr) bytes -= old->tables[stripe].bytes;
    if (database != nullptr) bytes += database->tables[stripe].bytes;
    bytes_[stripe].store(bytes, std::memory_order_relaxed);
  }
  restart_sweeps();
  return old;
}

void MemoryStorage::swap(std::uint16_t a, std::uint16_t b) {
  {
    std::lock_guard lock(mutex_);
    std::atomic<Database*>*first = reserve(a), *second = reserve(b);
    first->store(second->exchange(first->load()));
  }
  restart_sweeps();
}

void MemoryStorage::restart_sweeps() {
  for (Stripe& stripe : stripes_) {
    // `earliest` still holds; the running round may have missed keys that moved.
    stripe.sweep_db = 0;
    stripe.sweep_hash = 0;
    stripe.earliest_met = never;
  }
}

std::size_t MemoryStorage::used_memory() const {
  std::size_t sum = 0;
  for (const auto& bytes : bytes_) sum += bytes.load(std::memory_order_relaxed);
  return sum;
}

void MemoryStorage::limit_memory(std::size_t bytes, Eviction policy) {
  limit_.store(bytes, std::memory_order_relaxed);
  policy_.store(policy, std::memory_order_relaxed);
  tracks_access_.store(by_recency(policy) || by_frequency(policy), std::memory_order_relaxed);
}

void MemoryStorage::note_access(const KeyTable& table, const Key& key, Record& record) {
  Stripe& stripe = stripes_[embedded::stripe_of(key.hash)];
  ++stripe.accesses;
  if (by_frequency(eviction())) {
    // A logarithmic counter: the higher it is, the less likely an access raises it.
    unsigned count = std::max(record.access(), first_frequency);
    std::uint64_t chance =
        mixed(key.hash + stripe.accesses) % ((count - first_frequency) * frequency_factor + 1);
    record.access(static_cast<std::uint8_t>(count < 255 && chance == 0 ? count + 1 : count));
    return;
  }
  // An era lasts until the stripe's keys could have been met once, an eighth at least.
  if (stripe.accesses > table.records.size() / 8 + 1) {
    stripe.accesses = 0;
    ++stripe.era;
  }
  record.access(stripe.era);
}

Millis MemoryStorage::eviction_rank(const Stripe& stripe, const Record& record, std::uint64_t random) const {
  Eviction policy = eviction();
  if (policy == Eviction::volatile_ttl) return record.deadline();
  if (by_recency(policy)) return 255 - static_cast<std::uint8_t>(stripe.era - record.access());
  if (by_frequency(policy)) return record.access();
  return static_cast<Millis>(random >> 2);
}

void MemoryStorage::consider(std::uint16_t db, std::size_t stripe, std::uint64_t random, Victim& best) {
  KeyTable* keys = table(db, stripe);
  Eviction policy = eviction();
  if (policy == Eviction::none || keys == nullptr || keys->records.size() == 0) return;
  if (only_volatile(policy) && keys->deadlines == 0) return;
  auto offer = [&](Record& record) {
    Millis rank = eviction_rank(stripes_[stripe], record, random);
    // Being looked at ages a frequency, so that what was popular once goes in the end.
    if (by_frequency(policy) && record.access() > 0)
      record.access(static_cast<std::uint8_t>(record.access() - 1));
    if (best.found && rank >= best.rank) return;
    best.name = record.key();
    best.db = db;
    best.rank = rank;
    best.found = true;
  };
  if (!only_volatile(policy)) {
    int samples = policy == Eviction::allkeys_random ? 1 : eviction_samples;
    for (; samples > 0; --samples) offer(*keys->records.pick(mixed(random + static_cast<unsigned>(samples))));
    return;
  }
  // A run of keys with a deadline from a random hash on, and from the start if the end came first.
  int left = policy == Eviction::volatile_random ? 1 : eviction_samples;
  auto look = [&](Record& record) {
    offer(record);
    return --left > 0;
  };
  std::uint64_t start = std::uint64_t{stripe} << (64 - embedded::stripe_bits);
  constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  keys->records.scan_tagged(start | mixed(random) >> embedded::stripe_bits, timed_tag, all, look);
  if (left > 0) keys->records.scan_tagged(start, timed_tag, all, look);
}

}  // namespace playhead::memory
