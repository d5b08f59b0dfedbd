// Keys of a database as a unit sees them that may have created and removed some.
#include <vector>

#include "backends/rocksdb/catalog.h"
#include "backends/rocksdb/context.h"
#include "backends/rocksdb/rocks_storage.h"

namespace playhead::rocks {

const Databases& Unit::databases() const {
  return context_->databases ? *context_->databases : storage_.catalog_->databases();
}

Databases& Unit::own_databases() {
  if (!context_->databases) context_->databases = storage_.catalog_->databases();
  return *context_->databases;
}

void Unit::flush(std::uint16_t db) {
  own_databases().flush(db, storage_.path_);
}

void Unit::swap(std::uint16_t a, std::uint16_t b) {
  if (a != b) own_databases().swap(a, b);
}

// Keys that the unit has created follow the others of their page: the storage's next page begins at or behind
// `next`.
std::uint64_t Unit::scan(std::uint16_t db, std::size_t stripe, std::uint64_t from_hash, std::size_t count,
                         KeyVisitor f) {
  const DatabaseId physical = databases().physical(db);
  const std::uint64_t next =
      storage_.scan(physical, db, stripe, from_hash, count, [&](const Key& key, Type type, Millis at) {
        const Meta* own = cached(key, physical);
        if (own == nullptr)
          f(key, type, at);
        else if (own->exists)
          f(key, own->row.type, own->row.deadline);
      });
  for (std::size_t i = 0; i < context_->used; ++i) {
    const Meta& m = context_->metas[i];
    const bool here = m.db == physical && m.stripe() == stripe && m.key.hash >= from_hash;
    if (!here || m.existed || !m.exists || (next != 0 && m.key.hash >= next)) continue;
    f(Key(db, m.name, m.key.hash), m.row.type, m.row.deadline);
  }
  return next;
}

std::size_t Unit::count(std::uint16_t db, std::size_t stripe) {
  const DatabaseId physical = databases().physical(db);
  std::size_t count = storage_.count_physical(physical, stripe);
  for (std::size_t i = 0; i < context_->used; ++i) {
    const Meta& m = context_->metas[i];
    if (m.db == physical && m.stripe() == stripe) count += std::size_t{m.exists} - std::size_t{m.existed};
  }
  return count;
}

bool Unit::pick(std::uint16_t db, std::size_t stripe, std::uint64_t random, KeyVisitor f) {
  const DatabaseId physical = databases().physical(db);
  bool changed = false;
  for (std::size_t i = 0; i < context_->used && !changed; ++i) {
    const Meta& m = context_->metas[i];
    changed = m.exists != m.existed && m.db == physical && m.stripe() == stripe;
  }
  if (!changed) return storage_.pick(physical, db, stripe, random, f);
  struct Found {
    std::string name;
    std::uint64_t hash;
    Type type;
    Millis deadline;
  };
  std::vector<Found> all;
  scan(db, stripe, 0, SIZE_MAX, [&](const Key& key, Type type, Millis at) {
    all.push_back({std::string(key.name), key.hash, type, at});
  });
  if (all.empty()) return false;
  const Found& one = all[random % all.size()];
  f(Key(db, one.name, one.hash), one.type, one.deadline);
  return true;
}

}  // namespace playhead::rocks
