#pragma once
#include <cstdint>
#include <optional>

#include "playhead/text.h"

namespace playhead::rocks {

/// What a RocksDB write-ahead log file holds.
struct LogScan {
  std::uint64_t records = 0;             ///< readable ones before the damage
  std::optional<std::uint64_t> damaged;  ///< byte position of the first unreadable record
  bool readable_behind = false;  ///< records follow the damage: it is no torn end, recovery would lose them
};

/// Reads the bytes of a log file: blocks of 32 KiB; a record never crosses a block's end and is {checksum
/// le32, length le16, type u8, payload}, with a log number le32 before the payload for the recyclable types.
/// The checksum is a masked CRC-32C of what follows the length.
LogScan scan_log(Text bytes);

/// CRC-32C (Castagnoli): "123456789" -> 0xe3069283.
std::uint32_t crc32c(Text bytes);

}  // namespace playhead::rocks
