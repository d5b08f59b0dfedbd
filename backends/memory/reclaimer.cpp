#include "backends/memory/reclaimer.h"

#include <exception>

namespace playhead::memory {

Reclaimer::~Reclaimer() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Reclaimer::add(void* object, Free free) noexcept {
  bool queued;
  try {
    queued = enqueue({object, free});
  } catch (const std::exception&) {  // no memory or no thread: the caller frees it
    queued = false;
  }
  if (!queued) free(object);
}

bool Reclaimer::enqueue(Item item) {
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting) return false;
    waiting_.reserve(most_waiting);
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    waiting_.push_back(item);
  }
  work_.notify_one();
  return true;
}

void Reclaimer::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return waiting_.empty() && !busy_; });
}

void Reclaimer::run() {
  std::vector<Item> taken;
  taken.reserve(most_waiting);
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    taken.swap(waiting_);
    busy_ = true;
    lock.unlock();
    for (const Item& item : taken) item.free(item.object);
    taken.clear();
    lock.lock();
    busy_ = false;
    idle_.notify_all();
  }
}

}  // namespace playhead::memory
