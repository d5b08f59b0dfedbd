#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "engine/store/fork.h"

namespace playhead::rocks {

/// Called before RocksDB is used. A child forked off from then on ends, when it leaves by exit(), without the
/// destructors of static objects: those of RocksDB wait for threads that exist in the parent only. What stdio
/// holds is written out.
void rocksdb_is_used() noexcept;

/// Counts the calls that are inside a store, so that close() lets them finish and refuses later ones.
/// Thread-safe.
class Gate {
 public:
  explicit Gate(std::string path) : path_(std::move(path)) {}

  /// Throws Error{closed} after close() and in a forked child. The result goes to leave().
  std::size_t enter();
  void leave(std::size_t lane) noexcept;
  /// Refuses from now on and waits until all have left. The caller must not be inside.
  void close() noexcept;
  bool closed() const noexcept { return closed_.load(); }
  bool forked() const noexcept { return guard_.forked(); }

 private:
  [[noreturn]] void refuse() const;
  struct alignas(64) Lane {
    std::atomic<std::int32_t> inside{0};
  };
  std::array<Lane, 32> lanes_;
  std::atomic<bool> closed_{false};
  std::string path_;
  ForkGuard guard_;
};

/// A small number that differs between threads as long as there are few of them.
std::size_t thread_number() noexcept;

/// One call inside a gate.
class Inside {
 public:
  explicit Inside(Gate& gate) : gate_(gate), lane_(gate.enter()) {}
  ~Inside() { gate_.leave(lane_); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  Gate& gate_;
  std::size_t lane_;
};

[[noreturn]] void refuse_in_child(const std::string& path);

}  // namespace playhead::rocks
