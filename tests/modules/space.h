#pragma once
// Where the modules' tests run: every kind of store, with a clock that the test moves. The clock is given to
// the modules, so that their deadlines travel on every store.
#include <functional>

#include "playhead/modules/namespace.h"
#include "tests/contract/stores.h"

namespace playhead::test {

struct Space {
  std::shared_ptr<ManualClock> clock;
  std::shared_ptr<Store> store;
  Namespace space;  ///< of that store and clock
};

void for_each_space(const std::function<void(Space&)>& body);

/// Counts what goes to the store.
class CountingStore final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  void perform(const Call& call) override {
    ++trips;
    StoreWrapper::perform(call);
  }
  void perform(Batch& batch) override {
    ++trips;
    StoreWrapper::perform(batch);
  }
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override {
    ++trips;
    return StoreWrapper::invoke(p, db, keys, args);
  }
  Millis now() override {
    ++trips;
    return StoreWrapper::now();
  }
  int trips = 0;
};

}  // namespace playhead::test
