#include "playhead/modules/redlock.h"

#include <catch2/catch.hpp>

#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// A store that fails, forgets nothing, and takes time.
class Troubled final : public StoreWrapper {
 public:
  Troubled(std::shared_ptr<Store> store, std::shared_ptr<ManualClock> clock)
      : StoreWrapper(std::move(store)), clock_(std::move(clock)) {}
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override {
    if (down) throw Error(ErrorCode::unavailable, "down");
    Value reply = StoreWrapper::invoke(p, db, keys, args);
    clock_->advance(takes);
    if (loses_answers) throw Error(ErrorCode::unknown, "no answer");
    return reply;
  }
  bool down = false, loses_answers = false;
  Millis takes = 0;

 private:
  std::shared_ptr<ManualClock> clock_;
};

struct Five {
  explicit Five(Space& s) : clock(s.clock) {
    for (int i = 0; i < 5; ++i) {
      stores.push_back(std::make_shared<Troubled>(i == 0 ? s.store : open("memory://", {clock}), clock));
      spaces.emplace_back(stores.back(), 0, "ph", clock);
    }
    options.elapsed = [c = clock] { return c->now(); };
    options.retry_count = 1;
  }
  std::shared_ptr<ManualClock> clock;
  std::vector<std::shared_ptr<Troubled>> stores;
  std::vector<Namespace> spaces;
  RedlockOptions options;
};

}  // namespace

TEST_CASE("Redlock is held by one at a time, with a minority of stores down", "[lock][redlock]") {
  for_each_space([](Space& s) {
    Five five(s);
    Redlock one(five.spaces, "l", five.options), two(five.spaces, "l", five.options);
    five.stores[0]->down = five.stores[3]->down = true;
    auto first = one.acquire();
    REQUIRE(first);
    REQUIRE_FALSE(two.acquire());
    REQUIRE(one.release());
    REQUIRE_FALSE(one.release());
    auto second = two.acquire();
    REQUIRE(second->token > first->token);
    five.stores[1]->down = true;
    two.release();
    REQUIRE_FALSE(one.acquire());
  });
}

TEST_CASE(
    "in every order of two owners over three stores, one holds a Redlock, and the other leaves no vote "
    "behind",
    "[lock][redlock]") {
  for_each_interleaving([](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    std::vector<Namespace> direct, stepped;
    for (int i = 0; i < 3; ++i) {
      auto store = open("memory://", {clock});
      direct.emplace_back(store, 0, "ph", clock);
      stepped.emplace_back(stage.stepped(store), 0, "ph", clock);
    }
    RedlockOptions o;
    o.elapsed = [clock] { return clock->now(); };
    o.retry_count = 1;
    Redlock one(stepped, "l", o), two(stepped, "l", o), third(direct, "l", o);
    for (Redlock* lock : {&one, &two}) stage.program([lock] { lock->acquire(); });
    stage.run();
    REQUIRE(one.held().has_value() != two.held().has_value());
    REQUIRE_FALSE(third.acquire());
    (one.held() ? one : two).release();
    REQUIRE(third.acquire());
  });
}

TEST_CASE("an attempt of Redlock that failed leaves nothing held, even where the answer was lost",
          "[lock][redlock]") {
  for_each_space([](Space& s) {
    Five five(s);
    Redlock one(five.spaces, "l", five.options), two(five.spaces, "l", five.options);
    for (int i : {0, 1, 2}) five.stores[static_cast<std::size_t>(i)]->loses_answers = true;
    REQUIRE_FALSE(one.acquire());
    for (auto& store : five.stores) store->loses_answers = false;
    REQUIRE(two.acquire());
  });
}

TEST_CASE("the time that acquiring takes, and the drift, are taken off a Redlock's lease",
          "[lock][redlock]") {
  for_each_space([](Space& s) {
    Five five(s);
    Redlock lock(five.spaces, "l", five.options);
    for (auto& store : five.stores) store->takes = 100;  // ten calls: a second
    Millis before = SystemClock().now();
    auto grant = lock.acquire();
    REQUIRE(grant);
    Millis left = 10'000 - 1000 - 102;
    REQUIRE(grant->ends - before >= left);
    REQUIRE(grant->ends - SystemClock().now() <= left);
    REQUIRE(lock.release());
    for (auto& store : five.stores) store->takes = 990;  // 9.9 s: within the lease, not within the drift
    REQUIRE_FALSE(lock.acquire());
    REQUIRE_FALSE(lock.held());
  });
}

TEST_CASE("a Redlock's tokens grow though its holders meet in one store only", "[lock][redlock]") {
  for_each_space([](Space& s) {
    Five five(s);
    Redlock lock(five.spaces, "l", five.options);
    five.stores[3]->down = five.stores[4]->down = true;
    for (int i = 0; i < 5; ++i) {  // the tokens of the first store run ahead
      Lock ahead(five.spaces[0], "other");
      five.clock->advance(1);
    }
    five.clock->advance(1000);
    auto first = lock.acquire();
    lock.release();
    five.clock->advance(-5'000'000);  // and the others' clocks are behind
    five.stores[3]->down = five.stores[4]->down = false;
    five.stores[0]->down = five.stores[1]->down = true;
    auto second = lock.acquire();
    REQUIRE(second->token > first->token);
  });
}

TEST_CASE("a Redlock is extended by a majority, or lost", "[lock][redlock]") {
  for_each_space([](Space& s) {
    Five five(s);
    Redlock lock(five.spaces, "l", five.options), other(five.spaces, "l", five.options);
    lock.acquire();
    five.clock->advance(9'000);
    REQUIRE(lock.extend());
    five.clock->advance(9'000);
    REQUIRE_FALSE(other.acquire());
    five.clock->advance(1'000);
    REQUIRE_FALSE(lock.extend());
    REQUIRE_FALSE(lock.held());
    REQUIRE(other.acquire());
  });
}

TEST_CASE("the original's Redlock forgets that clocks differ; here the drift is taken off",
          "[lock][originals]") {
  for_each_space([](Space& s) {
    // The original: held if acquiring took less than the lease, by the holder's own clock.
    Millis lease = 10'000, elapsed = 9'950;
    bool original_thinks_it_holds = elapsed < lease;
    REQUIRE(original_thinks_it_holds);
    Millis by_a_faster_clock =
        elapsed * 1010 / 1000;  // of a server, one per cent ahead: the lease has ended there
    REQUIRE(by_a_faster_clock > lease);

    Five five(s);
    Redlock lock(five.spaces, "l", five.options);
    for (auto& store : five.stores) store->takes = elapsed / 10;
    REQUIRE_FALSE(lock.acquire());
  });
}
