#include "playhead/modules/consistent_hash.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "playhead/modules/cache.h"
#include "playhead/modules/tokens.h"
#include "playhead/open.h"
#include "playhead/views.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

std::string key(int i) {
  return "key:" + std::to_string(i);
}

std::map<std::string, int> shares(const ConsistentHash& ring, int keys) {
  std::map<std::string, int> counts;
  for (int i = 0; i < keys; ++i) ++counts[ring.get_node(key(i)).value_or("")];
  return counts;
}

/// Fails as a node that cannot be reached, if asked to.
struct Flaky final : StoreWrapper {
  using StoreWrapper::StoreWrapper;
  void perform(const Call& call) override {
    if (down) throw Error(ErrorCode::unavailable, "no connection");
    StoreWrapper::perform(call);
  }
  bool down = false;
};

std::vector<ShardNode> three() {
  return {{"a", open("memory://")}, {"b", open("memory://")}, {"c", open("memory://")}};
}

}  // namespace

TEST_CASE("nodes have keys by their weight", "[consistent_hash]") {
  ConsistentHash ring({{"a", 1}, {"b", 1}, {"c", 2}});
  auto counts = shares(ring, 40'000);
  REQUIRE(std::abs(counts["a"] - 10'000) < 2'000);
  REQUIRE(std::abs(counts["b"] - 10'000) < 2'000);
  REQUIRE(std::abs(counts["c"] - 20'000) < 2'500);
  // The original: three places for each node.
  auto original = shares(ConsistentHash({{"a"}, {"b"}, {"c"}, {"d"}}, 3), 40'000);
  int most = 0, least = 40'000;
  for (const auto& [name, count] : original) {
    most = std::max(most, count);
    least = std::min(least, count);
  }
  REQUIRE(most > 2 * least);
}

TEST_CASE("a node that comes takes its share and nothing else moves", "[consistent_hash]") {
  ConsistentHash ring({{"a"}, {"b"}, {"c"}});
  std::vector<std::string> before;
  for (int i = 0; i < 20'000; ++i) before.push_back(*ring.get_node(key(i)));
  ring.add_node("d");
  int moved = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string now = *ring.get_node(key(i));
    if (now == before[static_cast<std::size_t>(i)]) continue;
    REQUIRE(now == "d");
    ++moved;
  }
  REQUIRE(std::abs(moved - 5'000) < 1'500);
  REQUIRE(ring.remove_node("d"));
  REQUIRE_FALSE(ring.remove_node("d"));
  for (int i = 0; i < 20'000; ++i) REQUIRE(*ring.get_node(key(i)) == before[static_cast<std::size_t>(i)]);
}

TEST_CASE("a weight may change, and the order in which nodes came does not matter", "[consistent_hash]") {
  ConsistentHash one({{"a", 3}, {"b", 1}}), two({{"b", 5}, {"a", 1}});
  two.add_node("b", 1);
  two.add_node("a", 3);
  for (int i = 0; i < 2'000; ++i) REQUIRE(one.get_nodes(key(i), 2) == two.get_nodes(key(i), 2));
  REQUIRE(two.nodes().size() == 2);
}

TEST_CASE("without nodes nobody has a key", "[consistent_hash]") {
  ConsistentHash ring;
  REQUIRE_FALSE(ring.get_node("a"));
  REQUIRE(ring.get_nodes("a", 3).empty());
  REQUIRE_THROWS_AS(ring.add_node("a", 0), Error);
  REQUIRE_THROWS_AS(ring.add_node(""), Error);
  REQUIRE(ConsistentHash::hash("alice") == ConsistentHash::hash("alice"));
}

TEST_CASE("several stores are one", "[consistent_hash]") {
  auto nodes = three();
  auto store = sharded_store(nodes);
  for (int i = 0; i < 300; ++i) Strings(*store).set(key(i), std::to_string(i));
  for (int i = 0; i < 300; ++i) REQUIRE(Strings(*store).get(key(i)) == std::to_string(i));
  REQUIRE(store->run(DbSize{}) == 300);
  REQUIRE(store->run(Keys{"*"}).size() == 300);
  for (const ShardNode& node : nodes) REQUIRE(node.store->run(DbSize{}) > 50);
  REQUIRE_THROWS_AS(store->run(RandomKey{}), Error);
  Batch batch;
  for (int i = 0; i < 300; ++i) {
    std::string name = key(i);
    batch.add(Get{name});
  }
  store->perform(batch);
  for (std::size_t i = 0; i < 300; ++i) REQUIRE(batch.reply<Get>(i) == std::to_string(i));
  store->run(FlushAll{});
  REQUIRE(store->run(DbSize{}) == 0);
  REQUIRE(store->capabilities().name == "sharded");
}

TEST_CASE("keys with the same braces lie together, others may be refused", "[consistent_hash]") {
  auto store = sharded_store(three());
  Text together[] = {"{user}:a", "{user}:b", "x{user}"};
  REQUIRE(store->run(Exists{together}) == 0);
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) names.push_back(key(i));
  std::vector<Text> apart(names.begin(), names.end());
  REQUIRE_THROWS_WITH(store->run(Exists{apart}), Catch::Contains("CROSSSLOT"));
  Batch writes;
  for (Text name : apart) writes.add(Set{name, "1"});
  REQUIRE_THROWS_WITH(store->perform(writes), Catch::Contains("CROSSSLOT"));
  REQUIRE(store->run(DbSize{}) == 0);
}

TEST_CASE("modules work on several stores", "[consistent_hash]") {
  auto store = sharded_store(three());
  Cache cache{Namespace(store)};
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) {
    names.push_back(key(i));
    cache.set(names.back(), {names.back(), {}, {"t"}});
    cache.write_behind("b" + names.back(), {"1"});
  }
  std::vector<Text> keys(names.begin(), names.end()), tags = {"t"};
  BulkLoader none = [](List<Text> some) { return std::vector<Loaded>(some.size()); };
  auto values = cache.get_many(keys, none);
  for (std::size_t i = 0; i < names.size(); ++i) REQUIRE(values[i] == names[i]);
  REQUIRE(cache.pending() == 100);
  REQUIRE(cache.flush([](const auto&) {}) == 100);
  cache.invalidate_tags(tags);
  REQUIRE_FALSE(cache.contains(names[0]));
  Tokens tokens{Namespace(store)};
  auto issued = tokens.issue("alice");
  REQUIRE(tokens.validate(issued.token));
}

TEST_CASE("with failover the next node has the keys of one that is down", "[consistent_hash]") {
  auto flaky = std::make_shared<Flaky>(open("memory://"));
  std::vector<ShardNode> nodes = {{"a", flaky}, {"b", open("memory://")}, {"c", open("memory://")}};
  auto cache = sharded_store(nodes, {.failover = true, .retry_after = 86'400'000});
  auto strict = sharded_store(nodes);
  std::string mine;
  for (int i = 0; mine.empty(); ++i) {
    Strings(*strict).set(key(i), "1");
    if (flaky->run(DbSize{}) == 1) mine = key(i);
  }
  flaky->down = true;
  REQUIRE_THROWS_AS(Strings(*strict).get(mine), Error);
  REQUIRE_FALSE(Strings(*cache).get(mine));
  Strings(*cache).set(mine, "2");
  REQUIRE(Strings(*cache).get(mine) == "2");
  flaky->down = false;  // it is left out for a day
  REQUIRE(Strings(*cache).get(mine) == "2");
  REQUIRE(Strings(*strict).get(mine) == "1");
}

TEST_CASE("a transaction and a wait on several stores stay at their node", "[consistent_hash]") {
  auto store = sharded_store(three());
  auto watch = store->watch();
  Text name = "{k}1";
  watch->add(0, {&name, 1});
  Batch batch;
  batch.add(Set{"{k}1", "1"});
  REQUIRE(watch->commit(batch));
  BLPop pop;
  Text list = "list";
  pop.keys = {&list, 1};
  std::atomic<bool> served = false;
  auto ticket = store->park(AnyCall::of(pop, 0), [&](AnyCall&, const std::exception_ptr&) { served = true; });
  Lists(*store).rpush("list", {"x"});
  REQUIRE(eventually([&] { return served.load(); }));
}

TEST_CASE("what makes no store is refused", "[consistent_hash]") {
  REQUIRE_THROWS_AS(sharded_store({}), Error);
  REQUIRE_THROWS_AS(sharded_store({{"a", nullptr}}), Error);
  REQUIRE_THROWS_AS(sharded_store({{"a", open("memory://")}, {"a", open("memory://")}}), Error);
}
