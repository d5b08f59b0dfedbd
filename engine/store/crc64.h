// The CRC-64 that ends DUMP payloads and RDB files.
#pragma once

#include <cstdint>

#include "text.h"

namespace playhead {

// Jones polynomial 0xad93d23594c935a9, reflected, initial value 0, no final inversion: "123456789" ->
// 0xe9c6d914c4b8d9ca. `crc` is the result for the bytes before `data`.
std::uint64_t crc64(Text data, std::uint64_t crc = 0);

}  // namespace playhead
