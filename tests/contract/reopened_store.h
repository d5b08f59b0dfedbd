#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "playhead/store.h"

namespace playhead::test {

/// Closes and opens its store before a call is performed: what a step needs from the steps before must have
/// come through the disk. Of a long test the first calls do so, then few. A watch, a parked operation, a
/// subscription and the cache of scripts live as long as the open store does: from the first of them on it stays
/// open.
class ReopenedStore final : public Store {
 public:
  explicit ReopenedStore(std::function<std::shared_ptr<Store>()> open)
      : open_(std::move(open)), store_(open_()) {}

  void perform(const Call& call) override {
    if (commands()[call.code].traits.group == Group::scripting) kept();
    held()->perform(call);
  }
  void perform(Batch& batch) override { held()->perform(batch); }
  void with_unit(std::uint16_t db, List<Text> keys, const std::function<void(Unit&)>& body) override {
    held()->with_unit(db, keys, body);
  }
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override {
    return held()->invoke(p, db, keys, args);
  }
  std::unique_ptr<Watch> watch() override { return kept().watch(); }
  std::unique_ptr<Ticket> park(AnyCall call,
                               std::function<void(AnyCall&, std::exception_ptr)> done) override {
    return kept().park(std::move(call), std::move(done));
  }
  std::unique_ptr<Subscription> subscribe(std::function<void(const Message&)> handler) override {
    return kept().subscribe(std::move(handler));
  }
  Millis now() override { return store_->now(); }
  Capabilities capabilities() const override { return store_->capabilities(); }
  void close() override { store_->close(); }

 private:
  // The store, which stays the same while this is held.
  struct Held {
    std::shared_lock<std::shared_mutex> lock;
    Store* store;
    Store* operator->() const { return store; }
  };
  Held held() {
    constexpr std::size_t every = 6, then_one_in = 500;
    {
      std::unique_lock lock(mutex_);
      bool due = ++steps_ <= every || steps_ % then_one_in == 0;
      if (due && !stays_) {
        store_->close();
        store_ = open_();
      }
    }
    std::shared_lock lock(mutex_);
    return {std::move(lock), store_.get()};
  }
  Store& kept() {
    std::unique_lock lock(mutex_);
    stays_ = true;
    return *store_;
  }

  std::function<std::shared_ptr<Store>()> open_;
  std::shared_ptr<Store> store_;
  std::shared_mutex mutex_;
  std::size_t steps_ = 0;
  bool stays_ = false;
};

}  // namespace playhead::test
