#include "playhead/clock.h"

#include <catch2/catch.hpp>
#include <limits>

namespace playhead {

TEST_CASE("a manual clock stops at the ends of time", "[clock]") {
  constexpr Millis last = std::numeric_limits<Millis>::max(), first = std::numeric_limits<Millis>::min();
  ManualClock clock(5);
  clock.advance(-6);
  CHECK(clock.now() == -1);
  clock.set(last);
  clock.advance(1);
  CHECK(clock.now() == last);
  clock.set(first + 1);
  clock.advance(first);
  CHECK(clock.now() == first);
}

}  // namespace playhead
