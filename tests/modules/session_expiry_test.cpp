#include "playhead/modules/session_expiry.h"

#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "playhead/open.h"
#include "playhead/views.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis minute = 60'000, hour = 60 * minute;

SessionOptions few_shards() {
  SessionOptions o;
  o.shards = 2;
  return o;
}

/// What a listener was told: reasons by session.
struct Told {
  std::vector<SessionEnd> ends;
  SessionListener listener() {
    return [this](const SessionEnd& end) { ends.push_back(end); };
  }
};

}  // namespace

TEST_CASE("listeners are told once of every session that ended by itself, and why", "[expiry]") {
  for_each_space([](Space& s) {
    SessionOptions o = few_shards();
    o.absolute_timeout = hour;
    o.sessions_per_user = 2;
    Sessions sessions(s.space, o);
    SessionExpiry expiry(s.space, o);
    Told told;
    expiry.add_session_listener(told.listener());
    Millis start = s.clock->now();
    CreatedSession idle = sessions.create("alice"), used = sessions.create("bob"),
                   evicted = sessions.create("carol");
    sessions.create("carol");
    sessions.create("carol");
    std::string destroyed = sessions.create("dave").session;
    sessions.destroy(destroyed);
    REQUIRE(expiry.step().told == 1);
    REQUIRE(told.ends.at(0).id == evicted.id);
    REQUIRE(told.ends.at(0).reason == "limit");
    s.clock->advance(20 * minute);
    sessions.get(used.session);
    s.clock->advance(20 * minute);
    sessions.get(used.session);
    SessionExpiryReport report = expiry.step();
    REQUIRE(report.ended == 3);
    REQUIRE(report.told == 3);
    REQUIRE(report.next_due == start + hour);
    std::map<std::string, SessionEnd> by_id;
    for (const SessionEnd& end : told.ends) REQUIRE(by_id.emplace(end.id, end).second);
    REQUIRE(by_id.at(idle.id).user_id == "alice");
    REQUIRE(by_id.at(idle.id).reason == "idle");
    REQUIRE(by_id.at(idle.id).created_at == start);
    REQUIRE(by_id.at(idle.id).ended_at == start + 30 * minute);
    s.clock->advance(20 * minute);
    REQUIRE(expiry.step().told == 1);
    REQUIRE(told.ends.back().id == used.id);
    REQUIRE(told.ends.back().reason == "absolute");
    REQUIRE(told.ends.back().last_seen == start + 40 * minute);
    REQUIRE(expiry.step().told == 0);
    REQUIRE(sessions.count() == 0);
  });
}

TEST_CASE("a search among the live keys finds no session that has ended, the index does", "[expiry]") {
  auto clock = std::make_shared<ManualClock>();
  auto store = open("memory://", {.clock = clock});
  Namespace space(store, 0, "ph", clock);
  Set set{"session:1", "{}"};
  set.expiry.px = 30 * minute;
  store->run(set);
  Sessions sessions(space);
  SessionExpiry expiry(space);
  Told told;
  expiry.add_session_listener(told.listener());
  sessions.create("alice");
  clock->advance(30 * minute);
  std::vector<std::string> ended;
  for (const std::string& key : store->run(Keys{"session:*"})) {
    Text name = key;
    if (store->run(Exists{{&name, 1}}) == 0) ended.push_back(key);
  }
  CHECK(ended.empty());
  expiry.step();
  CHECK(told.ends.size() == 1);
}

TEST_CASE("a session that somebody shows after its end is told of, too", "[expiry]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space, few_shards());
    SessionExpiry expiry(s.space, few_shards());
    Told told;
    expiry.add_session_listener(told.listener());
    std::string session = sessions.create("alice").session;
    s.clock->advance(hour);
    REQUIRE_FALSE(sessions.get(session));
    REQUIRE(expiry.step().told == 1);
    REQUIRE(told.ends.at(0).reason == "idle");
  });
}

TEST_CASE("an end is told again after the lease if a listener threw, and stands in the log once",
          "[expiry]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space, few_shards());
    SessionExpiry expiry(s.space, few_shards(), {.lease = minute});
    int calls = 0;
    expiry.add_session_listener([&](const SessionEnd&) {
      if (++calls == 1) throw std::runtime_error("no database");
    });
    sessions.create("alice");
    s.clock->advance(hour);
    SessionExpiryReport report = expiry.step();
    REQUIRE(report.told == 0);
    REQUIRE(report.failures.size() == 1);
    REQUIRE(report.failures[0].find("no database") != std::string::npos);
    REQUIRE(report.next_due == s.clock->now() + minute);
    REQUIRE(expiry.step().told == 0);
    REQUIRE(expiry.log().items.empty());
    s.clock->advance(minute);
    REQUIRE(expiry.step().told == 1);
    REQUIRE(calls == 2);
    REQUIRE(expiry.log().items.size() == 1);
  });
}

