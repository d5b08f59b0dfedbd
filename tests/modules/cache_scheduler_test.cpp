#include "playhead/modules/cache_scheduler.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// A scheduler that counts loads.
struct Loads {
  std::map<std::string, int> count;
  CacheCallbacks callbacks() {
    return {[this](Text id) { ++count[std::string(id)]; }, {}, {}};
  }
};

}  // namespace

TEST_CASE("a scheduled video is due at once and then after each interval", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    Loads loads;
    CacheScheduler scheduler(s.space, loads.callbacks());
    scheduler.schedule_hot_video_cache("hot");
    scheduler.schedule_normal_video_cache("normal");
    REQUIRE(scheduler.interval_of("hot") == 300'000);
    REQUIRE(scheduler.interval_of("normal") == 1'800'000);
    REQUIRE(scheduler.next_due() == s.clock->now());
    REQUIRE(scheduler.step().refreshed == 1);
    REQUIRE(scheduler.step().refreshed == 1);
    REQUIRE(scheduler.step().claimed == 0);
    REQUIRE(scheduler.next_due() == s.clock->now() + 300'000);
    s.clock->advance(299'999);
    REQUIRE(scheduler.step().claimed == 0);
    s.clock->advance(1);
    REQUIRE(scheduler.step().refreshed == 1);
    REQUIRE(scheduler.step().claimed == 0);
    REQUIRE(loads.count == std::map<std::string, int>{{"hot", 2}, {"normal", 1}});
  });
}

TEST_CASE("in a day a hot video is loaded 288 times and a normal one 48 times", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    Loads loads;
    CacheScheduler scheduler(s.space, loads.callbacks());
    scheduler.schedule_hot_video_cache("hot");
    scheduler.schedule_normal_video_cache("normal");
    for (Millis end = s.clock->now() + 86'400'000; s.clock->now() < end;) {
      while (scheduler.step().claimed > 0) continue;
      s.clock->set(*scheduler.next_due());
    }
    REQUIRE(loads.count == std::map<std::string, int>{{"hot", 288}, {"normal", 48}});
  });
}

TEST_CASE("a stopped video is loaded no more", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    Loads loads;
    CacheScheduler scheduler(s.space, loads.callbacks());
    scheduler.schedule("a", 1000);
    REQUIRE(scheduler.stop_video_cache("a"));
    REQUIRE_FALSE(scheduler.stop_video_cache("a"));
    REQUIRE_FALSE(scheduler.interval_of("a"));
    REQUIRE_FALSE(scheduler.next_due());
    s.clock->advance(5000);
    REQUIRE(scheduler.step().claimed == 0);
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}

TEST_CASE("scheduling a video again changes its interval and makes it due", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    Loads loads;
    CacheScheduler scheduler(s.space, loads.callbacks());
    scheduler.schedule("a", 100'000);
    scheduler.step();
    REQUIRE(scheduler.step().claimed == 0);
    scheduler.schedule("a", 1000);
    REQUIRE(scheduler.count() == 1);
    REQUIRE(scheduler.step().refreshed == 1);
    REQUIRE(scheduler.next_due() == s.clock->now() + 1000);
  });
}

TEST_CASE("scheduling a video that is being loaded leaves it to its owner", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    CacheScheduler scheduler(s.space);
    scheduler.schedule("a", 100'000);
    auto claims = scheduler.claim();
    scheduler.schedule("a", 1000);
    REQUIRE(scheduler.claim().empty());
    REQUIRE(scheduler.complete(claims.at(0)));
    REQUIRE(scheduler.next_due() == s.clock->now() + 1000);
  });
}

TEST_CASE("a claimed entry belongs to one owner until the lease ends", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    CacheScheduler one(s.space), two(s.space);
    one.schedule("a", 1000);
    auto first = one.claim();
    REQUIRE(first.size() == 1);
    REQUIRE(first[0].video_id == "a");
    REQUIRE(first[0].interval == 1000);
    s.clock->advance(29'999);
    REQUIRE(two.claim().empty());
    s.clock->advance(1);
    auto second = two.claim();
    REQUIRE(second.size() == 1);
    REQUIRE(second[0].receipt != first[0].receipt);
    REQUIRE_FALSE(one.complete(first[0]));
    REQUIRE_FALSE(one.fail(first[0], 1));
    REQUIRE_FALSE(one.stop(first[0]));
    REQUIRE(two.complete(second[0]));
    REQUIRE_FALSE(two.complete(second[0]));
    REQUIRE(one.next_due() == s.clock->now() + 1000);
  });
}

TEST_CASE("an owner that is late may complete as long as nobody else has claimed", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    CacheScheduler scheduler(s.space);
    scheduler.schedule("a", 1000);
    auto claims = scheduler.claim();
    s.clock->advance(60'000);
    REQUIRE(scheduler.complete(claims.at(0)));
    REQUIRE(scheduler.claim().empty());
  });
}

