#pragma once
// Callbacks for what is published to channels.
#include <functional>
#include <memory>

#include "playhead/error.h"
#include "playhead/modules/namespace.h"

namespace playhead {

/// What happens when more messages wait for callbacks than may.
enum class SlowCallbacks : std::uint8_t {
  drop,  ///< the oldest are dropped and counted
  end,   ///< listening ends, and on_error is told
};

struct MessageBusOptions {
  std::int64_t limit = 10'000;  ///< so many messages may wait for callbacks; 1 to 10^7
  SlowCallbacks slow = SlowCallbacks::drop;
  /// What callbacks throw, and why listening ended; must not throw. May be empty.
  std::function<void(Text message)> on_error = {};
};

/// Callbacks for channels and patterns of a store, which may come and go while messages arrive. One thread calls them,
/// in the order of the messages; it begins with the first subscription, and ends with stop_listening(). A callback may
/// call any method. One that throws is told to on_error, and the others are called; an EndRun ends listening. Messages
/// reach whoever listens at that time, in all processes on the store, at most once. Channels are the store's: they
/// belong to no database and have no prefix. Thread-safe. Methods throw what the store throws.
class MessageBus {
 public:
  using Callback = std::function<void(Text channel, Text message)>;

  /// Throws Error{invalid} for options out of range.
  explicit MessageBus(Namespace space, MessageBusOptions options = {});
  /// As stop_listening().
  ~MessageBus();
  MessageBus(const MessageBus&) = delete;
  MessageBus& operator=(const MessageBus&) = delete;

  /// How many subscriptions, of channels and of patterns, the message reaches.
  std::int64_t publish(Text channel, Text message);

  /// The callback gets the messages of a channel from now on: the store knows the subscription when this returns. The
  /// result is for unsubscribe().
  std::uint64_t subscribe(Text channel, Callback callback);
  /// The same for all channels that match a pattern (`news.*`).
  std::uint64_t psubscribe(Text pattern, Callback callback);
  /// Removes one callback; whether it was there. It is called no more, except for the call that is under way.
  bool unsubscribe(std::uint64_t subscription);
  /// Removes all callbacks of a channel; whether there was one.
  bool unsubscribe(Text channel);
  bool punsubscribe(Text pattern);

  /// Removes all callbacks and ends the thread; waits for the callback under way, unless it is called by that one.
  void stop_listening();
  /// To be called by who closes the store: once the messages that have arrived are delivered, listening ends, and
  /// on_error is told why. Does not wait.
  void end(const Error& why);

  /// How many messages were dropped since listening began.
  std::uint64_t dropped() const;
  /// Whether the thread runs.
  bool listening() const;

 private:
  class Listening;
  struct State;
  std::uint64_t add(bool pattern, Text name, Callback callback);

  Namespace space_;
  MessageBusOptions options_;
  std::shared_ptr<State> state_;
};

}  // namespace playhead
