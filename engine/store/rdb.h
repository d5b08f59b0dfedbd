// Values as DUMP and RESTORE carry them: one value in RDB encoding, as Redis 7.0 writes it.
//
//   payload  type, 1 byte | value | RDB version, 2 bytes | CRC-64 of all before, 8 bytes
//   length   00llllll | 01llllll llllllll | 10000000 +4 bytes | 10000001 +8 bytes, big-endian
//   string   length bytes
//            | 11000000, 11000001, 11000010: integer of 1, 2, 4 bytes
//            | 11000011 length-compressed length bytes-compressed (LZF)
//   type and value, written and read:
//     0 string      string
//     2 set         length strings                   11 set         intset in a string
//     4 hash        length (field value)...          16 hash        listpack in a string
//     5 sorted set  length (member double)...        17 sorted set  listpack in a string, (member score)...
//    18 list        length (container string)...     container 1: one plain element, 2: a listpack
//   read only, from older versions:
//     1 list        length strings                   10 list        ziplist in a string
//     3 sorted set  length (member text-double)...   12 sorted set  ziplist in a string, (member score)...
//     9 hash        zipmap in a string               13 hash        ziplist in a string
//                                                    14 list        length (ziplist in a string)...
// Integers outside of lengths and doubles are little-endian. A text-double is its length in 1 byte and its
// text, or one of ff (-inf), fe (inf), fd (NaN).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "text.h"

namespace playhead {

enum class RdbType : std::uint8_t { string, list, set, hash, sorted_set };

// One value; only the members of its type are used.
struct RdbValue {
  RdbType type = RdbType::string;
  std::string string;
  std::vector<std::string> elements;                        // list: in order; set: in any order
  std::vector<std::pair<std::string, std::string>> fields;  // hash: in any order
  std::vector<std::pair<double, std::string>> members;      // sorted set: ascending by score, then by bytes
};

// The highest RDB version that is read, and the one written.
constexpr std::uint16_t rdb_version = 10;

// The payload of `value`. Small collections get the packed encodings of a server with default settings, so
// that Redis keeps them packed; long compressible strings are compressed. Collections are not empty, set
// elements, fields and members distinct, scores not NaN; members may be in any order. In a packed sorted set
// the score -0.0 becomes 0, as in Redis.
std::string rdb_dump(const RdbValue& value);

// Reads a payload. False with the text of Redis's error reply in `*error` (unless null) and `value`
// unspecified: a newer version or a wrong checksum, or bytes that are no value of a known type. Everything is
// checked, as Redis does it with sanitize-dump-payload: empty collections, repeated set elements, fields and
// members, and NaN are refused, and also bytes left over behind the value. On success the members of a sorted
// set are ascending. Compressed strings take at most 88 times their size, and each element a std::string
// besides its bytes.
bool rdb_restore(Text payload, RdbValue& value, std::string* error);

}  // namespace playhead
