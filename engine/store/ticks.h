#pragma once
// The cheapest clock there is, for measuring how long a call takes.
#include <chrono>
#include <cstdint>
#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace playhead {

/// Counts at a constant rate; comparable within the process. The processor's counter where it keeps its rate,
/// else the steady clock.
class Ticks {
 public:
  static std::uint64_t now() {
#if defined(__x86_64__)
    if (counter_) return __rdtsc();
#endif
    return steady();
  }
  /// Nanoseconds a tick in 32.32 fixed point; the first call measures it for half a millisecond.
  static std::uint64_t rate() {
    static const std::uint64_t rate = measure();
    return rate;
  }
  static std::uint64_t to_ns(std::uint64_t ticks, std::uint64_t rate) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(ticks) * rate) >> 32);
  }

 private:
  static std::uint64_t steady() {
    return static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
  }
  static bool has_constant_counter() {
#if defined(__x86_64__)
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & (1u << 8)) != 0;
#else
    return false;
#endif
  }
  static std::uint64_t measure() {
#if defined(__x86_64__)
    if (counter_) {
      std::uint64_t begin = steady(), ticks = __rdtsc(), end = begin;
      while (end - begin < 500'000) end = steady();
      return static_cast<std::uint64_t>((static_cast<unsigned __int128>(end - begin) << 32) /
                                        (__rdtsc() - ticks));
    }
#endif
    return std::uint64_t{1} << 32;
  }
  static inline const bool counter_ = has_constant_counter();
};

}  // namespace playhead
