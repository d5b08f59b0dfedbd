// The keys of one database in one stripe, and the 256 of them that make a database.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backends/memory/big_hash.h"
#include "backends/memory/big_list.h"
#include "backends/memory/big_zset.h"
#include "backends/memory/hash_table.h"
#include "backends/memory/record.h"

namespace playhead::memory {

using embedded::Key;

/// The tag of records with a deadline, so that a sweep need not touch the others.
inline constexpr unsigned timed_tag = 1;

/// Bytes of a big value, 0 for others.
std::size_t big_memory(const Record& record);
/// Elements of a big collection, 0 for strings and small collections.
std::size_t big_size(const Record& record);
/// Frees a record with all that it owns.
void destroy(Record* record);

/// Guarded by the stripe's lock.
struct alignas(64) KeyTable {
  struct Traits {
    using Entry = Record;
    static constexpr unsigned skipped_bits = embedded::stripe_bits;
    static std::uint64_t hash(const Record& record) { return embedded::hash_of(record.key()); }
    static Text name(const Record& record) { return record.key(); }
  };
  using Records = HashTable<Traits>;

  KeyTable() = default;
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;
  ~KeyTable();

  Records records;
  std::uint64_t generation = 0;  ///< changes whenever a slot's place or record may have become wrong
  std::size_t bytes = 0;         ///< of the records and of the table
  std::size_t deadlines = 0;     ///< records with a deadline
};

struct Database {
  KeyTable tables[embedded::stripe_count];
};

}  // namespace playhead::memory
