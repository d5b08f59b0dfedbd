#pragma once
// The definitions of EmbeddedStore. Included by one translation unit per storage, which instantiates the
// class.
#include <algorithm>
#include <random>

#include "backends/embedded/store.h"

namespace playhead::embedded {

inline Error closed_error() {
  return {ErrorCode::closed, "the store is closed; open it again"};
}

[[noreturn]] inline void refuse_connection_command(const Call& c) {
  throw Error(ErrorCode::invalid,
              "'" + std::string(command(c.code).traits.name) + "' is performed by a Session, not by a store");
}

template <class S, class... Families>
std::array<Thunk<S>, operation_count> collect_thunks(Operations<Families...>) {
  std::array<Thunk<S>, operation_count> all{};
  std::size_t at = 0;
  auto add = [&]<class... Ops>(Operations<Ops...> family) {
    const Thunk<S>* table = thunks_of<S, Operations<Ops...>>();
    std::copy(table, table + size_of(family), all.begin() + static_cast<std::ptrdiff_t>(at));
    at += size_of(family);
  };
  (add(Families{}), ...);
  for (; at < all.size(); ++at) {
    all[at].alone = [](EmbeddedStore<S>&, const Call& c) { refuse_connection_command(c); };
    all[at].inside = [](Tx<S>&, const Call& c) { refuse_connection_command(c); };
  }
  return all;
}

template <class S>
const std::array<Thunk<S>, operation_count>& thunks() {
  static const auto all = collect_thunks<S>(Families{});
  return all;
}

// ---- stripes and keys of a call

template <class S>
StripeSet EmbeddedStore<S>::stripes_of(const AnyCall& call) {
  StripeSet set;
  if (call.command().touches_every_key(call.operation())) return set.set();
  call.command().list_keys(call.operation(), &set, [](void* context, Text key) {
    static_cast<StripeSet*>(context)->set(stripe_of(hash_of(key)));
  });
  return set;
}

template <class S>
std::vector<KeyName> EmbeddedStore<S>::waited_keys(const AnyCall& call) {
  struct Context {
    std::uint16_t db;
    std::vector<KeyName> keys;
  } context{call.db(), {}};
  thunks<S>()[call.command().code].each_waited(call.operation(), &context, [](void* c, Text key) {
    auto& out = *static_cast<Context*>(c);
    KeyName name{out.db, std::string(key)};
    if (std::find(out.keys.begin(), out.keys.end(), name) == out.keys.end())
      out.keys.push_back(std::move(name));
  });
  return std::move(context.keys);
}

// ---- construction, closing

template <class S>
EmbeddedStore<S>::EmbeddedStore(std::shared_ptr<S> storage, Capabilities capabilities, Options options)
    : thunks_(thunks<S>()),
      storage_(std::move(storage)),
      capabilities_(capabilities),
      in_child_(options.in_child) {
  shared_.clock = std::move(options.clock);
  shared_.databases = options.databases;
  shared_.broker = std::make_shared<Broker>();
  shared_.observers = std::make_unique<Observers>();
  shared_.scripts = std::make_unique<ScriptEngine>();
  capabilities_.databases = options.databases;
  start_background(*this);
}

// In a forked child the storage's threads do not exist, and its locks may be held by them: it is left alone.
template <class S>
EmbeddedStore<S>::~EmbeddedStore() {
  if (guard_.forked()) {
    // NOLINTNEXTLINE(bugprone-unhandled-exception-at-new): without memory the child ends here, which is right
    new std::shared_ptr<S>(storage_);
    return;
  }
  close_unasked();
}

template <class S>
void EmbeddedStore<S>::close_unasked() noexcept {
  try {
    close();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
  }
}

// The storage is closed when no stripe is held any more: a call that is inside it already may wait for one
// (SCAN), and the storage waits for that call. Others look at the state while they hold a stripe, or are refused
// by the storage.
template <class S>
void EmbeddedStore<S>::close() {
  if (guard_.forked()) return;
  Round round;
  std::exception_ptr failure;
  {
    std::lock_guard closing(closing_);  // who comes second waits until it is closed
    if (!open_.load()) return;
    stop_background(*this);
    round = end_waiters();
    try {
      if constexpr (requires { storage_->close(); }) storage_->close();
    } catch (const Error&) {
      failure = std::current_exception();
    }
  }
  deliver(round);
  if (failure) std::rethrow_exception(failure);
}

// Nothing gets in from here on.
template <class S>
auto EmbeddedStore<S>::end_waiters() -> Round {
  Round round;
  HeldStripes all(shared_.stripes, StripeSet().set());
  open_.store(false);
  for (const KeyName& key : shared_.observers->waited_keys())
    for (const auto& w : shared_.observers->waiters(key)) {
      std::lock_guard lock(w->mutex);
      if (w->state != Waiter::State::waiting) continue;
      w->state = Waiter::State::served;
      shared_.observers->unpark(*w);
      round.done.push_back({w, std::make_exception_ptr(closed_error())});
    }
  return round;
}

template <class S>
void EmbeddedStore<S>::refuse_use() const {
  if (!guard_.forked()) throw closed_error();
  throw Error(ErrorCode::closed, "the store was opened before fork() and cannot be used in the child; " +
                                     std::string(in_child_));
}

// ---- units

template <class S>
void EmbeddedStore<S>::run_unit(StripeSet set, bool undo, bool keep_on_error,
                                const std::function<void(Tx<S>&)>& body) {
  for (;;) {
    HeldStripes held(shared_.stripes, set);
    check_open();
    std::unique_ptr<Aftermath> after;
    std::exception_ptr error;
    {
      Tx<S> tx(*storage_, shared_, Mode::many, undo || !set.all(), &held.set());
      try {
        body(tx);
      } catch (const UndeclaredKey&) {
        tx.abort();
        set.set();
        continue;
      } catch (const Error&) {
        if (!keep_on_error) {
          tx.abort();
          throw;
        }
        error = std::current_exception();
      } catch (...) {
        tx.abort();
        throw;
      }
      tx.commit();
      after = tx.take_after();
    }
    if (after) finish(*after, held);
    if (error) std::rethrow_exception(error);
    return;
  }
}

template <class S>
void EmbeddedStore<S>::with_unit(std::uint16_t db, List<Text> keys, const std::function<void(Unit&)>& body) {
  check_database(db);
  make_room();
  StripeSet set;
  for (Text key : keys) set.set(stripe_of(hash_of(key)));
  run_unit(set, true, false, [&](Tx<S>& tx) {
    UnitOn<S> unit(tx);
    body(unit);
  });
}

template <class S>
Value EmbeddedStore<S>::invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) {
  Value result;
  auto body = [&](Unit& unit) { result = p.body(unit, db, keys, args); };
  with_unit(db, keys, std::ref(body));  // a function that does not allocate
  return result;
}

