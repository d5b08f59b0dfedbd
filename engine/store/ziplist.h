// The packed collections that Redis wrote before version 7; they are only read.
//
//   ziplist  size of all, 4 bytes | offset of the last entry, 4 bytes | number of entries, 2 bytes
//            (65535: unknown) | entries | ff
//   entry    size of the entry before: 1 byte, or fe and 4 bytes | code and data
//     00llllll data              string under 64      11000000 +2 bytes   16-bit integer
//     01llllll llllllll data     string under 16384   11010000 +4 bytes   32-bit integer
//     10______ +4 bytes data     longer string        11100000 +8 bytes   64-bit integer
//     1111vvvv                   integer v - 1,       11110000 +3 bytes   24-bit integer
//                                v = 1..13            11111110 +1 byte    8-bit integer
//   zipmap   number of pairs, 1 byte (fe: unknown) | (length key, length unused value unused-bytes)... | ff
//            with lengths of 1 byte, or fe and 4 bytes
// Integers are little-endian, the lengths of strings in ziplists big-endian.
#pragma once

#include <string>
#include <vector>

#include "text.h"

namespace playhead {

// Appends the entries of a ziplist to `elements`; false, with some perhaps appended, if the bytes are not
// one.
bool read_ziplist(Text bytes, std::vector<std::string>& elements);

// Appends keys and values of a zipmap in turn; false, with some perhaps appended, if the bytes are not one.
bool read_zipmap(Text bytes, std::vector<std::string>& elements);

}  // namespace playhead
