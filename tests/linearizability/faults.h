#pragma once
// Stores that are not linearizable, to see that the test notices.
#include <memory>
#include <string>
#include <vector>

#include "playhead/store.h"

namespace playhead::linearizability {

/// Runs the calls of a batch one by one.
std::shared_ptr<Store> split_batches(std::shared_ptr<Store> store);
/// INCRBY reads, and writes later.
std::shared_ptr<Store> lost_updates(std::shared_ptr<Store> store);
/// A watch that notices nothing.
std::shared_ptr<Store> blind_watches(std::shared_ptr<Store> store);
/// LPOP looks first and removes later.
std::shared_ptr<Store> doubled_pops(std::shared_ptr<Store> store);
/// A blocking pop that was served can still be cancelled: its element is gone.
std::shared_ptr<Store> lost_elements(std::shared_ptr<Store> store);
/// Reads give what was there a while ago.
std::shared_ptr<Store> stale_reads(std::shared_ptr<Store> store);

}  // namespace playhead::linearizability
