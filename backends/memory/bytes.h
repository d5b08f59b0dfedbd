// Small helpers on raw bytes, kept inline because every operation of the storage uses them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "playhead/text.h"

namespace playhead::memory {

/// Reads a T from bytes that need not be aligned.
template <class T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);  // NOLINT(bugprone-sizeof-expression): T may be a pointer
  return value;
}

template <class T>
void store(char* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

/// Whether two byte strings of the same length are equal; short ones are compared without a call.
inline bool same_bytes(const char* a, const char* b, std::size_t size) {
  if (size >= 8) {
    if (size > 32) return std::memcmp(a, b, size) == 0;
    std::uint64_t difference = load<std::uint64_t>(a + size - 8) ^ load<std::uint64_t>(b + size - 8);
    for (std::size_t at = 0; at + 8 < size; at += 8)
      difference |= load<std::uint64_t>(a + at) ^ load<std::uint64_t>(b + at);
    return difference == 0;
  }
  if (size >= 4) {
    return ((load<std::uint32_t>(a) ^ load<std::uint32_t>(b)) |
            (load<std::uint32_t>(a + size - 4) ^ load<std::uint32_t>(b + size - 4))) == 0;
  }
  for (std::size_t at = 0; at < size; ++at) {
    if (a[at] != b[at]) return false;
  }
  return true;
}

inline bool same(Text a, Text b) {
  return a.size() == b.size() && same_bytes(a.data(), b.data(), a.size());
}

/// memcpy that accepts an empty Text without a pointer; returns the end of what was written.
inline char* put_bytes(char* to, Text bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

/// Bytes that malloc takes for a request of `size` bytes (glibc: an 8-byte header, multiples of 16, at least
/// 32).
inline std::size_t block_size(std::size_t size) {
  std::size_t chunk = (size + 8 + 15) & ~std::size_t{15};
  return chunk < 32 ? 32 : chunk;
}

}  // namespace playhead::memory
