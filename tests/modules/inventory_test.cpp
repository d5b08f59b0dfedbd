#include "playhead/modules/inventory.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <random>
#include <thread>

#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

using Code = ReserveResult::Code;
using Held = ReservationStatus;

ReserveResult reserve(Inventory& inventory, const std::string& product, std::int64_t quantity, Text id = {}) {
  StockItem item{product, quantity};
  return inventory.reserve({&item, 1}, "alice", id);
}

std::vector<std::int64_t> pieces(Inventory& inventory, Text product) {
  Stock s = inventory.stock(product);
  return {s.available, s.held, s.sold};
}

using Pieces = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("stock is reserved, then sold or given back", "[inventory]") {
  for_each_space([](Space& s) {
    Inventory inventory(s.space);
    REQUIRE(inventory.set_stock("p", 10) == 0);
    auto first = reserve(inventory, "p", 3), second = reserve(inventory, "p", 4);
    REQUIRE(first.ok());
    REQUIRE(first.code == Code::reserved);
    REQUIRE(first.ends_at == s.clock->now() + 1'800'000);
    REQUIRE(pieces(inventory, "p") == Pieces{3, 7, 0});
    REQUIRE(inventory.confirm_reservation(first.reservation_id) == Held::confirmed);
    REQUIRE(inventory.cancel_reservation(second.reservation_id) == Held::cancelled);
    REQUIRE(pieces(inventory, "p") == Pieces{7, 0, 3});
    REQUIRE_FALSE(inventory.confirm_reservation("unknown"));
  });
}

TEST_CASE("more than there is cannot be reserved", "[inventory]") {
  for_each_space([](Space& s) {
    Inventory inventory(s.space);
    inventory.set_stock("p", 2);
    auto result = reserve(inventory, "p", 3);
    REQUIRE_FALSE(result.ok());
    REQUIRE(result.code == Code::short_of);
    REQUIRE(result.product_id == "p");
    REQUIRE(result.available == 2);
    REQUIRE(reserve(inventory, "p", 2).ok());
    REQUIRE(reserve(inventory, "unknown", 1).code == Code::short_of);
  });
}

TEST_CASE("several products are reserved together or not at all", "[inventory]") {
  for_each_space([](Space& s) {
    Inventory inventory(s.space);
    inventory.set_stock("a", 5);
    inventory.set_stock("b", 1);
    std::vector<StockItem> items = {{"b", 1}, {"a", 2}, {"b", 1}};
    auto result = inventory.reserve(items, "alice");
    REQUIRE(result.code == Code::short_of);
    REQUIRE(result.product_id == "b");
    REQUIRE(pieces(inventory, "a") == Pieces{5, 0, 0});
    items.pop_back();
    result = inventory.reserve(items, "alice");
    REQUIRE(result.ok());
    auto found = inventory.reservation(result.reservation_id);
    REQUIRE(found->user_id == "alice");
    REQUIRE(found->items.size() == 2);
    REQUIRE(found->items[0].product_id == "a");
    REQUIRE(found->items[0].quantity == 2);
    inventory.cancel_reservation(result.reservation_id);
    REQUIRE(pieces(inventory, "b") == Pieces{1, 0, 0});
  });
}

TEST_CASE("what is held is available again once the hold has ended", "[inventory]") {
  for_each_space([](Space& s) {
    Inventory inventory(s.space);
    inventory.set_stock("p", 5);
    auto result = reserve(inventory, "p", 5);
    s.clock->advance(1'799'999);
    REQUIRE(pieces(inventory, "p") == Pieces{0, 5, 0});
    s.clock->advance(1);
    REQUIRE(pieces(inventory, "p") == Pieces{5, 0, 0});
    REQUIRE(inventory.confirm_reservation(result.reservation_id) == Held::expired);
    REQUIRE(inventory.cancel_reservation(result.reservation_id) == Held::expired);
    REQUIRE(pieces(inventory, "p") == Pieces{5, 0, 0});
  });
}

