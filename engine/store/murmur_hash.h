// MurmurHash64A of Austin Appleby, little-endian on every host.
#pragma once

#include <cstdint>

#include "little_endian.h"
#include "text.h"

namespace playhead {

inline std::uint64_t murmur_hash_64a(Text key, std::uint64_t seed) {
  constexpr std::uint64_t multiplier = 0xc6a4a7935bd1e995;
  const auto scramble = [](std::uint64_t word) {
    word *= multiplier;
    return (word ^ (word >> 47)) * multiplier;
  };
  std::uint64_t hash = seed ^ (key.size() * multiplier);
  while (key.size() >= 8) {
    hash = (hash ^ scramble(load_little_endian<std::uint64_t>(key.data()))) * multiplier;
    key.remove_prefix(8);
  }
  if (!key.empty()) {
    std::uint64_t rest = 0;
    for (std::size_t i = 0; i < key.size(); ++i)
      rest |= std::uint64_t{static_cast<unsigned char>(key[i])} << (8 * i);
    hash = (hash ^ rest) * multiplier;
  }
  hash = (hash ^ (hash >> 47)) * multiplier;
  return hash ^ (hash >> 47);
}

}  // namespace playhead
