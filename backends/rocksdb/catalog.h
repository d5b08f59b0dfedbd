#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/format.h"

namespace playhead::rocks {

/// Which physical database each number means. A unit that flushes or swaps databases works on a copy, which
/// becomes the store's own at its commit.
class Databases {
 public:
  DatabaseId physical(std::uint16_t db) const { return db < physical_.size() ? physical_[db] : db; }
  /// The number of a physical database; nothing if it is dead.
  std::optional<std::uint16_t> number(DatabaseId db) const;

  /// Gives the number a new, empty database and notes the old one as dead. Error{unavailable} when no id is
  /// left; `path` is for its text.
  void flush(std::uint16_t db, const std::string& path);
  void swap(std::uint16_t a, std::uint16_t b);
  /// The databases that flush() has taken away.
  const std::vector<DatabaseId>& dead() const { return dead_; }

 private:
  friend class Catalog;
  void remember(std::uint16_t db, DatabaseId physical);

  std::vector<DatabaseId> physical_;
  std::unordered_map<DatabaseId, std::uint16_t> number_;  ///< of databases that do not have their own number
  DatabaseId next_ = first_given_database;
  std::vector<DatabaseId> dead_;
};

/// Who is who: object ids never used twice, and which physical database a number means.
class Catalog {
 public:
  explicit Catalog(Disk& disk);

  /// A new object id. Ids are leased: those left over when the process ends are skipped. Thread-safe.
  ObjectId new_object();

  /// Any stripe held.
  const Databases& databases() const { return databases_; }
  DatabaseId physical(std::uint16_t db) const { return databases_.physical(db); }
  /// The number of a physical database; nothing if it is dead. Any stripe held.
  std::optional<std::uint16_t> number(DatabaseId db) const { return databases_.number(db); }
  /// True if it was given away since the store was opened, so that it began empty.
  bool fresh(DatabaseId db) const { return db >= first_fresh_; }

  /// The rows that make `changed` the databases of the store. All stripes held, as below.
  void write(const Databases& changed, rocksdb::WriteBatch& batch) const;
  /// They are on disk.
  void adopt(Databases&& changed);

 private:
  void put(rocksdb::WriteBatch& batch, Text key, Text value) const;

  Disk& disk_;
  Databases databases_;
  DatabaseId first_fresh_ = first_given_database;
  std::mutex objects_mutex_;
  ObjectId next_object_ = 1, leased_ = 1;  ///< guarded by objects_mutex_
};

}  // namespace playhead::rocks
