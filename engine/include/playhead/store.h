#pragma once
// What a store is. Application code uses the typed views (views.h) and the modules on top of it.
#include <functional>
#include <memory>

#include "playhead/command.h"
#include "playhead/error.h"
#include "playhead/operations.h"
#include "playhead/reply.h"

namespace playhead {

/// Several calls that happen as one: they run in order, nobody sees a state between them, and their writes
/// become durable together. As in Redis's EXEC, a call that is refused leaves the effects of the others.
class Batch {
 public:
  /// `db`: the database of what add() adds; Store::database() is a store's default one.
  explicit Batch(std::uint16_t db = 0) : db_(db) {}

  /// Adds a copy of an operation; the result is its index.
  template <class Op>
  std::size_t add(const Op& op) {
    calls.push_back(AnyCall::of(op, db_));
    return calls.size() - 1;
  }
  /// The reply of a performed call. Throws Error{command} if that call was refused.
  template <class Op>
  typename Op::Reply& reply(std::size_t index) {
    AnyCall& c = calls.at(index);
    if (c.error) throw Error(ErrorCode::command, *c.error);
    return c.reply<Op>();
  }
  std::vector<AnyCall> calls;

 private:
  std::uint16_t db_;
};

/// The inside of a unit: what scripts and procedure bodies see. Reads see the unit's own writes. Valid only
/// inside the body.
class Unit {
 public:
  virtual ~Unit() = default;
  /// Performs a call within the unit. Throws Error{command}.
  virtual void perform(const Call& call) = 0;
  /// The unit's time: the same for everything in it.
  virtual Millis now() = 0;

  template <class Op>
  typename Op::Reply run(const Op& op, std::uint16_t db = 0) {
    validate(op);
    typename Op::Reply r{};
    perform({code_of<Op>, db, &op, &r});
    return r;
  }
};

/// A composite operation that must be one step and one round trip. Embedded stores run `body`; a Redis store
/// runs `lua` by EVALSHA with the same keys and arguments. Both are held together by a differential test.
struct Procedure {
  Text name;
  /// Gives the result; throws Error: then nothing happened. `args` are bytes, as ARGV is.
  Value (*body)(Unit&, std::uint16_t db, List<Text> keys, List<Text> args);
  Text lua;
};

/// An optimistic transaction's view: keys whose changes make commit() refuse.
class Watch {
 public:
  virtual ~Watch() = default;
  /// Watches more keys from now on.
  virtual void add(std::uint16_t db, List<Text> keys) = 0;
  /// Runs the batch as one unit if no watched key has changed or expired since it was watched; false: one
  /// has, and nothing was run. The watch is over either way.
  virtual bool commit(Batch& batch) = 0;
};

/// A parked blocking operation.
class Ticket {
 public:
  virtual ~Ticket() = default;
  /// True: it was still waiting and will never be served. False: it has been served, or is being served right
  /// now: the completion has run or is about to.
  virtual bool cancel() = 0;
};

/// A message for a subscriber. Views are valid during the call only.
struct Message {
  enum class Kind : std::uint8_t { subscribe, unsubscribe, psubscribe, punsubscribe, message, pmessage } kind;
  Text pattern;  ///< of a pmessage
  Text channel;
  Text payload;            ///< of a message; empty for confirmations
  std::int64_t count = 0;  ///< of a confirmation: subscriptions left
};

/// "subscribe", "pmessage", ...: what a message begins with on the wire.
constexpr Text name_of(Message::Kind kind) {
  constexpr Text names[] = {"subscribe", "unsubscribe", "psubscribe", "punsubscribe", "message", "pmessage"};
  return names[static_cast<std::size_t>(kind)];
}

/// One subscriber's channels. Its handler is called by one thread at a time; destroying it ends everything
/// and waits for a running handler (except from within the handler). Messages end with Store::close(), which
/// does not call the handler: who closes a store tells those who wait for its messages. Thread-safe.
class Subscription {
 public:
  virtual ~Subscription() = default;
  virtual void subscribe(List<Text> channels) = 0;
  virtual void psubscribe(List<Text> patterns) = 0;
  virtual void unsubscribe(List<Text> channels) = 0;   ///< none: all
  virtual void punsubscribe(List<Text> patterns) = 0;  ///< none: all
};

/// What a store can do.
struct Capabilities {
  Text name;                ///< "memory", "rocksdb", "redis"
  bool persistent = false;  ///< data outlive the process
  bool shared = false;      ///< other processes may change the data
  bool units = true;        ///< with_unit() and C++ procedure bodies run here
  std::uint16_t databases = 16;
};

/// A store. All methods are thread-safe. Nothing here blocks except for locks, disk and network.
class Store {
 public:
  virtual ~Store() = default;

