// The numbers of the RDB format, shared by its writer and its reader; rdb.h has the grammar.
#pragma once

#include <cstddef>
#include <cstdint>

namespace playhead::rdb {

enum TypeCode : std::uint8_t {
  string_code = 0,
  list_code = 1,
  set_code = 2,
  sorted_set_text_code = 3,
  hash_code = 4,
  sorted_set_code = 5,
  hash_zipmap_code = 9,
  list_ziplist_code = 10,
  set_intset_code = 11,
  sorted_set_ziplist_code = 12,
  hash_ziplist_code = 13,
  list_of_ziplists_code = 14,
  hash_listpack_code = 16,
  sorted_set_listpack_code = 17,
  list_of_listpacks_code = 18,
};

// First bytes of a length or string that are not a short length.
constexpr std::uint8_t length_4_bytes = 0x80;
constexpr std::uint8_t length_8_bytes = 0x81;
constexpr std::uint8_t integer_1_byte = 0xc0;
constexpr std::uint8_t integer_2_bytes = 0xc1;
constexpr std::uint8_t integer_4_bytes = 0xc2;
constexpr std::uint8_t compressed = 0xc3;

// Containers of a list node.
constexpr std::uint8_t plain_node = 1;
constexpr std::uint8_t listpack_node = 2;

constexpr std::size_t version_size = 2;
constexpr std::size_t checksum_size = 8;

}  // namespace playhead::rdb