template <class S>
void EmbeddedStore<S>::perform_in(Tx<S>& tx, AnyCall& call) {
  call.error.reset();
  try {
    check_database(call.db());
    thunks_[call.command().code].inside(tx, call.call());
  } catch (const Error& e) {
    if (e.code() != ErrorCode::command) throw;
    call.error = e.what();
  }
}

template <class S>
void EmbeddedStore<S>::run_batch(Batch& batch, StripeSet set, const std::function<bool(Tx<S>&)>& precondition,
                                 bool& ran) {
  bool room = false;
  for (const AnyCall& call : batch.calls) {
    set |= stripes_of(call);
    room = room || call.command().is(Flags::denyoom);
  }
  if (room) make_room();
  // What the cache of scripts tells must not depend on a first attempt that touched undeclared keys.
  bool scripts = false, asks = false, learns = false, manages = false;
  for (const AnyCall& c : batch.calls) {
    Text name = c.command().traits.name;
    scripts = scripts || c.command().traits.group == Group::scripting;
    asks = asks || name.starts_with("evalsha");
    learns = learns || name == "eval" || name == "eval_ro";
    manages = manages || name.starts_with("script|");
  }
  if (manages || (asks && learns)) set.set();
  run_unit(set, scripts, false, [&](Tx<S>& tx) {
    ran = !precondition || precondition(tx);
    if (!ran) return;
    for (AnyCall& call : batch.calls) perform_in(tx, call);
  });
}

