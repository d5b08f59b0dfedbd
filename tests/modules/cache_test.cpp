#include "playhead/modules/cache.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "playhead/open.h"
#include "tests/modules/counted_source.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

TEST_CASE("a value is loaded once, and the same on a miss and on a hit", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    source.rows["a"] = "1";
    Cache cache(s.space);
    REQUIRE(cache.get("a", source.loader()) == "1");
    REQUIRE(cache.get("a", source.loader()) == "1");
    REQUIRE(source.loads == 1);
    s.clock->advance(299'999);
    REQUIRE(cache.get("a", source.loader()) == "1");
    s.clock->advance(1);
    source.rows["a"] = "2";
    REQUIRE(cache.get("a", source.loader()) == "2");
    REQUIRE(source.loads == 2);
    CacheStatistics counts = cache.statistics();
    REQUIRE(counts.hits == 2);
    REQUIRE(counts.misses == 2);
    REQUIRE(counts.loads == 2);
  });
}

TEST_CASE("that there is no such thing is cached, for its own time", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    Cache cache(s.space, {.null_ttl = 1000}), uncached(s.space, {.name = "uncached", .null_ttl = 0});
    for (int i = 0; i < 2; ++i) REQUIRE_FALSE(cache.get("a", source.loader()));
    REQUIRE(source.loads == 1);
    REQUIRE(cache.contains("a"));
    s.clock->advance(1000);
    REQUIRE_FALSE(cache.get("a", source.loader()));
    REQUIRE(source.loads == 2);
    for (int i = 0; i < 2; ++i) REQUIRE_FALSE(uncached.get("a", source.loader()));
    REQUIRE(source.loads == 4);
    REQUIRE_FALSE(uncached.contains("a"));
  });
}

TEST_CASE("keys and values are any bytes, and empty values are values", "[cache]") {
  for_each_space([](Space& s) {
    Cache cache(s.space);
    std::string key("\0:{}%\xff", 6);
    cache.set(key, {""});
    REQUIRE(cache.peek(key).value == "");
    cache.set(key, {std::string("\0v\xff", 3)});
    REQUIRE(cache.peek(key).value == std::string("\0v\xff", 3));
    REQUIRE_FALSE(cache.contains("other"));
    REQUIRE_THROWS_AS(cache.set("", {""}), Error);
    REQUIRE_THROWS_AS(cache.peek(std::string(1025, 'x')), Error);
  });
}

TEST_CASE("lifetimes are spread at random, as asked", "[cache]") {
  for_each_space([](Space& s) {
    double chance = 0;
    auto random = [&] { return chance; };
    Cache percent(s.space, {.ttl = 1000, .jitter_percent = 20, .random = random});
    Cache more(s.space, {.name = "more", .ttl = 1000, .jitter_add = 500, .random = random});
    auto left = [&](Cache& cache, double c) {
      chance = c;
      cache.set("a", {"1"});
      return cache.peek("a").fresh_until - s.clock->now();
    };
    REQUIRE(left(percent, 0) == 800);
    REQUIRE(left(percent, 0.5) == 1000);
    REQUIRE(left(percent, 0.9999) == 1199);
    REQUIRE(left(more, 0) == 1000);
    REQUIRE(left(more, 0.9999) == 1499);
  });
}

TEST_CASE("what a loader throws is thrown, and the next call loads again", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    source.rows["a"] = "1";
    source.down = true;
    Cache cache(s.space);
    REQUIRE_THROWS_WITH(cache.get("a", source.loader()), "the database is down");
    source.down = false;
    REQUIRE(cache.get("a", source.loader()) == "1");
    REQUIRE(cache.statistics().load_failures == 1);
  });
}

TEST_CASE("what a loader gives with a lifetime or tags that are refused leaves nothing of the load",
          "[cache]") {
  for_each_space([](Space& s) {
    CacheOptions options;
    options.while_waiting = [] { FAIL("somebody still has the lease"); };
    Cache cache(s.space, options);
    Loader wrong = [](Text) { return Loaded{.value = "1", .ttl = -5}; };
    BulkLoader wrong_tags = [](List<Text> keys) {
      return std::vector<Loaded>(keys.size(), Loaded{.value = "1", .tags = {""}});
    };
    REQUIRE_THROWS_WITH(cache.get("a", wrong), Catch::Contains("ttl"));
    std::vector<Text> keys = {"a", "b"};
    REQUIRE_THROWS_WITH(cache.get_many(keys, wrong_tags), Catch::Contains("tag"));
    for (Text key : keys) REQUIRE(cache.get(key, [](Text) { return Loaded{"2"}; }) == "2");
  });
}

