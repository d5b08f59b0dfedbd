#pragma once
#include <mutex>
#include <shared_mutex>

namespace playhead::recommend {

/// A shared mutex on which readers that come and go cannot keep a writer waiting for ever, as they can on glibc's: who
/// comes after a writer waits behind it. A thread must not take it twice.
class FairSharedMutex {
 public:
  void lock() {
    std::lock_guard turn(turn_);
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }
  void lock_shared() {
    std::lock_guard turn(turn_);
    mutex_.lock_shared();
  }
  void unlock_shared() { mutex_.unlock_shared(); }

 private:
  std::mutex turn_;
  std::shared_mutex mutex_;
};

}  // namespace playhead::recommend
