// Entries of a cache before and after their end.
#include <catch2/catch.hpp>
#include <cmath>

#include "playhead/modules/cache.h"
#include "tests/modules/counted_source.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

TEST_CASE("a stale value is shown while somebody loads it again", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    source.rows["a"] = "1";
    Cache cache(s.space, {.ttl = 1000, .stale_while_revalidate = 500, .refresh_in_background = true});
    cache.get("a", source.loader());
    s.clock->advance(1000);
    source.rows["a"] = "2";
    REQUIRE(cache.get("a", source.loader()) == "1");  // it has the lease
    REQUIRE(cache.get("a", source.loader()) == "1");
    REQUIRE(source.loads == 1);
    REQUIRE(cache.step() == 1);
    REQUIRE(cache.get("a", source.loader()) == "2");
    REQUIRE(source.loads == 2);
    s.clock->advance(1500);
    source.rows["a"] = "3";
    REQUIRE(cache.get("a", source.loader()) == "3");
  });
}

TEST_CASE("a stale value is shown if its load fails, and the source is left alone for a while", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    source.rows["a"] = "1";
    Cache cache(s.space, {.ttl = 1000, .stale_if_error = 5000, .error_pause = 100});
    cache.get("a", source.loader());
    s.clock->advance(1000);
    source.down = true;
    for (int i = 0; i < 3; ++i) REQUIRE(cache.get("a", source.loader()) == "1");
    REQUIRE(source.loads == 2);
    s.clock->advance(100);
    REQUIRE(cache.get("a", source.loader()) == "1");
    REQUIRE(source.loads == 3);
    s.clock->advance(4899);
    REQUIRE(cache.get("a", source.loader()) == "1");
    s.clock->advance(1);
    REQUIRE_THROWS(cache.get("a", source.loader()));
    source.down = false;
    REQUIRE(cache.get("a", source.loader()) == "1");
  });
}

TEST_CASE("an entry is refreshed ahead when little of its lifetime is left", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    source.rows["a"] = "1";
    Cache cache(s.space, {.ttl = 1000, .refresh_ahead_percent = 20});
    cache.get("a", source.loader());
    source.rows["a"] = "2";
    s.clock->advance(799);
    REQUIRE(cache.get("a", source.loader()) == "1");
    s.clock->advance(1);
    REQUIRE(cache.get("a", source.loader()) == "2");
    REQUIRE(cache.peek("a").fresh_until == s.clock->now() + 1000);
    source.down = true;  // a failed refresh shows what there is, and pauses
    s.clock->advance(900);
    for (int i = 0; i < 3; ++i) REQUIRE(cache.get("a", source.loader()) == "2");
    REQUIRE(source.loads == 3);
  });
}

// XFetch: at `left` before the end an entry whose load took d is refreshed with the probability exp(-left / (beta * d)).
TEST_CASE("early refreshes are as probable as they should be", "[cache]") {
  for_each_space([](Space& s) {
    double chance = 0;
    Cache cache(s.space, {.ttl = 10'000, .early_beta = 1, .random = [&] { return chance; }});
    int loads = 0;
    Loader loader = [&](Text) -> Loaded {
      ++loads;
      s.clock->advance(100);
      return {"1"};
    };
    auto loads_at = [&](Millis left, double c) {
      cache.invalidate("a");
      cache.get("a", loader);
      int before = loads;
      s.clock->set(cache.peek("a").fresh_until - left);
      chance = c;
      cache.get("a", loader);
      return loads - before;
    };
    double p = std::exp(-150.0 / 100);
    REQUIRE(loads_at(150, 1 - p * 1.01) == 0);
    REQUIRE(loads_at(150, 1 - p * 0.99) == 1);
    REQUIRE(loads_at(5000, 0.99) == 0);
  });
}

TEST_CASE("the queue of refreshes is bounded", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    Cache cache(
        s.space,
        {.ttl = 1000, .refresh_ahead_percent = 90, .refresh_in_background = true, .refresh_queue = 2});
    for (Text key : {"a", "b", "c"}) cache.set(key, {"1"});
    s.clock->advance(500);
    for (Text key : {"a", "b", "c"}) REQUIRE(cache.get(key, source.loader()) == "1");
    REQUIRE(cache.statistics().dropped_refreshes == 1);
    REQUIRE(cache.step() == 2);
  });
}

TEST_CASE("background threads refresh, and stop", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    source.rows["a"] = "2";
    Cache cache(
        s.space,
        {.ttl = 1000, .refresh_ahead_percent = 90, .refresh_in_background = true, .refresh_threads = 3});
    cache.run_in_background();
    REQUIRE(cache.running());
    REQUIRE_THROWS_AS(cache.run_in_background(), Error);
    cache.set("a", {"1"});
    s.clock->advance(500);
    cache.get("a", source.loader());
    REQUIRE(eventually([&] { return cache.peek("a").value == "2"; }));
    cache.stop_background();
    REQUIRE_FALSE(cache.running());
  });
}
