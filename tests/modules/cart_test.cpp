#include "playhead/modules/cart.h"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/modules/space.h"

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
