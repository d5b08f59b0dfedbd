#include "bindings/waiting.h"

#include "playhead/put_back.h"

namespace playhead::python {

void Waiting::start(std::function<void()> tell) {
  shared_->tell = std::move(tell);
  ticket_ = store_.park(call_.copy(), [shared = shared_](AnyCall& served, std::exception_ptr error) {
    {
      std::lock_guard lock(shared->mutex);
      shared->call.emplace(std::move(served));
      shared->error = std::move(error);
    }
    shared->ended.notify_all();
    shared->tell();
  });
}

bool Waiting::wait_until(std::chrono::steady_clock::time_point end) {
  std::unique_lock lock(shared_->mutex);
  return shared_->ended.wait_until(lock, end, [&] { return shared_->call.has_value(); });
}

bool Waiting::cancel() {
  if (told_) return true;
  return told_ = !ticket_ || ticket_->cancel();
}

bool Waiting::settle() {
  if (cancel()) return true;
  {
    std::unique_lock lock(shared_->mutex);
    shared_->ended.wait(lock, [&] { return shared_->call.has_value(); });
  }
  return told_ = shared_->error != nullptr || put_back(store_, *shared_->call);
}

AnyCall& Waiting::take() {
  std::lock_guard lock(shared_->mutex);
  if (!shared_->call) throw Error(ErrorCode::invalid, "the operation has not ended");
  told_ = true;
  if (shared_->error) std::rethrow_exception(shared_->error);
  return *shared_->call;
}

}  // namespace playhead::python
