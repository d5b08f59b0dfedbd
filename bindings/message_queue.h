#pragma once
// Where messages of subscriptions wait until Python asks for them.
#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "bindings/ready_queue.h"
#include "playhead/store.h"

namespace playhead::python {

/// A bounded queue of messages. Thread-safe. One that is told where puts its id there whenever it was empty
/// before. A subscriber that does not keep up loses its oldest messages; nobody waits for it.
class MessageQueue {
 public:
  using Clock = std::chrono::steady_clock;

  /// Throws Error{invalid} for a limit of 0.
  MessageQueue(std::size_t limit, std::shared_ptr<ReadyQueue> tell, std::uint64_t id);

  void put(const Message& m);
  /// (kind, pattern or None, channel, payload, count), or None after `seconds`. Gives up the GIL while it
  /// waits, and wakes for signals.
  pybind11::object get(std::optional<double> seconds);
  /// The next message if there is one, else None; never waits.
  pybind11::object poll();
  std::uint64_t dropped() const { return dropped_.load(); }

 private:
  struct Stored {
    Message::Kind kind;
    std::string pattern, channel, payload;
    std::int64_t count;
  };
  std::optional<Stored> take(Clock::time_point until);
  static pybind11::object as_tuple(const Stored& m);

  const std::size_t limit_;
  const std::shared_ptr<ReadyQueue> tell_;
  const std::uint64_t id_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Stored> items_;  // guarded by mutex_
  std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace playhead::python
