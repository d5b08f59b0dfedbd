#include "playhead/modules/cart.h"

#include <catch2/catch.hpp>
#include <thread>

#include "playhead/modules/consistent_hash.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"
#include "tests/support/breaking_store.h"

using namespace playhead;
using namespace playhead::test;

namespace {

using Items = std::vector<CartItem>;
const CartOwner alice = CartOwner::user("alice");

}  // namespace

TEST_CASE("a cart has so many of each item, and none of those set to 0 or less", "[cart]") {
  for_each_space([](Space& s) {
    Cart cart(s.space);
    REQUIRE(cart.set(alice, "shirt", 2) == CartChange::done);
    REQUIRE(cart.add(alice, "shirt", 3) == CartChange::done);
    REQUIRE(cart.add(alice, "hat") == CartChange::done);
    REQUIRE(cart.list(alice) == Items{{"hat", 1}, {"shirt", 5}});
    REQUIRE(cart.set(alice, "shirt", -1) == CartChange::done);
    REQUIRE(cart.add(alice, "hat", -5) == CartChange::done);
    REQUIRE(cart.list(alice).empty());
    REQUIRE(cart.remove(alice, "none") == CartChange::done);
    REQUIRE(s.store->run(Keys{"*"}).empty());
  });
}

TEST_CASE("a cart has a limit of items and of each of them", "[cart]") {
  for_each_space([](Space& s) {
    Cart cart(s.space, {.items = 2, .most = 10});
    cart.add(alice, "a");
    cart.add(alice, "b", 10);
    REQUIRE(cart.add(alice, "c") == CartChange::full);
    REQUIRE(cart.add(alice, "b") == CartChange::full);
    REQUIRE(cart.set(alice, "a", 10) == CartChange::done);
    REQUIRE(cart.list(alice) == Items{{"a", 10}, {"b", 10}});
    REQUIRE(cart.clear(alice));
    REQUIRE_FALSE(cart.clear(alice));
    REQUIRE_THROWS_AS(cart.add(alice, ""), Error);
    REQUIRE_THROWS_AS(cart.add(CartOwner::user(""), "a"), Error);
    REQUIRE_THROWS_AS(cart.add(alice, "a", 2'000'000'000), Error);
    REQUIRE_THROWS_AS(Cart(s.space, {.items = 0}), Error);
  });
}

TEST_CASE("the cart of a token can be used while the token is good", "[cart]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    Cart cart(s.space);
    std::string token = tokens.issue("guest").token;
    CartOwner owner = CartOwner::token(token);
    REQUIRE(cart.add(owner, "shirt") == CartChange::done);
    REQUIRE(cart.list(owner) == Items{{"shirt", 1}});
    REQUIRE(cart.list(CartOwner::token(tokens.issue("guest").token)).empty());
    s.clock->advance(30 * 60'000);
    REQUIRE(cart.add(owner, "hat") == CartChange::no_owner);
    REQUIRE(cart.list(owner).empty());
    for (const std::string& made_up : {std::string(), std::string(68, 'A'), token + "A"})
      REQUIRE(cart.add(CartOwner::token(made_up), "hat") == CartChange::no_owner);
  });
}

TEST_CASE("who signs in brings a cart along, and counts add up", "[cart]") {
  for_each_space([](Space& s) {
    Tokens tokens(s.space);
    Cart cart(s.space, {.items = 3, .most = 10});
    std::string token = tokens.issue("guest").token;
    CartOwner guest = CartOwner::token(token);
    cart.set(alice, "hat", 7);
    cart.set(guest, "hat", 5);
    cart.set(guest, "shirt", 1);
    CartMerge merged = cart.merge(token, "alice");
    REQUIRE(merged.outcome == CartChange::done);
    REQUIRE(merged.moved == 2);
    REQUIRE(cart.list(alice) == Items{{"hat", 10}, {"shirt", 1}});
    REQUIRE(cart.list(guest).empty());
    REQUIRE(cart.merge(token, "alice").moved == 0);
    cart.set(guest, "a", 1);
    cart.set(guest, "b", 1);
    merged = cart.merge(token, "alice");
    REQUIRE(merged.outcome == CartChange::full);
    REQUIRE(merged.moved == 1);
    REQUIRE(cart.list(guest).size() == 1);
    REQUIRE(cart.list(alice).size() == 3);
    REQUIRE(cart.merge("made up", "alice").outcome == CartChange::no_owner);
  });
}

TEST_CASE("a merge whose reply is lost is repeated, and nothing is there twice", "[cart]") {
  for_each_space([](Space& s) {
    auto breaking = std::make_shared<BreakingStore>(s.store);
    Tokens tokens(s.space);
    Cart cart(s.space), unlucky(Namespace(breaking, {}, "ph", s.clock));
    std::string token = tokens.issue("guest").token;
    cart.set(alice, "hat", 7);
    cart.set(CartOwner::token(token), "hat", 5);
    cart.set(CartOwner::token(token), "shirt", 1);
    for (bool reply_lost : {false, true}) {
      breaking->left = reply_lost ? 1 : 0;
      breaking->reply_lost = reply_lost;
      REQUIRE_THROWS_AS(unlucky.merge(token, "alice"), Error);
      REQUIRE(cart.list(CartOwner::token(token)).size() == (reply_lost ? 0 : 2));
    }
    CartMerge repeated = cart.merge(token, "alice");
    REQUIRE(repeated.outcome == CartChange::done);
    REQUIRE(repeated.moved == 0);
    REQUIRE(cart.list(alice) == Items{{"hat", 12}, {"shirt", 1}});
  });
}

TEST_CASE("in every order of merges and additions no item is lost or doubled; copied item by item, some are",
          "[cart]") {
  for_each_interleaving([](Stage& stage) {
    auto store = stage.stepped(open("memory://"));
    Namespace space(store, 0, "ph", std::make_shared<ManualClock>());
    Tokens tokens(space);
    Cart cart(space);
    std::string token = tokens.issue("guest").token;
    const CartOwner guest = CartOwner::token(token);
    cart.set(alice, "hat", 7);
    cart.set(guest, "hat", 5);
    cart.set(guest, "shirt", 1);
    for (int n = 0; n < 2; ++n) stage.program([&] { cart.merge(token, "alice"); });
    stage.program([&] {
      cart.add(guest, "hat", 2);
      cart.add(alice, "shirt", 3);
    });
    stage.run();
    cart.merge(token, "alice");
    REQUIRE(cart.list(guest).empty());
    REQUIRE(cart.list(alice) == Items{{"hat", 14}, {"shirt", 4}});
  });
  int lost = 0, doubled = 0;
  for_each_interleaving([&](Stage& stage) {
    auto store = stage.stepped(open("memory://"));
    store->run(ZIncrBy{"guest", 5, "hat"});
    auto merge = [&] {
      if (auto there = store->run(ZScore{"guest", "hat"})) store->run(ZIncrBy{"alice", *there, "hat"});
      run(*store, {"DEL", "guest"});
    };
    for (int n = 0; n < 2; ++n) stage.program(merge);
    stage.program([&] { store->run(ZIncrBy{"guest", 2, "hat"}); });
    stage.run();
    merge();
    double hats = store->run(ZScore{"alice", "hat"}).value_or(0);
    lost += hats < 7;
    doubled += hats > 7;
  });
  CHECK(lost > 0);
  CHECK(doubled > 0);
}

TEST_CASE("carts that the nodes of a sharded store keep apart are not merged, and stay as they are",
          "[cart]") {
  std::vector<ShardNode> nodes;
  for (Text name : {"a", "b", "c"}) nodes.push_back({std::string(name), open("memory://")});
  auto store = sharded_store(std::move(nodes));
  Namespace space(store, 0, "ph", std::make_shared<ManualClock>());
  Tokens tokens(space);
  Cart cart(space);
  int apart = 0, together = 0;
  for (int n = 0; n < 60; ++n) {
    std::string token = tokens.issue("guest").token, user = "u" + std::to_string(n);
    const CartOwner guest = CartOwner::token(token);
    cart.set(guest, "hat", 2);
    cart.set(CartOwner::user(user), "hat", 1);
    try {
      CartMerge merged = cart.merge(token, user);
      REQUIRE(merged.moved == 1);
      REQUIRE(cart.list(guest).empty());
      REQUIRE(cart.list(CartOwner::user(user)) == Items{{"hat", 3}});
      ++together;
    } catch (const Error& e) {
      REQUIRE(e.code() == ErrorCode::command);
      REQUIRE(Text(e.what()).find("CROSSSLOT") != Text::npos);
      REQUIRE(cart.list(guest) == Items{{"hat", 2}});
      REQUIRE(cart.list(CartOwner::user(user)) == Items{{"hat", 1}});
      ++apart;
    }
  }
  REQUIRE(together > 0);
  REQUIRE(apart > 0);
}

TEST_CASE("eight threads that fill one cart lose nothing, in one round trip each", "[cart]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Cart one{Namespace(counting)};
    one.add(alice, "shirt");
    one.list(alice);
    one.merge(Tokens(s.space).issue("guest").token, "bob");
    REQUIRE(counting->trips == 3);
    Cart cart(s.space);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 20; ++i) cart.add(alice, "shirt");
      });
    for (auto& t : threads) t.join();
    REQUIRE(cart.list(alice) == Items{{"shirt", 161}});
  });
}
