#include "ziplist.h"

#include <array>
#include <cstdint>
#include <utility>

#include "byte_reader.h"
#include "numbers.h"

namespace playhead {
namespace {

constexpr char terminator = static_cast<char>(0xff);
constexpr std::uint8_t long_length = 0xfe;
constexpr std::uint64_t unknown_count = 65535;
constexpr std::size_t ziplist_header_size = 10;

// One byte, or fe and four; ff is the terminator and no length.
bool read_length(ByteReader& reader, std::uint64_t& length) {
  std::uint8_t first = 0;
  if (!reader.byte(first) || first > long_length) return false;
  length = first;
  return first < long_length || reader.little(4, length);
}

bool read_string(ByteReader& reader, std::uint64_t size, std::string& element) {
  Text text;
  if (!reader.bytes(size, text)) return false;
  element.assign(text);
  return true;
}

// The number of bytes of the integer a code from c0 up announces, 0 for a value inside the code or an unknown
// code.
std::size_t integer_width(std::uint8_t code) {
  switch (code) {
    case 0xc0:
      return 2;
    case 0xd0:
      return 4;
    case 0xe0:
      return 8;
    case 0xf0:
      return 3;
    case 0xfe:
      return 1;
    default:
      return 0;
  }
}

bool read_integer(ByteReader& reader, std::uint8_t code, std::string& element) {
  std::int64_t value = 0;
  if (const std::size_t width = integer_width(code); width != 0) {
    if (!reader.little_signed(width, value)) return false;
  } else if (code >= 0xf1 && code <= 0xfd) {
    value = (code & 15) - 1;
  } else {
    return false;
  }
  std::array<char, int64_text_size> buffer;
  element.assign(format_int64(value, buffer.data()));
  return true;
}

bool read_data(ByteReader& reader, std::string& element) {
  std::uint8_t code = 0;
  if (!reader.byte(code)) return false;
  if (code >= 0xc0) return read_integer(reader, code, element);
  std::uint64_t size = code & 63U;
  if (code >= 0x80) {
    if (!reader.big(4, size)) return false;
  } else if (code >= 0x40) {
    std::uint8_t next = 0;
    if (!reader.byte(next)) return false;
    size = size << 8 | next;
  }
  return read_string(reader, size, element);
}

}  // namespace

bool read_ziplist(Text bytes, std::vector<std::string>& elements) {
  ByteReader reader(bytes);
  std::uint64_t size = 0;
  std::uint64_t tail = 0;
  std::uint64_t expected = 0;
  if (!reader.little(4, size) || !reader.little(4, tail) || !reader.little(2, expected)) return false;
  if (size != bytes.size()) return false;
  std::uint64_t count = 0;
  std::size_t last = ziplist_header_size;
  std::size_t last_size = 0;
  while (reader.left() > 1) {
    const std::size_t begin = bytes.size() - reader.left();
    std::uint64_t previous_size = 0;
    std::string element;
    if (!read_length(reader, previous_size) || previous_size != last_size || !read_data(reader, element))
      return false;
    elements.push_back(std::move(element));
    ++count;
    last = begin;
    last_size = bytes.size() - reader.left() - begin;
  }
  if (reader.rest() != Text(&terminator, 1) || tail != last) return false;
  return expected == unknown_count || expected == count;
}

bool read_zipmap(Text bytes, std::vector<std::string>& elements) {
  ByteReader reader(bytes);
  std::uint8_t expected = 0;
  if (!reader.byte(expected)) return false;
  std::uint64_t count = 0;
  while (reader.left() > 1) {
    std::uint64_t size = 0;
    std::uint8_t unused = 0;
    Text padding;
    std::string key;
    std::string value;
    if (!read_length(reader, size) || !read_string(reader, size, key)) return false;
    if (!read_length(reader, size) || !reader.byte(unused) || !read_string(reader, size, value)) return false;
    if (!reader.bytes(unused, padding)) return false;
    elements.push_back(std::move(key));
    elements.push_back(std::move(value));
    ++count;
  }
  if (reader.rest() != Text(&terminator, 1)) return false;
  return expected >= long_length || expected == count;
}

}  // namespace playhead
