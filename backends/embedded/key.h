// Keys, their hash, and the stripes that units lock.
#pragma once

#include <cstddef>
#include <cstdint>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "playhead/text.h"

namespace playhead::embedded {

/// Hash of key names, fields and members (XXH3, 64 bits, unseeded: it is part of the RocksDB format).
inline std::uint64_t hash_of(Text bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

/// A key of one database, with its hash. The upper bits of the hash choose the stripe; the same hash orders
/// SCAN.
struct Key {
  Text name;
  std::uint64_t hash = 0;
  std::uint16_t db = 0;

  Key() = default;
  Key(std::uint16_t database, Text key_name) : name(key_name), hash(hash_of(key_name)), db(database) {}
  /// A key whose hash is known already: `key_hash` is hash_of(key_name).
  Key(std::uint16_t database, Text key_name, std::uint64_t key_hash)
      : name(key_name), hash(key_hash), db(database) {}
  bool operator==(const Key& o) const { return hash == o.hash && db == o.db && name == o.name; }
};

/// Units lock stripes; a stripe is the upper bits of a key's hash, the same for all databases.
inline constexpr unsigned stripe_bits = 8;
inline constexpr std::size_t stripe_count = std::size_t{1} << stripe_bits;
inline std::size_t stripe_of(std::uint64_t hash) {
  return hash >> (64 - stripe_bits);
}

}  // namespace playhead::embedded
