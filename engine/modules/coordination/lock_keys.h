#pragma once
#include "playhead/modules/namespace.h"

namespace playhead::coordination {

/// The keys of a lock, in the order of its procedures.
inline std::vector<std::string> lock_keys(const Namespace& space, Text family, Text name) {
  std::vector<std::string> keys;
  for (Text part : {"lock", "queue", "alive"}) keys.push_back(space.keys().key(family, name, {part}));
  return keys;
}

/// How long the keys stay when nobody uses the lock. They hold its last token, which must outlive clocks that are set
/// back a little.
inline Millis life_of(Millis lease, Millis patience) {
  constexpr Millis slack = Millis{7} * 86'400'000;
  return lease + patience + slack;
}

}  // namespace playhead::coordination