TEST_CASE("a refresh loads what is fresh, and shows it until then", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    source.rows["a"] = "1";
    Cache cache(s.space, {.error_pause = 1000}), other(s.space);
    REQUIRE(cache.refresh("a", source.loader()));
    REQUIRE(cache.peek("a").value == "1");
    REQUIRE(cache.refresh("a", [&](Text key) -> Loaded {
      REQUIRE(other.get(key, source.loader()) == "1");
      REQUIRE_FALSE(other.refresh(key, source.loader()));
      return {"2"};
    }));
    REQUIRE(cache.get("a", source.loader()) == "2");
    REQUIRE(source.loads == 1);
    source.down = true;
    REQUIRE_THROWS_WITH(cache.refresh("a", source.loader()), "the database is down");
    REQUIRE(cache.get("a", source.loader()) == "2");
    source.down = false;
    REQUIRE(cache.refresh("a", source.loader()));
    REQUIRE(cache.get("a", source.loader()) == "1");
    REQUIRE_THROWS_WITH(cache.refresh("a",
                                      [&](Text key) -> Loaded {
                                        return {cache.get("b", [&](Text) -> Loaded {
                                          return {cache.get(key, source.loader()).value() + "b"};
                                        })};
                                      }),
                        Catch::Contains("wait for itself"));
  });
}

TEST_CASE("a loader that failed is left alone for a while, but not by a refresh", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    source.down = true;
    CacheOptions options{.ttl = 1000, .stale_if_error = 1000, .error_pause = 500};
    options.refresh_ahead_percent = 50;
    Cache cache(s.space, options);
    cache.set("a", {"1"});
    for (Millis passed : {950, 150}) {  // fresh, then stale
      s.clock->advance(passed);
      int before = source.loads;
      REQUIRE(cache.get("a", source.loader()) == "1");
      REQUIRE(source.loads == (passed == 950 ? before + 1 : before));
      REQUIRE(cache.get("a", source.loader()) == "1");
      REQUIRE(source.loads == (passed == 950 ? before + 1 : before));
    }
    source.down = false;
    source.rows["a"] = "2";
    REQUIRE(cache.get("a", source.loader()) == "1");
    REQUIRE(cache.refresh("a", source.loader()));
    REQUIRE(cache.get("a", source.loader()) == "2");
  });
}

TEST_CASE("a loader that asks for its own key is told so, for another one it is served", "[cache]") {
  for_each_space([](Space& s) {
    Cache cache(s.space);
    Loader other = [](Text) -> Loaded { return {"other"}; };
    Loader same = [&](Text key) -> Loaded { return {cache.get(key, other)}; };
    Loader nested = [&](Text) -> Loaded { return {cache.get("b", other)}; };
    REQUIRE_THROWS_WITH(cache.get("a", same), Catch::Contains("wait for itself"));
    REQUIRE(cache.get("a", nested) == "other");
  });
}

TEST_CASE("a value that is too long is given but not kept", "[cache]") {
  for_each_space([](Space& s) {
    Cache cache(s.space, {.max_value = 3});
    Loader loader = [](Text) -> Loaded { return {"long"}; };
    REQUIRE(cache.get("a", loader) == "long");
    REQUIRE_FALSE(cache.contains("a"));
    REQUIRE_THROWS_AS(cache.set("a", {"long"}), Error);
  });
}

TEST_CASE("a loader gives lifetimes and tags of its own", "[cache]") {
  for_each_space([](Space& s) {
    Cache cache(s.space);
    cache.get("a", [](Text) -> Loaded { return {"1", 500}; });
    s.clock->advance(500);
    REQUIRE_FALSE(cache.contains("a"));
    REQUIRE_THROWS_AS(cache.set("a", {"1", 0}), Error);
    REQUIRE_THROWS_AS(cache.set("a", {"1", {}, {""}}), Error);
  });
}

