#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "byte_reader.h"
#include "crc64.h"
#include "listpack.h"
#include "lzf.h"
#include "numbers.h"
#include "rdb.h"
#include "rdb_codes.h"
#include "ziplist.h"

namespace playhead {
namespace {

using Elements = std::vector<std::string>;

// Reads lengths and strings of the RDB grammar.
class Reader {
 public:
  explicit Reader(Text bytes) : bytes_(bytes) {}

  bool done() const { return bytes_.done(); }
  bool byte(std::uint8_t& value) { return bytes_.byte(value); }

  bool length(std::uint64_t& value) {
    std::uint8_t first = 0;
    return bytes_.byte(first) && length_after(first, value);
  }

  bool string(std::string& value) {
    std::uint8_t first = 0;
    if (!bytes_.byte(first)) return false;
    switch (first) {
      case rdb::integer_1_byte:
        return integer(1, value);
      case rdb::integer_2_bytes:
        return integer(2, value);
      case rdb::integer_4_bytes:
        return integer(4, value);
      case rdb::compressed:
        return compressed(value);
      default:
        break;
    }
    std::uint64_t size = 0;
    Text text;
    if (!length_after(first, size) || !bytes_.bytes(size, text)) return false;
    value.assign(text);
    return true;
  }

  bool binary_double(double& value) {
    std::uint64_t raw = 0;
    if (!bytes_.little(8, raw)) return false;
    value = std::bit_cast<double>(raw);
    return !std::isnan(value);
  }

  bool text_double(double& value) {
    constexpr std::uint8_t minus_infinity = 255;
    constexpr std::uint8_t infinity = 254;
    constexpr std::uint8_t not_a_number = 253;
    std::uint8_t size = 0;
    if (!bytes_.byte(size) || size == not_a_number) return false;
    if (size == infinity || size == minus_infinity) {
      value = std::numeric_limits<double>::infinity() * (size == infinity ? 1 : -1);
      return true;
    }
    Text text;
    return bytes_.bytes(size, text) && parse_double(text, value);
  }

  // What can be reserved for `count` elements of at least `size` bytes each without trusting `count`.
  std::size_t plausible(std::uint64_t count, std::size_t size) const {
    return static_cast<std::size_t>(std::min<std::uint64_t>(count, bytes_.left() / size));
  }

 private:
  bool length_after(std::uint8_t first, std::uint64_t& value) {
    if (first < 0x40) {
      value = first;
      return true;
    }
    if (first < 0x80) {
      std::uint8_t next = 0;
      if (!bytes_.byte(next)) return false;
      value = (first & 63U) << 8 | next;
      return true;
    }
    if (first == rdb::length_4_bytes) return bytes_.big(4, value);
    return first == rdb::length_8_bytes && bytes_.big(8, value);
  }

  bool integer(std::size_t size, std::string& value) {
    std::int64_t parsed = 0;
    if (!bytes_.little_signed(size, parsed)) return false;
    std::array<char, int64_text_size> buffer;
    value.assign(format_int64(parsed, buffer.data()));
    return true;
  }

  bool compressed(std::string& value) {
    std::uint64_t packed_size = 0;
    std::uint64_t size = 0;
    Text packed;
    if (!length(packed_size) || !length(size) || !bytes_.bytes(packed_size, packed)) return false;
    return lzf_decompress(packed, size, value);
  }

  ByteReader bytes_;
};

using ReadPacked = bool (*)(Text bytes, Elements& elements);

bool read_packed(Reader& in, ReadPacked read, Elements& elements) {
  std::string bytes;
  return in.string(bytes) && read(bytes, elements);
}

bool read_strings(Reader& in, Elements& elements) {
  std::uint64_t count = 0;
  if (!in.length(count)) return false;
  elements.reserve(in.plausible(count, 1));
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!in.string(elements.emplace_back())) return false;
  }
  return true;
}

bool read_ziplist_nodes(Reader& in, Elements& elements) {
  std::uint64_t count = 0;
  if (!in.length(count)) return false;
  for (std::uint64_t i = 0; i < count; ++i)
    if (!read_packed(in, read_ziplist, elements)) return false;
  return true;
}

bool read_listpack_nodes(Reader& in, Elements& elements) {
  std::uint64_t count = 0;
  if (!in.length(count)) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t container = 0;
    if (!in.length(container)) return false;
    if (container == rdb::plain_node) {
      if (!in.string(elements.emplace_back())) return false;
    } else if (container != rdb::listpack_node || !read_packed(in, read_listpack, elements)) {
      return false;
    }
  }
  return true;
}

bool read_fields(Reader& in, RdbValue& value) {
  std::uint64_t count = 0;
  if (!in.length(count)) return false;
  value.fields.reserve(in.plausible(count, 2));
  for (std::uint64_t i = 0; i < count; ++i) {
    auto& [field, content] = value.fields.emplace_back();
    if (!in.string(field) || !in.string(content)) return false;
  }
  return true;
}

bool read_packed_fields(Reader& in, ReadPacked read, RdbValue& value) {
  Elements elements;
  if (!read_packed(in, read, elements) || elements.size() % 2 != 0) return false;
  value.fields.reserve(elements.size() / 2);
  for (std::size_t i = 0; i < elements.size(); i += 2)
    value.fields.emplace_back(std::move(elements[i]), std::move(elements[i + 1]));
  return true;
}

using ReadScore = bool (Reader::*)(double&);

