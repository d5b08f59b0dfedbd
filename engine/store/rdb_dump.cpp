#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "crc64.h"
#include "listpack.h"
#include "little_endian.h"
#include "lzf.h"
#include "numbers.h"
#include "rdb.h"
#include "rdb_codes.h"

namespace playhead {
namespace {

// Redis's default limits of packed encodings.
constexpr std::size_t intset_entries = 512;
constexpr std::size_t hash_listpack_entries = 512;
constexpr std::size_t sorted_set_listpack_entries = 128;
constexpr std::size_t listpack_value_size = 64;
constexpr std::size_t list_node_size = 8192;
constexpr std::size_t list_entry_overhead = 8;
// Longer elements do not go into a listpack.
constexpr std::size_t list_plain_size = std::size_t{1} << 30;

constexpr std::size_t integer_text_longest = 11;
constexpr std::size_t compressed_shortest = 20;

class Writer {
 public:
  void type(rdb::TypeCode code) { byte(code); }
  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }

  void length(std::uint64_t value) {
    if (value < 64) {
      byte(static_cast<std::uint8_t>(value));
    } else if (value < 16384) {
      byte(static_cast<std::uint8_t>(0x40 | (value >> 8)));
      byte(static_cast<std::uint8_t>(value & 0xff));
    } else if (value <= 0xffffffff) {
      byte(rdb::length_4_bytes);
      big_endian(value, 4);
    } else {
      byte(rdb::length_8_bytes);
      big_endian(value, 8);
    }
  }

  void string(Text text) {
    if (text.size() <= integer_text_longest && integer(text)) return;
    if (text.size() > compressed_shortest && compressed(text)) return;
    length(text.size());
    out_.append(text);
  }

  void binary_double(double value) { append_little_endian(out_, std::bit_cast<std::uint64_t>(value)); }

  std::string finish() {
    append_little_endian(out_, rdb_version);
    append_little_endian(out_, crc64(out_));
    return std::move(out_);
  }

 private:
  void big_endian(std::uint64_t value, int size) {
    while (size-- > 0) byte(static_cast<std::uint8_t>((value >> (8 * size)) & 0xff));
  }

  bool integer(Text text) {
    std::int64_t value = 0;
    if (!parse_int64(text, value)) return false;
    if (value == static_cast<std::int8_t>(value)) {
      byte(rdb::integer_1_byte);
      byte(static_cast<std::uint8_t>(value));
    } else if (value == static_cast<std::int16_t>(value)) {
      byte(rdb::integer_2_bytes);
      append_little_endian(out_, static_cast<std::uint16_t>(value));
    } else if (value == static_cast<std::int32_t>(value)) {
      byte(rdb::integer_4_bytes);
      append_little_endian(out_, static_cast<std::uint32_t>(value));
    } else {
      return false;
    }
    return true;
  }

  bool compressed(Text text) {
    std::string packed;
    if (!lzf_compress(text, packed)) return false;
    byte(rdb::compressed);
    length(packed.size());
    length(text.size());
    out_.append(packed);
    return true;
  }

  std::string out_;
};

void write_list(const std::vector<std::string>& elements, Writer& out) {
  struct Node {
    std::uint8_t container;
    std::string bytes;
  };
  std::vector<Node> nodes;
  ListpackWriter pack;
  const auto flush = [&] {
    if (pack.count() > 0) nodes.push_back({rdb::listpack_node, pack.finish()});
  };
  for (const std::string& element : elements) {
    if (element.size() > list_plain_size) {
      flush();
      nodes.push_back({rdb::plain_node, element});
      continue;
    }
    if (pack.size() + element.size() + list_entry_overhead > list_node_size) flush();
    pack.append(element);
  }
  flush();
  out.type(rdb::list_of_listpacks_code);
  out.length(nodes.size());
  for (const Node& node : nodes) {
    out.length(node.container);
    out.string(node.bytes);
  }
}

bool as_integers(const std::vector<std::string>& elements, std::vector<std::int64_t>& values) {
  if (elements.size() > intset_entries) return false;
  for (const std::string& element : elements) {
    std::int64_t value = 0;
    if (!parse_int64(element, value)) return false;
    values.push_back(value);
  }
  std::sort(values.begin(), values.end());
  return true;
}

void write_set(const std::vector<std::string>& elements, Writer& out) {
  std::vector<std::int64_t> values;
  if (as_integers(elements, values)) {
    out.type(rdb::set_intset_code);
    out.string(write_intset(values));
    return;
  }
  out.type(rdb::set_code);
  out.length(elements.size());
  for (const std::string& element : elements) out.string(element);
}

void write_hash(const std::vector<std::pair<std::string, std::string>>& fields, Writer& out) {
  const bool packed = fields.size() <= hash_listpack_entries &&
                      std::all_of(fields.begin(), fields.end(), [](const auto& field) {
                        return std::max(field.first.size(), field.second.size()) <= listpack_value_size;
                      });
  if (packed) {
    ListpackWriter pack;
    for (const auto& [field, value] : fields) {
      pack.append(field);
      pack.append(value);
    }
    out.type(rdb::hash_listpack_code);
    out.string(pack.finish());
    return;
  }
  out.type(rdb::hash_code);
  out.length(fields.size());
  for (const auto& [field, value] : fields) {
    out.string(field);
    out.string(value);
  }
}

// Redis stores integral scores up to 2^62 as integers of the listpack.
Text packed_score(double score, char* buffer) {
  if (std::fabs(score) <= 0x1p62 && std::trunc(score) == score)
    return format_int64(static_cast<std::int64_t>(score), buffer);
  return format_double(score, buffer);
}

// RDB has the members of the full encoding in descending order, those of the packed one ascending.
void write_sorted_set(const std::vector<std::pair<double, std::string>>& members, Writer& out) {
  std::vector<const std::pair<double, std::string>*> ordered;
  ordered.reserve(members.size());
  for (const auto& member : members) ordered.push_back(&member);
  const auto before = [](const auto* a, const auto* b) { return *a < *b; };
  if (!std::is_sorted(ordered.begin(), ordered.end(), before))
    std::sort(ordered.begin(), ordered.end(), before);
  const bool packed = members.size() <= sorted_set_listpack_entries &&
                      std::all_of(members.begin(), members.end(), [](const auto& member) {
                        return member.second.size() <= listpack_value_size;
                      });
  if (packed) {
    ListpackWriter pack;
    std::array<char, double_text_size> buffer;
    for (const auto* member : ordered) {
      pack.append(member->second);
      pack.append(packed_score(member->first, buffer.data()));
    }
    out.type(rdb::sorted_set_listpack_code);
    out.string(pack.finish());
    return;
  }
  out.type(rdb::sorted_set_code);
  out.length(ordered.size());
  for (auto member = ordered.rbegin(); member != ordered.rend(); ++member) {
    out.string((*member)->second);
    out.binary_double((*member)->first);
  }
}

}  // namespace

std::string rdb_dump(const RdbValue& value) {
  Writer out;
  switch (value.type) {
    case RdbType::string:
      out.type(rdb::string_code);
      out.string(value.string);
      break;
    case RdbType::list:
      write_list(value.elements, out);
      break;
    case RdbType::set:
      write_set(value.elements, out);
      break;
    case RdbType::hash:
      write_hash(value.fields, out);
      break;
    case RdbType::sorted_set:
      write_sorted_set(value.members, out);
      break;
  }
  return out.finish();
}

}  // namespace playhead
