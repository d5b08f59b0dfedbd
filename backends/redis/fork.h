#pragma once
#include <cstdint>
#include <thread>

namespace playhead::redis {

/// How often this process was forked off since it first asked: what was made under another number belongs to
/// the parent.
std::uint64_t fork_generation() noexcept;

/// Remembers the process that made it. In a forked child nothing that belongs to the parent may be written,
/// shut down, locked or joined.
class ForkGuard {
 public:
  bool forked() const noexcept { return generation_ != fork_generation(); }
  /// Throws Error{closed} in a forked child.
  void check() const {
    if (forked()) refuse();
  }

 private:
  [[noreturn]] static void refuse();
  std::uint64_t generation_ = fork_generation();
};

/// A thread that is joined at the end, or abandoned: by itself, and in a forked child, where it does not run.
class Worker {
 public:
  Worker() = default;
  ~Worker() { finish(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  template <class F>
  void start(F f) {
    thread_ = std::thread(std::move(f));
  }
  bool started() const noexcept { return thread_.joinable(); }
  bool is_this_thread() const noexcept { return thread_.get_id() == std::this_thread::get_id(); }
  /// The thread must have been told to end.
  void finish() noexcept;

 private:
  std::thread thread_;
  ForkGuard guard_;
};

}  // namespace playhead::redis
