#include "playhead/modules/lock.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "playhead/modules/redlock.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"
#include "tests/support/forked_child.h"

using namespace playhead;
using namespace playhead::test;

TEST_CASE("a lock has one holder at a time, and each grant a greater token", "[lock]") {
  for_each_space([](Space& s) {
    Lock one(s.space, "l"), two(s.space, "l"), other(s.space, "m");
    auto first = one.acquire(0);
    REQUIRE(first);
    REQUIRE(first->ends == s.clock->now() + 10'000);
    REQUIRE_FALSE(two.acquire(0));
    REQUIRE_FALSE(one.acquire(0));
    REQUIRE(other.acquire(0));
    REQUIRE(one.state().held);
    REQUIRE(one.release());
    REQUIRE_FALSE(one.release());
    auto second = two.acquire(0);
    REQUIRE(second);
    REQUIRE(second->token > first->token);
    REQUIRE(two.held()->token == second->token);
    REQUIRE_FALSE(one.held());
  });
}

TEST_CASE("a lock whose lease ended is granted to the next, and its old holder can do nothing", "[lock]") {
  for_each_space([](Space& s) {
    Lock one(s.space, "l"), two(s.space, "l");
    auto first = one.acquire(0);
    s.clock->advance(9'999);
    REQUIRE_FALSE(two.acquire(0));
    s.clock->advance(1);
    REQUIRE_FALSE(one.state().held);
    auto second = two.acquire(0);
    REQUIRE(second->token > first->token);
    REQUIRE_FALSE(one.extend());
    REQUIRE_FALSE(one.release());
    REQUIRE(two.state().held);
    REQUIRE(two.release());
  });
}

TEST_CASE("a lock is extended by its holder", "[lock]") {
  for_each_space([](Space& s) {
    Lock one(s.space, "l"), two(s.space, "l");
    REQUIRE_FALSE(one.extend());
    one.acquire(0);
    s.clock->advance(9'000);
    REQUIRE(one.extend() == s.clock->now() + 10'000);
    s.clock->advance(9'999);
    REQUIRE_FALSE(two.acquire(0));
    REQUIRE(one.extend(50) == s.clock->now() + 50);
    s.clock->advance(50);
    REQUIRE_FALSE(one.extend());
    REQUIRE_FALSE(one.held());
    REQUIRE(two.acquire(0));
  });
}

TEST_CASE("tokens go on where the clock is set back", "[lock]") {
  for_each_space([](Space& s) {
    Lock lock(s.space, "l");
    auto first = lock.acquire(0);
    lock.release();
    s.clock->advance(-86'400'000);
    REQUIRE(lock.acquire(0)->token > first->token);
  });
}

TEST_CASE("acquiring and releasing take one round trip each", "[lock]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Lock lock(Namespace(counting, 0, "ph", s.clock), "l");
    lock.acquire();
    REQUIRE(counting->trips == 1);
    lock.release();
    REQUIRE(counting->trips == 2);
    ReentrantLock again(Namespace(counting, 0, "ph", s.clock), "l");
    again.acquire();
    again.acquire();
    again.release();
    REQUIRE(counting->trips == 5);
  });
}

TEST_CASE("waiters get the lock in the order in which they came, woken by the release", "[lock]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Namespace space(counting, 0, "ph", s.clock);
    LockOptions patient{.lease = 3'600'000, .patience = 3'600'000};
    Lock holder(space, "l", patient);
    holder.acquire(0);
    std::mutex mutex;
    std::vector<int> order;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        Lock lock(space, "l", patient);
        REQUIRE(lock.acquire());
        {
          std::lock_guard held(mutex);
          order.push_back(t);
        }
        lock.release();
      });
      while (holder.state().waiting <= t) std::this_thread::yield();
    }
    REQUIRE_FALSE(Lock(space, "l").acquire(0));
    counting->trips = 0;
    holder.release();
    for (auto& t : threads) t.join();
    REQUIRE(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
    REQUIRE(counting->trips.load() == 9 * 2 + 8 - 1);  // nobody looked in vain; the last release wakes nobody
  });
}

TEST_CASE("who does not wait does not overtake those who do", "[lock]") {
  for_each_space([](Space& s) {
    Lock lock(s.space, "l");
    std::string waiter = lock.attempt();
    Lock holder(s.space, "l");
    holder.acquire(0);
    REQUIRE_FALSE(lock.look(waiter, true).grant);
    holder.release();
    REQUIRE_FALSE(holder.acquire(0));
    REQUIRE(lock.look(waiter, true).grant);
  });
}

