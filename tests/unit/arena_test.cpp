#include <catch2/catch.hpp>
#include <limits>

#include "playhead/arena.h"

using namespace playhead;

TEST_CASE("An array that no memory can hold is refused") {
  Arena arena;
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_AS(arena.array<std::uint64_t>(most / sizeof(std::uint64_t) + 1), std::bad_array_new_length);
  CHECK_THROWS_AS(arena.array<Text>(std::size_t{1} << 62), std::bad_array_new_length);
  CHECK(arena.array<std::uint64_t>(3).size() == 3);
}
