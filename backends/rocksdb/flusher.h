#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "backends/rocksdb/disk.h"

namespace playhead::rocks {

/// Makes the log durable at an interval (Durability::periodic).
class Flusher {
 public:
  Flusher(Disk& disk, std::chrono::milliseconds interval);
  ~Flusher() { stop(); }
  void stop();

 private:
  void work();
  Disk& disk_;
  const std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;  ///< guarded by mutex_
  std::thread worker_;
};

}  // namespace playhead::rocks
