#pragma once
// What fork() does to threads and locks: the child has none of its parent's threads, and locks stay as they were
// held.
#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>

namespace playhead {

/// How often this process was forked off since it first asked: what was made under another number belongs to
/// the parent.
std::uint64_t fork_generation() noexcept;

/// Remembers the process that made it. In a forked child nothing that belongs to the parent may be written,
/// shut down, locked or joined; what holds mutexes or condition variables is left alone, not destroyed.
class ForkGuard {
 public:
  bool forked() const noexcept { return generation_ != fork_generation(); }

 private:
  std::uint64_t generation_ = fork_generation();
};

/// A thread that is joined at the end, or abandoned: by itself, and in a forked child, where it does not run.
class Worker {
 public:
  Worker() = default;
  /// On its own thread it lets go of it; else it joins as finish() does.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Once at most.
  template <class F>
  void start(F f) {
    std::lock_guard lock(mutex_);
    thread_ = std::thread([this, f = std::move(f)]() mutable {
      id_.store(std::this_thread::get_id());
      f();
    });
    started_.store(true);
  }
  bool started() const noexcept { return started_.load(); }
  bool is_this_thread() const noexcept { return id_.load() == std::this_thread::get_id(); }
  /// Waits for its end; the thread must have been told to end. Several threads may call it: each waits. On the
  /// thread itself, and in a forked child, it does nothing.
  void finish() noexcept;

 private:
  std::mutex mutex_;  // of thread_; whoever joins holds it
  std::thread thread_;
  std::atomic<std::thread::id> id_;
  std::atomic<bool> started_ = false;
  ForkGuard guard_;
};

}  // namespace playhead
