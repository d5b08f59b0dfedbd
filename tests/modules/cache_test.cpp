#include "playhead/modules/cache.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <thread>

#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// A source that counts loads.
struct Source {
  std::map<std::string, std::string, std::less<>> rows;
  std::atomic<int> loads = 0;
  bool down = false;

  Loader loader() {
    return [this](Text key) -> Loaded {
      ++loads;
      if (down) throw std::runtime_error("the database is down");
      auto row = rows.find(key);
      if (row == rows.end()) return {};
      return {row->second};
    };
  }
  SourceWriter writer() {
    return [this](Text key, const std::optional<std::string>& value) {
      if (down) throw std::runtime_error("the database is down");
      if (value)
        rows[std::string(key)] = *value;
      else
        rows.erase(std::string(key));
    };
  }
};

}  // namespace

// ---- reading

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

// ---- before and after the end

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

// ---- invalidation

TEST_CASE("a dropped entry is loaded again", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    Cache cache(s.space);
    std::vector<Text> keys = {"a", "b", "c"};
    cache.set("a", {"1"});
    cache.set("b", {"1"});
    REQUIRE(cache.invalidate("a"));
    REQUIRE_FALSE(cache.invalidate("a"));
    REQUIRE_FALSE(cache.contains("a"));
    REQUIRE(cache.invalidate_many(keys) == 1);
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}

TEST_CASE("entries are dropped by their tags, and come back with them", "[cache]") {
  for_each_space([](Space& s) {
    Cache cache(s.space);
    std::vector<Text> news = {"news"}, all = {"news", "front"};
    cache.set("a", {"1", {}, {"news"}});
    cache.set("b", {"1", {}, {"news", "front"}});
    cache.set("c", {"1"});
    cache.invalidate_tags(news);
    REQUIRE_FALSE(cache.contains("a"));
    REQUIRE_FALSE(cache.contains("b"));
    REQUIRE(cache.contains("c"));
    cache.set("a", {"2", {}, {"news"}});
    REQUIRE(cache.contains("a"));
    cache.invalidate_tags(all);
    REQUIRE_FALSE(cache.contains("a"));
  });
}

