#pragma once
#include <condition_variable>
#include <mutex>

#include "playhead/clock.h"
#include "playhead/store.h"

namespace playhead {

/// Performs a blocking operation, waiting on this thread until it is served or its timeout has passed; then
/// the reply is an empty one. A timeout of 0 waits for ever. Throws Error, also when the store is closed
/// meanwhile. Not for use inside a unit.
template <class Op>
typename Op::Reply wait_for(Store& store, const Op& op, std::optional<std::uint16_t> db = {}) {
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;  // the rest is set by then
    std::exception_ptr error;
    typename Op::Reply reply{};
  };
  validate(op);
  auto state = std::make_shared<State>();
  auto ticket = store.park(AnyCall::of(op, db.value_or(store.database())),
                           [state](AnyCall& call, std::exception_ptr error) {
                             std::lock_guard lock(state->mutex);
                             state->error = error;
                             if (!error) state->reply = std::move(call.reply<Op>());
                             state->done = true;
                             state->changed.notify_all();
                           });
  std::unique_lock lock(state->mutex);
  auto done = [&] { return state->done; };
  if (auto deadline = deadline_after(op.timeout.ms);
      deadline && !state->changed.wait_until(lock, *deadline, done)) {
    lock.unlock();
    if (ticket->cancel()) return {};
    lock.lock();
  }
  state->changed.wait(lock, done);  // from here on it is being served, or nothing else can end it
  if (state->error) std::rethrow_exception(state->error);
  return std::move(state->reply);
}

}  // namespace playhead
