// Events other than whole viewings, many at once, and hours on users' clocks.
#include <catch2/catch.hpp>
#include <ctime>
#include <thread>

#include "playhead/modules/activity.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/list_pages.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

UserEvent event(ActivityEvent kind, Text user, Text video, Millis watched = 0, Millis duration = 0) {
  return {kind, user, video, watched, duration};
}

constexpr auto like = ActivityEvent::like, unlike = ActivityEvent::unlike, finish = ActivityEvent::finish,
               view = ActivityEvent::view, comment = ActivityEvent::comment, share = ActivityEvent::share,
               visit = ActivityEvent::visit;

}  // namespace

TEST_CASE("liking twice counts once, and the count is the number of users who like a video", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    auto record = [&](ActivityEvent kind, Text user, Text video) {
      s.clock->advance(1);
      return activity.record(event(kind, user, video));
    };
    REQUIRE(record(like, "alice", "a").count == 1);
    REQUIRE(record(like, "alice", "a").result == EventResult::unchanged);
    REQUIRE(record(like, "bob", "a").count == 2);
    REQUIRE(record(like, "alice", "b").count == 1);
    REQUIRE(ids(activity.liked_videos("alice")) == Ids{"b", "a"});
    REQUIRE(activity.likes("alice", "a"));
    RecordedEvent taken = record(unlike, "alice", "a");
    REQUIRE(taken.result == EventResult::recorded);
    REQUIRE(taken.count == 1);
    REQUIRE(record(unlike, "alice", "a").result == EventResult::unchanged);
    REQUIRE_FALSE(activity.likes("alice", "a"));
    REQUIRE(activity.video_counts("a").likes == 1);
    REQUIRE(activity.user_counts("alice").likes == 1);
    REQUIRE(activity.user_counts("alice").views == 0);
  });
}

TEST_CASE("a user likes so many videos and no more", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space, {.likes_limit = 2});
    for (Text video : {"a", "b"}) activity.record(event(like, "alice", video));
    RecordedEvent refused = activity.record(event(like, "alice", "c"));
    REQUIRE(refused.result == EventResult::full);
    REQUIRE(refused.count == 0);
    REQUIRE(activity.record(event(like, "alice", "a")).result == EventResult::unchanged);
    activity.record(event(unlike, "alice", "a"));
    REQUIRE(activity.record(event(like, "alice", "c")).result == EventResult::recorded);
    REQUIRE(activity.user_counts("alice").likes == 2);
  });
}

TEST_CASE("comments and shares are counted each time", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    for (ActivityEvent kind : {comment, comment, share}) activity.record(event(kind, "alice", "a"));
    REQUIRE(activity.record(event(comment, "bob", "a")).count == 3);
    VideoCounts video = activity.video_counts("a");
    REQUIRE(video.comments == 3);
    REQUIRE(video.shares == 1);
    REQUIRE(video.views == 0);
    UserCounts alice = activity.user_counts("alice");
    REQUIRE(alice.comments == 2);
    REQUIRE(alice.shares == 1);
    REQUIRE(alice.last_at == s.clock->now());
    REQUIRE(activity.history("alice").items.empty());
  });
}

TEST_CASE("a view and its finish are one view, with the watch time and completion of its end", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    REQUIRE(activity.record(event(view, "alice", "a")).count == 1);
    s.clock->advance(50'000);
    RecordedEvent end = activity.record(event(finish, "alice", "a", 50'000, 60'000));
    REQUIRE(end.count == 1);
    REQUIRE(end.user_views == 1);
    REQUIRE(end.completion == 833);
    REQUIRE_FALSE(end.completed);
    auto line = activity.history("alice").items.at(0);
    REQUIRE(line.at == s.clock->now());
    REQUIRE(line.watched_ms == 50'000);
    REQUIRE(line.completion == 833);
    REQUIRE(activity.record(event(finish, "alice", "a", 58'000, 60'000)).completed);
    REQUIRE(activity.record(event(finish, "bob", "a", 10)).completion ==
            1000);  // of a duration that is not known
    VideoCounts video = activity.video_counts("a");
    REQUIRE(video.views == 1);
    REQUIRE(video.completed == 2);
    REQUIRE(video.watched_ms == 108'010);
    UserCounts alice = activity.user_counts("alice");
    REQUIRE(std::accumulate(alice.by_hour.begin(), alice.by_hour.end(), std::int64_t{0}) == 1);
  });
}

TEST_CASE("a visit notes that the user is there, and nothing of a video", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    RecordedEvent there = activity.record(event(visit, "alice", ""));
    REQUIRE(there.result == EventResult::recorded);
    REQUIRE(there.count == 0);
    REQUIRE(activity.active_users(s.clock->now()) == 1);
    REQUIRE(activity.user_counts("alice").last_at == s.clock->now());
    REQUIRE(activity.user_counts("alice").views == 0);
    REQUIRE_THROWS_AS(activity.record(event(visit, "alice", "a")), Error);
  });
}

