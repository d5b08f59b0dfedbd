#pragma once
// The process that writes until it is killed.
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "backends/rocksdb/rocks_store.h"
#include "tests/crash/kills.h"
#include "tests/crash/model.h"
#include "tests/crash/pipe.h"

namespace playhead::crash {

struct Session;

/// How far a thread of the writer got.
struct Progress {
  Model model;   ///< after everything acknowledged
  Model before;  ///< as the session began: with `since` it tells which changes are missing
  std::vector<std::uint64_t> since;      ///< acknowledged changes of the last session
  std::uint64_t next = 0;                ///< number of the next change
  std::optional<std::uint64_t> pending;  ///< begun and not acknowledged
  Millis pending_at = 0;                 ///< the time of the session it belongs to

  /// A new session begins; the pending change is in the store, or is not.
  void settle(const Session& session, std::size_t thread, bool applied);
  /// The pending change was acknowledged.
  void acknowledge(const Session& session, std::size_t thread);
};

/// One life of the writer.
struct Session {
  std::string path;
  rocks::RocksStoreOptions options;
  std::uint64_t seed = 0;
  Millis now = 0;
  const std::vector<Progress>* threads = nullptr;
  std::atomic<std::uint32_t>* inside = nullptr;  ///< for each thread: it is inside a call that writes
  KillOptions::Fault fault = KillOptions::Fault::none;
};

/// Opens the store, compares it with the threads' progress, tells the outcome, then writes for ever.
void write_until_killed(const Session& session, Pipe& pipe);

}  // namespace playhead::crash
