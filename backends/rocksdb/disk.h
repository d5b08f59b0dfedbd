#pragma once
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "backends/rocksdb/options.h"
#include "playhead/text.h"

namespace playhead::rocks {

/// The column families; `own` is RocksDB's default one and holds the store's own rows (format.h).
enum class Family : std::uint8_t { own, metadata, data, dead, expiry };
inline constexpr std::size_t family_count = 5;

inline rocksdb::Slice slice(Text text) {
  return {text.data(), text.size()};
}
inline Text text(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

/// What RocksDB told about itself.
struct DiskState {
  std::atomic<bool> stopped{false};      ///< it refuses writes after an error, until it is resumed
  std::atomic<bool> memory_empty{true};  ///< the memtable of `own` may hold nothing
  std::atomic<rocksdb::DB*> db{nullptr};
};

/// An open RocksDB database: options, column families, errors as playhead::Error, and the way back after a
/// full disk. Thread-safe.
class Disk {
 public:
  enum class Access : std::uint8_t { write, read_only };
  /// Opens or creates; throws Error. The LOCK file's refusal is left to the caller, see `locked`.
  Disk(std::string path, const RocksOptions& options, const Hooks& hooks, Access access);
  ~Disk();

  rocksdb::DB& db() { return *db_; }
  rocksdb::ColumnFamilyHandle* family(Family f) const { return families_[static_cast<std::size_t>(f)]; }
  const std::string& path() const { return path_; }

  /// False: there is no such row.
  bool get(Family family, Text key, rocksdb::PinnableSlice& value);
  /// Rows of a family from `bounds.iterate_lower_bound` on; check status() after a walk with `check`.
  std::unique_ptr<rocksdb::Iterator> rows(Family family, const rocksdb::ReadOptions& bounds = {});
  void check(const rocksdb::Iterator& rows) const;

  /// Writes atomically, as durable as the options say. After a failure nothing is visible; a database that
  /// stopped writing because the disk was full is started again first. One that could not be started again
  /// for options.resume_patience_ms is read only from then on.
  void write(rocksdb::WriteBatch& batch);
  /// The same for housekeeping: never waits for an fsync, and steps back behind other writers.
  void write_behind(rocksdb::WriteBatch& batch);
  /// The sequence number of the first row of the next batch, if nobody else writes meanwhile.
  rocksdb::SequenceNumber next_sequence();
  /// Makes everything written so far durable, if something was written since the last time
  /// (Durability::periodic).
  void sync();
  /// Makes everything durable whether or not something was noted as written.
  void sync_always();
  /// Flushes the memtables if they hold more rows than that, so that the next open need not replay them.
  void flush_if_over(std::uint64_t rows);
  /// Leaves RocksDB alone for ever: for a forked child, where its threads and locks are gone.
  void abandon();

 private:
  void write(const rocksdb::WriteOptions& how, rocksdb::WriteBatch& batch);
  void perform(const rocksdb::WriteOptions& how, rocksdb::WriteBatch& batch);
  rocksdb::Status attempt(const rocksdb::WriteOptions& how, rocksdb::WriteBatch& batch);
  rocksdb::Status resume();
  rocksdb::Status begin_new_log();
  void fill_memory();

  std::string path_;
  std::shared_ptr<DiskState> state_ = std::make_shared<DiskState>();
  rocksdb::WriteOptions write_options_, behind_options_;
  bool periodic_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, family_count> families_{};
  std::atomic<bool> unsynced_{false};
  std::shared_mutex writing_;  ///< shared by writes, exclusive in resume()
  std::chrono::milliseconds resume_patience_;
  std::atomic<bool> given_up_{false};  ///< resume() waited in vain
};

/// True if opening failed because another open holds the directory.
bool locked(const rocksdb::Status& status);

/// RocksDB's options for all column families.
rocksdb::Options database_options(const RocksOptions& options, const Hooks& hooks);
std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(const rocksdb::Options& options);

/// Thrown by Disk's constructor when `locked`.
struct LockedError {
  std::string cause;
};

}  // namespace playhead::rocks
