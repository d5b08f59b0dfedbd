#include "tests/modules/space.h"

#include <catch2/catch.hpp>

namespace playhead::test {

void for_each_space(const std::function<void(Space&)>& body) {
  for (const StoreKind& kind : store_kinds()) DYNAMIC_SECTION(kind.name) {
      auto clock = std::make_shared<ManualClock>();
      auto store = kind.open(clock);
      Space space{clock, store, Namespace(store, 0, "ph", clock)};
      body(space);
      store->close();
    }
}

}  // namespace playhead::test
