#include "playhead/modules/token_limit.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <thread>

#include "playhead/modules/cart.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

TokenOptions indexed(std::int64_t shards = 3) {
  TokenOptions o;
  o.shards = shards;
  o.indexed = true;
  return o;
}

std::vector<std::string> keys_like(Store& store, Text pattern) {
  return store.run(Keys{pattern});
}

/// Steps until there is nothing more to do; the most that one step dropped.
std::int64_t settle(TokenLimit& limit) {
  std::int64_t most = 0;
  for (bool more = true; more;) {
    TokenLimitReport report = limit.step();
    most = std::max(most, report.dropped);
    more = report.more;
  }
  return most;
}

}  // namespace

TEST_CASE("the tokens that were used last are kept, whoever has them", "[token_limit]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, indexed());
    TokenLimit limit(s.space, indexed(), {.limit = 10, .batch = 4});
    std::vector<std::string> made;
    for (int i = 0; i < 40; ++i) {
      made.push_back(tokens.issue("u" + std::to_string(i)).token);
      s.clock->advance(1000);
    }
    REQUIRE(tokens.validate(made[0]));
    REQUIRE(limit.count() == 40);
    REQUIRE(settle(limit) <= 12);
    REQUIRE(limit.count() == 10);
    REQUIRE(tokens.validate(made[0]));
    for (int i = 1; i < 31; ++i) REQUIRE_FALSE(tokens.validate(made[static_cast<std::size_t>(i)]));
    for (int i = 31; i < 40; ++i) REQUIRE(tokens.validate(made[static_cast<std::size_t>(i)]));
  });
}

TEST_CASE("a dropped token goes with its viewed items and its cart, and nothing of it is left",
          "[token_limit]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, indexed());
    Cart cart(s.space, {.shards = 3});
    TokenLimit limit(s.space, indexed(), {.limit = 1});
    std::vector<std::string> made;
    for (int i = 0; i < 3; ++i) {
      made.push_back(tokens.issue("u" + std::to_string(i)).token);
      REQUIRE(tokens.view(made.back(), "video"));
      REQUIRE(cart.add(CartOwner::token(made.back()), "shirt") == CartChange::done);
      s.clock->advance(1);
    }
    REQUIRE(limit.step().dropped == 2);
    REQUIRE(keys_like(*s.store, "ph:viewed:*").size() == 1);
    REQUIRE(keys_like(*s.store, "ph:carts:*").size() == 1);
    REQUIRE(tokens.viewed(made[2]).size() == 1);
    REQUIRE(tokens.revoke(made[2]));
    REQUIRE(limit.step().cleaned == 1);
    REQUIRE(s.store->run(Keys{"*"}).empty());
  });
}

TEST_CASE("revoked tokens do not count, and ended ones go", "[token_limit]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, indexed());
    TokenLimit limit(s.space, indexed(), {.limit = 2});
    std::string kept = tokens.issue("alice").token, other = tokens.issue("bob").token;
    for (int i = 0; i < 5; ++i) tokens.issue("carol");
    REQUIRE(tokens.revoke_all("carol") == 5);
    REQUIRE(limit.count() == 2);
    TokenLimitReport report = limit.step();
    REQUIRE(report.dropped == 0);
    REQUIRE(report.cleaned == 5);
    REQUIRE(tokens.validate(kept));
    s.clock->advance(20 * 60'000);
    REQUIRE(tokens.validate(other));
    s.clock->advance(10 * 60'000);
    REQUIRE(limit.step().dropped == 1);
    REQUIRE(tokens.validate(other));
  });
}

