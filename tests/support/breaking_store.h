#pragma once
// A store whose connection breaks.
#include "playhead/error.h"
#include "playhead/store.h"

namespace playhead::test {

/// Lets so many calls through; those behind them fail.
class BreakingStore final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  void perform(const Call& call) override {
    begin();
    StoreWrapper::perform(call);
    end();
  }
  void perform(Batch& batch) override {
    begin();
    StoreWrapper::perform(batch);
    end();
  }
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override {
    begin();
    Value reply = StoreWrapper::invoke(p, db, keys, args);
    end();
    return reply;
  }

  int left = 0;
  bool reply_lost = false;  ///< the last call that is let through is performed, and fails all the same

 private:
  void begin() {
    if (left-- <= 0) fail();
  }
  void end() const {
    if (left == 0 && reply_lost) fail();
  }
  [[noreturn]] static void fail() { throw Error(ErrorCode::unavailable, "the connection broke"); }
};

}  // namespace playhead::test
