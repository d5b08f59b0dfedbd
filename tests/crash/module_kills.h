#pragma once
// The death of workers: processes that use a MessageQueue, DelayedTasks and an Inventory are killed (SIGKILL) at random
// moments.
//
// A worker tells over a pipe what it begins and what was acknowledged. On RocksDB one process with several threads is
// killed and followed by the next; on Redis one of several processes is killed at a time. Time is a counter in shared
// memory that moves with each operation and by most of a lease with each kill. After some kills a last worker works
// everything off, and the parent compares:
//   - a message or task that was acknowledged was completed (lost otherwise), and completed once;
//   - every delivery of a message and every run of a task had a number (attempt) of its own, none after its completion;
//   - available, held and sold pieces are together what there was, and what was acknowledged as sold is sold.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace playhead::crash {

struct ModuleKillOptions {
  std::uint64_t kills = 60;
  std::uint64_t seed = 1;
  bool redis = false;
  std::uint64_t kills_per_store = 30;  ///< then everything is worked off and compared, and a new store begins
  std::string directory;               ///< of RocksDB; empty: see default_directory()
  bool forgets = false;                ///< the store forgets some messages, to see that the test finds it
};

struct ModuleKillReport {
  std::uint64_t kills = 0, inside = 0;                      ///< inside: at least one thread was inside a call
  std::uint64_t messages = 0, tasks = 0, reservations = 0;  ///< acknowledged
  std::uint64_t refreshes = 0;                              ///< rows claimed
  std::uint64_t again = 0;                                  ///< deliveries and runs after the first of each
  std::uint64_t lost = 0, twice = 0, oversold = 0;
  double seconds = 0;
  std::vector<std::string> findings;
  bool ok() const { return lost == 0 && twice == 0 && oversold == 0 && findings.empty(); }
  std::string shown() const;
};

/// Throws std::runtime_error if a worker ends by itself. The calling process must have no other threads: it forks.
ModuleKillReport run_module_kills(const ModuleKillOptions& options,
                                  const std::function<void(const ModuleKillReport&)>& progress = nullptr);

}  // namespace playhead::crash
