#pragma once
// Where messages of subscriptions wait until Python asks for them, and how it learns that no more will come.
#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bindings/ready_queue.h"
#include "engine/store/fork.h"
#include "playhead/error.h"
#include "playhead/store.h"

namespace playhead::python {

/// Who is told that a store was closed.
class Listener {
 public:
  virtual ~Listener() = default;
  /// No more messages come. Any thread may call it; it neither waits nor throws.
  virtual void close(const Error& why) = 0;
};

/// A bounded queue of messages. Thread-safe. One that is told where puts its id there whenever it was empty
/// before. A subscriber that does not keep up loses its oldest messages; nobody waits for it.
class MessageQueue final : public Listener {
 public:
  using Clock = std::chrono::steady_clock;

  /// Throws Error{invalid} for a limit of 0.
  MessageQueue(std::size_t limit, std::shared_ptr<ReadyQueue> tell, std::uint64_t id);

  void put(const Message& m);
  /// No more messages come: whoever waits for one is woken, and asking throws `why` once those that are there
  /// have been read. The first reason counts.
  void close(const Error& why) override;
  /// Throws what close() was given, and Error{closed} in a forked child.
  void check_open();
  /// (kind, pattern or None, channel, payload, count), or None after `seconds`. Gives up the GIL while it
  /// waits, and wakes for signals. Throws as check_open() does if there is no message left.
  pybind11::object get(std::optional<double> seconds);
  /// The next message if there is one, else None; never waits. Throws as get() does.
  pybind11::object poll();
  std::uint64_t dropped() const { return dropped_.load(); }

 private:
  struct Stored {
    Message::Kind kind;
    std::string pattern, channel, payload;
    std::int64_t count;
  };
  void refuse_in_child() const;
  std::optional<Stored> take(Clock::time_point until);
  static pybind11::object as_tuple(const Stored& m);

  const std::size_t limit_;
  const std::shared_ptr<ReadyQueue> tell_;
  const std::uint64_t id_;
  const ForkGuard guard_;  // in a forked child the mutex may be locked for ever
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Stored> items_;         // guarded by mutex_
  std::optional<Error> why_closed_;  // guarded by mutex_
  std::atomic<std::uint64_t> dropped_ = 0;
};

/// Whose messages end when a store is closed. Thread-safe.
class Listeners {
 public:
  /// Closes the listener when the store is closed, or at once if it is, or belongs to the parent of this process.
  void add(const std::shared_ptr<Listener>& listener);
  /// The store was closed. Idempotent; nothing in a forked child.
  void close();

 private:
  const ForkGuard guard_;
  std::mutex mutex_;
  bool closed_ = false;                             // guarded by mutex_
  std::vector<std::weak_ptr<Listener>> listeners_;  // guarded by mutex_
};

}  // namespace playhead::python
