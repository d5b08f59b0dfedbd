#pragma once
#include "playhead/store.h"
#include "tests/linearizability/models.h"
#include "tests/linearizability/recorder.h"

namespace playhead::linearizability {

/// How registers are kept and changed.
struct RegisterMix {
  /// strings: three keys. fields, members: one key, a hash or a sorted set; only add and read then.
  enum class Home : std::uint8_t { strings, fields, members } home = Home::strings;
  bool batches = false;         ///< transfers and reads by Batch, MGET, units, scripts and procedures
  bool optimistic = false;      ///< transfers by Watch
  std::size_t operations = 10;  ///< of each thread
};

struct RegisterHistory {
  History<Registers::Operation> history;
  /// Optimistic transactions that were refused although nobody else changed something meanwhile.
  std::size_t refused_for_nothing = 0;
};

/// Eight threads on fresh registers whose keys begin with `prefix`.
RegisterHistory run_registers(Store& store, const std::string& prefix, const RegisterMix& mix,
                              std::uint64_t seed);

}  // namespace playhead::linearizability
