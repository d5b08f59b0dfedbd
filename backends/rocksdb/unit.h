#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "backends/embedded/storage.h"
#include "backends/rocksdb/format.h"
#include "backends/rocksdb/function_ref.h"
#include "backends/rocksdb/gate.h"

namespace rocksdb {
class PinnableSlice;
}

namespace playhead::rocks {

class Databases;
class Directory;
class RocksStorage;
class Rows;
struct Context;
struct Meta;
using embedded::Mode;
using embedded::ZBound;
using embedded::ZPut;

/// A handle on one key inside one unit.
class Slot {
 public:
  bool exists() const;
  Type type() const;
  Millis deadline() const;
  const Key& key() const;

 private:
  friend class Unit;
  explicit Slot(Meta* meta) : meta_(meta) {}
  Meta* meta_;
};

/// One unit of work (see the contract). Views handed out, also to callbacks of walks, stay valid to the end
/// of the unit unless the same key is changed.
///
/// Metadata rows are cached, so that each is read once. Rows of collections are read directly in Mode::read;
/// in Mode::once writes gather in a plain batch; in Mode::many in an indexed batch that reads look through. A
/// unit in Mode::once that comes back to a row it wrote turns into one of Mode::many.
class Unit {
 public:
  using FieldPut = FunctionRef<std::optional<Text>(const Text* old)>;
  using FieldWalk = FunctionRef<bool(Text field, Text value)>;
  using FieldVisit = FunctionRef<void(Text field, Text value)>;
  using MemberPut = FunctionRef<std::optional<double>(const double* old)>;
  using MemberWalk = FunctionRef<bool(Text member, double score)>;
  using MemberVisit = FunctionRef<void(Text member, double score)>;

  Unit(RocksStorage& storage, Mode mode, bool undo);
  ~Unit();
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;

  void commit();
  void abort();

  Slot find(const Key& key);
  void remove(Slot& slot);
  void move(Slot& from, const Key& to);
  void deadline(Slot& slot, Millis at);
  std::size_t size(const Slot& slot) const;
  std::size_t memory(const Slot& slot);

  // What the storage offers of these, with this unit's own writes (see Tx).
  using KeyVisitor = FunctionRef<void(const Key&, Type, Millis)>;
  std::uint64_t scan(std::uint16_t db, std::size_t stripe, std::uint64_t from_hash, std::size_t count,
                     KeyVisitor f);
  bool pick(std::uint16_t db, std::size_t stripe, std::uint64_t random, KeyVisitor f);
  std::size_t count(std::uint16_t db, std::size_t stripe);
  Text encoding(const Slot& slot);

  void flush(std::uint16_t db);
  void swap(std::uint16_t a, std::uint16_t b);

  Text value(const Slot& slot) const;
  void set(Slot& slot, Text value, Millis deadline);
  char* edit(Slot& slot, std::size_t new_size);

  std::optional<Text> hget(const Slot& slot, Text field);
  bool hput(Slot& slot, Type type, Text field, FieldPut f);
  bool herase(Slot& slot, Text field);
  void hwalk(const Slot& slot, FieldWalk f);
  std::uint64_t hscan(const Slot& slot, std::uint64_t cursor, std::size_t count, FieldVisit f);
  void hpick(const Slot& slot, std::uint64_t random, FieldVisit f);

  std::optional<double> zget(const Slot& slot, Text member);
  ZPut zput(Slot& slot, Text member, MemberPut f);
  bool zerase(Slot& slot, Text member);
  std::optional<std::int64_t> zrank(const Slot& slot, Text member);
  std::int64_t zcount_before(const Slot& slot, const ZBound& bound);
  void zwalk_rank(const Slot& slot, std::int64_t rank, bool reverse, MemberWalk f);
  void zwalk_bound(const Slot& slot, const ZBound& bound, bool reverse, MemberWalk f);
  std::uint64_t zscan(const Slot& slot, std::uint64_t cursor, std::size_t count, MemberVisit f);
  void zpick(const Slot& slot, std::uint64_t random, MemberVisit f);

  void lpush(Slot& slot, bool front, Text value);
  void ltrim(Slot& slot, std::int64_t front, std::int64_t back);
  void lwalk(const Slot& slot, std::int64_t from, bool reverse, FunctionRef<bool(Text)> f);
  Text lget(const Slot& slot, std::int64_t at);
  void lset(Slot& slot, std::int64_t at, Text value);
  void linsert(Slot& slot, std::int64_t at, Text value);
  void lerase(Slot& slot, std::span<const std::int64_t> at);

 private:
  friend class Rows;

  // ---- databases as this unit sees them (unit_keyspace.cpp)
  const Databases& databases() const;
  Databases& own_databases();

  // ---- keys (unit_keys.cpp)
  Meta* cached(const Key& key, DatabaseId db) const;
  Meta& new_meta(const Key& key, DatabaseId db);
  void create(Meta& meta, Type type);
  void forget(Meta& meta);
  void bury(const Meta& meta);
  void emptied(Meta& meta);

  // ---- rows of collections (unit_rows.cpp). A mark stands for a row: of an object and a field's hash or a
  // position.
  bool read_row(const Meta& meta, const std::string& key, std::uint64_t mark, rocksdb::PinnableSlice& value);
  void put_row(const std::string& key, std::uint64_t mark, Text value);
  void erase_row(const std::string& key, std::uint64_t mark);
  void read_own_writes();
  Text keep(rocksdb::PinnableSlice& value);
  [[noreturn]] void damaged(const Meta& meta) const;
  void set_body(Meta& meta, std::string& built);
  bool insert_packed(Meta& meta, std::size_t begin, std::size_t end, Text element, int change);
  void unpack(Meta& meta);
  /// Rows that a cursor of HSCAN and ZSCAN goes through, and the choice of HRANDFIELD.
  std::uint64_t scan_rows(const Meta& meta, Kind kind, std::uint64_t cursor, std::size_t count, FieldVisit f);
  void pick_row(const Meta& meta, Kind kind, std::uint64_t random, FieldVisit f);

  // ---- ordered sets (unit_zset.cpp, unit_rank.cpp)
  void write_member(Meta& meta, Text member, std::uint64_t hash, const double* old, double score);
  Directory& need_directory(const Meta& meta);
  std::unique_ptr<Directory> build_directory(const Meta& meta);
  std::unique_ptr<Directory> take_built(const Meta& meta);
  void shift(const Meta& meta, const std::string& key, std::int64_t change);
  void seek_score(Rows& rows, const Meta& meta, Text from);
  void tidy_directories() noexcept;
  void tidy_directory(Directory& directory, ObjectId id, Text row);
  void take_back_directories() noexcept;
  std::string bound_row(const Meta& meta, const ZBound& bound);
  std::int64_t rows_before(const Meta& meta, Text row);
  void walk_scores(Rows& rows, bool reverse, MemberWalk f);

  // ---- lists (unit_list.cpp)
  void write_element(const Meta& meta, std::int64_t position, Text value);
  void erase_element(const Meta& meta, std::int64_t position);
  void keep_middle(Meta& meta, std::int64_t front, std::int64_t kept);
  void trim_packed(Meta& meta, std::int64_t front, std::int64_t back);
  void erase_packed(Meta& meta, std::span<const std::int64_t> at);

  // ---- the end (unit_commit.cpp)
  void write_metadata();
  void write_expiry(Meta& meta);
  void committed() noexcept;
  void clear() noexcept;

  RocksStorage& storage_;
  Inside inside_;
  Mode mode_;
  std::unique_ptr<Context> context_;
};

}  // namespace playhead::rocks
