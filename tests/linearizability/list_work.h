#pragma once
#include "playhead/store.h"
#include "tests/linearizability/models.h"
#include "tests/linearizability/recorder.h"

namespace playhead::linearizability {

struct ListHistory {
  History<Lists::Operation> history;
  std::size_t cancelled = 0;  ///< blocking pops that were taken back
  std::size_t served = 0;     ///< blocking pops that got an element
};

/// Eight threads on two fresh lists whose keys begin with `prefix`. With `blocking` half of them wait for
/// elements by park() and lose patience at random; a blocking pop that was served is in the history as a pop
/// of the list that it came from.
ListHistory run_lists(Store& store, const std::string& prefix, bool blocking, std::uint64_t seed);

}  // namespace playhead::linearizability