TEST_CASE("in every order, a token that comes back while it is dropped is whole or gone, with its lists",
          "[token_limit]") {
  int kept = 0, torn = 0;
  for_each_interleaving([&](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto store = stage.stepped(open("memory://", {.clock = clock}));
    Namespace space(store, 0, "ph", clock);
    Tokens tokens(space, indexed(1));
    Cart cart(space, {.shards = 1});
    TokenLimit limit(space, indexed(1), {.limit = 1});
    std::string token = tokens.issue("alice").token;
    tokens.view(token, "a");
    clock->advance(5'000);
    tokens.issue("bob");
    bool viewed = false;
    stage.program([&] { viewed = tokens.view(token, "b"); });
    stage.program([&] { limit.step(); });
    stage.run();
    bool good = tokens.validate(token).has_value();
    kept += good;
    REQUIRE(good == !tokens.viewed(token).empty());
    REQUIRE((viewed || !good));
    if (!good) REQUIRE(keys_like(*store, "ph:viewed:*").empty());
    REQUIRE(limit.count() == (good ? 2 : 1));
  });
  for_each_interleaving([&](Stage& stage) {
    // A loop that deletes the parts of old tokens one by one.
    auto store = stage.stepped(open("memory://"));
    store->run(Set{"login:1", "alice"});
    store->run(Set{"viewed:1", "a"});
    auto drop = [&](Text key) { store->run(Del{{&key, 1}}); };
    stage.program([&] {
      if (store->run(Get{"login:1"})) store->run(Set{"viewed:1", "b"});
    });
    stage.program([&] {
      drop("viewed:1");
      drop("login:1");
    });
    stage.run();
    torn += !store->run(Get{"login:1"}) && store->run(Get{"viewed:1"});
  });
  CHECK(kept > 0);
  CHECK(torn > 0);
}

TEST_CASE("several clean at once and drop no more than is too much", "[token_limit]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, indexed());
    std::vector<std::string> made;
    for (int i = 0; i < 120; ++i) {
      made.push_back(tokens.issue("u" + std::to_string(i)).token);
      s.clock->advance(1);
    }
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        TokenLimit limit(s.space, indexed(), {.limit = 50, .batch = 10});
        settle(limit);
      });
    for (auto& t : threads) t.join();
    for (std::size_t i = 0; i < 120; ++i) REQUIRE(tokens.validate(made[i]).has_value() == (i >= 70));
  });
}

TEST_CASE("the background thread keeps the limit", "[token_limit]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, indexed());
    TokenLimit limit(s.space, indexed(), {.limit = 5, .longest_wait = 1});
    for (int i = 0; i < 20; ++i) tokens.issue("u" + std::to_string(i));
    limit.run_in_background();
    REQUIRE(limit.running());
    while (limit.count() > 5) std::this_thread::yield();
    limit.stop_background();
    REQUIRE_FALSE(limit.running());
    REQUIRE(limit.count() == 5);
  });
}

TEST_CASE("a limit on tokens that are not indexed, and options out of range, are refused", "[token_limit]") {
  for_each_space([](Space& s) {
    REQUIRE_THROWS_AS(TokenLimit(s.space, TokenOptions{}), Error);
    REQUIRE_THROWS_AS(TokenLimit(s.space, indexed(), {.limit = -1}), Error);
    REQUIRE_THROWS_AS(TokenLimit(s.space, indexed(), {.batch = 0}), Error);
    REQUIRE_THROWS_AS(Tokens(s.space, indexed(0)), Error);
  });
}

TEST_CASE("what the holder of a token looks at is kept, each once, the newest", "[tokens]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space, {.viewed_items = 3});
    std::string token = tokens.issue("alice").token;
    for (Text item : {"a", "b", "a", "c", "d"}) {
      REQUIRE(tokens.view(token, item));
      s.clock->advance(1);
    }
    std::vector<std::string> items;
    for (const ViewedItem& v : tokens.viewed(token)) items.push_back(v.item);
    REQUIRE(items == std::vector<std::string>{"d", "c", "a"});
    REQUIRE(tokens.viewed(token)[0].at == s.clock->now() - 1);
    REQUIRE_FALSE(tokens.view("made up", "a"));
    REQUIRE(tokens.viewed("made up").empty());
    REQUIRE_THROWS_AS(tokens.view(token, ""), Error);
    tokens.revoke(token);
    REQUIRE_FALSE(tokens.view(token, "a"));
    REQUIRE(tokens.viewed(token).empty());
  });
}
