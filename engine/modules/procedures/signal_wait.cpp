#include "engine/modules/procedures/signal_wait.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "playhead/put_back.h"

namespace playhead {

struct SignalWait::State {
  mutable std::mutex mutex;
  std::condition_variable changed;
  bool off = false;  // under mutex
};

namespace {

/// One wait, under the mutex of the state until it is done.
struct Waiter {
  bool done = false;
  std::exception_ptr error;
  std::optional<AnyCall> served;
};

}  // namespace

SignalWait::SignalWait() : state_(std::make_shared<State>()) {}

bool SignalWait::wait(const Namespace& space, Text key, Millis timeout) {
  if (called_off()) return false;
  BLPop pop;
  pop.keys = {&key, 1};
  auto waiter = std::make_shared<Waiter>();
  auto ticket = space.store().park(AnyCall::of(pop, space.db()),
                                   [state = state_, waiter](AnyCall& call, std::exception_ptr error) {
                                     std::lock_guard lock(state->mutex);
                                     waiter->error = error;
                                     waiter->served.emplace(std::move(call));
                                     waiter->done = true;
                                     state->changed.notify_all();
                                   });
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_for(lock, std::chrono::milliseconds(timeout),
                           [&] { return waiter->done || state_->off; });
  if (!waiter->done) {
    lock.unlock();
    if (ticket->cancel()) return false;
    lock.lock();
    state_->changed.wait(lock, [&] { return waiter->done; });
  }
  bool off = state_->off;
  lock.unlock();
  if (waiter->error) std::rethrow_exception(waiter->error);
  if (off) put_back(space.store(), *waiter->served);
  return !off;
}

void SignalWait::pause(Millis time) {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_for(lock, std::chrono::milliseconds(time), [&] { return state_->off; });
}

void SignalWait::call_off() {
  std::lock_guard lock(state_->mutex);
  state_->off = true;
  state_->changed.notify_all();
}

bool SignalWait::called_off() const {
  std::lock_guard lock(state_->mutex);
  return state_->off;
}

void SignalWait::rearm() {
  std::lock_guard lock(state_->mutex);
  state_->off = false;
}

}  // namespace playhead
