#pragma once
#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>

#include "tests/contract/stores.h"

namespace playhead::test {

/// A parked operation and what became of it. It waits, at the server too, when the constructor is done,
/// unless it was served at once.
template <class Op>
class Parked {
 public:
  Parked(Store& s, const Op& op) {
    std::size_t before = parked_at_server(s);
    bool at_server = s.capabilities().name == "redis";
    ticket =
        s.park(AnyCall::of(op, 0), [this](AnyCall& call, std::exception_ptr error) { finish(call, error); });
    if (at_server && !eventually([&] { return finished() || parked_at_server(s) > before; }))
      throw std::runtime_error("never parked at the server");
  }

  bool finished() const { return finished_; }
  /// What it was served. Embedded stores have it ready when the command that fed it returns, a server a
  /// little later.
  typename Op::Reply served() {
    auto outcome = outcome_.get_future();
    if (outcome.wait_for(std::chrono::seconds(10)) != std::future_status::ready)
      throw std::runtime_error("never served");
    return outcome.get();
  }

 private:
  void finish(AnyCall& call, std::exception_ptr error) {
    finished_ = true;
    if (error)
      outcome_.set_exception(error);
    else
      outcome_.set_value(call.reply<Op>());
  }
  std::promise<typename Op::Reply> outcome_;
  std::atomic<bool> finished_ = false;

 public:
  std::unique_ptr<Ticket> ticket;  // last: it may finish at once
};

}  // namespace playhead::test
