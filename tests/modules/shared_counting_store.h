#pragma once
#include <atomic>

#include "playhead/store.h"

namespace playhead::test {

/// Counts the calls of all threads.
class SharedCountingStore final : public StoreWrapper {
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
  std::atomic<int> trips = 0;
};

}  // namespace playhead::test