  /// Performs one operation as a unit of its own. A blocking operation does not wait: it answers as inside
  /// MULTI. Throws Error.
  virtual void perform(const Call& call) = 0;
  /// Performs a batch as one unit; calls that are refused get their `error`. Throws only if the whole batch
  /// failed.
  virtual void perform(Batch& batch) = 0;
  /// Runs body(unit) holding the declared keys; if it throws, nothing happened. A body that touches an
  /// undeclared key is undone and run again holding everything, so it must have no side effects of its own.
  /// Stores without `units` throw Error{unsupported}.
  virtual void with_unit(std::uint16_t db, List<Text> keys, const std::function<void(Unit&)>& body) = 0;
  /// Runs a procedure in one round trip.
  virtual Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) = 0;
  virtual std::unique_ptr<Watch> watch() = 0;
  /// Queues a blocking operation (BLPOP, ...) whose own timeout is ignored by embedded stores: the caller
  /// cancels. `done` is called exactly once, by any thread, also at once, with the served call or an
  /// exception; not called after a successful cancel(). FIFO per key.
  virtual std::unique_ptr<Ticket> park(AnyCall call,
                                       std::function<void(AnyCall&, std::exception_ptr)> done) = 0;
  virtual std::unique_ptr<Subscription> subscribe(std::function<void(const Message&)> handler) = 0;
  /// The store's time.
  virtual Millis now() = 0;
  virtual Capabilities capabilities() const = 0;
  /// Stops background work and refuses further use with Error{closed}. Idempotent.
  virtual void close() = 0;

  /// The database of views, modules and run() that name none: the one that the URL named, else 0.
  std::uint16_t database() const { return database_; }

  template <class Op>
  typename Op::Reply run(const Op& op, std::optional<std::uint16_t> db = {}) {
    typename Op::Reply r{};
    run(op, r, db);
    return r;
  }
  /// As above, reusing the memory of `into`.
  template <class Op>
  void run(const Op& op, typename Op::Reply& into, std::optional<std::uint16_t> db = {}) {
    static_assert(!has(Op::traits.flags, Flags::connection), "performed by a Session, not by a store");
    validate(op);
    perform(Call{code_of<Op>, db.value_or(database_), &op, &into});
  }

 protected:
  explicit Store(std::uint16_t database = 0) : database_(database) {}

 private:
  std::uint16_t database_;
};

/// Forwards everything to another store: base of decorators, which override what they change.
class StoreWrapper : public Store {
 public:
  explicit StoreWrapper(std::shared_ptr<Store> inner) : Store(inner->database()), inner_(std::move(inner)) {}
  /// The same store with another default database.
  StoreWrapper(std::shared_ptr<Store> inner, std::uint16_t database)
      : Store(database), inner_(std::move(inner)) {}
  void perform(const Call& call) override { inner_->perform(call); }
  void perform(Batch& batch) override { inner_->perform(batch); }
  void with_unit(std::uint16_t db, List<Text> keys, const std::function<void(Unit&)>& body) override {
    inner_->with_unit(db, keys, body);
  }
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override {
    return inner_->invoke(p, db, keys, args);
  }
  std::unique_ptr<Watch> watch() override { return inner_->watch(); }
  std::unique_ptr<Ticket> park(AnyCall call,
                               std::function<void(AnyCall&, std::exception_ptr)> done) override {
    return inner_->park(std::move(call), std::move(done));
  }
  std::unique_ptr<Subscription> subscribe(std::function<void(const Message&)> handler) override {
    return inner_->subscribe(std::move(handler));
  }
  Millis now() override { return inner_->now(); }
  Capabilities capabilities() const override { return inner_->capabilities(); }
  void close() override { inner_->close(); }

  /// The store that is wrapped; as long-lived as this one.
  Store& inner() const { return *inner_; }

 private:
  std::shared_ptr<Store> inner_;
};

/// What a wrapper contains; null for another store.
inline Store* wrapped(Store& store) {
  auto* wrapper = dynamic_cast<StoreWrapper*>(&store);
  return wrapper == nullptr ? nullptr : &wrapper->inner();
}

/// The store below all wrappers.
inline Store& innermost(Store& store) {
  Store* inner = wrapped(store);
  return inner == nullptr ? store : innermost(*inner);
}

/// The layer of that type: the store itself or one that its wrappers contain; null if there is none.
template <class T>
T* layer(Store& store) {
  for (Store* at = &store; at != nullptr; at = wrapped(*at))
    if (auto* found = dynamic_cast<T*>(at)) return found;
  return nullptr;
}

}  // namespace playhead
