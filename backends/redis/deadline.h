#pragma once
#include <chrono>

#include "playhead/text.h"

namespace playhead::redis {

/// A moment of the monotonic clock by which something must have happened.
class Deadline {
 public:
  static Deadline in(Millis ms) { return Deadline(Clock::now() + std::chrono::milliseconds(ms)); }

  bool passed() const { return Clock::now() >= at_; }
  /// What is left, as poll() takes it: rounded up, 0 if it has passed.
  int poll_timeout() const {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now()).count();
    return left <= 0 ? 0 : static_cast<int>(left < 3'600'000 ? left : 3'600'000);
  }
  std::chrono::steady_clock::time_point at() const { return at_; }
  Deadline or_earlier(Deadline other) const { return other.at_ < at_ ? other : *this; }

 private:
  using Clock = std::chrono::steady_clock;
  explicit Deadline(Clock::time_point at) : at_(at) {}
  Clock::time_point at_;
};

}  // namespace playhead::redis
