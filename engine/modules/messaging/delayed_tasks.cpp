#include "playhead/modules/delayed_tasks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/modules/messaging/task_procedures.h"
#include "engine/modules/procedures/random_id.h"
#include "engine/modules/procedures/signal_wait.h"
#include "engine/modules/procedures/unit_calls.h"
#include "engine/modules/procedures/wait.h"
#include "engine/store/background.h"
#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr std::int64_t most_at_once = 1000, most_retries = 1000;

// How a task goes on: "every:MS", or "cron:OFFSET:EXPRESSION", or nothing.
std::string print_repeat(const TaskTime& when) {
  if (when.every > 0) return "every:" + std::to_string(when.every);
  if (!when.cron.empty()) return "cron:" + std::to_string(when.utc_offset_minutes) + ":" + when.cron;
  return {};
}

/// The run after one that was due then; -1: there is none.
Millis next_run(Text repeat, Millis due, Millis now) {
  if (repeat.empty()) return -1;
  std::size_t colon = repeat.find(':');
  Text rest = repeat.substr(std::min(repeat.size(), colon + 1));
  std::int64_t n = 0;
  if (repeat.starts_with("every:") && parse_int64(rest, n) && n > 0)
    return due > now ? due + n : due + ((now - due) / n + 1) * n;
  colon = rest.find(':');
  if (repeat.starts_with("cron:") && colon != Text::npos && parse_int64(rest.substr(0, colon), n))
    return Cron::parse(rest.substr(colon + 1)).next(std::max(due, now), static_cast<int>(n));
  throw Error(ErrorCode::corrupt, "a stored task repeats in a way that this version does not know");
}

TaskStatus status_of(Text name) {
  constexpr Text names[] = {"scheduled", "running", "completed", "failed", "cancelled"};
  for (std::size_t i = 0; i < std::size(names); ++i)
    if (name == names[i]) return static_cast<TaskStatus>(i);
  throw Error(ErrorCode::corrupt, "a stored task has no status of this version");
}

}  // namespace

DelayedTasks::DelayedTasks(Namespace space, DelayedTasksOptions options)
    : space_(std::move(space)),
      options_(std::move(options)),
      idle_(std::make_unique<SignalWait>()),
      background_(new Background("scheduler of tasks", std::max<Millis>(1, options_.lease),
                                 [this](const auto& tell) { return background_step(tell); })) {
  check_id("name", options_.name);
  check_range("lease", options_.lease, 1, longest_span);
  check_range("max_retries", options_.max_retries, 0, most_retries);
  check_range("retry_unit", options_.retry_unit, 0, longest_span);
  check_range("longest_retry", options_.longest_retry, 0, longest_span);
  check_range("retention", options_.retention, 1, longest_span);
  for (Text part : {"due", "records", "over", "signal"})
    keys_.push_back(space_.keys().key("tasks", options_.name, {part}));
}

DelayedTasks::~DelayedTasks() {
  if (background_->forked()) {
    static_cast<void>(idle_.release());  // it may be locked for ever
    return;
  }
  idle_->call_off();
  background_->stop();
}

Value DelayedTasks::invoke(const Procedure& p, const ArgumentWriter& args) const {
  std::vector<Text> keys(keys_.begin(), keys_.end());
  return space_.invoke(p, keys, args);
}

// ---- tasks

std::string DelayedTasks::schedule_task(Text type, Text data, const TaskTime& when, Text id) {
  check_id("type", type);
  if (!id.empty()) check_id("id", id);
  check_range("delay", when.delay, 0, longest_span);
  check_range("every", when.every, 0, longest_span);
  if (when.at) check_range("at", *when.at, 0, max_exact_integer);
  if (when.every > 0 && !when.cron.empty())
    throw Error(ErrorCode::invalid,
                "a task repeats by an interval or by a cron expression; give one of them");
  Millis now = space_.now(), due = when.at.value_or(now + when.delay);
  if (!when.cron.empty()) {
    Cron cron = Cron::parse(when.cron);
    Millis first = cron.next(now, when.utc_offset_minutes);  // refuses what is out of range
    if (!when.at && when.delay == 0) due = first;
  }
  std::string name = id.empty() ? random_id() : std::string(id), repeat = print_repeat(when);
  ArgumentWriter args(space_.time());
  args.text(name).integer(due).text(type).text(data).text(repeat).integer(options_.retention);
  invoke(messaging::task_schedule, args);
  return name;
}

CancelResult DelayedTasks::cancel_task(Text id) {
  check_id("id", id);
  ArgumentWriter args(space_.time());
  args.text(id).integer(options_.retention);
  std::string met = invoke(messaging::task_cancel, args).to_string();
  return met == "cancelled" ? CancelResult::cancelled
         : met == "running" ? CancelResult::running
         : met == "over"    ? CancelResult::over
                            : CancelResult::unknown;
}

