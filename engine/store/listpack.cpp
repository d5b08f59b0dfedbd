#include "listpack.h"

#include <array>
#include <limits>
#include <utility>

#include "byte_reader.h"
#include "little_endian.h"
#include "numbers.h"

namespace playhead {
namespace {

constexpr std::size_t header_size = 6;
constexpr char terminator = static_cast<char>(0xff);
constexpr std::uint64_t unknown_count = 65535;

bool fits(std::int64_t value, unsigned bits) {
  const std::int64_t limit = std::int64_t{1} << (bits - 1);
  return value >= -limit && value < limit;
}

void append_low_bytes(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

// The trailing length of an entry. Redis changes to one byte more at 2^14 - 1, 2^21 - 1 and 2^28 - 1 already.
struct BackLength {
  std::array<char, 5> bytes{};
  std::size_t size = 1;

  explicit BackLength(std::size_t length) {
    if (length > 127) {
      size = 2;
      while (size < 5 && length >= (std::size_t{1} << (7 * size)) - 1) ++size;
    }
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t part = (length >> (7 * (size - 1 - i))) & 127;
      bytes[i] = static_cast<char>(i == 0 ? part : part | 128);
    }
  }

  Text text() const { return {bytes.data(), size}; }
};

std::string integer_text(std::int64_t value) {
  std::array<char, int64_text_size> buffer;
  return std::string(format_int64(value, buffer.data()));
}

bool read_string(ByteReader& reader, std::uint64_t size, std::string& element) {
  Text text;
  if (!reader.bytes(size, text)) return false;
  element.assign(text);
  return true;
}

bool read_integer(ByteReader& reader, std::size_t size, std::string& element) {
  std::int64_t value = 0;
  if (!reader.little_signed(size, value)) return false;
  element = integer_text(value);
  return true;
}

bool read_data(ByteReader& reader, std::string& element) {
  std::uint8_t code = 0;
  std::uint8_t next = 0;
  if (!reader.byte(code)) return false;
  if (code < 0x80) {
    element = integer_text(code);
    return true;
  }
  if (code < 0xc0) return read_string(reader, code & 63U, element);
  if (code < 0xf0) {
    if (!reader.byte(next)) return false;
    if (code >= 0xe0) return read_string(reader, (code & 15U) << 8 | next, element);
    element = integer_text(ByteReader::sign_extend((code & 31U) << 8 | next, 13));
    return true;
  }
  std::uint64_t size = 0;
  switch (code) {
    case 0xf0:
      return reader.little(4, size) && read_string(reader, size, element);
    case 0xf1:
      return read_integer(reader, 2, element);
    case 0xf2:
      return read_integer(reader, 3, element);
    case 0xf3:
      return read_integer(reader, 4, element);
    case 0xf4:
      return read_integer(reader, 8, element);
    default:
      return false;
  }
}

}  // namespace

ListpackWriter::ListpackWriter() : bytes_(header_size, '\0') {}

void ListpackWriter::append(Text element) {
  const std::size_t before = bytes_.size();
  std::int64_t integer = 0;
  if (parse_int64(element, integer))
    append_integer(integer);
  else
    append_string(element);
  bytes_.append(BackLength(bytes_.size() - before).text());
  ++count_;
}

void ListpackWriter::append_integer(std::int64_t value) {
  const auto raw = static_cast<std::uint64_t>(value);
  if (value >= 0 && value <= 127) {
    bytes_.push_back(static_cast<char>(value));
  } else if (fits(value, 13)) {
    bytes_.push_back(static_cast<char>(0xc0 | ((raw >> 8) & 31)));
    bytes_.push_back(static_cast<char>(raw & 0xff));
  } else {
    const std::size_t size = fits(value, 16) ? 2 : fits(value, 24) ? 3 : fits(value, 32) ? 4 : 8;
    bytes_.push_back(static_cast<char>(size == 8 ? 0xf4 : 0xf1 + (size - 2)));
    append_low_bytes(bytes_, raw, size);
  }
}

void ListpackWriter::append_string(Text element) {
  const std::size_t size = element.size();
  if (size < 64) {
    bytes_.push_back(static_cast<char>(0x80 | size));
  } else if (size < 4096) {
    bytes_.push_back(static_cast<char>(0xe0 | (size >> 8)));
    bytes_.push_back(static_cast<char>(size & 0xff));
  } else {
    bytes_.push_back(static_cast<char>(0xf0));
    append_low_bytes(bytes_, size, 4);
  }
  bytes_.append(element);
}

std::string ListpackWriter::finish() {
  bytes_.push_back(terminator);
  store_little_endian(bytes_.data(), static_cast<std::uint32_t>(bytes_.size()));
  store_little_endian(bytes_.data() + 4,
                      static_cast<std::uint16_t>(count_ < unknown_count ? count_ : unknown_count));
  count_ = 0;
  return std::exchange(bytes_, std::string(header_size, '\0'));
}

bool read_listpack(Text bytes, std::vector<std::string>& elements) {
  ByteReader reader(bytes);
  std::uint64_t size = 0;
  std::uint64_t expected = 0;
  if (!reader.little(4, size) || size != bytes.size() || !reader.little(2, expected)) return false;
  std::uint64_t count = 0;
  while (reader.left() > 1) {
    const std::size_t before = reader.left();
    std::string element;
    if (!read_data(reader, element)) return false;
    const BackLength length(before - reader.left());
    Text back;
    if (!reader.bytes(length.size, back) || back != length.text()) return false;
    elements.push_back(std::move(element));
    ++count;
  }
  if (reader.rest() != Text(&terminator, 1)) return false;
  return expected == unknown_count || expected == count;
}

std::string write_intset(const std::vector<std::int64_t>& values) {
  std::size_t width = 2;
  if (!values.empty()) {
    const auto all_fit = [&](unsigned bits) {
      return fits(values.front(), bits) && fits(values.back(), bits);
    };
    width = all_fit(16) ? 2 : all_fit(32) ? 4 : 8;
  }
  std::string bytes;
  bytes.reserve(8 + width * values.size());
  append_low_bytes(bytes, width, 4);
  append_low_bytes(bytes, values.size(), 4);
  for (const std::int64_t value : values) append_low_bytes(bytes, static_cast<std::uint64_t>(value), width);
  return bytes;
}

bool read_intset(Text bytes, std::vector<std::string>& elements) {
  ByteReader reader(bytes);
  std::uint64_t width = 0;
  std::uint64_t count = 0;
  if (!reader.little(4, width) || !reader.little(4, count)) return false;
  if ((width != 2 && width != 4 && width != 8) || reader.left() != width * count) return false;
  std::int64_t last = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::int64_t value = 0;
    if (!reader.little_signed(static_cast<std::size_t>(width), value) || (i > 0 && value <= last))
      return false;
    elements.push_back(integer_text(value));
    last = value;
  }
  return true;
}

}  // namespace playhead
