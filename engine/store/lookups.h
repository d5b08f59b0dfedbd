#pragma once
// What a reply says of the keys that a command looked up: INFO's keyspace_hits and keyspace_misses.
#include <cstdint>

namespace playhead {

struct Found {
  std::uint64_t hits = 0, misses = 0;
};

/// Of an operation and its reply, both of the row's types.
using Finder = Found (*)(const void* operation, const void* reply);

/// Null for commands that count nothing: those that only write, as in Redis.
Finder finder_of_code(std::uint16_t code);

}  // namespace playhead
