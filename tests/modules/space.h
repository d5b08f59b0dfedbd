#pragma once
// Where the modules' tests run: every kind of store, with a clock that the test moves. The clock is given to
// the modules, so that their deadlines travel on every store.
#include <functional>

#include "playhead/modules/namespace.h"
#include "tests/contract/stores.h"
#include "tests/support/counting_store.h"

namespace playhead::test {

struct Space {
  std::shared_ptr<ManualClock> clock;
  std::shared_ptr<Store> store;
  Namespace space;  ///< of that store and clock
};

void for_each_space(const std::function<void(Space&)>& body);

}  // namespace playhead::test
