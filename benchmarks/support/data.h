#pragma once
// Inputs of the benchmarks: the same for both sides of a comparison.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace playhead::bench {

/// "key:00000042" ...
inline std::vector<std::string> names(const std::string& prefix, std::size_t count) {
  std::vector<std::string> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::string digits = std::to_string(i);
    out[i] = prefix;
    out[i].append(8 - std::min<std::size_t>(8, digits.size()), '0') += digits;
  }
  return out;
}

/// Random positions below `below`, walked round and round. Aligned so that two threads do not share a line of memory.
class alignas(128) Positions {
 public:
  explicit Positions(std::size_t below, std::size_t count = 1 << 16) : at_(count) {
    std::mt19937_64 random(7);
    for (std::uint32_t& x : at_) x = static_cast<std::uint32_t>(random() % below);
  }
  std::size_t next() { return at_[i_++ & (at_.size() - 1)]; }

 private:
  std::vector<std::uint32_t> at_;
  std::size_t i_ = 0;
};

/// Every number below `count` once, in random order.
inline std::vector<std::uint32_t> shuffled(std::size_t count) {
  std::vector<std::uint32_t> out(count);
  std::iota(out.begin(), out.end(), 0u);
  std::shuffle(out.begin(), out.end(), std::mt19937_64(11));
  return out;
}

}  // namespace playhead::bench
