// Small collections as a run of bytes. Every element has at most longest_packed bytes, so a length is one
// byte.
//
//   hash   { field length, field, value length, value }*            in the order of insertion
//   set    { member length, member }*                               in the order of insertion
//   zset   { score (8 bytes, host order), member length, member }*  in the order of (score, member)
//   list   { length, bytes, length }*                               from front to back
//
// Functions get the run as [begin, end). Those that write expect the run to be followed by enough room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "backends/memory/bytes.h"

namespace playhead::memory::packed {

inline std::size_t length_at(const char* at) {
  return static_cast<unsigned char>(*at);
}
/// The bytes behind a length byte.
inline Text text_at(const char* at) {
  return {at + 1, length_at(at)};
}

inline char* put(char* to, Text bytes) {
  *to = static_cast<char>(bytes.size());
  return put_bytes(to + 1, bytes);
}

/// Makes place for `wanted` bytes where `present` were.
inline void open_gap(char* at, std::size_t present, std::size_t wanted, const char* end) {
  if (present != wanted)
    std::memmove(at + wanted, at + present, static_cast<std::size_t>(end - at) - present);
}

// ---- hashes (valued) and sets

inline const char* after_field(const char* at, bool valued) {
  at += 1 + length_at(at);
  return valued ? at + 1 + length_at(at) : at;
}

inline Text value_of_field(const char* at, bool valued) {
  return valued ? text_at(at + 1 + length_at(at)) : Text("");
}

/// Where the field starts, or null.
inline const char* find_field(const char* begin, const char* end, bool valued, Text field) {
  const std::size_t size = field.size();
  for (const char* at = begin; at < end; at = after_field(at, valued)) {
    if (length_at(at) == size && same_bytes(at + 1, field.data(), size)) return at;
  }
  return nullptr;
}

inline std::size_t field_size(bool valued, Text field, Text value) {
  return 1 + field.size() + (valued ? 1 + value.size() : 0);
}

inline void put_field(char* at, bool valued, Text field, Text value) {
  at = put(at, field);
  if (valued) put(at, value);
}

// ---- ordered sets

inline double score_at(const char* at) {
  return load<double>(at);
}
inline Text member_at(const char* at) {
  return text_at(at + 8);
}
inline const char* after_member(const char* at) {
  return at + 9 + length_at(at + 8);
}
inline std::size_t member_size(Text member) {
  return 9 + member.size();
}

struct Found {
  const char* at = nullptr;
  std::size_t rank = 0;
};

inline Found find_member(const char* begin, const char* end, Text member) {
  const std::size_t size = member.size();
  std::size_t rank = 0;
  for (const char* at = begin; at < end; at = after_member(at), ++rank) {
    if (length_at(at + 8) == size && same_bytes(at + 9, member.data(), size)) return {at, rank};
  }
  return {nullptr, rank};
}

/// The first element for which `before(score, member)` is false, and how many stand before it.
template <class Before>
Found first_not(const char* begin, const char* end, Before&& before) {
  std::size_t rank = 0;
  const char* at = begin;
  for (; at < end && before(score_at(at), member_at(at)); at = after_member(at)) ++rank;
  return {at, rank};
}

inline void put_member(char* at, double score, Text member) {
  store(at, score);
  put(at + 8, member);
}

// ---- lists

inline const char* after_element(const char* at) {
  return at + 2 + length_at(at);
}
/// The element that ends where `at` stands.
inline const char* before_element(const char* at) {
  return at - 2 - length_at(at - 1);
}
inline std::size_t element_size(Text bytes) {
  return 2 + bytes.size();
}
inline void put_element(char* at, Text bytes) {
  *put(at, bytes) = static_cast<char>(bytes.size());
}

/// Where the element with that index starts, walking from the nearer end. index == count gives `end`.
inline const char* element(const char* begin, const char* end, std::size_t count, std::size_t index) {
  if (index <= count / 2) {
    for (; index > 0; --index) begin = after_element(begin);
    return begin;
  }
  for (; index < count; ++index) end = before_element(end);
  return end;
}

}  // namespace playhead::memory::packed
