#include "playhead/modules/workers.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "engine/modules/procedures/signal_wait.h"
#include "engine/modules/procedures/wait.h"
#include "engine/store/fork.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr std::int64_t most_workers = 1000;
constexpr Millis pause_after_error = 1'000;

}  // namespace

// ---- one message

struct Task::State {
  State(std::shared_ptr<MessageQueue> from, ReceivedMessage received)
      : queue(std::move(from)), message(std::move(received)) {}
  const std::shared_ptr<MessageQueue> queue;
  const ReceivedMessage message;
  std::atomic<bool> lost = false;
};

Task::Task(std::shared_ptr<MessageQueue> queue, ReceivedMessage message)
    : state_(std::make_shared<State>(std::move(queue), std::move(message))) {}

const ReceivedMessage& Task::message() const {
  return state_->message;
}

bool Task::extend(std::optional<Text> progress) {
  const ReceivedMessage& m = state_->message;
  if (!state_->queue->extend_message(m.id, m.receipt, {}, progress)) state_->lost = true;
  return !lost();
}

bool Task::lost() const {
  return state_->lost;
}

// ---- the workers

// In a forked child the mutex may be locked for ever: nothing of it is touched.
struct Workers::State {
  State(MessageQueue from, Handler function, OnError teller)
      : queue(std::make_shared<MessageQueue>(std::move(from))),
        handler(std::move(function)),
        on_error(std::move(teller)) {}

  void tell(Text message) const {
    if (on_error) on_error(message);
  }
  bool step();
  void process(ReceivedMessage message);
  void heartbeat();
  void work();
  /// Whether to go on after an error of the store.
  bool recover(const Error& error);
  void beat();

  const ForkGuard guard;
  const std::shared_ptr<MessageQueue> queue;
  const Handler handler;
  const OnError on_error;
  SignalWait idle;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::vector<Task*> working;                    // the rest is under mutex
  std::vector<std::unique_ptr<Worker>> threads;  // the heartbeat and the workers
  std::int64_t alive = 0;                        // of the workers
};

void Workers::State::process(ReceivedMessage message) {
  Task task(queue, std::move(message));
  const ReceivedMessage& m = task.message();
  struct Working {
    Working(State& owner, Task& one) : state(owner), task(one) {
      std::lock_guard lock(state.mutex);
      state.working.push_back(&task);
    }
    ~Working() {
      std::lock_guard lock(state.mutex);
      std::erase(state.working, &task);
    }
    State& state;
    Task& task;
  };
  std::string result;
  std::optional<std::string> failure;
  {
    Working mark(*this, task);
    try {
      result = handler(task);
    } catch (const EndRun&) {
      queue->release_message(m.id, m.receipt);
      throw;
    } catch (const std::exception& e) {
      failure = e.what();
    }
  }
  if (!failure) {
    queue->complete_message(m, result);
    return;
  }
  queue->fail_message(m.id, m.receipt, *failure);
  tell(*failure);
}

void Workers::State::heartbeat() {
  std::vector<Task> tasks;
  {
    std::lock_guard lock(mutex);
    for (Task* task : working) tasks.push_back(*task);
  }
  for (Task& task : tasks) task.extend();
}

bool Workers::State::step() {
  Received found = queue->look(1);
  if (found.messages.empty()) return false;
  process(std::move(found.messages.front()));
  return true;
}

bool Workers::State::recover(const Error& error) {
  tell(error.what());
  if (error.code() == ErrorCode::closed) return false;
  idle.pause(pause_after_error);
  return true;
}

void Workers::State::work() {
  // Who was woken looks, also if he is to stop: nobody else is woken for that message.
  for (bool go_on = true, woken = false; go_on && (woken || !idle.called_off());) {
    woken = false;
    try {
      Received found = queue->look(1);
      if (found.messages.empty())
        woken = idle.wait(queue->space(), queue->signal_key(), found.look_again);
      else
        process(std::move(found.messages.front()));
    } catch (const EndRun& end) {
      tell(end.why());
      go_on = false;
    } catch (const Error& error) {
      go_on = recover(error);
    } catch (const std::exception& error) {
      tell(error.what());
      idle.pause(pause_after_error);
    }
  }
  std::lock_guard lock(mutex);
  --alive;
  changed.notify_all();
}

// As long as there are workers.
void Workers::State::beat() {
  const auto third = std::chrono::milliseconds(std::max<Millis>(1, queue->options().lease / 3));
  std::unique_lock lock(mutex);
  while (!changed.wait_for(lock, third, [&] { return alive == 0; })) {
    lock.unlock();
    try {
      heartbeat();
    } catch (const Error& error) {
      tell(error.what());
    }
    lock.lock();
  }
}

Workers::Workers(MessageQueue queue, Handler handler, OnError on_error)
    : state_(new State(std::move(queue), std::move(handler), std::move(on_error)), [](State* state) {
        if (!state->guard.forked()) delete state;
      }) {}

Workers::~Workers() {
  stop();
}

void Workers::start(std::int64_t count) {
  check_range("count", count, 1, most_workers);
  State& s = *state_;
  if (s.guard.forked())
    throw Error(ErrorCode::closed,
                "these workers were made before the process was forked; make others in the child");
  std::vector<std::unique_ptr<Worker>> ended;  // outlives the lock: they may still be at their last step
  std::lock_guard lock(s.mutex);
  if (s.alive > 0) throw Error(ErrorCode::invalid, "these workers run already");
  ended.swap(s.threads);
  s.idle.rearm();
  s.threads.emplace_back(std::make_unique<Worker>())->start([&s] { s.beat(); });
  for (; s.alive < count; ++s.alive)
    s.threads.emplace_back(std::make_unique<Worker>())->start([&s] { s.work(); });
}

std::int64_t Workers::stop(std::optional<Millis> wait) {
  if (wait) check_range("wait", *wait, 0, longest_span);
  State& s = *state_;
  if (s.guard.forked()) return 0;
  std::vector<std::unique_ptr<Worker>> ended;
  std::unique_lock lock(s.mutex);
  for (const auto& thread : s.threads)
    if (thread->is_this_thread())
      throw Error(ErrorCode::invalid,
                  "a handler cannot stop the workers that it runs on; stop them from elsewhere");
  s.idle.call_off();
  auto done = [&] { return s.alive == 0; };
  if (wait)
    s.changed.wait_for(lock, std::chrono::milliseconds(*wait), done);
  else
    s.changed.wait(lock, done);
  if (s.alive > 0) return s.alive;
  ended.swap(s.threads);
  lock.unlock();
  ended.clear();  // joins them
  return 0;
}

bool Workers::running() const {
  if (state_->guard.forked()) return false;
  std::lock_guard lock(state_->mutex);
  return state_->alive > 0;
}

bool Workers::step() {
  return state_->step();
}

void Workers::heartbeat() {
  state_->heartbeat();
}

}  // namespace playhead
