#pragma once
#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>

#include "backends/redis/connection.h"
#include "backends/redis/wake.h"
#include "playhead/store.h"

namespace playhead::redis {

/// All subscriptions of a store, over one connection and one thread, which calls every handler: handlers
/// should be quick and must not throw.
///
/// subscribe() returns when the server has confirmed, so that whatever is published afterwards is received;
/// inside a handler it only asks. If the connection is lost, everything is subscribed again as soon as the
/// server can be reached (after 50 ms, then twice as long each time, up to 5 s), and each subscriber gets its
/// confirmations once more: messages in between may have been missed. Thread-safe.
class Hub : public std::enable_shared_from_this<Hub> {
 public:
  explicit Hub(const RedisOptions& options) : options_(options) {}

  std::unique_ptr<Subscription> subscribe(std::function<void(const Message&)> handler);
  /// Ends the thread; waiting and later calls get Error{closed}. Idempotent.
  void close();

 private:
  enum Kind : std::uint8_t { channel, pattern };
  struct Subscriber;
  class Handle;
  using Shared = std::shared_ptr<Subscriber>;
  /// A channel or pattern that has subscribers, or had them and awaits the server's answer.
  struct Topic {
    std::map<Shared, bool> members;  ///< whether its confirmation is on its way to it
    std::size_t unanswered = 0;      ///< SUBSCRIBEs the server has not yet answered
  };
  /// An unsubscribe() on its way. It takes effect when the PING sent for it is answered: then whatever was
  /// published before has been received.
  struct Parting {
    Shared who;
    std::vector<std::string> names;
    std::uint64_t time = 0;
  };
  /// A command that the server has not yet answered.
  struct Sent {
    enum class What : std::uint8_t { subscribe, unsubscribe, ping } what;
    Kind kind;
    std::string name;
    Parting parting;  ///< of a PING, if it was sent for one
  };
  struct Confirmation {
    Shared to;
    Kind kind;
    bool subscribe;
    std::string name;
    bool ends_parting = false;
  };
  /// What the thread knows of the connection.
  struct Line {
    Line(const RedisOptions& options, Deadline d) : connection(options, options.db, d), silence(d) {}
    Connection connection;
    Deadline silence;   ///< by when something should have been heard
    bool more = false;  ///< something may have been received that was not yet looked at
  };
  using Lock = std::unique_lock<std::mutex>;

  // Called by subscribers.
  void join(const Shared& s, Kind kind, List<Text> names);
  void part(const Shared& s, Kind kind, List<Text> names);
  void remove(const Shared& s);
  void check_open() const;
  void await_confirmations(const Shared& s, Kind kind, List<Text> names, Lock& lock);

  // With mutex_ held.
  void say(Sent::What what, Kind kind, const std::string& name = {});
  void leave(const Shared& s, Kind kind, const std::string& name);
  void finish(const Parting& parting, Kind kind);
  void confirm(const Shared& to, Kind kind, bool subscribe, const std::string& name);
  void answered(const Value& reply);
  void refused(const Sent& sent, const std::string& text);
  void say_everything_again();

  // The thread.
  void run();
  void talk();
  void attend(Line& line);
  void listen(Line& line);
  void back_off(Millis ms);
  void receive(const Value& reply);
  void deliver(Kind kind, Text pattern, Text channel, Text payload);
  void deliver_confirmations();
  void call(const Shared& to, const Message& message, Lock& lock) noexcept;

  const RedisOptions options_;
  const ForkGuard guard_;
  const Wake wake_;

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::array<std::map<std::string, Topic, std::less<>>, 2> topics_;
  std::string outgoing_;
  std::deque<Sent> sent_;  // what is in outgoing_ or was sent: the server answers in this order
  std::deque<Confirmation> confirmations_;
  bool connected_ = false;
  std::uint64_t time_ = 0;         // counts subscribe() and unsubscribe()
  Subscriber* running_ = nullptr;  // whose handler is being called
  std::uint64_t failures_ = 0;     // attempts to connect that failed
  std::string last_failure_;
  bool closed_ = false;
  Worker worker_;
};

}  // namespace playhead::redis
