#pragma once
#include <atomic>
#include <chrono>
#include <optional>

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
  /// Moves it on, or back if that is negative; not beyond what Millis holds.
  void advance(Millis by);
  void set(Millis to) { now_.store(to, std::memory_order_relaxed); }

 private:
  std::atomic<Millis> now_;
};

/// When a wait of so many milliseconds that begins now is over. Nothing for 0 and for more than a hundred years:
/// it is never over.
std::optional<std::chrono::steady_clock::time_point> deadline_after(Millis timeout);

}  // namespace playhead