TEST_CASE("events that have no watch time are refused with one", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    for (ActivityEvent kind : {like, unlike, comment, share, visit}) {
      Text video = kind == visit ? "" : "a";
      REQUIRE_THROWS_AS(activity.record(event(kind, "alice", video, 1)), Error);
      REQUIRE_THROWS_AS(activity.record(event(kind, "alice", video, 0, 1)), Error);
    }
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}

// ---- many at once

TEST_CASE("many events at once are what they are one by one", "[activity]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Activity together(Namespace(counting, {}, "ph", s.clock), {.history_limit = 5, .likes_limit = 4}),
        single(Namespace(s.store, {}, "other", s.clock), {.history_limit = 5, .likes_limit = 4});
    constexpr ActivityEvent kinds[] = {view, view, finish, like, unlike, comment, share, like, visit};
    std::vector<std::string> names;
    for (int i = 0; i < 11; ++i) names.push_back("n" + std::to_string(i));
    std::vector<UserEvent> all;
    for (std::size_t i = 0; i < 250; ++i) {
      UserEvent e = event(kinds[i % std::size(kinds)], names[i % 7], names[i * i % 11]);
      if (e.event == visit) e.video_id = {};
      if (e.event == view || e.event == finish) e.watched_ms = static_cast<Millis>(i), e.duration_ms = 150;
      e.at = s.clock->now() - static_cast<Millis>(i * 37 % 100);
      all.push_back(e);
    }
    BulkReport report = together.record_many(all);
    REQUIRE(counting->trips == 3);
    REQUIRE(report.recorded == 250);
    REQUIRE(report.refused.empty());
    for (const UserEvent& e : all) single.record(e);
    for (const std::string& name : names) {
      UserCounts a = together.user_counts(name), b = single.user_counts(name);
      REQUIRE(a.by_hour == b.by_hour);
      REQUIRE(std::tie(a.views, a.completed, a.watched_ms, a.last_at, a.likes, a.comments, a.shares) ==
              std::tie(b.views, b.completed, b.watched_ms, b.last_at, b.likes, b.comments, b.shares));
      VideoCounts v = together.video_counts(name), w = single.video_counts(name);
      REQUIRE(std::tie(v.views, v.completed, v.watched_ms, v.likes, v.comments, v.shares) ==
              std::tie(w.views, w.completed, w.watched_ms, w.likes, w.comments, w.shares));
      REQUIRE(ids(together.liked_videos(name)) == ids(single.liked_videos(name)));
      auto x = together.history(name).items, y = single.history(name).items;
      REQUIRE(x.size() == y.size());
      for (std::size_t i = 0; i < x.size(); ++i) {
        REQUIRE(x[i].video_id == y[i].video_id);
        REQUIRE(x[i].watched_ms == y[i].watched_ms);
      }
    }
    REQUIRE(together.active_users(s.clock->now()) == 7);
    REQUIRE(together.record_many({}).recorded == 0);
  });
}

TEST_CASE("bad events among many are refused by their index, and the others recorded", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    std::vector<UserEvent> all(205, event(view, "alice", "a", 1));
    all[0].watched_ms = -1;
    all[99].user_id = "";
    all[100].zone = "Nowhere/Land";
    all[204].at = -5;
    BulkReport report = activity.record_many(all);
    REQUIRE(report.recorded == 201);
    std::vector<std::size_t> refused;
    for (const auto& r : report.refused) refused.push_back(r.index);
    REQUIRE(refused == std::vector<std::size_t>{0, 99, 100, 204});
    REQUIRE(report.refused[2].why.find("Nowhere/Land") != std::string::npos);
    REQUIRE(activity.video_counts("a").views == 201);
  });
}

TEST_CASE("a failure among many events leaves the steps before, and tells how far they went", "[activity]") {
  for_each_space([](Space& s) {
    if (!s.store->capabilities().units) return;  // a script of Redis keeps what it did before it failed
    Activity activity(s.space);
    std::string bad = s.space.keys().key("video", "bad", {"counts"});
    run(*s.store, {"SET", bad, "not a hash"});
    std::vector<UserEvent> all(250, event(view, "alice", "a"));
    all[150].video_id = "bad";
    try {
      activity.record_many(all);
      FAIL("nothing was thrown");
    } catch (const Error& e) {
      REQUIRE(Text(e.what()).find("of 250 events, the first 100 had been worked on") != Text::npos);
    }
    REQUIRE(activity.video_counts("a").views == 100);
    REQUIRE(activity.user_counts("alice").views == 100);
    run(*s.store, {"DEL", bad});
    REQUIRE(activity.record_many(List<UserEvent>(all).subspan(100)).recorded == 150);
    REQUIRE(activity.user_counts("alice").views == 250);
  });
}

