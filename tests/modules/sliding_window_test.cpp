#include "playhead/modules/sliding_window.h"

#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <random>
#include <thread>

#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// The original's ring: a bucket is stale when its last event is a bucket's length old, so that it is reset within
/// its own second; and it counts in full while that event is in the window.
struct OriginalWindow {
  std::map<Millis, std::pair<std::int64_t, Millis>> ring;
  void increment(Millis at) {
    auto& [count, last] = ring[at / 1000 % 60];
    count = last != 0 && at - last < 1000 ? count + 1 : 1;
    last = at;
  }
  std::int64_t count(Millis now) const {
    std::int64_t sum = 0;
    for (const auto& [slot, bucket] : ring)
      if (now - bucket.second < 60'000) sum += bucket.first;
    return sum;
  }
};

}  // namespace

TEST_CASE("an exact window counts what happened within it, to the millisecond", "[sliding]") {
  for_each_space([](Space& s) {
    SlidingWindow window(s.space, {.window = 1000, .exact = true});
    REQUIRE(window.increment("api") == 1);
    REQUIRE(window.increment("api", 4) == 5);
    s.clock->advance(500);
    REQUIRE(window.increment("api") == 6);
    REQUIRE(window.get_rate("api") == 6);
    s.clock->advance(499);
    REQUIRE(window.get_count("api") == 6);
    s.clock->advance(1);
    REQUIRE(window.get_count("api") == 1);
    s.clock->advance(500);
    REQUIRE(window.get_count("api") == 0);
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}

TEST_CASE("what the original forgets within a window, and keeps beyond it, is counted right", "[sliding]") {
  const Millis start = 1'700'000'000'000;
  const Millis times[] = {start + 100, start + 900, start + 59'000, start + 60'050};
  OriginalWindow original;
  for (Millis at : times) original.increment(at);
  // The event at 60,050 shares the bucket of the first two, of which the second (59,150 ms old) is in the window.
  REQUIRE(original.count(start + 60'050) == 2);
  for_each_space([&](Space& s) {
    SlidingWindow window(s.space, {.exact = true});
    for (Millis at : times) {
      s.clock->set(at);
      window.increment("api");
    }
    REQUIRE(window.get_count("api") == 4);
    s.clock->set(start + 60'900);
    REQUIRE(window.get_count("api") == 2);
  });
}

TEST_CASE("an exact window is what a list of all events would tell", "[sliding]") {
  for_each_space([](Space& s) {
    SlidingWindow window(s.space, {.window = 5000, .exact = true});
    std::deque<std::pair<Millis, std::int64_t>> events;
    std::mt19937 random(5);
    for (int i = 0; i < 400; ++i) {
      s.clock->advance(static_cast<Millis>(random() % 300));
      Millis at = s.clock->now() - static_cast<Millis>(random() % 6000);
      auto value = static_cast<std::int64_t>(random() % 5 + 1);
      events.emplace_back(at, value);
      std::int64_t expected = 0;
      for (const auto& [time, count] : events)
        if (time > s.clock->now() - 5000) expected += count;
      REQUIRE(window.increment("api", value, at) == static_cast<double>(expected));
    }
  });
}

TEST_CASE("an approximate window is off by no more than its oldest bucket", "[sliding]") {
  for_each_space([](Space& s) {
    for (std::int64_t buckets : {1, 10, 50}) {
      SlidingWindow window(s.space, {.window = 5000, .buckets = buckets});
      const Millis length = 5000 / buckets;
      std::vector<Millis> events;
      std::mt19937 random(9);
      for (int i = 0; i < 300; ++i) {
        s.clock->advance(static_cast<Millis>(random() % 100));
        const Millis now = s.clock->now(), first = now - 5000;
        events.push_back(now);
        double estimate = window.increment("api");
        double exact = 0, oldest = 0;
        for (Millis at : events) {
          exact += at > first ? 1 : 0;
          oldest += at / length == first / length ? 1 : 0;
        }
        REQUIRE(std::abs(estimate - exact) <= oldest);
      }
    }
  });
}

TEST_CASE("an approximate window counts the part of the oldest bucket that is in it", "[sliding]") {
  for_each_space([](Space& s) {
    SlidingWindow window(s.space, {.window = 1000, .buckets = 1});
    s.clock->set(s.clock->now() / 1000 * 1000);
    window.increment("api", 100);
    s.clock->advance(1250);
    REQUIRE(window.get_count("api") == 75);
    REQUIRE(window.increment("api", 10) == 85);
    s.clock->advance(749);
    REQUIRE(window.get_count("api") == Approx(10.1));
    s.clock->advance(1);
    REQUIRE(window.get_count("api") == 10);
    s.clock->advance(1000);
    REQUIRE(window.get_count("api") == 0);
  });
}

TEST_CASE("late events count where they belong, those of the future now", "[sliding]") {
  for_each_space([](Space& s) {
    for (bool exact : {true, false}) {
      SlidingWindow window(s.space, {.window = 1000, .exact = exact, .buckets = 10});
      s.clock->set(s.clock->now() / 1000 * 1000);
      const Millis now = s.clock->now();
      REQUIRE(window.increment("api", 1, now - 900) == 1);
      REQUIRE(window.increment("api", 1, now - 5000) == 1);
      REQUIRE(window.increment("api", 1, now + 5000) == 2);
      s.clock->advance(500);
      REQUIRE(window.get_count("api") == 1);
      window.remove("api");
      REQUIRE(window.get_count("api") == 0);
    }
  });
}

TEST_CASE("a window takes no room once everything has left it", "[sliding]") {
  for_each_space([](Space& s) {
    if (s.store->capabilities().shared) return;  // a Redis server lets keys expire by its own clock
    SlidingWindow exact(s.space, {.window = 1000, .exact = true, .slack = 100}),
        buckets(s.space, {.window = 1000, .buckets = 10, .slack = 100});
    exact.increment("api");
    buckets.increment("api");
    REQUIRE(s.store->run(DbSize{}) == 3);
    s.clock->advance(1300);
    REQUIRE(s.store->run(Keys{"*"}).empty());
  });
}

TEST_CASE("events by several threads are all in the window", "[sliding]") {
  for_each_space([](Space& s) {
    for (bool exact : {true, false}) {
      SlidingWindow window(s.space, {.exact = exact});
      std::vector<std::thread> threads;
      for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
          for (int i = 0; i < 50; ++i) window.increment("api");
        });
      for (auto& t : threads) t.join();
      REQUIRE(window.get_count("api") == 400);
    }
  });
}

TEST_CASE("counting in a window is one round trip", "[sliding]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    for (bool exact : {true, false}) {
      SlidingWindow window(Namespace(counting), {.exact = exact});
      counting->trips = 0;
      window.increment("api");
      window.get_count("api");
      window.get_rate("api");
      window.remove("api");
      REQUIRE(counting->trips == 4);
    }
  });
}

TEST_CASE("windows out of range are refused", "[sliding]") {
  for_each_space([](Space& s) {
    REQUIRE_THROWS_AS(SlidingWindow(s.space, {.window = 0}), Error);
    REQUIRE_THROWS_AS(SlidingWindow(s.space, {.window = 1000, .buckets = 7}), Error);
    SlidingWindow window(s.space);
    REQUIRE_THROWS_AS(window.increment("api", 0), Error);
    REQUIRE_THROWS_AS(window.increment("", 1), Error);
    REQUIRE_THROWS_AS(window.increment("api", 1, 0), Error);
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}
