#include "tests/linearizability/faults.h"

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "tests/linearizability/ask.h"

namespace playhead::linearizability {

namespace {

class SplitBatches final : public StoreWrapper {
 public:
  using StoreWrapper::perform;
  using StoreWrapper::StoreWrapper;
  void perform(Batch& batch) override {
    for (AnyCall& call : batch.calls) {
      inner().perform(call.call());
      std::this_thread::yield();
    }
  }
};

class LostUpdates final : public StoreWrapper {
 public:
  using StoreWrapper::perform;
  using StoreWrapper::StoreWrapper;
  void perform(const Call& call) override {
    if (call.code != code_of<IncrBy>) return inner().perform(call);
    const auto& o = *static_cast<const IncrBy*>(call.operation);
    std::int64_t sum = number(inner().run(Get{.key = o.key})) + o.increment;
    std::this_thread::yield();
    inner().run(Set{.key = o.key, .value = std::to_string(sum)});
    *static_cast<IncrBy::Reply*>(call.reply) = sum;
  }
};

class BlindWatches final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  std::unique_ptr<Watch> watch() override { return std::make_unique<Blind>(inner()); }

 private:
  class Blind final : public Watch {
   public:
    explicit Blind(Store& store) : store_(store) {}
    void add(std::uint16_t, List<Text>) override {}
    bool commit(Batch& batch) override {
      store_.perform(batch);
      return true;
    }

   private:
    Store& store_;
  };
};

class DoubledPops final : public StoreWrapper {
 public:
  using StoreWrapper::perform;
  using StoreWrapper::StoreWrapper;
  void perform(const Call& call) override {
    if (call.code != code_of<LPop>) return inner().perform(call);
    Text key = static_cast<const LPop*>(call.operation)->key;
    auto first = inner().run(LIndex{.key = key, .index = 0});
    std::this_thread::yield();
    inner().perform(call);
    auto& popped = *static_cast<Popped*>(call.reply);
    if (first && popped.element) popped.element = std::move(first);
  }
};

class LostElements final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  std::unique_ptr<Ticket> park(AnyCall call,
                               std::function<void(AnyCall&, std::exception_ptr)> done) override {
    auto dropped = std::make_shared<std::atomic<bool>>(false);
    auto ticket = inner().park(std::move(call),
                               [dropped, done = std::move(done)](AnyCall& c, std::exception_ptr error) {
                                 for (int i = 0; i < 20; ++i) std::this_thread::yield();
                                 if (!dropped->exchange(true)) done(c, error);
                               });
    return std::make_unique<Late>(std::move(ticket), std::move(dropped));
  }

 private:
  class Late final : public Ticket {
   public:
    Late(std::unique_ptr<Ticket> ticket, std::shared_ptr<std::atomic<bool>> dropped)
        : ticket_(std::move(ticket)), dropped_(std::move(dropped)) {}
    bool cancel() override {
      if (dropped_->exchange(true)) return false;
      ticket_->cancel();
      return true;
    }

   private:
    std::unique_ptr<Ticket> ticket_;
    std::shared_ptr<std::atomic<bool>> dropped_;
  };
};

class StaleReads final : public StoreWrapper {
 public:
  using StoreWrapper::perform;
  using StoreWrapper::StoreWrapper;
  void perform(const Call& call) override {
    inner().perform(call);
    if (call.code != code_of<MGet>) return;
    std::string name(static_cast<const MGet*>(call.operation)->keys[0]);
    auto& reply = *static_cast<MGet::Reply*>(call.reply);
    std::lock_guard lock(mutex_);
    std::swap(last_[name], reply);
    if (reply.empty()) reply = last_[name];  // there is none from before
  }

 private:
  std::mutex mutex_;
  std::map<std::string, MGet::Reply> last_;
};

}  // namespace

std::shared_ptr<Store> split_batches(std::shared_ptr<Store> store) {
  return std::make_shared<SplitBatches>(std::move(store));
}
std::shared_ptr<Store> lost_updates(std::shared_ptr<Store> store) {
  return std::make_shared<LostUpdates>(std::move(store));
}
std::shared_ptr<Store> blind_watches(std::shared_ptr<Store> store) {
  return std::make_shared<BlindWatches>(std::move(store));
}
std::shared_ptr<Store> doubled_pops(std::shared_ptr<Store> store) {
  return std::make_shared<DoubledPops>(std::move(store));
}
std::shared_ptr<Store> lost_elements(std::shared_ptr<Store> store) {
  return std::make_shared<LostElements>(std::move(store));
}
std::shared_ptr<Store> stale_reads(std::shared_ptr<Store> store) {
  return std::make_shared<StaleReads>(std::move(store));
}

}  // namespace playhead::linearizability