TEST_CASE("events of several threads, singly and many at once, are all counted", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        std::string user = "u" + std::to_string(t % 4);
        std::vector<UserEvent> some;
        for (Text video : {"a", "b", "c"})
          for (ActivityEvent kind : {view, like, comment, unlike, like, share})
            some.push_back(event(kind, user, video));
        for (int i = 0; i < 5; ++i) {
          activity.record_many(some);
          for (const UserEvent& e : some) activity.record(e);
        }
      });
    for (auto& t : threads) t.join();
    for (Text video : {"a", "b", "c"}) {
      VideoCounts counts = activity.video_counts(video);
      REQUIRE(counts.views == 80);
      REQUIRE(counts.comments == 80);
      REQUIRE(counts.shares == 80);
      std::int64_t likes = 0;
      for (int u = 0; u < 4; ++u) likes += activity.likes("u" + std::to_string(u), video);
      REQUIRE(counts.likes == likes);
    }
  });
}

// ---- the user's clock

TEST_CASE("the hour of a viewing is that of the user's zone, in summer and in winter", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    constexpr Millis january = 1'704'110'400'000, july = 1'719'835'200'000;  // noon, UTC
    auto record = [&](Text user, Text zone, Millis at) {
      UserEvent e = event(view, user, "a");
      e.zone = zone;
      e.at = at;
      activity.record(e);
    };
    record("alice", "Europe/Paris", january);
    record("alice", "Europe/Paris", july);
    record("bob", "Asia/Kolkata", july);
    record("carol", "America/New_York", january);
    REQUIRE(activity.user_counts("alice").by_hour[13] == 1);
    REQUIRE(activity.user_counts("alice").by_hour[14] == 1);
    REQUIRE(activity.user_counts("bob").by_hour[17] == 1);
    REQUIRE(activity.user_counts("carol").by_hour[7] == 1);
    // datetime.now().hour of a server: the same hour for all of them, wherever they are.
    std::time_t moment = january / 1000;
    std::tm servers{};
    localtime_r(&moment, &servers);
    bool differs = false;
    for (Text user : {"alice", "carol"})
      differs |= activity.user_counts(user).by_hour[static_cast<std::size_t>(servers.tm_hour)] == 0;
    REQUIRE(differs);
    s.clock->set(july);
    Viewing now{"dave", "a"};
    now.zone = "Europe/Paris";
    activity.record_video_viewing(now);
    REQUIRE(activity.user_counts("dave").by_hour[14] == 1);
    now.utc_offset_minutes = 60;
    REQUIRE_THROWS_AS(activity.record_video_viewing(now), Error);
  });
}

TEST_CASE("a record in several round trips is torn by whoever fails between them; ours never is",
          "[activity]") {
  int torn = 0, ours_torn = 0;
  for (int fail_at = 0; fail_at < 6; ++fail_at) {
    auto store = open("memory://");
    int left = fail_at;
    auto step = [&](const std::function<void()>& f) {
      if (left-- == 0) throw std::runtime_error("the connection broke");
      f();
    };
    try {
      step([&] { run(*store, {"ZADD", "history:alice", "1", "a"}); });
      step([&] { run(*store, {"ZINCRBY", "preferences:alice", "1", "a"}); });
      step([&] { run(*store, {"HINCRBYFLOAT", "watch_time:a", "alice", "5"}); });
      step([&] { run(*store, {"SADD", "active", "alice"}); });
      step([&] { run(*store, {"INCR", "views:a"}); });
    } catch (const std::runtime_error&) {  // NOLINT(bugprone-empty-catch): the crash in the middle
    }
    std::int64_t kept = store->run(DbSize{});
    torn += kept != 0 && kept != 5;
  }
  for_each_interleaving([&](Stage& stage) {
    auto store = stage.stepped(open("memory://"));
    Activity activity{Namespace(store, 0, "ph", std::make_shared<ManualClock>())};
    stage.program([&] { activity.record(event(view, "alice", "a", 5, 10)); });
    stage.program([&] {
      bool views = activity.video_counts("a").views == 1;
      ours_torn += views && activity.history("alice").items.empty();
    });
    stage.program([&] {
      UserCounts counts = activity.user_counts("alice");
      ours_torn += counts.views != counts.by_hour[22];
    });
    stage.run();
  });
  CHECK(torn > 0);
  CHECK(ours_torn == 0);
}
