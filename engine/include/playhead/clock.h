#pragma once
#include <atomic>

#include "playhead/text.h"

namespace playhead {

/// Where a store gets its time from. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Unix time in milliseconds.
  virtual Millis now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  Millis now() const override;
};

/// A clock that stands still until it is moved: tests travel in time with it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Millis start = 1'700'000'000'000) : now_(start) {}
  Millis now() const override { return now_.load(std::memory_order_relaxed); }
  void advance(Millis by) { now_.fetch_add(by, std::memory_order_relaxed); }
  void set(Millis to) { now_.store(to, std::memory_order_relaxed); }

 private:
  std::atomic<Millis> now_;
};

}  // namespace playhead
