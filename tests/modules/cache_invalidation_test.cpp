// What is dropped from a cache, and what is written to its source.
#include <catch2/catch.hpp>

#include "playhead/modules/cache.h"
#include "playhead/open.h"
#include "tests/modules/counted_source.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

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
