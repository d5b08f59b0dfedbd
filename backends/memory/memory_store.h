#pragma once
#include <memory>
#include <string>

#include "playhead/clock.h"
#include "playhead/store.h"

namespace playhead::memory {

struct MemoryOptions {
  std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>();
  std::uint16_t databases = 16;
  std::uint64_t memory_limit = 0;       ///< bytes; 0: none
  std::string eviction = "noeviction";  ///< Redis's maxmemory-policy
};

/// A new, empty store in this process's memory. Throws Error{invalid} for an unknown eviction policy.
std::shared_ptr<Store> make_memory_store(MemoryOptions options);

/// Whether a store made here was closed.
bool is_closed(const Store& store);

}  // namespace playhead::memory
