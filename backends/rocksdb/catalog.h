#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/format.h"

namespace playhead::rocks {

/// Who is who: object ids never used twice, and which physical database a number means.
class Catalog {
 public:
  explicit Catalog(Disk& disk);

  /// A new object id. Ids are leased: those left over when the process ends are skipped. Thread-safe.
  ObjectId new_object();

  /// Any stripe held.
  DatabaseId physical(std::uint16_t db) const { return db < physical_.size() ? physical_[db] : db; }
  /// The number of a physical database; nothing if it is dead. Any stripe held.
  std::optional<std::uint16_t> number(DatabaseId db) const;
  /// True if it was given away since the store was opened, so that it began empty.
  bool fresh(DatabaseId db) const { return db >= first_fresh_; }

  /// Gives the number a new, empty database and records the old one as dead; result: the old one. All stripes
  /// held.
  DatabaseId flush(std::uint16_t db);
  /// All stripes held.
  void swap(std::uint16_t a, std::uint16_t b);

 private:
  void put(rocksdb::WriteBatch& batch, Text key, Text value) const;
  void remember(std::uint16_t db, DatabaseId physical);

  Disk& disk_;
  std::vector<DatabaseId> physical_;
  std::unordered_map<DatabaseId, std::uint16_t> number_;  ///< of databases that do not have their own number
  DatabaseId next_database_ = first_given_database;
  DatabaseId first_fresh_ = first_given_database;
  std::mutex objects_mutex_;
  ObjectId next_object_ = 1, leased_ = 1;  ///< guarded by objects_mutex_
};

}  // namespace playhead::rocks
