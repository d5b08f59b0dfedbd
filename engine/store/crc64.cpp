// Slicing by eight: table[k][b] is the effect of byte b followed by k zero bytes, so that eight bytes take
// eight independent look-ups instead of eight dependent ones.
#include "crc64.h"

#include <array>
#include <cstddef>

#include "little_endian.h"

namespace playhead {
namespace {

using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

constexpr Tables make_tables() {
  constexpr std::uint64_t reflected_polynomial = 0x95ac9329ac4bc9b5;
  Tables tables{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::uint64_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? reflected_polynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t zeros = 1; zeros < 8; ++zeros)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint64_t crc = tables[zeros - 1][byte];
      tables[zeros][byte] = (crc >> 8) ^ tables[0][crc & 0xff];
    }
  return tables;
}

constexpr Tables tables = make_tables();

}  // namespace

std::uint64_t crc64(Text data, std::uint64_t crc) {
  while (data.size() >= 8) {
    crc ^= load_little_endian<std::uint64_t>(data.data());
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < 8; ++i) next ^= tables[7 - i][(crc >> (8 * i)) & 0xff];
    crc = next;
    data.remove_prefix(8);
  }
  for (const char c : data) crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return crc;
}

}  // namespace playhead