TEST_CASE("a hold that has ended does not stand in the way of the next reservation", "[inventory]") {
  for_each_space([](Space& s) {
    Inventory inventory(s.space, {.hold = 1000});
    inventory.set_stock("p", 1);
    reserve(inventory, "p", 1);
    s.clock->advance(1000);
    REQUIRE(reserve(inventory, "p", 1).ok());
  });
}

TEST_CASE("reserving, confirming and cancelling again is the same as once", "[inventory]") {
  for_each_space([](Space& s) {
    Inventory inventory(s.space);
    inventory.set_stock("p", 10);
    REQUIRE(reserve(inventory, "p", 3, "r").code == Code::reserved);
    REQUIRE(reserve(inventory, "p", 3, "r").code == Code::known);
    REQUIRE(reserve(inventory, "p", 3, "r").ok());
    REQUIRE(reserve(inventory, "p", 4, "r").code == Code::different);
    REQUIRE(pieces(inventory, "p") == Pieces{7, 3, 0});
    for (int i = 0; i < 2; ++i) REQUIRE(inventory.confirm_reservation("r") == Held::confirmed);
    REQUIRE(inventory.cancel_reservation("r") == Held::confirmed);
    REQUIRE(reserve(inventory, "p", 3, "r").status == Held::confirmed);
    REQUIRE(pieces(inventory, "p") == Pieces{7, 0, 3});
    reserve(inventory, "p", 2, "q");
    for (int i = 0; i < 2; ++i) REQUIRE(inventory.cancel_reservation("q") == Held::cancelled);
    REQUIRE_FALSE(reserve(inventory, "p", 2, "q").ok());
    REQUIRE(pieces(inventory, "p") == Pieces{7, 0, 3});
  });
}

TEST_CASE("a reservation that has ended is forgotten after a while", "[inventory]") {
  for_each_space([](Space& s) {
    Inventory inventory(s.space);
    inventory.set_stock("p", 1);
    reserve(inventory, "p", 1, "r");
    inventory.confirm_reservation("r");
    s.clock->advance(86'399'999);
    REQUIRE(inventory.reservation("r")->status == Held::confirmed);
    s.clock->advance(1);
    REQUIRE(inventory.expire() == 1);
    REQUIRE_FALSE(inventory.reservation("r"));
    REQUIRE(run(*s.store, {"DBSIZE"}) == "2");  // available and sold
  });
}

TEST_CASE("a hold that has ended counts as ended, however many others have", "[inventory]") {
  for_each_space([](Space& s) {
    Inventory inventory(s.space, {.hold = 1000});
    inventory.set_stock("p", 250);
    for (int i = 0; i < 249; ++i) reserve(inventory, "p", 1, "r" + std::to_string(i));
    s.clock->advance(1);
    reserve(inventory, "p", 1, "last");
    s.clock->advance(1000);
    REQUIRE(inventory.confirm_reservation("last") == Held::expired);
    REQUIRE(inventory.expire() == 149);
    REQUIRE(pieces(inventory, "p") == Pieces{250, 0, 0});
  });
}

TEST_CASE("stock is added and taken, not below nothing", "[inventory]") {
  for_each_space([](Space& s) {
    Inventory inventory(s.space);
    REQUIRE(inventory.add_stock("p", 5) == 5);
    REQUIRE_FALSE(inventory.add_stock("p", -6));
    REQUIRE(inventory.add_stock("p", -5) == 0);
    REQUIRE(inventory.get_stock("p") == 0);
  });
}

TEST_CASE("inventory calls take one round trip", "[inventory]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Inventory inventory(Namespace(counting, 0, "ph", s.clock));
    inventory.set_stock("p", 1);
    reserve(inventory, "p", 1, "r");
    inventory.confirm_reservation("r");
    inventory.get_stock("p");
    REQUIRE(counting->trips == 4);
  });
}

