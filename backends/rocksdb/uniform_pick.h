#pragma once
#include <bit>
#include <cstdint>

namespace playhead::rocks {

/// Goes to one of `size` rows, each as probable as another; false if it found none (the size is wrong by
/// far).
///
/// The rows are in the order of their hashes, which are spread over the `width` bits behind `from`. The row
/// behind a random hash would be chosen in proportion to the gap before it; so a part of the hashes that
/// holds 4 to 8 rows on average is chosen, refused the more often the fewer rows it has, and one of its rows
/// taken. Six parts are looked at on average at most.
///
/// Rows: seek(hash), valid(), hash(), next().
template <class Rows>
bool pick_uniformly(Rows& rows, std::uint64_t from, unsigned width, std::uint64_t size,
                    std::uint64_t random) {
  constexpr std::uint64_t most = 24;  // more rows in a part are as good as impossible
  constexpr int attempts = 1000;
  auto draw = [&random] {  // splitmix64
    std::uint64_t z = random += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  };
  const auto parts = static_cast<unsigned>(std::bit_width(size / 16)) + 1;  // as a power of two, at least one
  for (int i = 0; i < attempts; ++i) {
    const std::uint64_t first = from + (draw() >> (64 - parts) << (width - parts));
    const std::uint64_t last = first + ((std::uint64_t{1} << (width - parts)) - 1);
    std::uint64_t found = 0;
    for (rows.seek(first); rows.valid() && rows.hash() <= last; rows.next()) ++found;
    if (draw() % most >= found) continue;
    rows.seek(first);
    for (std::uint64_t steps = draw() % found; steps > 0 && rows.valid(); --steps) rows.next();
    return rows.valid();
  }
  return false;
}

}  // namespace playhead::rocks
