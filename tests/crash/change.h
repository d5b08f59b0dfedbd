#pragma once
// What the writers of the crash tests do: an endless stream of changes for each thread, which can be made
// again from its number.
#include <cstdint>
#include <string>
#include <vector>

#include "playhead/store.h"

namespace playhead::crash {

using Words = std::vector<std::string>;

/// Commands that happen together or not at all.
struct Change {
  /// How they are given to the store.
  enum class Way : std::uint8_t {
    alone,       ///< one command by itself
    batch,       ///< a Batch
    unit,        ///< the body of with_unit()
    optimistic,  ///< a batch committed by a Watch
    script,      ///< a Lua script
    thrown,      ///< the body of with_unit(), which throws at its end: nothing may happen
  } way = Way::alone;
  std::vector<Words> commands;

  /// The keys that its commands name.
  std::vector<std::string> keys() const;
  std::string shown() const;
};

/// The key that the changes of all threads add to, always together with one of their own.
inline constexpr const char* shared_counter = "shared";
/// Where a thread counts what it added to the shared counter.
std::string own_counter(std::size_t thread);

/// A thread's change of that number. All keys but the shared counter belong to the thread. `now` is the
/// store's time; deadlines lie up to a few sessions (of `session_ms`) ahead of it.
Change change_of(std::uint64_t seed, std::size_t thread, std::uint64_t number, Millis now);
inline constexpr Millis session_ms = 1000;

/// Performs it; returns when the store has acknowledged it. Throws Error if the store could not do it.
void perform(Store& store, const Change& change);

}  // namespace playhead::crash
