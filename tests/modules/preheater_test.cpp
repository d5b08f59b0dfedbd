#include "playhead/modules/preheater.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "playhead/error.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// Videos e0.. that are popular in "eu", and u0.. that are in "us".
std::shared_ptr<Recommender> recommender(Space& s) {
  auto r = std::make_shared<Recommender>(s.store);
  Millis now = s.clock->now();
  std::vector<std::string> users, videos;
  for (int u = 0; u < 40; ++u) users.push_back("user" + std::to_string(u));
  for (int v = 0; v < 5; ++v) videos.insert(videos.end(), {"e" + std::to_string(v), "u" + std::to_string(v)});
  std::vector<EventRecord> events;
  for (int u = 0; u < 40; ++u)
    for (int v = 0; v < 5; ++v) {
      if (u >= 40 - 5 * v) continue;  // the first of them are the most popular
      bool eu = u % 2 == 0;
      events.push_back({.user_id = users[static_cast<std::size_t>(u)],
                        .video_id = videos[2 * static_cast<std::size_t>(v) + (eu ? 0 : 1)],
                        .event = VideoEvent::finish,
                        .at = now,
                        .region = eu ? "eu" : "us"});
    }
  r->record_many(events);
  return r;
}

/// Counts the lists that were made.
struct Made {
  std::mutex mutex;
  std::map<std::string, int> lists;
  PreheatVideos callback() {
    return [this](Text region, List<Text> videos) {
      std::lock_guard lock(mutex);
      if (!videos.empty()) ++lists[std::string(region)];
    };
  }
};

using Counts = std::map<std::string, int>;

}  // namespace