TEST_CASE("a waiter that vanished holds up the others for its patience only", "[lock]") {
  for_each_space([](Space& s) {
    Lock one(s.space, "l"), two(s.space, "l");
    one.acquire(0);
    std::string vanished = one.attempt(), waiter = two.attempt();
    one.look(vanished, true);
    s.clock->advance(5'000);
    REQUIRE(two.look(waiter, true).look_again == 10'000 / 3);
    one.release();
    auto looked = two.look(waiter, true);
    REQUIRE_FALSE(looked.grant);
    s.clock->advance(5'000);
    REQUIRE(two.look(waiter, true).grant);
  });
}

TEST_CASE("a waiter that leaves wakes the next one if the lock is free", "[lock]") {
  for_each_space([](Space& s) {
    Lock lock(s.space, "l");
    std::string holder = lock.attempt(), first = lock.attempt(), second = lock.attempt();
    lock.look(holder, false);
    lock.look(first, true);
    lock.look(second, true);
    lock.release();
    lock.leave(first);
    REQUIRE(run(*s.store, {"LLEN", lock.signal_key(second)}) == "1");
    REQUIRE(lock.look(second, true).grant);
  });
}

TEST_CASE("waiting for a lock ends in time, and leaves no place behind", "[lock]") {
  for_each_space([](Space& s) {
    Lock one(s.space, "l"), two(s.space, "l");
    one.acquire(0);
    REQUIRE_FALSE(two.acquire(20));
    REQUIRE(one.state().waiting == 0);
  });
}

TEST_CASE("eight threads never hold a lock together", "[lock]") {
  for_each_space([](Space& s) {
    std::atomic<int> inside = 0, together = 0;
    std::mutex mutex;
    std::vector<std::int64_t> tokens;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        Lock lock(s.space, "l", {.lease = 3'600'000});
        for (int i = 0; i < 25; ++i) {
          auto grant = lock.acquire();
          if (++inside > 1) ++together;
          {
            std::lock_guard held(mutex);
            tokens.push_back(grant->token);
          }
          --inside;
          lock.release();
        }
      });
    for (auto& t : threads) t.join();
    REQUIRE(together == 0);
    REQUIRE(tokens.size() == 200);
    REQUIRE(std::adjacent_find(tokens.begin(), tokens.end(), std::greater_equal<>()) == tokens.end());
  });
}

TEST_CASE("a lock that renews itself is held beyond its lease", "[lock]") {
  for_each_space([](Space& s) {
    Lock lock(s.space, "l", {.lease = 30, .auto_renew = true}), other(s.space, "l");
    Millis ends = lock.acquire(0)->ends;
    for (int i = 0; i < 3; ++i) {
      s.clock->advance(10);
      REQUIRE(eventually([&] { return lock.held() && lock.held()->ends == s.clock->now() + 30; }));
    }
    REQUIRE(s.clock->now() == ends);
    REQUIRE_FALSE(other.acquire(0));
    REQUIRE(lock.release());
    s.clock->advance(30);
    REQUIRE(other.acquire(0));
  });
}

TEST_CASE("a reentrant lock is free once it was released as often as it was acquired", "[lock]") {
  for_each_space([](Space& s) {
    ReentrantLock lock(s.space, "l"), same(s.space, "l");
    auto token = lock.acquire(0)->token;
    REQUIRE(same.acquire(0)->token == token);
    REQUIRE(lock.state().count == 2);
    auto in_thread = [&](auto f) { return std::async(std::launch::async, f).get(); };
    REQUIRE_FALSE(in_thread([&] { return lock.acquire(0).has_value(); }));
    REQUIRE_FALSE(in_thread([&] { return lock.release(); }));
    REQUIRE(lock.release());
    REQUIRE_FALSE(in_thread([&] { return lock.acquire(0).has_value(); }));
    REQUIRE(same.release());
    REQUIRE(in_thread([&] { return lock.acquire(0).has_value(); }));
    REQUIRE_FALSE(lock.release());
  });
}

TEST_CASE("a thread may stand for an owner that runs on many threads", "[lock]") {
  for_each_space([](Space& s) {
    ReentrantLock lock(s.space, "l");
    auto as = [&](Text owner, auto f) {
      return std::async(std::launch::async,
                        [&] {
                          ReentrantLock::ActingFor acting(owner);
                          return f();
                        })
          .get();
    };
    auto acquire = [&] { return lock.acquire(0).has_value(); };
    auto release = [&] { return lock.release(); };
    REQUIRE(as("task 1", acquire));
    REQUIRE(as("task 1", acquire));
    REQUIRE_FALSE(as("task 2", acquire));
    REQUIRE_FALSE(as("task 2", release));
    REQUIRE_FALSE(acquire());  // the thread itself
    REQUIRE(as("task 1", release));
    REQUIRE(as("task 1", [&] {
      ReentrantLock::ActingFor inner("task 2");
      return !lock.held();
    }));
    REQUIRE(as("task 1", release));
    REQUIRE(acquire());
    REQUIRE_FALSE(as("1", release));
    REQUIRE_THROWS_AS(ReentrantLock::ActingFor(""), Error);
    REQUIRE_THROWS_AS(ReentrantLock::ActingFor(std::string(513, 'x')), Error);
    REQUIRE(release());
  });
}

TEST_CASE("a forked child is another owner of a reentrant lock", "[lock]") {
  auto store = open("memory://");
  ReentrantLock lock{Namespace(store), "l"};
  std::string ours = lock.attempt();
  REQUIRE(ours == lock.attempt());
  REQUIRE(in_child([&] { return lock.attempt() != ours; }));
}

TEST_CASE(
    "in every order of two owners and a lease that ends, a lock has one holder, and later ones greater "
    "tokens",
    "[lock]") {
  std::size_t orders = for_each_interleaving([](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto plain = open("memory://", {clock});
    Namespace space(stage.stepped(plain), 0, "ph", clock);
    std::vector<std::pair<std::int64_t, Millis>> grants;  // by time
    int released = 0;
    for (int i = 0; i < 2; ++i)
      stage.program([&] {
        Lock lock(space, "l");
        std::string me = lock.attempt();
        auto looked = lock.look(me, true);
        if (!looked.grant) looked = lock.look(me, true);
        if (!looked.grant) return lock.leave(me);
        REQUIRE((grants.empty() || grants.back().first < looked.grant->token));
        grants.emplace_back(looked.grant->token, clock->now());
        if (lock.release()) ++released, grants.back().second = 0;
      });
    stage.program([&] {
      stage.step();
      clock->advance(10'000);
    });
    stage.run();
    REQUIRE(grants.size() >= 1);
    REQUIRE(Lock(Namespace(plain, 0, "ph", clock), "l").state().waiting == 0);
    clock->advance(10'000);
    REQUIRE(Lock(Namespace(plain, 0, "ph", clock), "l").acquire(0));
  });
  REQUIRE(orders > 20);
}

TEST_CASE("a lock refuses what is out of range", "[lock]") {
  for_each_space([](Space& s) {
    REQUIRE_THROWS_AS(Lock(s.space, ""), Error);
    REQUIRE_THROWS_WITH(Lock(s.space, "l", {.lease = 0}), Catch::Contains("lease=0"));
    REQUIRE_THROWS_AS(Lock(s.space, "l", {.patience = 29}), Error);
    REQUIRE_THROWS_AS(Lock(s.space, "l").acquire(-1), Error);
    REQUIRE_THROWS_AS(Redlock({}, "l"), Error);
    REQUIRE_THROWS_AS(Redlock({s.space}, "l", {.retry_count = 0}), Error);
  });
}

// ---- what went wrong in the originals

TEST_CASE("the original's reentrant lock mixes up threads of two processes; here they are told apart",
          "[lock][originals]") {
  for_each_space([](Space& s) {
    // The original: the holder is a thread id, which two processes can have alike.
    auto original = [&](const std::string& thread) {
      if (run(*s.store, {"HGET", "lock", "holder"}) == '"' + thread + '"') {
        run(*s.store, {"HINCRBY", "lock", "count", "1"});
        return true;
      }
      if (run(*s.store, {"EXISTS", "lock"}) == "1") return false;
      run(*s.store, {"HSET", "lock", "holder", thread, "count", "1"});
      return true;
    };
    REQUIRE(original("140213"));
    REQUIRE(original("140213"));  // that of another process: both are inside

    ReentrantLock lock(s.space, "l");
    std::string child;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(in_child([&] {
      std::string id = lock.attempt();
      return ::write(ends[1], id.data(), id.size()) == static_cast<ssize_t>(id.size());
    }));
    char buffer[200];
    child.assign(buffer, static_cast<std::size_t>(::read(ends[0], buffer, sizeof buffer)));
    ::close(ends[0]);
    ::close(ends[1]);
    REQUIRE(lock.acquire(0));
    REQUIRE_FALSE(lock.look(child, false).grant);
  });
}

TEST_CASE(
    "the original's check and act is two steps: a lease that ends between them makes it two holders; not "
    "here",
    "[lock][originals]") {
  for_each_space([](Space& s) {
    run(*s.store, {"HSET", "lock", "holder", "A", "count", "1"});
    bool is_holder = run(*s.store, {"HGET", "lock", "holder"}) == "\"A\"";  // A looks
    run(*s.store, {"DEL", "lock"});                                         // the lease ends
    run(*s.store, {"HSET", "lock", "holder", "B", "count", "1"});           // B acquires
    REQUIRE(is_holder);                                                     // and A goes on as its holder:
    run(*s.store, {"HINCRBY", "lock", "count", "1"});
    REQUIRE(run(*s.store, {"HGET", "lock", "count"}) == "\"2\"");

    ReentrantLock a(s.space, "l");
    a.acquire(0);
    s.clock->advance(10'000);
    REQUIRE(std::async(std::launch::async, [&] { return a.acquire(0).has_value(); }).get());
    REQUIRE_FALSE(a.acquire(0));
    REQUIRE(a.state().count == 1);
  });
}
