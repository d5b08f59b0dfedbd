#pragma once
// Random numbers and hashes that are a function of a seed and a number, so that they do not depend on an order of calls.
#include <cmath>
#include <cstdint>
#include <numbers>

#include "playhead/text.h"

namespace playhead::recommend {

/// Evenly spread over 64 bits.
inline std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9e3779b97f4a7c15 + b + 0x632be59bd9b4e019;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// The FNV-1a hash of a text, behind what was hashed before.
inline std::uint64_t hash_of(Text text, std::uint64_t before = 14695981039346656037u) {
  for (char c : text) before = (before ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return before;
}

/// Of two texts.
inline std::uint64_t hash_of(Text a, Text b) {
  return hash_of(b, hash_of(Text("\0", 1), hash_of(a)));
}

/// Evenly spread over 0..1.
inline double unit_interval(std::uint64_t bits) {
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

/// The normal number number `n` of a seed.
inline double normal(std::uint64_t seed, std::uint64_t n) {
  double u = unit_interval(mixed(seed, 2 * n)), v = unit_interval(mixed(seed, 2 * n + 1));
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * std::numbers::pi * v);
}

}  // namespace playhead::recommend
