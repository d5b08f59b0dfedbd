#pragma once
// The death of the process: a writer is killed (SIGKILL) at random moments, and what it had acknowledged must
// be there afterwards.
//
// The writer is a forked child with several threads, each with keys of its own and one counter that all
// share. It tells over a pipe when a change begins and when the store has acknowledged it. After the kill the
// next child opens the directory and compares it with the acknowledged changes: a thread's keys hold either
// exactly these, or these and the whole of the change that was under way; the shared counter holds what the
// threads' own counters say. Then it goes on writing, until it is killed too.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backends/rocksdb/options.h"

namespace playhead::crash {

struct KillOptions {
  std::uint64_t kills = 200;
  std::uint64_t seed = 1;
  std::size_t findings = 20;  ///< ends after so many
  std::size_t threads = 4;
  std::uint64_t kills_per_store = 50;  ///< then a new directory, with the next durability and memory
  std::uint64_t kills_per_check = 10;  ///< after so many `check` reads the directory
  std::string directory;               ///< where stores lie; empty: see default_directory()
  /// A store with a fault, to see that the test finds it.
  enum class Fault : std::uint8_t { none, forgets, tears } fault = Fault::none;
};

struct KillReport {
  std::uint64_t kills = 0;
  std::uint64_t writing = 0;       ///< at least one thread was inside a call that writes
  std::uint64_t opening = 0;       ///< while the directory was opened or compared
  std::uint64_t acknowledged = 0;  ///< changes
  std::uint64_t pending = 0;       ///< changes under way at a kill
  std::uint64_t applied = 0;       ///< of them: found complete
  std::uint64_t lost = 0;          ///< states without a change that had been acknowledged
  std::uint64_t torn = 0;          ///< states that are none of those between two changes
  std::uint64_t checks = 0;        ///< runs of `check`
  std::uint64_t damaged = 0;       ///< of them: with problems
  double seconds = 0;
  std::vector<std::string> findings;  ///< the first few
  double share_writing() const {
    return kills > 0 ? static_cast<double>(writing) / static_cast<double>(kills) : 0;
  }
  bool ok() const { return lost == 0 && torn == 0 && damaged == 0 && findings.empty(); }
  std::string shown() const;
};

/// Throws std::runtime_error if a writer ends by itself. The calling process must have no other threads: it
/// forks. `progress` is called now and then.
KillReport run_kills(const KillOptions& options,
                     const std::function<void(const KillReport&)>& progress = nullptr);

/// A directory in memory if this machine has one: the death of a process is survived by what was given to the
/// operating system, whether or not a disk has it.
std::string default_directory();

}  // namespace playhead::crash
