#include "backends/rocksdb/log_check.h"

#include <array>

#include "engine/store/little_endian.h"

namespace playhead::rocks {
namespace {

constexpr std::size_t block = 32768, header = 7, checksum_bytes = 4, checked_from = 6;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
    table[i] = crc;
  }
  return table;
}

/// LevelDB's mask, so that a checksum of bytes that contain checksums stays good.
std::uint32_t masked(std::uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
}

/// The bytes of the record at `at`; 0: there is no readable one.
std::size_t record_at(Text bytes, std::size_t at) {
  if (at + header > bytes.size()) return 0;
  std::size_t length = load_little_endian<std::uint16_t>(bytes.data() + at + checksum_bytes);
  if (at % block + header + length > block || at + header + length > bytes.size()) return 0;
  if (bytes[at + checked_from] == 0) return 0;
  std::uint32_t stored = load_little_endian<std::uint32_t>(bytes.data() + at);
  return masked(crc32c(bytes.substr(at + checked_from, length + 1))) == stored ? header + length : 0;
}

}  // namespace

std::uint32_t crc32c(Text bytes) {
  static constexpr auto table = make_table();
  std::uint32_t crc = ~std::uint32_t{0};
  for (char c : bytes) crc = table[(crc ^ static_cast<unsigned char>(c)) & 255] ^ (crc >> 8);
  return ~crc;
}

LogScan scan_log(Text bytes) {
  LogScan scan;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t left = block - at % block;
    if (left < header) {
      at += left;
      continue;
    }
    if (std::size_t length = record_at(bytes, at)) {
      if (scan.damaged) {
        scan.readable_behind = true;
        return scan;
      }
      ++scan.records;
      at += length;
      continue;
    }
    if (!scan.damaged) {
      if (bytes.find_first_not_of('\0', at) == Text::npos) return scan;  // room that was allocated ahead
      scan.damaged = at;
    }
    // If only the payload is damaged the next record follows it; else the next block begins with one.
    std::size_t next = at + left;
    if (at + header <= bytes.size()) {
      std::size_t behind =
          at + header + load_little_endian<std::uint16_t>(bytes.data() + at + checksum_bytes);
      if (behind < next && record_at(bytes, behind)) next = behind;
    }
    at = next;
  }
  return scan;
}

}  // namespace playhead::rocks
