#pragma once
// Whether members are chosen at random without preference: a chi-square test.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

/// Calls choose() until every one of `size` members was expected 60 times, and checks the counts against
/// equal probability. `count` is how many a call gives (negative: with repetition). A fair choice fails once
/// in about 10^9 runs.
template <class Choose>
void check_uniform(std::size_t size, std::int64_t count, Choose&& choose) {
  const auto calls = std::size_t{60} * size / static_cast<std::size_t>(std::abs(count)) + 1;
  std::map<std::string, double> counts;
  double chosen = 0;
  for (std::size_t i = 0; i < calls; ++i) {
    for (const std::string& name : choose()) {
      counts[name] += 1;
      chosen += 1;
    }
  }
  const auto n = static_cast<double>(size);
  const double expected = chosen / n;
  double chi_square = (n - static_cast<double>(counts.size())) * expected;
  for (const auto& [name, times] : counts) chi_square += (times - expected) * (times - expected) / expected;
  // Wilson and Hilferty: the cube root of chi-square over its degrees of freedom is nearly normal. Without
  // repetition the counts vary less, which makes the check no weaker against a preference, only more patient.
  const double freedom = n - 1, spread = 2 / (9 * freedom);
  const double deviation = (std::cbrt(chi_square / freedom) - (1 - spread)) / std::sqrt(spread);
  CAPTURE(chi_square, deviation);
  CHECK(counts.size() == size);
  CHECK(deviation < 6);
}
