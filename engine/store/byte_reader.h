// Sequential reading of untrusted bytes: every step says whether the bytes were there.
#pragma once

#include <cstddef>
#include <cstdint>

#include "little_endian.h"
#include "text.h"

namespace playhead {

class ByteReader {
 public:
  explicit ByteReader(Text bytes) : rest_(bytes) {}

  std::size_t left() const { return rest_.size(); }
  bool done() const { return rest_.empty(); }
  Text rest() const { return rest_; }

  [[nodiscard]] bool byte(std::uint8_t& value) {
    if (rest_.empty()) return false;
    value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return true;
  }

  // A view of the next `size` bytes, valid as long as the bytes given to the constructor.
  [[nodiscard]] bool bytes(std::uint64_t size, Text& value) {
    if (size > rest_.size()) return false;
    value = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(static_cast<std::size_t>(size));
    return true;
  }

  // An unsigned integer of `size` bytes, at most eight.
  [[nodiscard]] bool little(std::size_t size, std::uint64_t& value) {
    Text raw;
    if (!bytes(size, raw)) return false;
    value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value |= std::uint64_t{static_cast<std::uint8_t>(raw[i])} << (8 * i);
    return true;
  }

  [[nodiscard]] bool big(std::size_t size, std::uint64_t& value) {
    Text raw;
    if (!bytes(size, raw)) return false;
    value = 0;
    for (const char c : raw) value = (value << 8) | static_cast<std::uint8_t>(c);
    return true;
  }

  // A two's complement little-endian integer of `size` bytes, 1 to 8.
  [[nodiscard]] bool little_signed(std::size_t size, std::int64_t& value) {
    std::uint64_t raw = 0;
    if (!little(size, raw)) return false;
    value = sign_extend(raw, static_cast<unsigned>(8 * size));
    return true;
  }

  // The value of the low `bits` (1 to 64) of `raw` read as two's complement.
  static std::int64_t sign_extend(std::uint64_t raw, unsigned bits) {
    const unsigned unused = 64 - bits;
    return static_cast<std::int64_t>(raw << unused) >> unused;
  }

 private:
  Text rest_;
};

}  // namespace playhead
