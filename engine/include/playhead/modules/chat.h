#pragma once
// Rooms with a history.
#include "playhead/modules/message_bus.h"

namespace playhead {

struct ChatOptions {
  std::int64_t history_limit = 1'000;  ///< so many messages of a room are kept; 0 to 10^6
  MessageBusOptions bus = {};
};

struct ChatMessage {
  std::string id, room, user, text;
  Millis at = 0;
};

/// Rooms whose messages reach everybody who listens, and whose newest ones are kept. Keeping a message and sending it
/// are one step and one round trip. Listeners get the messages of each sender in their order; those of several who send
/// at the same moment may reach them in another order than the history has, except on Redis. Thread-safe, shared by all
/// processes on the store, database and prefix. Methods throw Error{invalid} for arguments out of range,
/// and what the store throws.
class Chat {
 public:
  using Callback = std::function<void(const ChatMessage&)>;

  /// Throws Error{invalid} for options out of range.
  explicit Chat(Namespace space, ChatOptions options = {});

  /// Sends a message to a room. `user` may be empty. O(listeners).
  ChatMessage publish(Text room, Text text, Text user = {});
  /// The callback gets a room's messages from now on, as MessageBus::subscribe(); what is none goes to on_error.
  std::uint64_t subscribe(Text room, Callback callback);
  bool unsubscribe(std::uint64_t subscription) { return bus_.unsubscribe(subscription); }
  /// The newest `count` (1 to 10^6) messages behind the newest `skip`, the oldest of them first. O(skip + count).
  std::vector<ChatMessage> history(Text room, std::int64_t count = 50, std::int64_t skip = 0);

  /// Ends all subscriptions: MessageBus::stop_listening().
  void close() { bus_.stop_listening(); }
  MessageBus& bus() { return bus_; }

  static List<Procedure> procedures();

 private:
  std::string history_key(Text room) const;
  std::string channel(Text room) const;

  Namespace space_;
  std::int64_t history_limit_;
  MessageBus bus_;
};

}  // namespace playhead
