#include "playhead/modules/user_cleanup.h"

#include <catch2/catch.hpp>
#include <thread>

#include "playhead/modules/activity.h"
#include "playhead/modules/favorites.h"
#include "playhead/modules/following.h"
#include "playhead/modules/tokens.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"
#include "tests/support/breaking_store.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis day = 86'400'000;

std::string user(int n) {
  return "u" + std::to_string(n);
}

void visit(Activity& activity, Text who) {
  activity.record({.event = ActivityEvent::visit, .user_id = who, .video_id = {}});
}

/// Steps until there is nothing more to do; all that was removed.
std::int64_t settle(UserCleanup& cleanup) {
  std::int64_t videos = 0;
  for (bool more = true; more;) {
    UserCleanupReport report = cleanup.step();
    videos += report.videos;
    more = report.more;
  }
  return videos;
}

std::size_t indexed(Store& store) {
  std::size_t users = 0;
  for (Text pattern : {"*:last", "*:later"})
    for (const std::string& key : store.run(Keys{pattern}))
      users += static_cast<std::size_t>(store.run(ZCard{key}));
  return users;
}

}  // namespace

TEST_CASE("inactive users lose their old videos to watch later, active ones nothing", "[user_cleanup]") {
  for_each_space([](Space& s) {
    WatchLater lists(s.space);
    Activity activity(s.space);
    UserCleanup cleanup(s.space);
    for (int u = 0; u < 60; ++u)
      for (Text video : {"a", "b"}) lists.add(user(u), video);
    s.clock->advance(29 * day);
    for (int u = 0; u < 60; u += 3) visit(activity, user(u));
    for (int u = 1; u < 60; u += 3) lists.add(user(u), "c");
    s.clock->advance(day - 1);
    REQUIRE(cleanup.step().users == 0);
    s.clock->advance(1);
    UserCleanupReport report = cleanup.step();
    REQUIRE(report.users == 20);
    REQUIRE(report.videos == 40);
    REQUIRE(report.back == 0);
    REQUIRE_FALSE(report.more);
    for (int u = 0; u < 60; ++u)
      REQUIRE(lists.count(user(u)) == std::vector<std::int64_t>{2, 3, 0}.at(static_cast<std::size_t>(u % 3)));
    REQUIRE(cleanup.step().users == 0);
    REQUIRE(indexed(*s.store) == 40);  // who has nothing is forgotten
    s.clock->advance(40 * day);
    REQUIRE(settle(cleanup) == 100);
    REQUIRE(indexed(*s.store) == 0);
  });
}

TEST_CASE("videos of an inactive user that are not old yet go when they are", "[user_cleanup]") {
  for_each_space([](Space& s) {
    WatchLater lists(s.space);
    UserCleanup cleanup(s.space, {.inactive_after = 10 * day, .older_than = 30 * day});
    lists.add("alice", "a");
    s.clock->advance(5 * day);
    lists.add("alice", "b");
    s.clock->advance(10 * day);
    UserCleanupReport report = cleanup.step();
    REQUIRE(report.users == 1);
    REQUIRE(report.videos == 0);
    REQUIRE(cleanup.step().users == 0);  // not looked at again and again
    s.clock->advance(15 * day);
    REQUIRE(cleanup.step().videos == 1);
    REQUIRE(lists.contains("alice", "b"));
    s.clock->advance(5 * day - 1);
    REQUIRE(cleanup.step().users == 0);
    s.clock->advance(1);
    REQUIRE(cleanup.step().videos == 1);
    REQUIRE(lists.count("alice") == 0);
    REQUIRE(indexed(*s.store) == 0);
  });
}

TEST_CASE("a user who came back keeps what was to be removed, until the next absence", "[user_cleanup]") {
  for_each_space([](Space& s) {
    WatchLater lists(s.space);
    Activity activity(s.space);
    UserCleanup cleanup(s.space, {.inactive_after = 10 * day, .older_than = 30 * day});
    lists.add("alice", "a");
    s.clock->advance(15 * day);
    REQUIRE(cleanup.step().users == 1);
    s.clock->advance(10 * day);
    visit(activity, "alice");
    s.clock->advance(5 * day);
    UserCleanupReport report = cleanup.step();
    REQUIRE(report.back == 1);
    REQUIRE(report.videos == 0);
    REQUIRE(lists.count("alice") == 1);
    s.clock->advance(5 * day);
    REQUIRE(cleanup.step().videos == 1);
  });
}

