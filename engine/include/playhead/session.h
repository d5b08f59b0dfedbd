#pragma once
// A client's connection above a store, whatever carries its bytes: what a Redis client talks to.
#include <chrono>
#include <functional>
#include <memory>

#include "playhead/store.h"

namespace playhead {

/// A command that waits (BLPOP, ...). Destroying it ends the waiting; what was taken for it until then still
/// goes to its completion.
class Pending {
 public:
  virtual ~Pending() = default;
  /// When the command's timeout is over; nothing: it waits for ever.
  virtual std::optional<std::chrono::steady_clock::time_point> deadline() const = 0;
  /// Ends the waiting as if the timeout were over: the completion gets the reply of a timeout. False: it has
  /// got its reply already, or is about to.
  virtual bool expire() = 0;
  /// Ends the waiting for a caller who went away. True: he takes nothing with him; what the command was served
  /// nevertheless has been put back (playhead/put_back.h), whatever the completion gets. False: that was not
  /// possible, and the completion gets the only copy. May wait for disk or network.
  virtual bool settle() = 0;
};

struct ConnectionOptions {
  /// Gets the messages of subscriptions and the confirmations of SUBSCRIBE and its sisters, on any thread,
  /// one at a time. A confirmation that ended nothing has a channel whose data() is null. It must not use the
  /// session. Null: SUBSCRIBE is refused.
  std::function<void(const Message&)> on_message;
  /// Shown by CLIENT INFO ("127.0.0.1:50000").
  std::string address;
};

/// The state of one connection: the database, the transaction, watched keys, subscriptions, name and
/// protocol. Commands come in as their arguments, replies go into a Sink, as Redis 7.0 gives them.
/// Differences: SUBSCRIBE and its sisters are refused between MULTI and EXEC; every user is the default user,
/// without a password; INFO tells what there is to tell.
///
/// Not thread-safe: one call at a time. Many sessions may share a store.
/// https://redis.io/docs/reference/protocol-spec
class Session {
 public:
  /// What a waiting command ends with: its reply, or what the store failed with.
  using Done = std::function<void(const Value& reply, std::exception_ptr error)>;

  /// The session starts in the store's default database.
  explicit Session(std::shared_ptr<Store> store, ConnectionOptions options = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Performs a command; its reply goes into the sink: one, and none for SUBSCRIBE and its sisters. A refusal
  /// is a reply too. Blocking commands wait on this thread. Throws Error if the store fails (`closed`,
  /// `unavailable`, ...): then nothing went into the sink.
  void execute(List<Text> arguments, Sink& reply);

  /// The same without waiting: null if the reply has gone into the sink. A blocking command outside a transaction
  /// is never answered so: it waits, or was served at once, and `done` is called once, on any thread, perhaps
  /// before this returns. The caller keeps the time: see Pending. Until then other commands may be executed,
  /// which a Redis server would not do.
  std::unique_ptr<Pending> start(List<Text> arguments, Sink& reply, Done done);

  /// The protocol of replies that HELLO has chosen: 2 or 3. It is in force for HELLO's own reply.
  int protocol() const;
  std::uint16_t database() const;
  /// CLIENT ID.
  std::uint64_t id() const;
  bool in_transaction() const;
  /// How many channels and patterns it has subscribed to.
  std::size_t subscriptions() const;
  /// QUIT was executed: nothing more will be.
  bool ended() const;

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

/// Shows a message as subscribers get it: ["message", channel, payload], a push.
void emit(const Message& message, Sink& sink);

}  // namespace playhead
