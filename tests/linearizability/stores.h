#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "playhead/store.h"

namespace playhead::linearizability {

struct StoreKind {
  std::string name;
  std::function<std::shared_ptr<Store>()> open;  ///< fresh and empty; closed by its destructor
};

/// All kinds that this build opens.
const std::vector<StoreKind>& store_kinds();
std::shared_ptr<Store> open_memory();

}  // namespace playhead::linearizability