template <class S>
void EmbeddedStore<S>::perform(Batch& batch) {
  bool ran = false;
  run_batch(batch, {}, nullptr, ran);
}

// ---- after a unit

template <class S>
void EmbeddedStore<S>::finish(Aftermath& after, HeldStripes& held) {
  Round round;
  round.published = std::move(after.published);
  shared_.observers->touch(after.touched);
  round.ready = after.touched_all ? shared_.observers->waited_keys() : std::move(after.touched);
  serve(round, held);
  held.release();
  deliver(round);
}

template <class S>
void EmbeddedStore<S>::finish(Aftermath& after, std::unique_lock<StripeMutex> lock, std::size_t stripe) {
  lock.release();
  HeldStripes held(shared_.stripes, stripe, std::adopt_lock);
  finish(after, held);
}

template <class S>
void EmbeddedStore<S>::serve(Round& round, HeldStripes& held) {
  for (std::size_t i = 0; i < round.ready.size(); ++i) {
    KeyName key = round.ready[i];
    serve_key(key, round, held);
  }
}

template <class S>
void EmbeddedStore<S>::serve_key(const KeyName& key, Round& round, HeldStripes& held) {
  for (const auto& w : shared_.observers->waiters(key)) {
    {
      Tx<S> look(*storage_, shared_, Mode::read, false, nullptr);
      if (!look.open(key.db, key.name).exists()) return;
    }
    StripeSet needed = stripes_of(w->call);
    for (std::size_t i = needed._Find_first(); i < stripe_count; i = needed._Find_next(i))
      if (!held.try_add(i)) {
        round.blocked.push_back(key);
        return;
      }
    try_waiter(w, key, round);
  }
}

template <class S>
bool EmbeddedStore<S>::try_waiter(const std::shared_ptr<Waiter>& w, const KeyName& key, Round& round) {
  std::lock_guard lock(w->mutex);
  if (w->state != Waiter::State::waiting) return false;
  const Thunk<S>& thunk = thunks_[w->call.command().code];
  std::exception_ptr error;
  {
    Tx<S> tx(*storage_, shared_, Mode::many, false, nullptr);
    if (tx.open(key.db, key.name).type() != thunk.waits_for) return false;
    Arena arena;
    Call call = w->call.call();
    call.operation = thunk.narrowed(call.operation, key.name, arena);
    try {
      thunk.inside(tx, call);
      if (!thunk.served(call.reply)) return false;
      tx.commit();
    } catch (const Error&) {
      error = std::current_exception();
    }
    shared_.observers->touch(tx.after().touched);
    for (KeyName& k : tx.after().touched) round.ready.push_back(std::move(k));
    for (auto& message : tx.after().published) round.published.push_back(std::move(message));
  }
  w->state = Waiter::State::served;
  shared_.observers->unpark(*w);
  for (const KeyName& k : w->keys)
    shared_.stripes[stripe_of(hash_of(k.name))].observers.fetch_sub(1, std::memory_order_relaxed);
  round.done.push_back({w, error});
  return true;
}

// Waiters that need stripes below those held: all stripes of the first such waiter are taken in order and the
// round goes on from there.
template <class S>
void EmbeddedStore<S>::serve_again(const std::vector<KeyName>& keys) {
  for (const KeyName& key : keys) {
    StripeSet set;
    set.set(stripe_of(hash_of(key.name)));
    for (const auto& w : shared_.observers->waiters(key)) set |= stripes_of(w->call);
    Round round;
    round.ready.push_back(key);
    {
      HeldStripes held(shared_.stripes, set);
      if (!open_.load()) return;
      serve(round, held);
    }
    deliver(round);
  }
}