TEST_CASE("what a process had claimed when it died is told by another one", "[expiry]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space, few_shards());
    for (int i = 0; i < 20; ++i) sessions.create("u" + std::to_string(i));
    s.clock->advance(hour);
    SessionExpiry dying(s.space, few_shards(), {.lease = minute}),
        other(s.space, few_shards(), {.lease = minute});
    std::map<std::string, int> told;
    dying.add_session_listener([&](const SessionEnd& end) {
      if (told.size() == 5) throw EndRun("killed");
      ++told[end.id];
    });
    other.add_session_listener([&](const SessionEnd& end) { ++told[end.id]; });
    REQUIRE_THROWS_AS(dying.step(), EndRun);
    other.step();
    REQUIRE(told.size() < 20);
    s.clock->advance(minute);
    other.step();
    REQUIRE(told.size() == 20);
    REQUIRE(other.log({}, 100).items.size() == 20);
  });
}

TEST_CASE("several listeners of several processes share the ends", "[expiry]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space, few_shards());
    for (int i = 0; i < 200; ++i) sessions.create("u" + std::to_string(i));
    s.clock->advance(hour);
    std::mutex mutex;
    std::map<std::string, int> told;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        SessionExpiry expiry(s.space, few_shards(), {.batch = 7});
        expiry.add_session_listener([&](const SessionEnd& end) {
          std::lock_guard lock(mutex);
          ++told[end.id];
        });
        for (int i = 0; i < 40; ++i) expiry.step();
      });
    for (auto& t : threads) t.join();
    REQUIRE(told.size() == 200);
    for (const auto& [id, times] : told) REQUIRE(times == 1);
  });
}

TEST_CASE("the log keeps the newest ends and is read by pages", "[expiry]") {
  for_each_space([](Space& s) {
    Sessions sessions(s.space, few_shards());
    SessionExpiry expiry(s.space, few_shards(), {.log_limit = 10});
    for (int i = 0; i < 15; ++i) {
      sessions.create("u" + std::to_string(i));
      s.clock->advance(1);
    }
    s.clock->advance(hour);
    expiry.step();
    auto page = expiry.log({}, 4);
    std::vector<std::string> users;
    for (;; page = expiry.log(page.next, 4)) {
      for (const SessionEnd& end : page.items) users.push_back(end.user_id);
      if (page.next.empty()) break;
    }
    REQUIRE(users ==
            std::vector<std::string>{"u14", "u13", "u12", "u11", "u10", "u9", "u8", "u7", "u6", "u5"});
  });
}

TEST_CASE("in every order, a session that is used at its last moment is either good or told to have ended",
          "[expiry]") {
  std::size_t orders = for_each_interleaving([&](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto store = stage.stepped(open("memory://", {.clock = clock}));
    Namespace space(store, 0, "ph", clock);
    SessionOptions o;
    o.shards = 1;
    Sessions sessions(space, o);
    SessionExpiry expiry(space, o);
    Told told;
    expiry.add_session_listener(told.listener());
    std::string session = sessions.create("alice").session;
    clock->advance(30 * minute - 1);
    bool good = false;
    stage.program([&] {
      stage.step();
      clock->advance(1);
    });
    stage.program([&] { good = sessions.touch(session); });
    stage.program([&] { expiry.step(); });
    stage.run();
    expiry.step();
    REQUIRE(told.ends.size() == (good ? 0 : 1));
    REQUIRE(sessions.peek(session).has_value() == good);
  });
  CHECK(orders >= 6);
}

TEST_CASE("in every order, an end that two look for at once is told once", "[expiry]") {
  for_each_interleaving([&](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto store = stage.stepped(open("memory://", {.clock = clock}));
    Namespace space(store, 0, "ph", clock);
    SessionOptions o;
    o.shards = 1;
    Sessions sessions(space, o);
    SessionExpiry first(space, o), second(space, o);
    int told = 0;
    for (SessionExpiry* expiry : {&first, &second})
      expiry->add_session_listener([&](const SessionEnd&) { ++told; });
    sessions.create("alice");
    clock->advance(hour);
    stage.program([&] { first.step(); });
    stage.program([&] { second.step(); });
    stage.run();
    REQUIRE(told == 1);
    REQUIRE(first.log().items.size() == 1);
  });
}

TEST_CASE("the background thread tells what ends", "[expiry]") {
  for (const StoreKind& kind : store_kinds()) DYNAMIC_SECTION(kind.name) {
      auto clock = std::make_shared<ManualClock>();
      auto store = kind.open(clock);
      Namespace space(store, 0, "ph", clock);
      Sessions sessions(space, few_shards());
      SessionExpiry expiry(space, few_shards(), {.longest_wait = 1});
      std::mutex mutex;
      std::condition_variable changed;
      int told = 0;
      expiry.add_session_listener([&](const SessionEnd&) {
        std::lock_guard lock(mutex);
        ++told;
        changed.notify_all();
      });
      sessions.create("alice");
      expiry.run_in_background();
      REQUIRE(expiry.running());
      REQUIRE_THROWS_AS(expiry.run_in_background(), Error);
      clock->advance(hour);
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return told == 1; });
      lock.unlock();
      expiry.stop_background();
      REQUIRE_FALSE(expiry.running());
      store->close();
    }
}

TEST_CASE("a step over nothing is a round trip for each part", "[expiry]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Sessions sessions(s.space, few_shards());
    sessions.create("alice");
    SessionExpiry expiry(Namespace(counting, 0, "ph", s.clock), few_shards());
    expiry.step();
    REQUIRE(counting->trips == 2);
  });
}