TEST_CASE("who loads a video that is stopped meanwhile does not bring it back", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    CacheScheduler scheduler(s.space);
    scheduler.schedule("a", 1000);
    auto claims = scheduler.claim();
    scheduler.stop_video_cache("a");
    REQUIRE_FALSE(scheduler.complete(claims.at(0)));
    scheduler.schedule("a", 1000);
    REQUIRE_FALSE(scheduler.complete(claims.at(0)));
    REQUIRE(scheduler.claim().size() == 1);
  });
}

TEST_CASE("the most overdue entries are claimed first", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    CacheScheduler scheduler(s.space);
    for (Text id : {"c", "a", "b"}) {
      scheduler.schedule(id, 1000);
      s.clock->advance(1);
    }
    auto claims = scheduler.claim(2);
    REQUIRE(claims.size() == 2);
    REQUIRE(claims[0].video_id == "c");
    REQUIRE(claims[1].video_id == "a");
  });
}

TEST_CASE("an entry whose load fails is due again soon, and the others are loaded", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    bool down = true;
    int loaded = 0;
    CacheScheduler scheduler(s.space,
                             {[&](Text id) {
                                if (down && id == "a") throw std::runtime_error("the database is down");
                                ++loaded;
                              },
                              {},
                              {}},
                             {.retry_after = 5000, .batch = 2});
    scheduler.schedule("a", 100'000);
    scheduler.schedule("b", 100'000);
    StepReport report = scheduler.step();
    REQUIRE(report.claimed == 2);
    REQUIRE(report.refreshed == 1);
    REQUIRE(report.failures.size() == 1);
    REQUIRE(report.failures[0].video_id == "a");
    REQUIRE(report.failures[0].message == "the database is down");
    REQUIRE(scheduler.next_due() == s.clock->now() + 5000);
    down = false;
    s.clock->advance(5000);
    REQUIRE(scheduler.step().refreshed == 1);
    REQUIRE(loaded == 2);
  });
}

TEST_CASE("a video with too few views is stopped", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    std::map<std::string, std::int64_t, std::less<>> views = {{"popular", 100}, {"forgotten", 99}};
    std::vector<std::string> loaded, stopped;
    CacheScheduler scheduler(
        s.space, {[&](Text id) { loaded.emplace_back(id); }, [&](Text id) { return views.find(id)->second; },
                  [&](Text id) { stopped.emplace_back(id); }});
    scheduler.schedule("popular", 1000);
    scheduler.schedule("forgotten", 1000);
    REQUIRE(scheduler.step().stopped + scheduler.step().stopped == 1);
    REQUIRE(loaded == std::vector<std::string>{"popular"});
    REQUIRE(stopped == std::vector<std::string>{"forgotten"});
    REQUIRE(scheduler.count() == 1);
    REQUIRE_FALSE(scheduler.interval_of("forgotten"));
  });
}

TEST_CASE("a load that outlasts its lease is told to be lost", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    CacheScheduler other(s.space);
    CacheScheduler scheduler(s.space, {[&](Text) {
                                         s.clock->advance(30'000);
                                         REQUIRE(other.claim().size() == 1);
                                       },
                                       {},
                                       {}});
    scheduler.schedule("a", 1000);
    StepReport report = scheduler.step();
    REQUIRE(report.refreshed == 0);
    REQUIRE(report.lost == 1);
  });
}

TEST_CASE("a loader may use the scheduler and its store", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    CacheScheduler* self = nullptr;
    CacheScheduler scheduler(s.space, {[&](Text id) {
                                         self->schedule("another", 1000);
                                         run(*s.store, {"SET", std::string(id), "row"});
                                         self->stop_video_cache("another");
                                       },
                                       {},
                                       {}});
    self = &scheduler;
    scheduler.schedule("a", 1000);
    REQUIRE(scheduler.step().refreshed == 1);
    REQUIRE(scheduler.count() == 1);
  });
}

TEST_CASE("a step may be told the time", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    Loads loads;
    CacheScheduler scheduler(s.space, loads.callbacks());
    Millis now = s.clock->now();
    scheduler.schedule("a", 1000);
    REQUIRE(scheduler.step(now - 1).claimed == 0);
    REQUIRE(scheduler.step(now + 500).refreshed == 1);
    REQUIRE(scheduler.next_due() == now + 1500);
  });
}

TEST_CASE("schedulers of different names share nothing", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    CacheScheduler videos(s.space, {}, {.name = "videos"}), users(s.space, {}, {.name = "users"});
    videos.schedule("a", 1000);
    REQUIRE(users.count() == 0);
    REQUIRE(users.claim().empty());
    REQUIRE(videos.claim().size() == 1);
  });
}

TEST_CASE("eight threads claim every entry exactly once", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    CacheScheduler scheduler(s.space);
    constexpr int entries = 400;
    for (int i = 0; i < entries; ++i) scheduler.schedule("v" + std::to_string(i), 1000);
    for (int round = 0; round < 2; ++round) {
      std::mutex mutex;
      std::multiset<std::string> claimed;
      std::vector<std::thread> threads;
      for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
          for (;;) {
            auto claims = scheduler.claim(1 + t % 3);
            if (claims.empty()) return;
            std::lock_guard lock(mutex);
            for (auto& c : claims) claimed.insert(c.video_id);
          }
        });
      for (auto& t : threads) t.join();
      REQUIRE(claimed.size() == entries);
      REQUIRE(std::set<std::string>(claimed.begin(), claimed.end()).size() == entries);
      s.clock->advance(30'000);  // all leases end
    }
  });
}

