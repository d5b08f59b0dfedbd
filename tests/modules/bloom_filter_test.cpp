#include "playhead/modules/bloom_filter.h"

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "playhead/open.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

std::vector<std::string> numbered(const std::string& begin, int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back(begin + std::to_string(i));
  return all;
}

std::vector<Text> texts(const std::vector<std::string>& strings) {
  return {strings.begin(), strings.end()};
}

}  // namespace

TEST_CASE("a filter has what was added, and little else", "[bloom_filter]") {
  for_each_space([](Space& s) {
    BloomFilter filter(s.space, {.name = "users", .capacity = 10'000, .error_rate = 0.01});
    auto there = numbered("user", 10'000), others = numbered("stranger", 10'000);
    std::int64_t fresh = filter.add_many(texts(there));
    REQUIRE(fresh > 9'900);
    REQUIRE(fresh <= 10'000);
    for (bool b : filter.might_contain_many(texts(there))) REQUIRE(b);
    auto wrong = filter.might_contain_many(texts(others));
    REQUIRE(std::count(wrong.begin(), wrong.end(), true) < 150);
    REQUIRE(std::abs(filter.count_estimate() - 10'000) < 200);
  });
}

TEST_CASE("adding an id again is noticed, also within one call", "[bloom_filter]") {
  for_each_space([](Space& s) {
    BloomFilter filter(s.space);
    REQUIRE(filter.add("alice"));
    REQUIRE_FALSE(filter.add("alice"));
    std::vector<Text> twice = {"bob", "bob", std::string_view("\0", 1)};
    REQUIRE(filter.add_many(twice) == 2);
    REQUIRE(filter.might_contain("bob"));
    REQUIRE_FALSE(filter.might_contain("carol"));
    REQUIRE(filter.count_estimate() == 3);
    filter.clear();
    REQUIRE_FALSE(filter.might_contain("bob"));
  });
}

TEST_CASE("a filter is as large as its capacity and error rate ask for", "[bloom_filter]") {
  auto store = open("memory://");
  Namespace space(store);
  BloomFilter one(space, {.name = "1", .capacity = 1'000'000, .error_rate = 0.01});
  REQUIRE(one.hashes() == 7);
  REQUIRE(std::abs(one.bits() - 9'585'059) < 20'000);
  BloomFilter two(space, {.name = "2", .capacity = 100, .error_rate = 0.001});
  REQUIRE(two.hashes() == 10);
  REQUIRE(two.bits() == 1472);
}

TEST_CASE("the bits of an id are the same on every store and for ever", "[bloom_filter]") {
  for_each_space([](Space& s) {
    BloomFilter filter(s.space, {.name = "golden", .capacity = 20, .error_rate = 0.05});
    filter.add("alice");
    filter.add(Text("\0\xff", 2));
    auto bits = s.store->run(Get{s.space.keys().key("bloom", "golden", {"bits", "0"})});
    REQUIRE(bits);
    std::set<int> set;
    for (std::size_t i = 0; i < bits->size(); ++i)
      for (int b = 0; b < 8; ++b)
        if (((*bits)[i] >> (7 - b) & 1) != 0) set.insert(static_cast<int>(i) * 8 + b);
    CHECK(set == std::set<int>{34, 35, 36, 99, 106, 114, 124});
  });
}

TEST_CASE("filters merge, and one of another size is refused", "[bloom_filter]") {
  for_each_space([](Space& s) {
    BloomFilter web(s.space, {.name = "web"}), app(s.space, {.name = "app"}),
        small(s.space, {.name = "small", .capacity = 5});
    web.add("alice");
    app.add("bob");
    web.merge(app);
    REQUIRE(web.might_contain("alice"));
    REQUIRE(web.might_contain("bob"));
    REQUIRE_FALSE(app.might_contain("alice"));
    REQUIRE_THROWS_AS(web.merge(small), Error);
    REQUIRE_THROWS_WITH(BloomFilter(s.space, {.name = "web", .capacity = 7}), Catch::Contains("has 293 x"));
    REQUIRE(BloomFilter(s.space, {.name = "web"}).might_contain("bob"));
  });
}

TEST_CASE("every call on a filter is one round trip", "[bloom_filter]") {
  auto counting = std::make_shared<CountingStore>(open("memory://"));
  BloomFilter filter(Namespace(counting), {.capacity = 100'000});
  REQUIRE(counting->trips == 1);
  auto many = numbered("id", 1000);
  auto count = [&](auto&& call) {
    counting->trips = 0;
    call();
    return counting->trips.load();
  };
  REQUIRE(count([&] { filter.add("a"); }) == 1);
  REQUIRE(count([&] { filter.add_many(texts(many)); }) == 1);
  REQUIRE(count([&] { filter.might_contain("a"); }) == 1);
  REQUIRE(count([&] { filter.might_contain_many(texts(many)); }) == 1);
  REQUIRE(count([&] { filter.count_estimate(); }) == 1);
}

TEST_CASE("threads that add to a filter lose nothing", "[bloom_filter]") {
  for_each_space([](Space& s) {
    BloomFilter filter(s.space, {.capacity = 1000});
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (const auto& id : numbered(std::to_string(t) + ":", 50)) filter.add(id);
      });
    for (auto& t : threads) t.join();
    for (int t = 0; t < 8; ++t)
      for (const auto& id : numbered(std::to_string(t) + ":", 50)) REQUIRE(filter.might_contain(id));
  });
}

TEST_CASE("options of a filter out of range are refused", "[bloom_filter]") {
  Namespace space(open("memory://"));
  REQUIRE_THROWS_AS(BloomFilter(space, {.capacity = 0}), Error);
  REQUIRE_THROWS_AS(BloomFilter(space, {.error_rate = 0}), Error);
  REQUIRE_THROWS_AS(BloomFilter(space, {.error_rate = std::nan("")}), Error);
  REQUIRE_THROWS_AS(BloomFilter(space, {.name = ""}), Error);
  REQUIRE_THROWS_AS(BloomFilter(space).add(""), Error);
}
