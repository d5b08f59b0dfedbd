#include "backends/rocksdb/flusher.h"

#include "playhead/error.h"

namespace playhead::rocks {

Flusher::Flusher(Disk& disk, std::chrono::milliseconds interval)
    : disk_(disk), interval_(interval), worker_([this] { work(); }) {}

void Flusher::stop() {
  {
    std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (worker_.joinable()) worker_.join();
}

void Flusher::work() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, interval_, [this] { return stopping_; })) {
    lock.unlock();
    try {
      disk_.sync();
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
      // Tried again after the interval. RocksDB refuses writes after a failed fsync, so that writers learn of
      // it.
    }
    lock.lock();
  }
}

}  // namespace playhead::rocks
