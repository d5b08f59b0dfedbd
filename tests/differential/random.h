#pragma once
// Random numbers that are the same everywhere for the same start.
#include <cstddef>
#include <cstdint>

namespace playhead::differential {

class Random {
 public:
  explicit Random(std::uint64_t start) : state_(start) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// 0 to n - 1.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  /// From..to, both included.
  std::int64_t between(std::int64_t from, std::int64_t to) {
    return from + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(to - from + 1));
  }
  /// True in so many of a thousand cases.
  bool permille(std::size_t n) { return below(1000) < n; }
  /// An element of an array or a vector.
  template <class List>
  const auto& pick(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace playhead::differential
