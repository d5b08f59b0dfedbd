#pragma once
// Threads that process the messages of a queue.
#include <functional>
#include <memory>

#include "playhead/modules/background.h"
#include "playhead/modules/message_queue.h"

namespace playhead {

/// The message that a handler works on. Copies are the same one. Thread-safe.
class Task {
 public:
  const ReceivedMessage& message() const;
  /// Notes how far it is, for message_state(), and extends the lease. False: it is lost.
  bool progress(Text value) { return extend(value); }
  /// Extends the lease. False: it is lost.
  bool extend(std::optional<Text> progress = {});
  /// Somebody else has the message, or may have it: its lease had ended. Its end is not told any more.
  bool lost() const;

 private:
  friend class Workers;
  struct State;
  Task(std::shared_ptr<MessageQueue> queue, ReceivedMessage message);
  std::shared_ptr<State> state_;
};

/// Workers of a queue: threads, when asked. A handler's result completes its message; what it throws fails it, so that
/// it is tried again, and at last is a dead letter. While a handler runs, a heartbeat extends its lease three times in
/// a lease: a message comes again soon after its worker has died, and not before. Idle workers are parked in the store.
/// Thread-safe.
class Workers {
 public:
  /// Processes a message; gives the result. What it throws is what it failed with; an EndRun gives the message back
  /// and ends the thread, or the step.
  using Handler = std::function<std::string(Task&)>;
  using OnError = std::function<void(Text message)>;

  /// `on_error`: told what handlers throw and what the store throws; must not throw. May be empty.
  Workers(MessageQueue queue, Handler handler, OnError on_error = {});
  /// Stops them and waits for the handlers; not to be called by one.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Starts so many threads (1 to 1000). Throws Error{invalid} if they run.
  void start(std::int64_t count = 3);
  /// No message is received from now on. Waits up to `wait` ms (none: for ever) for the handlers; how many still run.
  /// Their leases are extended until they end. Idempotent; throws Error{invalid} within a handler of a thread.
  std::int64_t stop(std::optional<Millis> wait = {});
  /// Whether threads run.
  bool running() const;

  /// Receives one message and processes it on this thread; whether there was one.
  bool step();
  /// Extends the leases of what is worked on, as a thread does while workers run.
  void heartbeat();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace playhead
