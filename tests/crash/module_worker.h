#pragma once
// The process that works until it is killed, and the lines that it tells: a letter, an id, and more.
//
//     S id        sending a message         s id           sent
//     R id n      received, n-th delivery   C id, c id 0|1 completing, completed (1: the receipt was good)
//     T id        scheduling a task         t id           scheduled
//     K id n      claimed, n-th run         D id, d id 0|1 completing, completed
//     V id n      reserving n pieces        v id 0|1       reserved (1) or not
//     F id, f id status   confirming, confirmed            X id, x id status  cancelling, cancelled
//     L id receipt  a row to refresh was claimed
//     Y n         so many rows are still scheduled, when everything was worked off
//     Z available held sold, z id status: the stock, and a reservation, when everything was worked off
//     W           the store is open, work begins           E               all is worked off
//     ! text      it can not go on
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "playhead/store.h"

namespace playhead::crash {

inline constexpr std::int64_t pieces_in_all = 100'000;
inline constexpr std::int64_t rows_in_all = 10;

/// What the processes share.
struct SharedState {
  std::atomic<std::int64_t> now;
  std::atomic<std::uint32_t> inside[64];  ///< of each thread of each worker
};

struct ModuleWorker {
  std::string url;
  SharedState* shared = nullptr;
  int pipe = -1;
  std::uint64_t seed = 0;
  std::string name;                           ///< begins the ids that it makes
  std::size_t first_thread = 0, threads = 1;  ///< places in SharedState::inside
  bool forgets = false;

  /// Works for ever.
  void work() const;
  /// Works everything off, and tells the stock and these reservations.
  void finish(const std::vector<std::string>& reservations) const;
};

}  // namespace playhead::crash