template <class S>
void EmbeddedStore<S>::deliver(Round& round) {
  for (Served& s : round.done) s.waiter->done(s.waiter->call, s.error);
  for (auto& [channel, payload] : round.published) shared_.broker->publish(channel, payload);
  const std::vector<KeyName> blocked = std::move(round.blocked);
  if (!blocked.empty()) serve_again(blocked);
}

// ---- blocking

template <class S>
class EmbeddedStore<S>::TicketOn final : public Ticket {
 public:
  TicketOn(Shared& shared, std::shared_ptr<Waiter> w) : shared_(shared), waiter_(std::move(w)) {}
  bool cancel() override {
    std::lock_guard lock(waiter_->mutex);
    if (waiter_->state != Waiter::State::waiting) return waiter_->state == Waiter::State::cancelled;
    waiter_->state = Waiter::State::cancelled;
    shared_.observers->unpark(*waiter_);
    for (const KeyName& k : waiter_->keys)
      shared_.stripes[stripe_of(hash_of(k.name))].observers.fetch_sub(1, std::memory_order_relaxed);
    return true;
  }

 private:
  Shared& shared_;
  std::shared_ptr<Waiter> waiter_;
};

template <class S>
std::unique_ptr<Ticket> EmbeddedStore<S>::park(AnyCall call,
                                               std::function<void(AnyCall&, std::exception_ptr)> done) {
  const Thunk<S>& thunk = thunks_[call.command().code];
  if (thunk.served == nullptr)
    throw Error(ErrorCode::invalid, "only a blocking command can be parked, not '" +
                                        std::string(call.command().traits.name) + "'");
  check_database(call.db());
  auto w = std::make_shared<Waiter>(std::move(call), std::move(done));
  w->keys = waited_keys(w->call);
  auto ticket = std::make_unique<TicketOn>(shared_, w);
  bool behind_others = false;
  {
    HeldStripes held(shared_.stripes, stripes_of(w->call));
    check_open();
    behind_others = shared_.observers->waited_for(w->keys);
    std::unique_ptr<Aftermath> after;
    if (!behind_others) {
      Tx<S> tx(*storage_, shared_, Mode::many, false, nullptr);
      thunk.inside(tx, w->call.call());
      if (thunk.served(w->call.call().reply)) {
        tx.commit();
        w->state = Waiter::State::served;
        after = tx.take_after();
      }
    }
    if (w->state == Waiter::State::served) {
      if (after) finish(*after, held);
      held.release();
      w->done(w->call, nullptr);
      return ticket;
    }
    for (const KeyName& k : w->keys)
      shared_.stripes[stripe_of(hash_of(k.name))].observers.fetch_add(1, std::memory_order_relaxed);
    shared_.observers->park(w);
  }
  if (behind_others) serve_again(w->keys);
  return ticket;
}

template <class S>
std::unique_ptr<Subscription> EmbeddedStore<S>::subscribe(std::function<void(const Message&)> handler) {
  check_open();
  return shared_.broker->subscribe(std::move(handler));
}

// ---- watching

template <class S>
class EmbeddedStore<S>::WatchOn final : public Watch {
 public:
  explicit WatchOn(EmbeddedStore& store) : store_(store) {}
  ~WatchOn() override { end(); }

  void add(std::uint16_t db, List<Text> keys) override {
    store_.check_database(db);
    for (Text name : keys) {
      KeyName key{db, std::string(name)};
      auto same = [&](const auto& watched) { return watched.key == key; };
      if (std::any_of(state_->keys.begin(), state_->keys.end(), same)) continue;
      Stripe& stripe = store_.shared_.stripes[stripe_of(hash_of(name))];
      std::lock_guard lock(stripe.mutex);
      store_.check_open();
      stripe.observers.fetch_add(1, std::memory_order_relaxed);
      store_.shared_.observers->add(state_, key);
      state_->keys.push_back({key, exists(key)});
    }
  }

