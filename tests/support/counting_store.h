#pragma once
#include <atomic>

#include "playhead/store.h"

namespace playhead::test {

/// Counts what all threads send to the store.
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
  std::atomic<int> trips = 0;
};

}  // namespace playhead::test
