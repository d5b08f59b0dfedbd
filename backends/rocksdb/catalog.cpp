#include "backends/rocksdb/catalog.h"

#include <limits>

#include "backends/rocksdb/status.h"
#include "engine/store/little_endian.h"
#include "playhead/error.h"

namespace playhead::rocks {
namespace {

constexpr ObjectId lease = 1 << 16;
constexpr Text objects_row = "id", next_database_row = "db next";

std::string le32(std::uint32_t value) {
  std::string out;
  append_little_endian(out, value);
  return out;
}

}  // namespace

Catalog::Catalog(Disk& disk) : disk_(disk) {
  rocksdb::PinnableSlice value;
  if (disk_.get(Family::own, objects_row, value)) {
    if (value.size() != 8) corrupt("the row of leased object ids is damaged", disk_.path());
    next_object_ = leased_ = load_little_endian<std::uint64_t>(value.data());
  }
  if (disk_.get(Family::own, next_database_row, value)) {
    if (value.size() != 4) corrupt("the row of given database ids is damaged", disk_.path());
    next_database_ = load_little_endian<std::uint32_t>(value.data());
  }
  first_fresh_ = next_database_;
  auto rows = disk_.rows(Family::own);
  for (rows->Seek("db"); rows->Valid() && rows->key().starts_with("db"); rows->Next()) {
    if (rows->key().size() != 4) continue;
    if (rows->value().size() != 4) corrupt("an entry of a numbered database is damaged", disk_.path());
    remember(load_be16(rows->key().data() + 2), load_little_endian<std::uint32_t>(rows->value().data()));
  }
  disk_.check(*rows);
}

void Catalog::put(rocksdb::WriteBatch& batch, Text key, Text value) const {
  batch.Put(disk_.family(Family::own), slice(key), slice(value)).PermitUncheckedError();
}

ObjectId Catalog::new_object() {
  std::lock_guard guard(objects_mutex_);
  if (next_object_ == leased_) {
    rocksdb::WriteBatch batch;
    std::string value;
    append_little_endian(value, leased_ + lease);
    put(batch, objects_row, value);
    disk_.write(batch);
    leased_ += lease;
  }
  return next_object_++;
}

std::optional<std::uint16_t> Catalog::number(DatabaseId db) const {
  if (auto found = number_.find(db); found != number_.end()) return found->second;
  if (db < first_given_database && physical(static_cast<std::uint16_t>(db)) == db)
    return static_cast<std::uint16_t>(db);
  return {};
}

void Catalog::remember(std::uint16_t db, DatabaseId physical) {
  for (std::size_t next = physical_.size(); next <= db; ++next)
    physical_.push_back(static_cast<DatabaseId>(next));
  physical_[db] = physical;
  if (physical != db) number_[physical] = db;
}

DatabaseId Catalog::flush(std::uint16_t db) {
  if (next_database_ == std::numeric_limits<DatabaseId>::max())
    throw Error(ErrorCode::unavailable, "RocksDB store " + disk_.path() +
                                            ": no database ids are left after 4 billion flushes; "
                                            "copy its keys to a new store");
  DatabaseId old = physical(db), fresh = next_database_;
  rocksdb::WriteBatch batch;
  std::string key;
  database_entry(key, db);
  put(batch, key, le32(fresh));
  put(batch, next_database_row, le32(fresh + 1));
  dead_database(key, old);
  batch.Put(disk_.family(Family::dead), key, {}).PermitUncheckedError();
  disk_.write(batch);
  ++next_database_;
  number_.erase(old);
  remember(db, fresh);
  return old;
}

void Catalog::swap(std::uint16_t a, std::uint16_t b) {
  if (a == b) return;
  DatabaseId of_a = physical(a), of_b = physical(b);
  rocksdb::WriteBatch batch;
  std::string key;
  database_entry(key, a);
  put(batch, key, le32(of_b));
  database_entry(key, b);
  put(batch, key, le32(of_a));
  disk_.write(batch);
  number_.erase(of_a);
  number_.erase(of_b);
  remember(a, of_b);
  remember(b, of_a);
}

}  // namespace playhead::rocks