std::optional<TaskState> DelayedTasks::task_state(Text id) {
  check_id("id", id);
  ArgumentWriter args(space_.time());
  args.text(id);
  Value reply = invoke(messaging::task_find, args);
  if (reply.is_null()) return std::nullopt;
  const auto& parts = list_of(reply);
  TaskState s;
  s.status = status_of(parts.at(0).to_string());
  s.type = parts.at(1).to_string();
  s.data = parts.at(2).to_string();
  s.due = stored_number(parts.at(3).to_string());
  s.attempts = stored_number(parts.at(5).to_string());
  s.runs = stored_number(parts.at(6).to_string());
  s.note = parts.at(9).to_string();
  s.failed = parts.at(10).to_string() == "1";
  return s;
}

// ---- claims

DelayedTasks::Claims DelayedTasks::claim(std::int64_t count) {
  check_range("count", count, 1, most_at_once);
  std::string receipt = random_id();
  ArgumentWriter args(space_.time());
  args.integer(count).integer(options_.lease).text(receipt).integer(options_.retention);
  Value reply = invoke(messaging::task_claim, args);
  const auto& parts = list_of(reply);
  Millis now = parts.at(0).to_integer(), next = parts.at(1).to_integer();
  Claims found;
  found.look_again = look_again_after(next, now, options_.lease);
  for (std::size_t i = 2; i + 6 <= parts.size(); i += 6)
    found.tasks.push_back({parts[i].to_string(), parts[i + 1].to_string(), parts[i + 2].to_string(),
                           parts[i + 3].to_integer(), parts[i + 5].to_integer(), receipt,
                           parts[i + 4].to_string(), now});
  return found;
}

bool DelayedTasks::settle(const TaskClaim& task, Text how, Millis next, Text note) {
  check_id("id", task.id);
  ArgumentWriter args(space_.time());
  args.text(task.id).text(task.receipt).text(how).integer(next).text(note).integer(options_.retention);
  return invoke(messaging::task_settle, args).to_integer() == 1;
}

bool DelayedTasks::complete(const TaskClaim& task, Text result) {
  return settle(task, "completed", next_run(task.repeat, task.due, task.now), result);
}

bool DelayedTasks::fail(const TaskClaim& task, Text error) {
  if (task.attempt > options_.max_retries)
    return settle(task, "failed", next_run(task.repeat, task.due, task.now), error);
  double after = std::ldexp(static_cast<double>(options_.retry_unit),
                            static_cast<int>(std::min<std::int64_t>(task.attempt, 40)));
  Millis pause = static_cast<Millis>(std::min(after, static_cast<double>(options_.longest_retry)));
  return settle(task, "retry", space_.now() + pause, error);
}

// ---- running

void DelayedTasks::register_handler(Text type, Handler handler) {
  check_id("type", type);
  std::lock_guard lock(mutex_);
  handlers_.insert_or_assign(std::string(type), std::move(handler));
}

std::optional<std::string> DelayedTasks::handle(const TaskClaim& task, std::string& result) const {
  try {
    Handler handler;
    {
      std::lock_guard lock(mutex_);
      if (auto found = handlers_.find(task.type); found != handlers_.end()) handler = found->second;
    }
    if (!handler) throw Error(ErrorCode::invalid, "no handler for tasks of type " + task.type);
    if (task.attempt > options_.max_retries + 1) throw Error(ErrorCode::invalid, "the lease ended each time");
    result = handler(task);
    return std::nullopt;
  } catch (const std::exception& e) {
    return e.what();
  }
}

void DelayedTasks::run(const TaskClaim& task, TaskReport& report) {
  std::string result;
  auto error = handle(task, result);
  if (error) report.failures.push_back({task.id, *error});
  bool settled = error ? fail(task, *error) : complete(task, result);
  if (!settled) ++report.lost;
  if (settled && !error) ++report.completed;
}

TaskReport DelayedTasks::step() {
  Claims found = claim();
  TaskReport report;
  report.claimed = static_cast<std::int64_t>(found.tasks.size());
  report.look_again = found.look_again;
  for (const TaskClaim& task : found.tasks) run(task, report);
  return report;
}

Millis DelayedTasks::background_step(const std::function<void(Text)>& tell) {
  // Who was woken looks, also if he is to stop: nobody else is woken for that task.
  for (bool woken = true; woken;) {
    TaskReport report = step();
    for (const auto& failure : report.failures) tell(failure.id + ": " + failure.message);
    woken = report.claimed == 0 && idle_->wait(space_, signal_key(), report.look_again);
  }
  return 0;
}

void DelayedTasks::run_in_background(std::function<void(Text)> on_error) {
  if (!background_->running()) idle_->rearm();
  background_->start(std::move(on_error));
}

void DelayedTasks::stop_background() {
  if (background_->forked()) return;
  idle_->call_off();
  try {
    background_->stop();
  } catch (const Error&) {
    idle_->rearm();
    throw;
  }
}

bool DelayedTasks::running() const {
  return background_->running();
}

List<Procedure> DelayedTasks::procedures() {
  using namespace messaging;
  static const std::array all = {task_schedule, task_cancel, task_claim, task_settle, task_find};
  return all;
}

}  // namespace playhead
