#include "backends/rocksdb/format.h"

#include <bit>
#include <cstring>

#include "engine/store/little_endian.h"

namespace playhead::rocks {
namespace {

constexpr unsigned char with_deadline = 16, with_elements = 32, type_bits = 15;
constexpr std::uint64_t sign = std::uint64_t{1} << 63;

template <class Integer>
void append_big_endian(std::string& out, Integer value) {
  char bytes[sizeof value];
  for (std::size_t i = 0; i < sizeof value; ++i)
    bytes[i] = static_cast<char>(value >> (8 * (sizeof value - 1 - i)));
  out.append(bytes, sizeof value);
}

template <class Integer>
Integer load_big_endian(const char* bytes) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i)
    value = static_cast<Integer>((value << 8) | static_cast<unsigned char>(bytes[i]));
  return value;
}

}  // namespace

void append_be16(std::string& out, std::uint16_t value) {
  append_big_endian(out, value);
}
void append_be32(std::string& out, std::uint32_t value) {
  append_big_endian(out, value);
}
void append_be64(std::string& out, std::uint64_t value) {
  append_big_endian(out, value);
}
void append_le64(std::string& out, std::uint64_t value) {
  append_little_endian(out, value);
}
std::uint64_t load_le64(const char* bytes) {
  return load_little_endian<std::uint64_t>(bytes);
}
std::uint16_t load_be16(const char* bytes) {
  return load_big_endian<std::uint16_t>(bytes);
}
std::uint32_t load_be32(const char* bytes) {
  return load_big_endian<std::uint32_t>(bytes);
}
std::uint64_t load_be64(const char* bytes) {
  return load_big_endian<std::uint64_t>(bytes);
}

void append_len(std::string& out, std::size_t value) {
  for (; value >= 128; value >>= 7) out.push_back(static_cast<char>(value | 128));
  out.push_back(static_cast<char>(value));
}

std::optional<std::size_t> load_len(Text bytes, std::size_t& at) {
  std::size_t value = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    if (at >= bytes.size()) return {};
    auto byte = static_cast<unsigned char>(bytes[at++]);
    value |= static_cast<std::size_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
  return {};
}

std::uint64_t order_of(std::int64_t value) {
  return static_cast<std::uint64_t>(value) ^ sign;
}

std::uint64_t order_of(double score) {
  if (score == 0) score = 0;  // -0.0 and 0.0 are one place
  auto bits = std::bit_cast<std::uint64_t>(score);
  return bits & sign ? ~bits : bits | sign;
}

std::int64_t integer_of(std::uint64_t order) {
  return static_cast<std::int64_t>(order ^ sign);
}
double score_of(std::uint64_t order) {
  return std::bit_cast<double>(order & sign ? order ^ sign : ~order);
}
std::uint64_t bits_of(double score) {
  return std::bit_cast<std::uint64_t>(score);
}
double from_bits(std::uint64_t bits) {
  return std::bit_cast<double>(bits);
}

void metadata_key(std::string& out, DatabaseId db, std::uint64_t hash, Text name) {
  out.clear();
  append_be32(out, db);
  append_be64(out, hash);
  out += name;
}

void metadata_bound(std::string& out, DatabaseId db, std::size_t stripe) {
  out.clear();
  append_be32(out, stripe == embedded::stripe_count ? db + 1 : db);
  append_be64(out,
              stripe == embedded::stripe_count ? 0 : std::uint64_t{stripe} << (64 - embedded::stripe_bits));
}

void row_start(std::string& out, ObjectId id, Kind kind) {
  out.clear();
  append_be64(out, id);
  out.push_back(static_cast<char>(kind));
}

void hashed_row(std::string& out, ObjectId id, Kind kind, std::uint64_t hash, Text name) {
  row_start(out, id, kind);
  append_be64(out, hash);
  out += name;
}

void score_row(std::string& out, ObjectId id, double score, Text member) {
  row_start(out, id, Kind::score);
  append_be64(out, order_of(score));
  out += member;
}

void list_row(std::string& out, ObjectId id, std::int64_t position) {
  row_start(out, id, Kind::list);
  append_be64(out, order_of(position));
}

void dead_object(std::string& out, ObjectId id) {
  out = "o";
  append_be64(out, id);
}

void dead_database(std::string& out, DatabaseId db) {
  out = "d";
  append_be32(out, db);
}

void expiry_row(std::string& out, std::size_t stripe, Millis deadline, DatabaseId db, Text name) {
  out.assign(1, static_cast<char>(stripe));
  append_be64(out, order_of(deadline));
  append_be32(out, db);
  out += name;
}

void saved_count(std::string& out, DatabaseId db, std::size_t stripe) {
  out = "count";
  append_be32(out, db);
  out.push_back(static_cast<char>(stripe));
}

void saved_directory(std::string& out, ObjectId id) {
  out = "rank";
  append_be64(out, id);
}

void database_entry(std::string& out, std::uint16_t db) {
  out = "db";
  append_be16(out, db);
}

std::optional<MetadataKey> parse_metadata_key(Text key) {
  if (key.size() < 12) return {};
  return MetadataKey{load_be32(key.data()), load_be64(key.data() + 4), key.substr(12)};
}

std::optional<ExpiryKey> parse_expiry_key(Text key) {
  if (key.size() < 13) return {};
  return ExpiryKey{static_cast<unsigned char>(key[0]), integer_of(load_be64(key.data() + 1)),
                   load_be32(key.data() + 9), key.substr(13)};
}

void encode_head(std::string& out, const Metadata& metadata) {
  auto head = static_cast<unsigned char>(metadata.type);
  if (metadata.deadline) head |= with_deadline;
  if (metadata.packed) head |= with_elements;
  out.assign(1, static_cast<char>(head));
  if (metadata.deadline) append_little_endian(out, static_cast<std::uint64_t>(metadata.deadline));
  if (metadata.packed || metadata.type == Type::string) return;
  append_little_endian(out, metadata.id);
  append_little_endian(out, metadata.size);
  if (metadata.type == Type::list) append_little_endian(out, static_cast<std::uint64_t>(metadata.head));
}

std::optional<Metadata> decode(Text row) {
  if (row.empty()) return {};
  Metadata metadata;
  auto head = static_cast<unsigned char>(row[0]);
  metadata.type = static_cast<Type>(head & type_bits);
  metadata.packed = head & with_elements;
  bool collection = metadata.type == Type::list || metadata.type == Type::set ||
                    metadata.type == Type::zset || metadata.type == Type::hash;
  if (head & ~(type_bits | with_deadline | with_elements)) return {};
  if (!collection && (metadata.type != Type::string || metadata.packed)) return {};
  row.remove_prefix(1);
  if (head & with_deadline) {
    if (row.size() < 8) return {};
    metadata.deadline = static_cast<Millis>(load_little_endian<std::uint64_t>(row.data()));
    if (!metadata.deadline) return {};
    row.remove_prefix(8);
  }
  if (!collection || metadata.packed) {
    if (metadata.packed && row.empty()) return {};
    metadata.body = row;
    return metadata;
  }
  if (row.size() != (metadata.type == Type::list ? 24u : 16u)) return {};
  metadata.id = load_little_endian<std::uint64_t>(row.data());
  metadata.size = load_little_endian<std::uint64_t>(row.data() + 8);
  if (metadata.type == Type::list)
    metadata.head = static_cast<std::int64_t>(load_little_endian<std::uint64_t>(row.data() + 16));
  return metadata;
}

}  // namespace playhead::rocks
