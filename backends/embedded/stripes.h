#pragma once
// The locks of an embedded store. A unit holds the stripes of all its keys; they are always taken in
// ascending order, so that units cannot deadlock.
#include <array>
#include <atomic>
#include <bitset>
#include <cstdint>
#include <mutex>

#include "backends/embedded/storage.h"

namespace playhead::embedded {

/// A mutex of eight bytes. Taking it costs one locked instruction, giving it back none: a thread that is about
/// to sleep pays for both, by a barrier on all cores (membarrier(2)) between telling that it will sleep and its
/// last look. So one that gives the mutex back either sees the sleeper or was seen by it. A thread that must
/// wait longer than a moment calls before_lock_wait() and sleeps.
class StripeMutex {
 public:
  StripeMutex() = default;
  StripeMutex(const StripeMutex&) = delete;
  StripeMutex& operator=(const StripeMutex&) = delete;

  bool try_lock() {
    std::uint32_t expected = unlocked;
    return state_.compare_exchange_strong(expected, locked, std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }
  void lock() {
    if (!try_lock()) [[unlikely]]
      lock_contended();
  }
  void unlock() {
    state_.store(unlocked, std::memory_order_release);
    std::atomic_signal_fence(std::memory_order_seq_cst);  // the sleeper's barrier makes it one for all cores
    if (sleepers_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      wake_one();
  }
  /// In a forked child, whose only thread holds it for nobody.
  void abandon() {
    state_.store(unlocked, std::memory_order_relaxed);
    sleepers_.store(0, std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint32_t unlocked = 0, locked = 1;
  void lock_contended();
  void wake_one();
  std::atomic<std::uint32_t> state_ = unlocked;
  std::atomic<std::uint32_t> sleepers_ = 0;
};

struct alignas(64) Stripe {
  StripeMutex mutex;
  /// Watches and parked operations on keys of this stripe. Raised holding the
  /// mutex, so that a unit cannot miss them; lowered at any time.
  std::atomic<std::uint32_t> observers = 0;
};

/// A set of stripes.
using StripeSet = std::bitset<stripe_count>;

class Stripes {
 public:
  Stripe& operator[](std::size_t i) { return stripes_[i]; }
  /// In a forked child: the threads that held stripes do not exist there.
  void abandon() {
    for (Stripe& stripe : stripes_) stripe.mutex.abandon();
  }

 private:
  std::array<Stripe, stripe_count> stripes_;
};

/// Holds a set of stripes for its lifetime.
class HeldStripes {
 public:
  HeldStripes(Stripes& stripes, const StripeSet& set) : stripes_(stripes), set_(set) {
    for (std::size_t i = set_._Find_first(); i < stripe_count; i = set_._Find_next(i))
      stripes_[i].mutex.lock();
  }
  /// Takes over one stripe that is locked already.
  HeldStripes(Stripes& stripes, std::size_t locked, std::adopt_lock_t) : stripes_(stripes) {
    set_.set(locked);
  }
  HeldStripes(const HeldStripes&) = delete;
  HeldStripes& operator=(const HeldStripes&) = delete;
  ~HeldStripes() { release(); }
  void release() {
    for (std::size_t i = set_._Find_first(); i < stripe_count; i = set_._Find_next(i))
      stripes_[i].mutex.unlock();
    set_.reset();
  }
  const StripeSet& set() const { return set_; }
  /// Takes one more stripe if nobody holds it: out of order, therefore never waiting.
  bool try_add(std::size_t i) {
    if (set_[i]) return true;
    if (!stripes_[i].mutex.try_lock()) return false;
    set_.set(i);
    return true;
  }

 private:
  Stripes& stripes_;
  StripeSet set_;
};

}  // namespace playhead::embedded
