#pragma once
// Tasks by name, processed by workers.
#include <map>
#include <mutex>

#include "playhead/modules/workers.h"

namespace playhead {

/// A task to enqueue; options as of an OutgoingMessage.
struct OutgoingTask {
  Text name;  ///< 1 to 1024 bytes
  Text data = {};
  Millis delay = 0;
  std::int64_t priority = 0;
  Text dedupe = {};
  Text id = {};
};

/// Tasks by name, processed by workers in any number of processes; a killed worker loses none. A task runs at least
/// once: make its effects idempotent, or let them compare the attempt. Tasks are messages of a queue, with all that
/// MessageQueue says of delivery, retries and dead letters; queues of messages and of tasks share nothing, whatever
/// their names. Results are kept for the retention. Thread-safe; methods throw as those of MessageQueue.
class TaskQueue {
 public:
  /// Runs the tasks of a name; gives the result. Otherwise as Workers::Handler.
  using Handler = std::function<std::string(Text data, Task& task)>;

  /// Throws Error{invalid} for options out of range.
  explicit TaskQueue(Namespace space, Text name = "default",
                     QueueOptions options = {.retention = 86'400'000});

  /// The tasks of a name are run by this one from now on. A task without a handler fails.
  void register_task(Text name, Handler handler);
  /// Its id, or that of the one there is.
  std::string enqueue(const OutgoingTask& task);
  std::string enqueue(Text name, Text data) { return enqueue(OutgoingTask{name, data}); }
  /// What became of a task so far: its status, attempts, progress, result, and what the last run failed with. Nothing:
  /// it is not known, or no longer.
  std::optional<MessageState> result(Text id) { return queue_.message_state(id); }
  /// Waits up to `timeout` ms (none: for ever) until it is completed or has failed for good; then as result(). See
  /// MessageQueue::await_message().
  std::optional<MessageState> wait(Text id, std::optional<Millis> timeout = {}) {
    return queue_.await_message(id, timeout);
  }

  /// Workers of its tasks, which run none yet: start() them. They know the handlers registered here, then and later,
  /// and may outlive this.
  std::unique_ptr<Workers> workers(Workers::OnError on_error = {});
  /// Processes tasks on this thread until there is none that can be run, or `limit` of them; how many.
  std::int64_t process_tasks(std::optional<std::int64_t> limit = {});
  QueueStats stats() { return queue_.get_queue_stats(); }

  /// The messages: their dead letters, and so on. The body of each is taken apart by parse().
  MessageQueue& queue() { return queue_; }
  struct Parsed {
    std::string name, data;
  };
  /// Throws Error{corrupt} if it is no task.
  static Parsed parse(Text body);

 private:
  struct Handlers {
    std::mutex mutex;
    std::map<std::string, Handler, std::less<>> by_name;  // under mutex
  };
  static std::string run(Handlers& handlers, Task& task);

  MessageQueue queue_;
  std::shared_ptr<Handlers> handlers_ = std::make_shared<Handlers>();
};

}  // namespace playhead
