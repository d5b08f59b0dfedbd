#pragma once
// Everything that a store holds, in a form that can be compared.
#include <map>
#include <string>

#include "engine/store/rdb.h"
#include "tests/differential/targets.h"

namespace playhead::differential {

struct KeyState {
  RdbValue value;             ///< sets and hashes sorted
  std::int64_t deadline = 0;  ///< as PEXPIRETIME tells
  std::string encoding;
};
using State = std::map<std::pair<std::uint16_t, std::string>, KeyState>;

/// Reads all databases, with the encodings or without. Throws std::runtime_error if a key is listed that
/// cannot be dumped, or a dump cannot be read.
template <class Target>
State state_of(Target& target, bool encodings);
extern template State state_of(EmbeddedTarget&, bool);
extern template State state_of(RedisTarget&, bool);

/// How often the same value was kept in different encodings: "redis listpack, memory hashtable" -> times.
using Encodings = std::map<std::string, std::uint64_t>;

/// What differs first between two states; empty if nothing does.
std::string difference(const State& redis, const State& ours, const std::string& name, Encodings& encodings);

}  // namespace playhead::differential
