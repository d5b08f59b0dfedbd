#pragma once
#include <rocksdb/iterator.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "backends/rocksdb/directory.h"
#include "backends/rocksdb/format.h"
#include "backends/rocksdb/gate.h"

namespace playhead::rocks {

class Disk;

/// Counts the rows of an ordered set, given in their order, run by run.
class DirectoryBuilder {
 public:
  void add(Text row);
  std::unique_ptr<Directory> take();

 private:
  std::unique_ptr<Directory> directory_ = std::make_unique<Directory>();
  std::string low_;
  std::int64_t count_ = 0;
};

/// A rank directory that is built without a stripe, from the rows as they were when this was made. The store
/// is not closed before it has ended, or is destroyed.
class Building {
 public:
  /// The stripe of the key is held, by a unit that has written nothing.
  Building(Disk& disk, Gate& gate, ObjectId id);
  Building(const Building&) = delete;
  Building& operator=(const Building&) = delete;

  /// Reads the rows, or waits for the thread that does. Throws Error. Thread-safe; no stripe need be held.
  void run();

  bool ended() const { return ended_.load(std::memory_order_acquire); }
  /// When it has ended, the stripe held: the directory, once; null if the rows could not be read.
  std::unique_ptr<Directory> take() { return std::move(directory_); }

 private:
  void read();

  Disk& disk_;
  std::string prefix_, upper_;
  rocksdb::Slice bound_;
  std::mutex mutex_;
  std::optional<Inside> inside_;  ///< guarded by mutex_, as the next two until it has ended
  std::unique_ptr<rocksdb::Iterator> rows_;
  std::unique_ptr<Directory> directory_;
  std::atomic<bool> ended_{false};
};

}  // namespace playhead::rocks
