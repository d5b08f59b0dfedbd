#pragma once
// A parked operation and whoever waits for it. No Python here.
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "playhead/store.h"

namespace playhead::python {

/// What is taken for a waiting operation is never lost: it is given by take(), or put back by settle().
/// start(), cancel() and settle() may wait for disk or network. The store must outlive it.
class Waiting {
 public:
  Waiting(Store& store, AnyCall call) : store_(store), call_(std::move(call)) {}
  ~Waiting() {
    if (ticket_ && !told_) settle();
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  const AnyCall& call() const { return call_; }
  /// Parks it. `tell` is called once it is served or has failed, by any thread. Throws Error.
  void start(std::function<void()> tell = [] {});
  /// Waits; false: the time is over.
  bool wait_until(std::chrono::steady_clock::time_point end);
  /// True: it will never be served.
  bool cancel();
  /// Cancels it, and puts back what it was served nevertheless. False: that was not possible, and take() has
  /// the only copy.
  bool settle();
  /// The served call; throws what the operation failed with, or Error{invalid} if it has not ended.
  AnyCall& take();

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable ended;
    std::optional<AnyCall> call;  // once it has ended; guarded by mutex until then
    std::exception_ptr error;
    std::function<void()> tell;
  };
  Store& store_;
  AnyCall call_;
  bool told_ = false;  // the caller knows how it ended
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::unique_ptr<Ticket> ticket_;
};

}  // namespace playhead::python
