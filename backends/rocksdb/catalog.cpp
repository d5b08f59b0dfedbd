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
    databases_.next_ = load_little_endian<std::uint32_t>(value.data());
  }
  first_fresh_ = databases_.next_;
  auto rows = disk_.rows(Family::own);
  for (rows->Seek("db"); rows->Valid() && rows->key().starts_with("db"); rows->Next()) {
    if (rows->key().size() != 4) continue;
    if (rows->value().size() != 4) corrupt("an entry of a numbered database is damaged", disk_.path());
    databases_.remember(load_be16(rows->key().data() + 2),
                        load_little_endian<std::uint32_t>(rows->value().data()));
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

void Catalog::write(const Databases& changed, rocksdb::WriteBatch& batch) const {
  std::string key;
  for (std::size_t db = 0; db < changed.physical_.size(); ++db) {
    const auto number = static_cast<std::uint16_t>(db);
    if (changed.physical(number) == physical(number)) continue;
    database_entry(key, number);
    put(batch, key, le32(changed.physical(number)));
  }
  if (changed.next_ != databases_.next_) put(batch, next_database_row, le32(changed.next_));
  for (DatabaseId dead : changed.dead()) {
    dead_database(key, dead);
    batch.Put(disk_.family(Family::dead), key, {}).PermitUncheckedError();
  }
}

void Catalog::adopt(Databases&& changed) {
  databases_ = std::move(changed);
  databases_.dead_.clear();
}

std::optional<std::uint16_t> Databases::number(DatabaseId db) const {
  if (auto found = number_.find(db); found != number_.end()) return found->second;
  if (db < first_given_database && physical(static_cast<std::uint16_t>(db)) == db)
    return static_cast<std::uint16_t>(db);
  return {};
}

void Databases::remember(std::uint16_t db, DatabaseId physical) {
  for (std::size_t next = physical_.size(); next <= db; ++next)
    physical_.push_back(static_cast<DatabaseId>(next));
  physical_[db] = physical;
  if (physical != db) number_[physical] = db;
}

void Databases::flush(std::uint16_t db, const std::string& path) {
  if (next_ == std::numeric_limits<DatabaseId>::max())
    throw Error(ErrorCode::unavailable, "RocksDB store " + path +
                                            ": no database ids are left after 4 billion flushes; "
                                            "copy its keys to a new store");
  dead_.push_back(physical(db));
  number_.erase(dead_.back());
  remember(db, next_++);
}

void Databases::swap(std::uint16_t a, std::uint16_t b) {
  DatabaseId of_a = physical(a), of_b = physical(b);
  number_.erase(of_a);
  number_.erase(of_b);
  remember(a, of_b);
  remember(b, of_a);
}

}  // namespace playhead::rocks
