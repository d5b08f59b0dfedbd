// MEMORY USAGE and OBJECT ENCODING.
#include <charconv>

#include "backends/rocksdb/packed.h"
#include "backends/rocksdb/rocks_storage.h"
#include "backends/rocksdb/rows.h"

namespace playhead::rocks {
namespace {

constexpr std::size_t row_overhead = 24;  ///< of RocksDB for a row, about
constexpr std::size_t samples = 16;
// Redis 7.0's defaults: where a compact encoding ends.
constexpr std::size_t embedded_string = 44, intset_elements = 512, listpack_fields = 512,
                      listpack_members = 128, listpack_bytes = 64;

bool is_integer(Text text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  char digits[24];
  auto written = std::to_chars(digits, digits + sizeof digits, value);
  return text == Text(digits, static_cast<std::size_t>(written.ptr - digits));
}

}  // namespace

std::size_t Unit::memory(const Slot& slot) {
  const Meta& m = *slot.meta_;
  std::size_t bytes = m.name.size() + m.row.body.size() + 32 + row_overhead;
  if (!m.row.rows()) return bytes;
  Kind kind = m.row.type == Type::list ? Kind::list : m.row.type == Type::zset ? Kind::score : Kind::field;
  Rows rows(*this, m, kind);
  std::size_t sampled = 0, of_samples = 0;
  for (rows.first(); rows.valid() && sampled < samples; rows.next(), ++sampled)
    of_samples += row_prefix + rows.name().size() + rows.value().size() + row_overhead;
  if (sampled) bytes += static_cast<std::size_t>(m.row.rows()) * of_samples / sampled;
  return bytes;
}

Text Unit::encoding(const Slot& slot) {
  const Meta& m = *slot.meta_;
  std::size_t count = size(slot);
  bool compact = true;
  auto fits = [&](Text name, Text value) {
    return compact = name.size() <= listpack_bytes && value.size() <= listpack_bytes;
  };
  switch (m.row.type) {
    case Type::string:
      return is_integer(m.row.body) ? "int" : count <= embedded_string ? "embstr" : "raw";
    case Type::list:
      return "quicklist";
    case Type::set:
      if (count > intset_elements) return "hashtable";
      hwalk(slot, [&](Text member, Text) { return compact = is_integer(member); });
      return compact ? "intset" : "hashtable";
    case Type::hash:
      if (count > listpack_fields) return "hashtable";
      hwalk(slot, fits);
      return compact ? "listpack" : "hashtable";
    case Type::zset:
      if (count > listpack_members) return "skiplist";
      zwalk_rank(slot, 0, false, [&](Text member, double) { return fits(member, {}); });
      return compact ? "listpack" : "skiplist";
    default:
      return "";
  }
}

}  // namespace playhead::rocks
