#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/format.h"

namespace playhead::rocks {

/// Deletes the rows of dead objects and dead databases behind the users' backs. It pages through the dead
/// records in their order and joins neighbouring ids. Runs of fewer than `short_run` rows are deleted row by
/// row in batches of at most `batch_operations`, with a pause after each; a longer run by one DeleteRange a
/// tick. After `flush_ranges` range deletions `data` is flushed, since they slow down reads of the memtable;
/// a run of `compact_run` rows is flushed and its range compacted as soon as no snapshot is older than its
/// deletion. A dead record leaves in the batch that deletes the last of its rows.
class Reclaimer {
 public:
  static constexpr std::uint64_t short_run = 256, compact_run = 65536;
  static constexpr std::size_t batch_operations = 512, flush_ranges = 1000;

  /// `worker`: run in a thread of its own.
  Reclaimer(Disk& disk, bool worker);
  ~Reclaimer() { stop(); }

  /// Something died.
  void wake();
  /// Until nothing is dead, without pauses. Thread-safe.
  void run_all();
  void stop();

 private:
  struct Run {
    ObjectId first, last;  ///< neighbouring dead ids
    std::uint64_t rows = 0;
  };
  struct Compaction {
    Family family;
    std::string begin, end;
    rocksdb::SequenceNumber after;
  };
  void work();
  /// One batch; false: nothing is dead.
  bool step();
  bool step_objects();
  bool step_database();
  std::vector<Run> page();
  bool delete_rows(const Run& run, rocksdb::WriteBatch& batch);
  void delete_range(const Run& run);
  void delete_records(const Run& run, rocksdb::WriteBatch& batch);
  void delete_keys(const std::vector<std::string>& keys, rocksdb::WriteBatch& batch);
  void range_deleted(Family family, std::uint64_t rows, std::string begin, std::string end);
  void flush(Family family);
  void compact_dead();

  Disk& disk_;
  std::mutex step_mutex_;  ///< guards the next five
  std::vector<Compaction> compactions_;
  std::size_t ranges_ = 0;           ///< range deletions since the last flush
  ObjectId next_object_ = 0;         ///< where to go on, so as not to read deleted records again
  std::string next_key_;             ///< the same for a dead database
  std::uint64_t database_keys_ = 0;  ///< deleted of that database so far
  std::mutex mutex_;
  std::condition_variable changed_;
  bool dead_ = true;       ///< guarded by mutex_: at the beginning there may be something from before
  bool stopping_ = false;  ///< guarded by mutex_
  std::atomic<bool> cancel_{false};
  std::thread worker_;
};

}  // namespace playhead::rocks
