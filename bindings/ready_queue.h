#pragma once
// How threads of C++ tell an event loop that something is ready, without ever needing the GIL: they leave an
// id and make a descriptor readable, which the loop watches.
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace playhead::python {

class ReadyQueue {
 public:
  ReadyQueue() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~ReadyQueue() { ::close(fd_); }
  ReadyQueue(const ReadyQueue&) = delete;
  ReadyQueue& operator=(const ReadyQueue&) = delete;

  int fd() const { return fd_; }
  void put(std::uint64_t id) {
    std::lock_guard lock(mutex_);
    ids_.push_back(id);
    // Cannot fail: the counter would have to reach 2^64.
    if (ids_.size() == 1) static_cast<void>(::eventfd_write(fd_, 1));
  }
  /// The ids put since the last time, in their order; the descriptor is readable again only once there are
  /// more.
  std::vector<std::uint64_t> take() {
    std::lock_guard lock(mutex_);
    eventfd_t ignored = 0;
    static_cast<void>(::eventfd_read(fd_, &ignored));
    return std::exchange(ids_, {});
  }

 private:
  const int fd_;
  std::mutex mutex_;
  std::vector<std::uint64_t> ids_;  // guarded by mutex_
};

}  // namespace playhead::python
