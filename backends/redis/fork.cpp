#include "backends/redis/fork.h"

#include <pthread.h>

#include <atomic>

#include "playhead/error.h"

namespace playhead::redis {

namespace {
std::atomic<std::uint64_t> generation{0};
}

std::uint64_t fork_generation() noexcept {
  static const bool registered = [] {
    return pthread_atfork(nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); }) == 0;
  }();
  static_cast<void>(registered);
  return generation.load(std::memory_order_relaxed);
}

void ForkGuard::refuse() {
  throw Error(ErrorCode::closed,
              "this Redis store was opened before the process was forked; open another one in the child");
}

void Worker::finish() noexcept {
  if (!thread_.joinable()) return;
  if (guard_.forked())
    new std::thread(std::move(thread_));  // neither joinable nor detachable here: left alone
  else if (is_this_thread())
    thread_.detach();
  else
    thread_.join();
}

}  // namespace playhead::redis