TEST_CASE("a step is bounded, and any number of steps finish what one began", "[user_cleanup]") {
  for_each_space([](Space& s) {
    WatchLater lists(s.space);
    UserCleanup cleanup(s.space, {.batch = 2, .videos = 3});
    for (int u = 0; u < 100; ++u)
      for (int v = 0; v < u % 8; ++v) lists.add(user(u), "v" + std::to_string(v));
    std::int64_t all = 0;
    for (int u = 0; u < 100; ++u) all += lists.count(user(u));
    s.clock->advance(30 * day);
    std::int64_t removed = 0;
    for (bool more = true; more;) {
      UserCleanupReport report =
          UserCleanup(s.space, {.batch = 2, .videos = 3}).step();  // a process of its own
      REQUIRE(report.videos <= 16 * 3);
      removed += report.videos;
      more = report.more;
    }
    REQUIRE(removed == all);
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}

TEST_CASE("a clean-up that fails at any call is finished by the next one", "[user_cleanup]") {
  for_each_space([](Space& s) {
    WatchLater lists(s.space);
    Favorites favorites(s.space);
    Following following(s.space);
    for (int u = 0; u < 30; ++u) {
      for (Text video : {"a", "b", "c"}) lists.add(user(u), video);
      favorites.add(user(u), "a");
      following.follow(user(u), user(u + 1));
    }
    s.clock->advance(30 * day);
    auto breaking = std::make_shared<BreakingStore>(s.store);
    int failures = 0;
    for (bool more = true; more;) {
      breaking->left = 3;  // the candidates, and two parts
      try {
        more = UserCleanup(Namespace(breaking, {}, "ph", s.clock), {.videos = 4}).step().more;
      } catch (const Error&) {
        ++failures;
      }
    }
    REQUIRE(failures > 3);
    for (int u = 0; u < 30; ++u) {
      REQUIRE(lists.count(user(u)) == 0);
      REQUIRE(favorites.count(user(u)) == 1);
      REQUIRE(following.counts(user(u)).following == 1);
    }
    REQUIRE(favorites.favorite_count("a") == 30);
    REQUIRE(following.counts(user(30)).followers == 1);
    REQUIRE(indexed(*s.store) == 0);
  });
}

TEST_CASE("in every order, who becomes active before the clean-up reaches the list keeps all of it",
          "[user_cleanup]") {
  int kept = 0, cleaned = 0, lost = 0;
  for (bool by_list : {false, true})
    for_each_interleaving([&](Stage& stage) {
      auto clock = std::make_shared<ManualClock>();
      auto store = stage.stepped(open("memory://", {.clock = clock}));
      Namespace space(store, 0, "ph", clock);
      WatchLater lists(space);
      Activity activity(space);
      UserCleanup cleanup(space);
      for (Text video : {"a", "b"}) lists.add("alice", video);
      clock->advance(30 * day);
      std::int64_t found = 0;
      stage.program([&] {
        if (by_list)
          lists.add("alice", "c");
        else
          visit(activity, "alice");
        found = lists.count("alice") - by_list;
      });
      stage.program([&] { cleanup.step(); });
      stage.program([&] { cleanup.step(); });
      stage.run();
      std::int64_t left = lists.count("alice") - by_list;
      REQUIRE((left == 0 || left == 2));
      REQUIRE(left == found);  // what the user saw on coming back is not taken away any more
      kept += left == 2;
      cleaned += left == 0;
      for (const std::string& key : store->run(Keys{"*:later"})) REQUIRE(store->run(ZCard{key}) == 0);
      clock->advance(30 * day);
      cleanup.step();
      REQUIRE(lists.count("alice") == 0);  // nobody is forgotten by the index
      REQUIRE(indexed(*store) == 0);
    });
  for_each_interleaving([&](Stage& stage) {
    // All inactive users are read at once, then their lists are trimmed one by one.
    auto store = stage.stepped(open("memory://"));
    run(*store, {"ZADD", "activity", "1", "alice"});
    run(*store, {"ZADD", "watch_later:alice", "1", "a"});
    std::int64_t found = 0;
    stage.program([&] {
      run(*store, {"ZADD", "activity", "100", "alice"});
      found = store->run(ZCard{"watch_later:alice"});
    });
    stage.program([&] {
      for (const std::string& who : store->run(Keys{"watch_later:*"}))
        if (store->run(ZScore{"activity", "alice"}).value_or(0) <= 70)
          store->run(ZRemRangeByScore{who, {0, false}, {93, false}});
    });
    stage.run();
    lost += found == 1 && store->run(ZCard{"watch_later:alice"}) == 0;
  });
  CHECK(kept > 0);
  CHECK(cleaned > 0);
  CHECK(lost > 0);
}

TEST_CASE("nothing else of an inactive user changes, and its tokens have ended by themselves",
          "[user_cleanup]") {
  for_each_space([](Space& s) {
    WatchLater lists(s.space);
    Favorites favorites(s.space);
    Following following(s.space);
    Activity activity(s.space);
    Tokens tokens(s.space);
    std::string token = tokens.issue("alice").token;
    run(*s.store, {"HSET", "access_tokens", "secret", "alice"});  // as a hash of tokens that never ends
    lists.add("alice", "a");
    favorites.add("alice", "a");
    following.follow("alice", "bob");
    activity.record_video_viewing({"alice", "a", 5, 10});
    activity.record({ActivityEvent::like, "alice", "a"});
    s.clock->advance(365 * day);
    UserCleanup cleanup(s.space);
    REQUIRE(settle(cleanup) == 1);
    REQUIRE(favorites.favorite_count("a") == 1);
    REQUIRE(favorites.contains("alice", "a"));
    REQUIRE(following.counts("bob").followers == 1);
    REQUIRE(activity.history("alice").items.size() == 1);
    REQUIRE(activity.video_counts("a").likes == 1);
    REQUIRE_FALSE(tokens.validate(token));
    REQUIRE(s.store->run(HGet{"access_tokens", "secret"}));
  });
}

TEST_CASE("several clean up while users come and go, and no list of an active one shrinks",
          "[user_cleanup]") {
  for_each_space([](Space& s) {
    WatchLater lists(s.space);
    Activity activity(s.space);
    for (int u = 0; u < 80; ++u)
      for (Text video : {"a", "b", "c"}) lists.add(user(u), video);
    s.clock->advance(30 * day);
    std::vector<std::thread> threads;
    std::atomic<int> torn = 0;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int u = t; u < 80; u += 8) {
          visit(activity, user(u));
          std::int64_t found = lists.count(user(u));
          if (found != 0 && found != 3) ++torn;
          lists.add(user(u), "d");
          if (lists.count(user(u)) != found + 1) ++torn;
        }
      });
      threads.emplace_back([&] {
        UserCleanup cleanup(s.space, {.batch = 3});
        settle(cleanup);
      });
    }
    for (auto& t : threads) t.join();
    REQUIRE(torn == 0);
    for (int u = 0; u < 80; ++u) REQUIRE((lists.count(user(u)) == 0) == (u % 8 >= 4));
  });
}

