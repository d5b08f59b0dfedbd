// Listpacks and intsets: the packed forms of small collections in RDB version 10.
//
//   listpack  size of all, 4 bytes | number of entries, 2 bytes (65535: unknown) | entries | ff
//   entry     code and data | their length: seven bits a byte, most significant first, the high bit set in
//   all
//             bytes but the first
//     0vvvvvvv             integer 0..127         11110001 +2 bytes   16-bit integer
//     10llllll data        string under 64        11110010 +3 bytes   24-bit integer
//     110vvvvv vvvvvvvv    13-bit integer         11110011 +4 bytes   32-bit integer
//     1110llll llllllll    string under 4096      11110100 +8 bytes   64-bit integer
//     11110000 +4 bytes    longer string
//   intset    bytes per value (2, 4, 8), 4 bytes | number of values, 4 bytes | values, ascending
// Integers are little-endian except those inside a first byte. A string that spells a canonical int64 is
// stored as one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "text.h"

namespace playhead {

class ListpackWriter {
 public:
  ListpackWriter();

  void append(Text element);

  // The size of the finished listpack.
  std::size_t size() const { return bytes_.size() + 1; }
  std::size_t count() const { return count_; }

  // The finished listpack; the writer then is as new.
  std::string finish();

 private:
  void append_integer(std::int64_t value);
  void append_string(Text element);

  std::string bytes_;
  std::size_t count_ = 0;
};

// Appends the entries of a listpack to `elements`; false, with some perhaps appended, if the bytes are not
// one.
bool read_listpack(Text bytes, std::vector<std::string>& elements);

// `values` ascending and distinct.
std::string write_intset(const std::vector<std::int64_t>& values);

// Appends the values of an intset as text; false if the bytes are not one.
bool read_intset(Text bytes, std::vector<std::string>& elements);

}  // namespace playhead
