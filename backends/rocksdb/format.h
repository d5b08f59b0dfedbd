#pragma once
// The bytes on disk, version 1. Golden-bytes tests pin them.
//
// be16, be32, be64   big-endian: rows sort by the number
// le32, le64         little-endian
// ord64(integer)     be64 with the sign bit flipped: rows sort as the numbers do
// ord64(double)      be64 of the bits, all inverted if negative, else with the sign bit set, after -0.0
// became 0.0:
//                    the same for doubles
// len                a number in base 128, low groups first, the high bit says that more follow
// hash(x)            XXH3, 64 bits, unseeded; a key's stripe is the top byte of its hash
// Type               1 string, 2 list, 3 set, 4 zset, 5 hash (embedded::Type)
//
// A numbered database (be16) is an entry that names a physical id (be32). Physical ids and object ids are
// never used twice.
//
// default (the store's own rows)
//   "id"                  -> le64              the first object id that was not leased
//   "db" be16             -> le32              the physical id of a numbered database; absent: the number
//   itself "db next"             -> le32              the first physical id not given away; absent: 65536
//   "clean"               -> le64 u8           saved by a clean close, removed by open: the sequence number
//   that
//                                              makes the two following kinds true; 1: where there is no count
//                                              there are no keys
//   "count" be32 u8       -> le64              keys of a physical database in a stripe
//   "rank" be64           -> u8 be32 {le64 len low}
//                                              directory of an object: stripe, physical database, and for
//                                              each run its rows and its first row
// metadata
//   be32 hash(name) name  -> head [le64] body  head: Type, + 16 with a deadline (which follows), + 32 with
//   elements
//                                              in the body
//     string: body = the bytes
//     + 32:   body = u8 n, then n times        at most 16 elements and 512 bytes of body
//       hash  len field len value              in the order of insertion
//       set   len member                       in the order of insertion
//       list  len value                        in order
//       zset  le64 len member                  the double's bits; in order
//     else:   body = id le64, size le64, list: position of the first element le64
// data (rows of an object)
//   be64 'f' hash(field) field     -> value    hash; set: field = member, value empty
//   be64 'm' hash(member) member   -> le64     zset: the score's bits
//   be64 's' ord64(score) member   -> ""       zset: or "-" if the score is -0.0
//   be64 'l' ord64(position)       -> value    list: consecutive positions
// dead (rows that are to be reclaimed)
//   'o' be64              -> le64              an object without metadata row: how many rows it had
//   'd' be32              -> ""                a physical database that no number names
// expiry
//   u8 ord64(deadline) be32 name -> ""         the stripe comes first. A key with a deadline has a row at
//   that time
//                                              or earlier; a row says only that the key is to be looked at
//
// The file FORMAT in the directory names this version; the file `pid` the process that opened it last.
#include <cstdint>
#include <optional>
#include <string>

#include "backends/embedded/storage.h"
#include "playhead/text.h"

namespace playhead::rocks {

using embedded::Key;
using embedded::Type;
using ObjectId = std::uint64_t;
using DatabaseId = std::uint32_t;

inline constexpr Text format_text = "playhead rocksdb 1\n";
inline constexpr DatabaseId first_given_database = 65536;
inline constexpr std::size_t packed_elements = 16;
inline constexpr std::size_t packed_bytes = 512;

/// The kind of a row in `data`.
enum class Kind : char { field = 'f', list = 'l', member = 'm', score = 's' };
inline constexpr std::size_t row_prefix = 9;  ///< bytes of an object id and a kind
inline constexpr std::size_t hash_bytes = 8;

// ---- numbers
void append_be16(std::string& out, std::uint16_t value);
void append_be32(std::string& out, std::uint32_t value);
void append_be64(std::string& out, std::uint64_t value);
void append_len(std::string& out, std::size_t value);
void append_le64(std::string& out, std::uint64_t value);
std::uint64_t load_le64(const char* bytes);
std::uint16_t load_be16(const char* bytes);
std::uint32_t load_be32(const char* bytes);
std::uint64_t load_be64(const char* bytes);
/// Reads a length at `at` and moves `at` behind it; nothing if the bytes end before it does or it is over 64
/// bits.
std::optional<std::size_t> load_len(Text bytes, std::size_t& at);
std::uint64_t order_of(std::int64_t value);
std::uint64_t order_of(double score);
std::int64_t integer_of(std::uint64_t order);
double score_of(std::uint64_t order);
std::uint64_t bits_of(double score);
double from_bits(std::uint64_t bits);

// ---- keys; each replaces `out`
void metadata_key(std::string& out, DatabaseId db, std::uint64_t hash, Text name);
/// The first possible key of a stripe; stripe = stripe_count: the first one behind the database.
void metadata_bound(std::string& out, DatabaseId db, std::size_t stripe);
void row_start(std::string& out, ObjectId id, Kind kind);
void hashed_row(std::string& out, ObjectId id, Kind kind, std::uint64_t hash, Text name);
void score_row(std::string& out, ObjectId id, double score, Text member);
void list_row(std::string& out, ObjectId id, std::int64_t position);
void dead_object(std::string& out, ObjectId id);
void dead_database(std::string& out, DatabaseId db);
void expiry_row(std::string& out, std::size_t stripe, Millis deadline, DatabaseId db, Text name);
void saved_count(std::string& out, DatabaseId db, std::size_t stripe);
void saved_directory(std::string& out, ObjectId id);
void database_entry(std::string& out, std::uint16_t db);

struct MetadataKey {
  DatabaseId db;
  std::uint64_t hash;
  Text name;
};
std::optional<MetadataKey> parse_metadata_key(Text key);

struct ExpiryKey {
  std::size_t stripe;
  Millis deadline;
  DatabaseId db;
  Text name;
};
std::optional<ExpiryKey> parse_expiry_key(Text key);

// ---- the metadata row
struct Metadata {
  Type type = Type::none;
  bool packed = false;
  Millis deadline = 0;
  Text body;  ///< a string's bytes, or packed elements
  ObjectId id = 0;
  std::uint64_t size = 0;  ///< elements of a collection that is not packed
  std::int64_t head = 0;
  /// Rows in `data`.
  std::uint64_t rows() const {
    return packed || type == Type::string ? 0 : type == Type::zset ? 2 * size : size;
  }
};
/// All of it but the body.
void encode_head(std::string& out, const Metadata& metadata);
/// Nothing if the bytes are not of this grammar. The elements of a packed body are not looked at.
std::optional<Metadata> decode(Text row);

}  // namespace playhead::rocks
