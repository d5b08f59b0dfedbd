// Unaligned little-endian integers in byte strings, on any host.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>

namespace playhead {

// Reverses the bytes of `value` on a big-endian host; its own inverse.
template <typename Integer>
Integer little_endian(Integer value) {
  static_assert(std::is_unsigned_v<Integer>);
  if constexpr (std::endian::native == std::endian::big && sizeof(Integer) > 1) {
    Integer swapped = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i)
      swapped = static_cast<Integer>((swapped << 8) | ((value >> (8 * i)) & 0xff));
    return swapped;
  }
  return value;
}

// Reads sizeof(Integer) bytes at `bytes`.
template <typename Integer>
Integer load_little_endian(const char* bytes) {
  Integer value;
  std::memcpy(&value, bytes, sizeof value);
  return little_endian(value);
}

// Writes sizeof(Integer) bytes at `bytes`.
template <typename Integer>
void store_little_endian(char* bytes, Integer value) {
  value = little_endian(value);
  std::memcpy(bytes, &value, sizeof value);
}

template <typename Integer>
void append_little_endian(std::string& out, Integer value) {
  value = little_endian(value);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace playhead