TEST_CASE("without a store that answers the loader is asked", "[cache]") {
  struct Broken final : StoreWrapper {
    using StoreWrapper::StoreWrapper;
    Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override {
      if (broken) throw Error(ErrorCode::unavailable, "no connection");
      return StoreWrapper::invoke(p, db, keys, args);
    }
    bool broken = true;
  };
  auto store = std::make_shared<Broken>(open("memory://"));
  Source source;
  source.rows["a"] = "1";
  Cache cache{Namespace(store)}, strict(Namespace(store), {.fall_back = false});
  REQUIRE(cache.get("a", source.loader()) == "1");
  REQUIRE(cache.statistics().store_errors == 1);
  REQUIRE_THROWS_AS(strict.get("a", source.loader()), Error);
  Loader breaks = [&](Text) -> Loaded {
    store->broken = true;
    return {"2"};
  };
  store->broken = false;
  REQUIRE(cache.get("b", breaks) == "2");
}

TEST_CASE("several keys are loaded by one call of the loader", "[cache]") {
  for_each_space([](Space& s) {
    Cache cache(s.space);
    cache.set("b", {"cached"});
    std::vector<std::vector<std::string>> asked;
    BulkLoader loader = [&](List<Text> keys) {
      asked.emplace_back(keys.begin(), keys.end());
      std::vector<Loaded> all;
      for (Text key : keys) all.push_back(key == "none" ? Loaded{} : Loaded{"new " + std::string(key)});
      return all;
    };
    std::vector<Text> keys = {"a", "b", "a", "none", "c"};
    std::vector<std::optional<std::string>> expected = {"new a", "cached", "new a", std::nullopt, "new c"};
    for (int i = 0; i < 2; ++i) REQUIRE(cache.get_many(keys, loader) == expected);
    REQUIRE(asked.size() == 1);
    REQUIRE(asked[0].size() == 3);
    BulkLoader wrong = [](List<Text>) { return std::vector<Loaded>(); };
    std::vector<Text> missing = {"x"};
    REQUIRE_THROWS_WITH(cache.get_many(missing, wrong), Catch::Contains("0 results for 1 keys"));
    REQUIRE(cache.get_many(missing, loader)[0] == "new x");
  });
}

TEST_CASE("a hit is one round trip, a miss two", "[cache]") {
  auto counting = std::make_shared<CountingStore>(open("memory://"));
  Cache cache{Namespace(counting)};
  Cache one{Namespace(counting), {.name = "one", .shards = 1}};
  Source source;
  auto count = [&](auto&& call) {
    counting->trips = 0;
    call();
    return counting->trips.load();
  };
  REQUIRE(count([&] { cache.get("a", source.loader()); }) == 2);
  REQUIRE(count([&] { cache.get("a", source.loader()); }) == 1);
  REQUIRE(count([&] { cache.set("a", {"1"}); }) == 1);
  REQUIRE(count([&] { cache.invalidate("a"); }) == 1);
  REQUIRE(count([&] { cache.write_behind("a", {"1"}); }) == 1);
  std::vector<Text> tags = {"t", "u"}, keys = {"a", "b", "c"};
  REQUIRE(count([&] { one.invalidate_tags(tags); }) == 1);
  BulkLoader loader = [](List<Text> some) { return std::vector<Loaded>(some.size()); };
  REQUIRE(count([&] { one.get_many(keys, loader); }) == 2);
  REQUIRE(count([&] { one.get_many(keys, loader); }) == 1);
}

TEST_CASE("options of a cache out of range are refused", "[cache]") {
  Namespace space(open("memory://"));
  REQUIRE_THROWS_AS(Cache(space, {.name = ""}), Error);
  REQUIRE_THROWS_AS(Cache(space, {.ttl = 0}), Error);
  REQUIRE_THROWS_AS(Cache(space, {.jitter_percent = 91}), Error);
  REQUIRE_THROWS_AS(Cache(space, {.early_beta = std::nan("")}), Error);
  REQUIRE_THROWS_AS(Cache(space, {.shards = 0}), Error);
  REQUIRE_THROWS_AS(Cache(space, {.refresh_threads = 65}), Error);
}