  bool commit(Batch& batch) override {
    StripeSet set;
    for (const auto& watched : state_->keys) set.set(stripe_of(hash_of(watched.key.name)));
    bool ran = false;
    try {
      store_.run_batch(batch, set, [this](Tx<S>& tx) { return unchanged(tx); }, ran);
    } catch (...) {
      end();
      throw;
    }
    end();
    return ran;
  }

 private:
  bool exists(const KeyName& key) {
    Tx<S> tx(*store_.storage_, store_.shared_, Mode::read, false, nullptr);
    return tx.open(key.db, key.name).exists();
  }
  // A key that has expired since it was watched counts as changed; one that was gone already does not.
  bool unchanged(Tx<S>& tx) {
    if (state_->dirty) return false;
    for (const auto& watched : state_->keys)
      if (watched.existed && !tx.open(watched.key.db, watched.key.name).exists()) return false;
    return true;
  }
  void end() {
    store_.shared_.observers->remove(state_);
    for (const auto& watched : state_->keys)
      store_.shared_.stripes[stripe_of(hash_of(watched.key.name))].observers.fetch_sub(
          1, std::memory_order_relaxed);
    state_->keys.clear();
    state_->dirty = false;
  }

  EmbeddedStore& store_;
  std::shared_ptr<WatchState> state_ = std::make_shared<WatchState>();
};

template <class S>
std::unique_ptr<Watch> EmbeddedStore<S>::watch() {
  check_open();
  return std::make_unique<WatchOn>(*this);
}

// ---- background

// Expired keys are reclaimed stripe by stripe; a stripe in use is left for the next round.
template <class S>
void EmbeddedStore<S>::step(Millis budget_us) {
  constexpr std::size_t keys_at_once = 64;
  auto start = std::chrono::steady_clock::now();
  auto over = [&] { return std::chrono::steady_clock::now() - start > std::chrono::microseconds(budget_us); };
  for (std::size_t n = 0; n < stripe_count && !over(); ++n) {
    std::size_t i = next_stripe_++ % stripe_count;
    std::unique_lock lock(shared_.stripes[i].mutex, std::try_to_lock);
    if (!lock.owns_lock() || !open_.load(std::memory_order_relaxed)) continue;
    Millis time = now();
    std::vector<KeyName> gone;
    storage_->expired(i, time, keys_at_once,
                      [&](const Key& key) { gone.push_back({key.db, std::string(key.name)}); });
    if (gone.empty()) continue;
    Tx<S> tx(*storage_, shared_, Mode::many, false, nullptr);
    for (const KeyName& key : gone) tx.open(key.db, key.name);  // opening a key that has expired removes it
    tx.commit();
  }
}

template <class S>
void EmbeddedStore<S>::evict() {
  if constexpr (requires { storage_->over_limit(); }) {
    thread_local std::minstd_rand random{std::random_device{}()};
    for (int attempts = 0; storage_->over_limit(); ++attempts) {
      if (attempts > 4 * static_cast<int>(stripe_count))
        refuse("OOM command not allowed when used memory > 'maxmemory'.");
      std::size_t i = random() % stripe_count;
      std::unique_lock lock(shared_.stripes[i].mutex);
      check_open();
      std::vector<KeyName> victims;
      storage_->evict_one(i, [&](const Key& key) { victims.push_back({key.db, std::string(key.name)}); });
      std::unique_ptr<Aftermath> after;
      {
        Tx<S> tx(*storage_, shared_, Mode::many, false, nullptr);
        for (const KeyName& key : victims) {
          auto entry = tx.open(key.db, key.name);
          if (entry.exists()) tx.remove(entry);
        }
        tx.commit();
        after = tx.take_after();
      }
      if (after) finish(*after, std::move(lock), i);
      if (!victims.empty()) attempts = 0;
    }
  }
}

}  // namespace playhead::embedded
