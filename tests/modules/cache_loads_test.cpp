// Who misses while somebody loads waits for that.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "playhead/modules/cache.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

TEST_CASE("threads that miss together load once", "[cache]") {
  for_each_space([](Space& s) {
    Cache cache(s.space);
    std::atomic<int> loads = 0;
    Loader loader = [&](Text) -> Loaded {
      ++loads;
      // Until the others have looked: they are told to wait.
      while (cache.statistics().waits < 7) std::this_thread::yield();
      return {"1"};
    };
    std::vector<std::thread> threads;
    std::atomic<int> right = 0;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { right += cache.get("a", loader) == "1"; });
    for (auto& t : threads) t.join();
    REQUIRE(right == 8);
    REQUIRE(loads == 1);
  });
}

TEST_CASE("caches that share a store load once, and are woken", "[cache]") {
  for_each_space([](Space& s) {
    Cache one(s.space), two(s.space), three(s.space);
    int loads = 0;
    Loader loader = [&](Text) -> Loaded {
      ++loads;
      while (two.statistics().waits + three.statistics().waits < 2) std::this_thread::yield();
      return {"1"};
    };
    std::atomic<int> right = 0, begun = 0;
    std::thread first([&] {
      right += one.get("a", [&](Text key) {
        begun = 1;
        return loader(key);
      }) == "1";
    });
    while (begun == 0) std::this_thread::yield();
    std::thread second([&] { right += two.get("a", loader) == "1"; });
    std::thread third([&] { right += three.get("a", loader) == "1"; });
    for (auto* t : {&first, &second, &third}) t->join();
    REQUIRE(right == 3);
    REQUIRE(loads == 1);
  });
}

TEST_CASE("who asks after an invalidation does not get what a load before it brings", "[cache]") {
  for_each_space([](Space& s) {
    Cache cache(s.space);
    std::atomic<int> row = 1, begun = 0, go_on = 0;
    std::thread early([&] {
      cache.get("a", [&](Text) -> Loaded {
        std::string loaded = std::to_string(row.load());
        begun = 1;
        while (go_on == 0) std::this_thread::yield();
        return {loaded};
      });
    });
    while (begun == 0) std::this_thread::yield();
    row = 2;
    cache.invalidate("a");
    Loader later = [&](Text) -> Loaded { return {std::to_string(row.load())}; };
    REQUIRE(cache.get("a", later) == "2");
    go_on = 1;
    early.join();
    REQUIRE(cache.get("a", later) == "2");
    REQUIRE(cache.statistics().refused == 1);
  });
}

TEST_CASE("when a load fails those who wait learn it, and nothing is left of the load", "[cache]") {
  for_each_space([](Space& s) {
    Cache cache(s.space);
    Loader loader = [&](Text) -> Loaded {
      while (cache.statistics().waits < 3) std::this_thread::yield();
      throw std::runtime_error("no row");
    };
    std::vector<std::thread> threads;
    std::atomic<int> failed = 0;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        try {
          cache.get("a", loader);
        } catch (const std::runtime_error&) {
          ++failed;
        }
      });
    for (auto& t : threads) t.join();
    REQUIRE(failed == 4);
    REQUIRE(cache.claim("a").state == CacheLookup::State::load);
  });
}

TEST_CASE("the lease of a process that died ends, and its late result is refused", "[cache]") {
  for_each_space([](Space& s) {
    Cache dead(s.space), alive(s.space);
    CacheLookup lost = dead.claim("a");
    REQUIRE(lost.state == CacheLookup::State::load);
    REQUIRE(alive.claim("a").state == CacheLookup::State::wait);
    s.clock->advance(30'000);
    CacheLookup taken = alive.claim("a");
    REQUIRE(taken.state == CacheLookup::State::load);
    REQUIRE_FALSE(dead.complete("a", lost.receipt, {"old"}, 0));
    REQUIRE_FALSE(dead.release("a", lost.receipt));
    REQUIRE(alive.complete("a", taken.receipt, {"new"}, 0));
    REQUIRE(dead.peek("a").value == "new");
  });
}

TEST_CASE("a wait ends with the lease, or at its time", "[cache]") {
  for_each_space([](Space& s) {
    Cache one(s.space), two(s.space);
    CacheLookup mine = one.claim("a");
    REQUIRE(two.claim("a").state == CacheLookup::State::wait);
    REQUIRE_FALSE(two.wait("a", 1));
    one.invalidate("a");
    REQUIRE(two.wait("a", 20'000));
    REQUIRE_FALSE(one.complete("a", mine.receipt, {"1"}, 0));
  });
}