TEST_CASE("what tags remember ends with the longest lifetime", "[cache]") {
  for_each_space([](Space& s) {
    Cache cache(s.space, {.ttl = 1000, .null_ttl = 1000, .lease = 1000, .shards = 1, .longest_ttl = 10'000});
    std::string key = s.space.keys().key_in(KeyCodec::bucket_of("cache:0"), "cached", "cache", {"tags", "0"});
    for (int i = 0; i < 50; ++i) {
      std::string tag = std::to_string(i);
      Text one = tag;
      cache.invalidate_tags({&one, 1});
      s.clock->advance(1000);
    }
    REQUIRE(s.store->run(ZCard{key}) <= 12);
  });
}

namespace {

/// A reader that loads if it may, as steps of a stage.
void read(Stage& stage, Cache& cache, const std::string& row, const std::vector<std::string>& tags = {}) {
  CacheLookup seen = cache.claim("a");
  if (!seen.leased()) return;
  stage.step();
  std::string loaded = row;
  cache.complete("a", seen.receipt, {loaded, {}, tags}, 0);
}

/// What the cache holds in the end.
std::optional<std::string> left(const std::shared_ptr<Store>& store) {
  return Cache(Namespace(store)).peek("a").value;
}

}  // namespace

TEST_CASE("a load that began before an invalidation is never stored", "[cache]") {
  // The original: read the row, and store it whatever happened meanwhile.
  int stale = 0;
  for_each_interleaving([&](Stage& stage) {
    std::string row = "old";
    auto store = open("memory://");
    auto stepped = stage.stepped(store);
    stage.program([&] {
      stage.step();
      std::string loaded = row;
      static_cast<void>(stepped->run(Set{"a", loaded}));
    });
    stage.program([&] {
      stage.step();
      row = "new";
      Text key = "a";
      stepped->run(Del{{&key, 1}});
    });
    stage.run();
    if (store->run(Get{"a"}) == "old") ++stale;
  });
  REQUIRE(stale > 0);

  std::size_t orders = for_each_interleaving([&](Stage& stage) {
    std::string row = "old";
    auto store = open("memory://");
    Cache cache(Namespace(stage.stepped(store)));
    stage.program([&] { read(stage, cache, row); });
    stage.program([&] { read(stage, cache, row); });
    stage.program([&] {
      stage.step();
      row = "new";
      cache.invalidate("a");
    });
    stage.run();
    auto value = left(store);
    if (value && value != row) throw std::runtime_error("a stale value was stored");
  });
  REQUIRE(orders > 20);
}

TEST_CASE("a refresh that began before an invalidation is never stored", "[cache]") {
  for (bool there : {false, true}) {
    std::size_t orders = for_each_interleaving([&](Stage& stage) {
      std::string row = "old";
      auto store = open("memory://");
      if (there) Cache(Namespace(store)).set("a", {"old"});
      Cache cache(Namespace(stage.stepped(store)));
      Loader loader = [&](Text) -> Loaded {
        std::string loaded = row;
        stage.step();
        return {loaded};
      };
      stage.program([&] { cache.refresh("a", loader); });
      stage.program([&] { read(stage, cache, row); });
      stage.program([&] {
        stage.step();
        row = "new";
        cache.invalidate("a");
      });
      stage.run();
      auto value = left(store);
      if (value && value != row) throw std::runtime_error("a stale value was stored");
    });
    REQUIRE(orders > 20);
  }
}

TEST_CASE("a load that began before an invalidation of its tag is never shown", "[cache]") {
  for_each_interleaving([&](Stage& stage) {
    std::string row = "old";
    auto store = open("memory://");
    Cache cache(Namespace(stage.stepped(store)), {.shards = 1});
    std::vector<Text> tags = {"t"};
    stage.program([&] { read(stage, cache, row, {"t"}); });
    stage.program([&] { read(stage, cache, row, {"t"}); });
    stage.program([&] {
      stage.step();
      row = "new";
      cache.invalidate_tags(tags);
    });
    stage.run();
    auto value = Cache(Namespace(store), {.shards = 1}).peek("a").value;
    if (value && value != row) throw std::runtime_error("a stale value was shown");
  });
}

// ---- writing the source

TEST_CASE("writing through leaves the cache with what the source has, or with nothing", "[cache]") {
  // The original: write the source, then the cache.
  int wrong = 0;
  for_each_interleaving([&](Stage& stage) {
    std::string row;
    auto store = open("memory://");
    auto stepped = stage.stepped(store);
    for (const char* value : {"1", "2"})
      stage.program([&, value] {
        stage.step();
        row = value;
        static_cast<void>(stepped->run(Set{"a", value}));
      });
    stage.run();
    if (store->run(Get{"a"}) != row) ++wrong;
  });
  REQUIRE(wrong > 0);

  for (bool around : {false, true}) {
    std::size_t orders = for_each_interleaving([&](Stage& stage) {
      std::string row = "0";
      auto store = open("memory://");
      Cache cache(Namespace(stage.stepped(store)));
      SourceWriter writer = [&](Text, const std::optional<std::string>& value) {
        stage.step();
        row = *value;
      };
      stage.program([&] { cache.write_through("a", {"1"}, writer); });
      stage.program([&] {
        if (around)
          cache.write_around("a", "2", writer);
        else
          cache.write_through("a", {"2"}, writer);
      });
      stage.program([&] { read(stage, cache, row); });
      stage.run();
      auto value = left(store);
      if (value && value != row)
        throw std::runtime_error("the cache holds " + *value + ", the source " + row);
    });
    REQUIRE(orders > 100);
  }
}

TEST_CASE("writing through is seen at once, and a failed write leaves no entry", "[cache]") {
  for_each_space([](Space& s) {
    Source source;
    Cache cache(s.space);
    cache.write_through("a", {"1"}, source.writer());
    REQUIRE(cache.get("a", source.loader()) == "1");
    REQUIRE(source.loads == 0);
    source.down = true;
    REQUIRE_THROWS(cache.write_through("a", {"2"}, source.writer()));
    REQUIRE_FALSE(cache.contains("a"));
    source.down = false;
    REQUIRE(cache.get("a", source.loader()) == "1");
    cache.write_around("a", "3", source.writer());
    REQUIRE_FALSE(cache.contains("a"));
    REQUIRE(cache.get("a", source.loader()) == "3");
    cache.write_through("a", {}, source.writer());
    REQUIRE(cache.contains("a"));
    REQUIRE_FALSE(cache.get("a", source.loader()));
  });
}

TEST_CASE("who met a writer that died loads after its lease", "[cache]") {
  for_each_space([](Space& s) {
    Cache cache(s.space, {.lease = 1000});
    cache.set("a", {"1"});
    struct Death final : EndRun {
      using EndRun::EndRun;
    };
    auto dies = [&](Text, const std::optional<std::string>&) {
      CacheLookup seen = cache.claim("a");
      REQUIRE(seen.state == CacheLookup::State::wait);
      REQUIRE(seen.lease_left == 1000);
      s.clock->advance(1000);
      REQUIRE(cache.claim("a").state == CacheLookup::State::load);
    };
    cache.write_through("a", {"2"}, dies);
    REQUIRE_FALSE(cache.contains("a"));  // it came too late
  });
}

// ---- one load at a time

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

TEST_CASE("options of a cache out of range are refused", "[cache]") {
  Namespace space(open("memory://"));
  REQUIRE_THROWS_AS(Cache(space, {.name = ""}), Error);
  REQUIRE_THROWS_AS(Cache(space, {.ttl = 0}), Error);
  REQUIRE_THROWS_AS(Cache(space, {.jitter_percent = 91}), Error);
  REQUIRE_THROWS_AS(Cache(space, {.early_beta = std::nan("")}), Error);
  REQUIRE_THROWS_AS(Cache(space, {.shards = 0}), Error);
  REQUIRE_THROWS_AS(Cache(space, {.refresh_threads = 65}), Error);
}