bool read_members(Reader& in, ReadScore read_score, RdbValue& value) {
  std::uint64_t count = 0;
  if (!in.length(count)) return false;
  value.members.reserve(in.plausible(count, 2));
  for (std::uint64_t i = 0; i < count; ++i) {
    auto& [score, member] = value.members.emplace_back();
    if (!in.string(member) || !(in.*read_score)(score)) return false;
  }
  return true;
}

bool read_packed_members(Reader& in, ReadPacked read, RdbValue& value) {
  Elements elements;
  if (!read_packed(in, read, elements) || elements.size() % 2 != 0) return false;
  value.members.reserve(elements.size() / 2);
  for (std::size_t i = 0; i < elements.size(); i += 2) {
    double score = 0;
    if (!parse_double(elements[i + 1], score)) return false;
    value.members.emplace_back(score, std::move(elements[i]));
  }
  return true;
}

bool read_list(Reader& in, std::uint8_t code, Elements& elements) {
  switch (code) {
    case rdb::list_code:
      return read_strings(in, elements);
    case rdb::list_ziplist_code:
      return read_packed(in, read_ziplist, elements);
    case rdb::list_of_ziplists_code:
      return read_ziplist_nodes(in, elements);
    default:
      return read_listpack_nodes(in, elements);
  }
}

bool read_hash(Reader& in, std::uint8_t code, RdbValue& value) {
  switch (code) {
    case rdb::hash_code:
      return read_fields(in, value);
    case rdb::hash_zipmap_code:
      return read_packed_fields(in, read_zipmap, value);
    case rdb::hash_ziplist_code:
      return read_packed_fields(in, read_ziplist, value);
    default:
      return read_packed_fields(in, read_listpack, value);
  }
}

bool read_sorted_set(Reader& in, std::uint8_t code, RdbValue& value) {
  switch (code) {
    case rdb::sorted_set_text_code:
      return read_members(in, &Reader::text_double, value);
    case rdb::sorted_set_code:
      return read_members(in, &Reader::binary_double, value);
    case rdb::sorted_set_ziplist_code:
      return read_packed_members(in, read_ziplist, value);
    default:
      return read_packed_members(in, read_listpack, value);
  }
}

bool type_of(std::uint8_t code, RdbType& type) {
  switch (code) {
    case rdb::string_code:
      type = RdbType::string;
      return true;
    case rdb::list_code:
    case rdb::list_ziplist_code:
    case rdb::list_of_ziplists_code:
    case rdb::list_of_listpacks_code:
      type = RdbType::list;
      return true;
    case rdb::set_code:
    case rdb::set_intset_code:
      type = RdbType::set;
      return true;
    case rdb::hash_code:
    case rdb::hash_zipmap_code:
    case rdb::hash_ziplist_code:
    case rdb::hash_listpack_code:
      type = RdbType::hash;
      return true;
    case rdb::sorted_set_text_code:
    case rdb::sorted_set_code:
    case rdb::sorted_set_ziplist_code:
    case rdb::sorted_set_listpack_code:
      type = RdbType::sorted_set;
      return true;
    default:
      return false;
  }
}

// Not empty and no two names equal. Sorts instead of hashing, which hostile names could make quadratic.
template <typename Items, typename NameOf>
bool distinct(const Items& items, const NameOf& name_of) {
  std::vector<Text> names;
  names.reserve(items.size());
  for (const auto& item : items) names.push_back(name_of(item));
  std::sort(names.begin(), names.end());
  return !names.empty() && std::adjacent_find(names.begin(), names.end()) == names.end();
}

bool read_value(Reader& in, RdbValue& value) {
  std::uint8_t code = 0;
  if (!in.byte(code) || !type_of(code, value.type)) return false;
  switch (value.type) {
    case RdbType::string:
      return in.string(value.string);
    case RdbType::list:
      return read_list(in, code, value.elements) && !value.elements.empty();
    case RdbType::set:
      if (!(code == rdb::set_code ? read_strings(in, value.elements)
                                  : read_packed(in, read_intset, value.elements)))
        return false;
      return distinct(value.elements, [](const auto& element) { return Text(element); });
    case RdbType::hash:
      return read_hash(in, code, value) &&
             distinct(value.fields, [](const auto& field) { return Text(field.first); });
    case RdbType::sorted_set:
      if (!read_sorted_set(in, code, value)) return false;
      if (code == rdb::sorted_set_code) std::reverse(value.members.begin(), value.members.end());
      if (!std::is_sorted(value.members.begin(), value.members.end()))
        std::sort(value.members.begin(), value.members.end());
      return distinct(value.members, [](const auto& member) { return Text(member.second); });
  }
  return false;
}

bool footer_is_valid(Text payload) {
  if (payload.size() < rdb::version_size + rdb::checksum_size) return false;
  const Text checked = payload.substr(0, payload.size() - rdb::checksum_size);
  ByteReader footer(payload.substr(checked.size() - rdb::version_size));
  std::uint64_t version = 0;
  std::uint64_t checksum = 0;
  return footer.little(rdb::version_size, version) && footer.little(rdb::checksum_size, checksum) &&
         version <= rdb_version && checksum == crc64(checked);
}

bool fail(std::string* error, Text text) {
  if (error != nullptr) error->assign(text);
  return false;
}

}  // namespace

bool rdb_restore(Text payload, RdbValue& value, std::string* error) {
  if (!footer_is_valid(payload)) return fail(error, "ERR DUMP payload version or checksum are wrong");
  value = RdbValue{};
  Reader in(payload.substr(0, payload.size() - rdb::version_size - rdb::checksum_size));
  if (!read_value(in, value) || !in.done()) return fail(error, "ERR Bad data format");
  return true;
}

}  // namespace playhead