TEST_CASE("eight threads never oversell, and no piece is lost", "[inventory]") {
  for_each_space([](Space& s) {
    Inventory inventory(s.space, {.hold = 1000});
    inventory.set_stock("p", 100);
    std::atomic<std::int64_t> confirmed = 0;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        std::mt19937 random(t);
        for (int i = 0; i < 60; ++i) {
          std::int64_t quantity = 1 + static_cast<std::int64_t>(random() % 5);
          auto result = reserve(inventory, "p", quantity);
          if (!result.ok()) continue;
          if (random() % 10 == 0) s.clock->advance(400);
          if (random() % 2 == 0)
            inventory.cancel_reservation(result.reservation_id);
          else if (inventory.confirm_reservation(result.reservation_id) == Held::confirmed)
            confirmed += quantity;
        }
      });
    for (auto& t : threads) t.join();
    s.clock->advance(1000);
    inventory.expire();
    Stock stock = inventory.stock("p");
    REQUIRE(stock.sold == confirmed);
    REQUIRE(stock.held == 0);
    REQUIRE(stock.available == 100 - confirmed);
    REQUIRE(confirmed <= 100);
  });
}

TEST_CASE("in every order of two buyers, a cancellation and a hold that ends, each piece is in one place",
          "[inventory]") {
  std::size_t orders = for_each_interleaving([](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto plain = open("memory://", {clock});
    Inventory direct(Namespace(plain, 0, "ph", clock), {.hold = 1000});
    direct.set_stock("p", 3);
    Namespace space(stage.stepped(plain), 0, "ph", clock);
    std::int64_t sold = 0;
    for (const char* id : {"r", "q"})
      stage.program([&, id] {
        Inventory inventory(space, {.hold = 1000});
        if (!reserve(inventory, "p", 2, id).ok()) return;
        if (inventory.confirm_reservation(id) == Held::confirmed) sold += 2;
      });
    stage.program([&] {
      Inventory inventory(space, {.hold = 1000});
      inventory.cancel_reservation("r");
    });
    stage.program([&] {
      stage.step();
      clock->advance(1000);
    });
    stage.run();
    clock->advance(1000);
    Stock stock = direct.stock("p");
    REQUIRE(stock.sold == sold);
    REQUIRE(stock.sold <= 2);
    REQUIRE(stock.held == 0);
    REQUIRE(stock.available == 3 - sold);
  });
  REQUIRE(orders > 50);
}

TEST_CASE("an inventory refuses what is out of range", "[inventory]") {
  for_each_space([](Space& s) {
    Inventory inventory(s.space);
    REQUIRE_THROWS_WITH(inventory.set_stock("p", -1), Catch::Contains("quantity=-1"));
    REQUIRE_THROWS_AS(reserve(inventory, "p", 0), Error);
    REQUIRE_THROWS_AS(reserve(inventory, "", 1), Error);
    REQUIRE_THROWS_AS(inventory.reserve({}, "alice"), Error);
    REQUIRE_THROWS_AS(Inventory(s.space, {.hold = 0}), Error);
    REQUIRE(run(*s.store, {"DBSIZE"}) == "0");
  });
}

TEST_CASE("a hold that expires loses its stock for ever in the original, and not here",
          "[inventory][originals]") {
  for_each_space([](Space& s) {
    // The original: the stock goes down, and the reservation is a key that expires with what it knows.
    run(*s.store, {"SET", "stock", "10"});
    run(*s.store, {"DECRBY", "stock", "4"});
    run(*s.store, {"HSET", "reservation", "quantity", "4"});
    run(*s.store, {"DEL", "reservation"});  // 30 minutes later
    REQUIRE(run(*s.store, {"GET", "stock"}) == "\"6\"");

    Inventory inventory(s.space);
    inventory.set_stock("p", 10);
    reserve(inventory, "p", 4);
    s.clock->advance(1'800'000);
    REQUIRE(inventory.get_stock("p") == 10);
  });
}