TEST_CASE("eight stepping threads load every due entry exactly once", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    std::mutex mutex;
    std::map<std::string, int> loads;
    CacheScheduler scheduler(s.space, {[&](Text id) {
                                         std::lock_guard lock(mutex);
                                         ++loads[std::string(id)];
                                       },
                                       {},
                                       {}});
    for (int i = 0; i < 200; ++i) scheduler.schedule("v" + std::to_string(i), 1000);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        while (scheduler.step().claimed > 0) continue;
      });
    for (auto& t : threads) t.join();
    REQUIRE(loads.size() == 200);
    for (const auto& [id, count] : loads) REQUIRE(count == 1);
  });
}

TEST_CASE(
    "in every order of two schedulers, a stop and a lease that ends, a row has one owner at a time and no "
    "stopped row "
    "comes back",
    "[cache_scheduler]") {
  std::size_t orders = for_each_interleaving([](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto plain = open("memory://", {clock});
    CacheScheduler direct(Namespace(plain, 0, "ph", clock));
    direct.schedule("v", 3'600'000);
    Namespace space(stage.stepped(plain), 0, "ph", clock);
    std::set<std::string> receipts;
    int claimed = 0, completed = 0;
    bool stopped = false, ended = false;
    for (int i = 0; i < 2; ++i)
      stage.program([&] {
        CacheScheduler scheduler(space);
        auto claims = scheduler.claim();
        if (claims.empty()) return;
        ++claimed;
        receipts.insert(claims[0].receipt);
        completed += scheduler.complete(claims[0]);
      });
    stage.program([&] { stopped = CacheScheduler(space).stop_video_cache("v"); });
    stage.program([&] {
      stage.step();
      clock->advance(600'000);
      ended = true;
    });
    stage.run();
    REQUIRE(ended);
    REQUIRE(stopped);
    REQUIRE(receipts.size() == static_cast<std::size_t>(claimed));
    REQUIRE(completed <= 1);
    REQUIRE(direct.count() == 0);
    clock->advance(3'600'000);
    REQUIRE(direct.claim().empty());
  });
  REQUIRE(orders > 50);
}

TEST_CASE(
    "in every order of a load that fails, a new interval and another scheduler, a row stays scheduled once",
    "[cache_scheduler]") {
  for_each_interleaving([](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto plain = open("memory://", {clock});
    CacheScheduler direct(Namespace(plain, 0, "ph", clock));
    direct.schedule("v", 60'000);
    Namespace space(stage.stepped(plain), 0, "ph", clock);
    stage.program([&] {
      CacheScheduler scheduler(space);
      for (const CacheClaim& claim : scheduler.claim()) scheduler.fail(claim, 1'000);
    });
    stage.program([&] { CacheScheduler(space).schedule("v", 30'000); });
    stage.program([&] {
      CacheScheduler scheduler(space);
      for (const CacheClaim& claim : scheduler.claim()) scheduler.complete(claim);
    });
    stage.run();
    REQUIRE(direct.count() == 1);
    REQUIRE(direct.interval_of("v") == 30'000);
    clock->advance(60'000);
    REQUIRE(direct.claim().size() == 1);
    REQUIRE(direct.claim().empty());
  });
}

TEST_CASE("a scheduler without a loader cannot step, and refuses options out of range", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    CacheScheduler scheduler(s.space);
    REQUIRE_THROWS_AS(scheduler.step(), Error);
    REQUIRE_THROWS_AS(scheduler.run_in_background(), Error);
    REQUIRE_THROWS_AS(scheduler.schedule("a", 0), Error);
    REQUIRE_THROWS_AS(scheduler.schedule("", 1), Error);
    REQUIRE_THROWS_AS(scheduler.claim(0), Error);
    REQUIRE_THROWS_AS(CacheScheduler(s.space, {}, {.lease = 0}), Error);
    REQUIRE_THROWS_AS(CacheScheduler(s.space, {}, {.name = ""}), Error);
    REQUIRE_THROWS_WITH(CacheScheduler(s.space, {}, {.min_views = -1}), Catch::Contains("min_views=-1"));
  });
}

TEST_CASE("a step takes two round trips for each entry and one if nothing is due", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Loads loads;
    CacheScheduler scheduler(Namespace(counting), loads.callbacks());
    scheduler.schedule("a", 1000);
    REQUIRE(counting->trips == 1);
    REQUIRE(scheduler.step().refreshed == 1);
    REQUIRE(counting->trips == 3);
    REQUIRE(scheduler.step().claimed == 0);
    REQUIRE(counting->trips == 4);
    scheduler.next_due();
    REQUIRE(counting->trips == 5);
  });
}
