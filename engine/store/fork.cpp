#include "engine/store/fork.h"

#include <pthread.h>

namespace playhead {

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

Worker::~Worker() {
  if (guard_.forked())
    // Neither joinable nor detachable here: left alone.
    // NOLINTNEXTLINE(bugprone-unhandled-exception-at-new)
    new std::thread(std::move(thread_));
  else if (thread_.joinable() && is_this_thread())
    thread_.detach();
  else
    finish();
}

void Worker::finish() noexcept {
  if (guard_.forked() || is_this_thread()) return;
  std::lock_guard lock(mutex_);
  if (thread_.joinable()) thread_.join();
}

}  // namespace playhead
