#pragma once
// Tasks that run later, once or again and again.
#include <functional>
#include <map>
#include <mutex>

#include "playhead/modules/background.h"
#include "playhead/modules/cron.h"
#include "playhead/modules/namespace.h"

namespace playhead {

class SignalWait;

struct DelayedTasksOptions {
  std::string name = "tasks";    ///< schedulers of the same name share their tasks
  Millis lease = 60'000;         ///< how long a claim lasts; longer than a handler takes. 1 ms to 10 years
  std::int64_t max_retries = 3;  ///< runs after the first one that failed; 0..1000
  Millis retry_unit =
      1'000;  ///< a run that failed n times is tried again after this times 2^n; 0 to 10 years
  Millis longest_retry = 300'000;  ///< but not later than this; 0 to 10 years
  Millis retention = 86'400'000;   ///< how long a task that is over can be looked at; 1 ms to 10 years
};

/// When a task runs: at a time, or so long from now (0: at once); then, if one of the others is given, again.
struct TaskTime {
  std::optional<Millis> at = {};
  Millis delay = 0;            ///< 0 to 10 years
  Millis every = 0;            ///< an interval: 1 ms to 10 years. Runs that were missed are one
  std::string cron = {};       ///< runs first at its first time, unless `at` or `delay` is given
  int utc_offset_minutes = 0;  ///< of the cron expression's clock, east positive
};

enum class TaskStatus : std::uint8_t { scheduled, running, completed, failed, cancelled };

struct TaskState {
  TaskStatus status = TaskStatus::scheduled;
  std::string type, data;
  Millis due = 0;             ///< the time that the present or next run is for; when it ended, if it is over
  std::int64_t attempts = 0;  ///< of that run
  std::int64_t runs = 0;      ///< that have ended
  std::string note;           ///< the result of the last run, or what it failed with
  bool failed = false;        ///< which of the two
};

/// A task that was claimed: whoever has the receipt runs it, until the lease ends and somebody else claims it.
struct TaskClaim {
  std::string id, type, data;
  Millis due = 0;
  std::int64_t attempt = 1;  ///< of this run: a fencing token for its effects
  std::string receipt;
  std::string repeat;  ///< how it goes on
  Millis now = 0;      ///< when it was claimed
};

/// What cancelling met.
enum class CancelResult : std::uint8_t {
  cancelled,  ///< it was waiting, and will not run
  running,    ///< somebody is running it: that run goes on, and is neither repeated nor tried again
  over,       ///< it had ended
  unknown,
};

/// What a step did.
struct TaskReport {
  struct Failure {
    std::string id, message;
  };
  std::int64_t claimed = 0, completed = 0;
  std::int64_t lost = 0;  ///< ran, but somebody else has it, because the lease had ended
  std::vector<Failure> failures;
  Millis look_again = 0;  ///< the longest time after which to look again, if nothing tells that there is more
};

/// Tasks that run later. Any number of schedulers, in any number of processes, share the work: a task that is due is
/// claimed by exactly one of them; if that one dies, it is claimed again once the lease has ended, with a greater
/// `attempt`. A cancellation either comes before the claim, and the task never runs, or after it, and the run goes on as
/// the last. Every method is one atomic step and one round trip. Waiting is parked in the store: nobody polls.
/// Thread-safe. Methods throw Error{invalid} for arguments out of range, and what the store throws.
class DelayedTasks {
 public:
  /// Runs a task of a type; gives its result. What it throws is what the run failed with; EndRun ends the step.
  using Handler = std::function<std::string(const TaskClaim&)>;

  /// Throws Error{invalid} for options out of range.
  explicit DelayedTasks(Namespace space, DelayedTasksOptions options = {});
  /// Ends the background thread; not to be called on it.
  ~DelayedTasks();
  DelayedTasks(const DelayedTasks&) = delete;
  DelayedTasks& operator=(const DelayedTasks&) = delete;

  /// Schedules a task; its id, `id` if it is not empty. A task with that id that is there stays as it is. O(log n).
  std::string schedule_task(Text type, Text data, const TaskTime& when = {}, Text id = {});
  CancelResult cancel_task(Text id);
  std::optional<TaskState> task_state(Text id);

  struct Claims {
    std::vector<TaskClaim> tasks;
    Millis look_again = 0;
  };
  /// Claims up to `count` (1..1000) tasks that are due, the most overdue first. O(count log n).
  Claims claim(std::int64_t count = 1);
  /// It ran: it is over, or due at its next time. False: the receipt is not good any more, and nothing was changed.
  bool complete(const TaskClaim& task, Text result = {});
  /// The run failed: it is tried again, or, after max_retries, is over or due at its next time.
  bool fail(const TaskClaim& task, Text error);
  /// Who waits by other means than run_in_background() waits for an element of this list, which he takes.
  const std::string& signal_key() const { return keys_.back(); }

  /// The tasks of a type are run by this one from now on.
  void register_handler(Text type, Handler handler);
  /// Claims one task that is due, runs it, and says what happened. A task without a handler fails.
  TaskReport step();
  /// Steps on a thread of its own until stop_background(), parked in the store while nothing is due. Errors go to
  /// `on_error` (which must not throw), and the thread goes on; after an EndRun it ends.
  void run_in_background(std::function<void(Text message)> on_error = {});
  /// Waits for the step under way, then ends the thread. Idempotent; throws Error{invalid} within a handler.
  void stop_background();
  bool running() const;

  static List<Procedure> procedures();

 private:
  Value invoke(const Procedure& p, const ArgumentWriter& args) const;
  bool settle(const TaskClaim& task, Text how, Millis next, Text note);
  /// What the handler failed with; nothing: it gave the result.
  std::optional<std::string> handle(const TaskClaim& task, std::string& result) const;
  void run(const TaskClaim& task, TaskReport& report);
  Millis background_step(const std::function<void(Text)>& tell);

  Namespace space_;
  DelayedTasksOptions options_;
  std::vector<std::string> keys_;
  mutable std::mutex mutex_;
  std::map<std::string, Handler, std::less<>> handlers_;  // under mutex_
  std::unique_ptr<SignalWait> idle_;
  BackgroundPtr background_;
};

}  // namespace playhead