TEST_CASE("clean-up steps in the background until it is stopped", "[user_cleanup]") {
  for_each_space([](Space& s) {
    WatchLater lists(s.space);
    UserCleanup cleanup(s.space, {.batch = 1, .longest_wait = 1});
    for (int u = 0; u < 40; ++u) lists.add(user(u), "a");
    s.clock->advance(30 * day);
    cleanup.run_in_background();
    REQUIRE(cleanup.running());
    REQUIRE_THROWS_AS(cleanup.run_in_background(), Error);
    while (s.store->run(DbSize{}) > 0) std::this_thread::yield();
    cleanup.stop_background();
    REQUIRE_FALSE(cleanup.running());
  });
}

TEST_CASE("a step asks once, and once more for each part with something to do", "[user_cleanup]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    WatchLater lists(s.space);
    UserCleanup cleanup(Namespace(counting, {}, "ph", s.clock));
    cleanup.step();
    REQUIRE(counting->trips == 1);
    for (Text video : {"a", "b", "c"}) lists.add("alice", video);
    s.clock->advance(30 * day);
    cleanup.step();
    REQUIRE(counting->trips == 3);
  });
}

TEST_CASE("a clean-up with options out of range is refused", "[user_cleanup]") {
  for_each_space([](Space& s) {
    REQUIRE_THROWS_AS(UserCleanup(s.space, {.inactive_after = 0}), Error);
    REQUIRE_THROWS_AS(UserCleanup(s.space, {.older_than = -1}), Error);
    REQUIRE_THROWS_AS(UserCleanup(s.space, {.batch = 0}), Error);
    REQUIRE_THROWS_AS(UserCleanup(s.space, {.videos = 0}), Error);
    REQUIRE_THROWS_AS(UserCleanup(s.space, {.longest_wait = 0}), Error);
  });
}
