// The blocking commands of a session.
#include <condition_variable>
#include <mutex>

#include "engine/store/session_impl.h"
#include "playhead/clock.h"
#include "playhead/put_back.h"

namespace playhead {

namespace {

/// Where the reply of a parked call goes. It is taken by whoever waits for it, or handed to the completion.
struct Outcome {
  std::mutex mutex;
  std::condition_variable changed;
  bool served = false;  ///< the two below are set
  Value reply;
  std::exception_ptr error;
  std::optional<AnyCall> call;  ///< what was served, if anything was
  Session::Done done;           ///< empty as long as somebody waits

  void serve(AnyCall& served_call, std::exception_ptr failure) {
    ValueSink sink;
    if (failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const Error& e) {
        if (e.code() == ErrorCode::command) {
          sink.error(e.message());
          failure = nullptr;
        }
      } catch (...) {  // NOLINT(bugprone-empty-catch)
        // not of the command: passed on as it is
      }
    } else {
      served_call.emit(sink);
    }
    finish(failure ? Value() : sink.take(), failure, &served_call);
  }
  void finish(Value value, std::exception_ptr failure, AnyCall* served_call = nullptr) {
    Session::Done call_now;
    {
      std::lock_guard lock(mutex);
      reply = std::move(value);
      error = failure;
      if (served_call != nullptr && !error) call.emplace(std::move(*served_call));
      served = true;
      call_now = std::move(done);
      changed.notify_all();
    }
    if (call_now) call_now(reply, error);
  }
  /// From now on the completion gets the reply; at once, if it is there.
  void tell(Session::Done completion) {
    {
      std::lock_guard lock(mutex);
      if (!served) {
        done = std::move(completion);
        return;
      }
    }
    completion(reply, error);
  }
  /// The reply, once it is there.
  void take(Sink& out) {
    if (error) std::rethrow_exception(error);
    emit(reply, out);
  }
};

/// What a timeout is answered with.
Value empty_reply(const AnyCall& call) {
  ValueSink sink;
  call.emit(sink);
  return sink.take();
}

class Blocked final : public Pending {
 public:
  Blocked(std::shared_ptr<Store> store, std::shared_ptr<Outcome> outcome, Value timeout_reply,
          std::optional<std::chrono::steady_clock::time_point> deadline)
      : store_(std::move(store)),
        outcome_(std::move(outcome)),
        timeout_reply_(std::move(timeout_reply)),
        deadline_(deadline) {}
  ~Blocked() override {
    if (ticket) ticket->cancel();
  }
  std::optional<std::chrono::steady_clock::time_point> deadline() const override { return deadline_; }
  bool expire() override {
    if (!ticket || !ticket->cancel()) return false;
    ticket.reset();
    outcome_->finish(timeout_reply_, nullptr);
    return true;
  }
  bool settle() override {
    if (!ticket) return true;  // it has expired
    if (ticket->cancel()) {
      ticket.reset();
      return true;
    }
    std::unique_lock lock(outcome_->mutex);
    outcome_->changed.wait(lock, [&] { return outcome_->served; });
    if (outcome_->call && put_back(*store_, *outcome_->call)) outcome_->call.reset();
    return !outcome_->call;
  }
  /// Waits until it is served or its time is over.
  void await(Sink& out) {
    std::unique_lock lock(outcome_->mutex);
    auto served = [&] { return outcome_->served; };
    if (deadline_ && !outcome_->changed.wait_until(lock, *deadline_, served)) {
      lock.unlock();
      expire();
      lock.lock();
    }
    outcome_->changed.wait(lock, served);  // from here on it is being served, or nothing else can end it
    outcome_->take(out);
  }

 private:
  std::shared_ptr<Store> store_;
  std::shared_ptr<Outcome> outcome_;
  Value timeout_reply_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;

 public:
  std::unique_ptr<Ticket> ticket;  // last: it refers to the store
};

}  // namespace

std::unique_ptr<Pending> Session::Impl::wait(List<Text> arguments, Sink& out, Done& done) {
  AnyCall call = AnyCall::parse(arguments, db, true);
  auto deadline = deadline_after(call.command().timeout(call.operation()));
  auto outcome = std::make_shared<Outcome>();
  auto blocked = std::make_unique<Blocked>(store_, outcome, empty_reply(call), deadline);
  blocked->ticket = store_->park(std::move(call), [outcome](AnyCall& served, std::exception_ptr error) {
    outcome->serve(served, error);
  });
  if (!done) {
    blocked->await(out);
    return nullptr;
  }
  outcome->tell(std::move(done));
  return blocked;
}

}  // namespace playhead
