#pragma once
// EmbeddedStore: every command once, over any storage. A storage is given to it, and the stripes, watches,
// waiters, publishing and scripts are here. The commands themselves are in commands/*.h; they are
// instantiated by family for each storage (see dispatch.h).
#include <array>
#include <atomic>
#include <mutex>

#include "backends/embedded/broker.h"
#include "backends/embedded/lifetime.h"
#include "backends/embedded/observers.h"
#include "backends/embedded/script_engine.h"
#include "backends/embedded/tx.h"
#include "engine/store/fork.h"
#include "playhead/store.h"

namespace playhead::embedded {

template <class S>
class EmbeddedStore;

/// How a store performs one operation.
template <class S>
struct Thunk {
  void (*alone)(EmbeddedStore<S>&, const Call&) = nullptr;  ///< as a unit of its own
  void (*inside)(Tx<S>&, const Call&) = nullptr;            ///< within a unit that holds its keys
  // Blocking operations only:
  Type waits_for = Type::none;
  bool (*served)(const void* reply) = nullptr;  ///< whether it got something
  void (*each_waited)(const void* operation, void* context, void (*each)(void* context, Text key)) = nullptr;
  const void* (*narrowed)(const void* operation, Text key,
                          Arena&) = nullptr;  ///< the operation on this one of its keys only
};

/// The thunks of a family of operations, in their order; defined in dispatch.h, instantiated once per family
/// and storage.
template <class S, class Family>
const Thunk<S>* thunks_of();

/// All thunks of a storage, by code.
template <class S>
const std::array<Thunk<S>, operation_count>& thunks();

/// A unit as scripts and procedure bodies see it.
template <class S>
class UnitOn final : public Unit {
 public:
  explicit UnitOn(Tx<S>& tx) : tx_(tx) { tx_.fix_time(tx_.now()); }
  void perform(const Call& call) override { thunks<S>()[call.code].inside(tx_, call); }
  Millis now() override { return tx_.now(); }

 private:
  Tx<S>& tx_;
};

template <class S>
class EmbeddedStore : public Store, public Stoppable {
 public:
  struct Options {
    std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>();
    std::uint16_t databases = 16;
    Text in_child;  ///< what to do in a forked child instead of using the parent's store
  };

  EmbeddedStore(std::shared_ptr<S> storage, Capabilities capabilities, Options options);
  ~EmbeddedStore() override;

  // Store
  void perform(const Call& call) override { thunks_[call.code].alone(*this, call); }
  void perform(Batch& batch) override;
  void with_unit(std::uint16_t db, List<Text> keys, const std::function<void(Unit&)>& body) override;
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override;
  std::unique_ptr<Watch> watch() override;
  std::unique_ptr<Ticket> park(AnyCall call, std::function<void(AnyCall&, std::exception_ptr)> done) override;
  std::unique_ptr<Subscription> subscribe(std::function<void(const Message&)> handler) override;
  Millis now() override { return shared_.clock->now(); }
  Capabilities capabilities() const override { return capabilities_; }
  void close() override;
  /// For when nobody asks whether the last commits are durable.
  void close_unasked() noexcept;

  // For the thunks.
  S& storage() { return *storage_; }
  Shared& shared() { return shared_; }
  void check_database(std::uint16_t db) const {
    if (db >= shared_.databases) [[unlikely]]
      refuse("ERR DB index is out of range");
  }
  bool is_open() const { return open_.load(); }
  /// Called holding at least one stripe: the store cannot be closed meanwhile.
  void check_open() const {
    if (!open_.load(std::memory_order_relaxed)) [[unlikely]]
      refuse_use();
  }
  /// Frees memory until there is room; refuses if there is none. Called holding no stripe.
  void make_room() {
    if constexpr (requires { storage_->over_limit(); })
      if (storage_->over_limit()) [[unlikely]]
        evict();
  }
  /// What follows a unit's commit: watches and waiters, still holding its stripes; then these are released
  /// and messages delivered.
  void finish(Aftermath& after, HeldStripes& held);
  /// The same of a unit that holds this one stripe.
  void finish(Aftermath& after, std::unique_lock<StripeMutex> lock, std::size_t stripe);
  /// Runs body(tx) as a unit that sees its own writes, under the keys' stripes; again under all of them if it
  /// touches others.
  void run_unit(StripeSet set, bool undo, bool keep_on_error, const std::function<void(Tx<S>&)>& body);

  // Stoppable
  void step(Millis budget_us) override;
  void forked() override {
    open_.store(false, std::memory_order_relaxed);
    shared_.stripes.abandon();
  }

 private:
  class WatchOn;
  class TicketOn;
  using Published = std::vector<std::pair<std::string, std::string>>;
  struct Served {
    std::shared_ptr<Waiter> waiter;
    std::exception_ptr error;
  };
  /// What serving waiters leads to.
  struct Round {
    std::vector<KeyName> ready;  ///< keys whose waiters to look at
    std::vector<Served> done;
    Published published;
    std::vector<KeyName>
        blocked;  ///< keys whose first waiter needs stripes that could not be had out of order
  };

  [[noreturn]] void refuse_use() const;
  Round end_waiters();
  void evict();
  static StripeSet stripes_of(const AnyCall& call);
  static std::vector<KeyName> waited_keys(const AnyCall& call);
  void run_batch(Batch& batch, StripeSet set, const std::function<bool(Tx<S>&)>& precondition, bool& ran);
  void perform_in(Tx<S>& tx, AnyCall& call);
  void serve(Round& round, HeldStripes& held);
  void serve_key(const KeyName& key, Round& round, HeldStripes& held);
  bool try_waiter(const std::shared_ptr<Waiter>& w, const KeyName& key, Round& round);
  void serve_again(const std::vector<KeyName>& keys);
  void deliver(Round& round);

  const std::array<Thunk<S>, operation_count>& thunks_;
  std::shared_ptr<S> storage_;
  Shared shared_;
  Capabilities capabilities_;
  const Text in_child_;
  const ForkGuard guard_;
  std::mutex closing_;
  std::atomic<bool> open_ = true;
  std::size_t next_stripe_ = 0;  // of step(); one thread
};

}  // namespace playhead::embedded