TEST_CASE("a region's list is made at once and then every fifteen minutes", "[preheater]") {
  for_each_space([](Space& s) {
    Made made;
    Preheater p(s.space, recommender(s), made.callback());
    p.schedule("eu");
    p.schedule("us");
    CHECK(p.step().refreshed == 1);
    CHECK(p.step().refreshed == 1);
    CHECK(p.step().claimed == 0);
    s.clock->advance(899'999);
    CHECK(p.step().claimed == 0);
    s.clock->advance(1);
    CHECK(p.step().refreshed == 1);
    CHECK(p.step().refreshed == 1);
    CHECK(made.lists == Counts{{"eu", 2}, {"us", 2}});
    CHECK(p.unschedule("eu"));
    CHECK_FALSE(p.unschedule("eu"));
    s.clock->advance(900'000);
    while (p.step().claimed > 0) continue;
    CHECK(made.lists == Counts{{"eu", 2}, {"us", 3}});
  });
}

TEST_CASE("a list is what somebody unknown is recommended in that region, with its reasons", "[preheater]") {
  for_each_space([](Space& s) {
    auto r = recommender(s);
    PreheaterOptions o;
    o.count = 4;
    Preheater p(s.space, r, {}, o);
    CHECK(p.get("eu").at(0).video_id == "e0");
    CHECK(p.get("us").at(0).video_id == "u0");
    auto list = p.get(Preheater::everywhere);
    REQUIRE(list.size() == 4);
    double last = list[0].score;
    for (const Recommendation& one : list) {
      double sum = 0;
      for (const Reason& reason : one.reasons) sum += reason.contribution;
      CHECK(one.score == Approx(sum));
      CHECK(one.score <= last);
      last = one.score;
    }
    CHECK(list[0].reasons.at(0).source == "popularity");
  });
}

TEST_CASE("a number of events makes a region's list due at once", "[preheater]") {
  for_each_space([](Space& s) {
    Made made;
    auto r = recommender(s);
    PreheaterOptions o;
    o.threshold = 10;
    Preheater p(s.space, r, made.callback(), o), elsewhere(s.space, r, {}, o);
    p.schedule("eu");
    REQUIRE(p.step().refreshed == 1);
    CHECK(p.note("eu", 5) == 5);
    CHECK(elsewhere.note("eu", 4) == 9);  // in another process
    CHECK(p.note("us", 9) == 9);
    CHECK(p.step().claimed == 0);
    CHECK(p.note("eu") == 10);
    CHECK(p.step().refreshed == 1);
    CHECK(p.step().claimed == 0);
    CHECK(p.note("eu") == 1);   // counted anew
    CHECK(p.note("us") == 10);  // was not scheduled, and is now
    CHECK(p.step().refreshed == 1);
    CHECK(made.lists == Counts{{"eu", 2}, {"us", 1}});
    s.clock->advance(900'000);
    while (p.step().claimed > 0) continue;
    CHECK(made.lists == Counts{{"eu", 3}, {"us", 2}});
    CHECK(p.note("eu") == 1);  // what was counted before the timed one is in it
  });
}

TEST_CASE("in every order of events and of a list being made, the events are in a list at once",
          "[preheater]") {
  for_each_interleaving([](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto plain = open("memory://", {clock});
    auto r = std::make_shared<Recommender>(plain);
    PreheaterOptions o;
    o.threshold = 2;
    Namespace space(stage.stepped(plain), 0, "ph", clock);
    Preheater direct(Namespace(plain, 0, "ph", clock), r, {}, o);
    direct.schedule("eu");
    stage.program([&] { Preheater(space, r, {}, o).step(); });
    stage.program([&] {
      Preheater p(space, r, {}, o);
      for (Text user : {"a", "b"}) {
        r->record({.user_id = user, .video_id = "new", .event = VideoEvent::finish, .at = clock->now()});
        p.note("eu");
      }
    });
    stage.run();
    clock->advance(1);
    while (direct.step().claimed > 0) continue;
    auto list = direct.get("eu");
    REQUIRE(list.size() == 1);
    CHECK(list[0].video_id == "new");
    clock->advance(899'998);
    CHECK(direct.step().claimed == 0);  // the interval is what it was
    clock->advance(2);
    CHECK(direct.step().claimed == 1);
    plain->close();
  });
}

TEST_CASE("of many preheaters one makes the list of a region", "[preheater]") {
  for_each_space([](Space& s) {
    Made made;
    auto r = recommender(s);
    std::vector<std::unique_ptr<Preheater>> all;
    for (int i = 0; i < 8; ++i) all.push_back(std::make_unique<Preheater>(s.space, r, made.callback()));
    Counts expected;
    for (int i = 0; i < 20; ++i) {
      all[0]->schedule("region " + std::to_string(i));
      expected["region " + std::to_string(i)] = 1;
    }
    std::vector<std::thread> threads;
    for (auto& p : all)
      threads.emplace_back([&p] {
        while (p->step().claimed > 0) continue;
      });
    for (std::thread& thread : threads) thread.join();
    CHECK(made.lists == expected);
  });
}

TEST_CASE("the list of a preheater that died is made by another one when its lease has ended",
          "[preheater]") {
  for_each_space([](Space& s) {
    Made made;
    auto r = recommender(s);
    Preheater dying(s.space, r, [](Text, List<Text>) { throw EndRun("killed"); });
    Preheater other(s.space, r, made.callback());
    dying.schedule("eu");
    CHECK_THROWS_AS(dying.step(), EndRun);
    s.clock->advance(29'999);
    CHECK(other.step().claimed == 0);
    s.clock->advance(1);
    CHECK(other.step().refreshed == 1);
    CHECK(made.lists == Counts{{"eu", 1}});
  });
}

TEST_CASE("a list whose videos could not be loaded is due again a little later", "[preheater]") {
  for_each_space([](Space& s) {
    bool fails = true;
    Preheater p(s.space, recommender(s), [&](Text, List<Text>) {
      if (fails) throw std::runtime_error("no database");
    });
    p.schedule("eu");
    auto report = p.step();
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].video_id == "eu");
    CHECK(report.failures[0].message == "no database");
    fails = false;
    CHECK(p.step().claimed == 0);
    s.clock->advance(5'000);
    CHECK(p.step().refreshed == 1);
  });
}

TEST_CASE("a list that is there is one round trip, and shows what was recorded before it was made",
          "[preheater]") {
  for_each_space([](Space& s) {
    auto counted = std::make_shared<CountingStore>(s.store);
    auto r = recommender(s);
    Preheater p(Namespace(counted, 0, "ph", s.clock), r);
    auto before = p.get("eu");
    for (int u = 0; u < 100; ++u)
      r->record({.user_id = "fan" + std::to_string(u),
                 .video_id = "e4",
                 .event = VideoEvent::finish,
                 .at = s.clock->now(),
                 .region = "eu"});
    counted->trips = 0;
    CHECK(p.get("eu")[0].video_id == before[0].video_id);
    CHECK(counted->trips == 1);
    p.preheat("eu");
    CHECK(p.get("eu")[0].video_id == "e4");
  });
}

TEST_CASE("in the background lists are made as events come", "[preheater]") {
  for_each_space([](Space& s) {
    std::mutex mutex;
    std::condition_variable changed;
    int lists = 0;
    PreheaterOptions o;
    o.threshold = 3;
    Preheater p(
        s.space, recommender(s),
        [&](Text, List<Text>) {
          std::lock_guard lock(mutex);
          ++lists;
          changed.notify_all();
        },
        o);
    std::vector<std::string> errors;
    p.run_in_background([&](Text message) {
      std::lock_guard lock(mutex);
      errors.emplace_back(message);
    });
    CHECK(p.running());
    p.note("eu", 3);
    {
      std::unique_lock lock(mutex);
      CHECK(changed.wait_for(lock, std::chrono::seconds(60), [&] { return lists > 0; }));
    }
    p.stop_background();
    CHECK_FALSE(p.running());
    CHECK(errors.empty());
  });
}

TEST_CASE("a preheater refuses what is out of range", "[preheater]") {
  for_each_space([](Space& s) {
    auto r = recommender(s);
    CHECK_THROWS_AS(Preheater(s.space, nullptr), Error);
    PreheaterOptions o;
    o.threshold = 0;
    CHECK_THROWS_AS(Preheater(s.space, r, {}, o), Error);
    Preheater p(s.space, r);
    CHECK_THROWS_AS(p.schedule(""), Error);
    CHECK_THROWS_AS(p.note("eu", 0), Error);
  });
}
