#include "playhead/modules/activity.h"

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "tests/modules/list_pages.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis day = 86'400'000, hour = 3'600'000;

Viewing viewing(Text user, Text video, Millis watched = 0, Millis duration = 0,
                std::optional<Millis> at = {}) {
  return {user, video, watched, duration, at, 0, {}};
}

}  // namespace

TEST_CASE("a viewing is in all counts at once", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    RecordedViewing recorded = activity.record_video_viewing(viewing("alice", "intro", 45'000, 60'000));
    REQUIRE(recorded.video_views == 1);
    REQUIRE(recorded.user_views == 1);
    REQUIRE(recorded.completion == 750);
    REQUIRE_FALSE(recorded.completed);
    auto page = activity.history("alice");
    REQUIRE(page.items.size() == 1);
    REQUIRE(page.items[0].video_id == "intro");
    REQUIRE(page.items[0].at == s.clock->now());
    REQUIRE(page.items[0].watched_ms == 45'000);
    REQUIRE(page.items[0].completion == 750);
    REQUIRE(page.next.empty());
    REQUIRE(activity.video_counts("intro").views == 1);
    REQUIRE(activity.video_counts("intro").watched_ms == 45'000);
    REQUIRE(activity.user_counts("alice").views == 1);
    REQUIRE(activity.user_counts("alice").last_at == s.clock->now());
    REQUIRE(activity.preferences("alice").at(0).video_id == "intro");
    REQUIRE(activity.active_users(s.clock->now()) == 1);
  });
}

TEST_CASE("what nobody watched has counts of zero", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    REQUIRE(activity.history("alice").items.empty());
    REQUIRE(activity.preferences("alice").empty());
    REQUIRE(activity.user_counts("alice").views == 0);
    REQUIRE(activity.video_counts("intro").views == 0);
    REQUIRE(activity.active_users(s.clock->now()) == 0);
    REQUIRE(activity.video_counts(List<Text>()).empty());
  });
}

TEST_CASE("watching a video again moves it to the front of the history and adds up", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    for (Text video : {"a", "b", "a"}) {
      activity.record_video_viewing(viewing("alice", video, 1'000, 10'000));
      s.clock->advance(1);
    }
    auto page = activity.history("alice");
    REQUIRE(ids(page) == Ids{"a", "b"});
    REQUIRE(page.items[0].watched_ms == 2'000);
    REQUIRE(activity.record_video_viewing(viewing("alice", "a")).user_views == 3);
    REQUIRE(activity.preferences("alice").at(0).views == 3);
  });
}

TEST_CASE("a viewing that comes late does not move the video back", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    Millis now = s.clock->now();
    activity.record_video_viewing(viewing("alice", "a", 1, 0, now));
    activity.record_video_viewing(viewing("alice", "b", 1, 0, now - 5));
    activity.record_video_viewing(viewing("alice", "a", 1, 0, now - 10));
    REQUIRE(ids(activity.history("alice")) == Ids{"a", "b"});
    REQUIRE(activity.history("alice").items[0].at == now);
    REQUIRE(activity.user_counts("alice").last_at == now);
    REQUIRE(activity.user_counts("alice").views == 3);
  });
}

TEST_CASE("the history keeps the newest videos only, with what is known of them", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space, {.history_limit = 3});
    for (int i = 0; i < 10; ++i) {
      activity.record_video_viewing(viewing("alice", std::to_string(i), 10, 10));
      s.clock->advance(1);
    }
    REQUIRE(ids(activity.history("alice")) == Ids{"9", "8", "7"});
    activity.record_video_viewing(viewing("alice", "0", 3, 10));
    auto back = activity.history("alice").items.at(0);
    REQUIRE(back.video_id == "0");
    REQUIRE(back.watched_ms == 3);
    REQUIRE(back.completion == 300);
    activity.record_video_viewing(viewing("alice", "old", 3, 10, 1));
    REQUIRE(ids(activity.history("alice")) == Ids{"0", "9", "8"});
    REQUIRE(activity.user_counts("alice").views == 12);
  });
}

TEST_CASE("the least watched preference makes room", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space, {.preferences_limit = 2});
    for (Text video : {"a", "a", "a", "b", "b", "c"}) activity.record_video_viewing(viewing("alice", video));
    auto preferences = activity.preferences("alice");
    REQUIRE(preferences.size() == 2);
    REQUIRE(preferences[0].video_id == "a");
    REQUIRE(preferences[0].views == 3);
    REQUIRE(preferences[1].video_id == "b");
    REQUIRE(activity.preferences("alice", 1).size() == 1);
  });
}

TEST_CASE("a viewing completes a video from the threshold on, and never by more than all of it",
          "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space, {.completion_percent = 90});
    auto record = [&](Millis watched, Millis duration) {
      return activity.record_video_viewing(viewing("alice", "a", watched, duration));
    };
    REQUIRE_FALSE(record(899, 1000).completed);
    REQUIRE(record(900, 1000).completed);
    REQUIRE(record(5000, 1000).completion == 1000);
    REQUIRE_FALSE(record(5000, 0).completed);
    REQUIRE_FALSE(record(0, 1000).completed);
    REQUIRE(record(1'000'000'000'000, 1'000'000'000'000).completion == 1000);
    REQUIRE(activity.video_counts("a").completed == 3);
    REQUIRE(activity.user_counts("alice").completed == 3);
    REQUIRE(activity.history("alice").items.at(0).completion == 1000);
  });
}

TEST_CASE("viewings are counted by the hour on the user's clock", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    Millis noon = 19'000 * day + 12 * hour;
    auto record = [&](Millis at, std::int64_t offset) {
      Viewing v = viewing("alice", "a", 0, 0, at);
      v.utc_offset_minutes = offset;
      activity.record_video_viewing(v);
    };
    record(noon, 0);
    record(noon, 330);           // India: 17:30
    record(noon, -1 * 60 * 13);  // the day before, 23:00
    record(noon + 11 * hour + 59 * 60'000, 1);
    record(1, -60);  // before 1970 on the user's clock
    auto hours = activity.user_counts("alice").by_hour;
    REQUIRE(hours[12] == 1);
    REQUIRE(hours[17] == 1);
    REQUIRE(hours[23] == 2);
    REQUIRE(hours[0] == 1);
  });
}

TEST_CASE("a user is active once a day", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    Millis today = s.clock->now() / day * day;
    for (int user = 0; user < 50; ++user)
      for (Millis at : {today, today + day - 1, today + day})
        activity.record_video_viewing(
            viewing("user" + std::to_string(user), "a", 0, 0, at + (user == 7 ? day : 0)));
    REQUIRE(activity.active_users(today + 5) == 49);
    REQUIRE(activity.active_users(today + day) == 50);
    REQUIRE(activity.active_users(today + 2 * day) == 1);
    REQUIRE(activity.active_users(today - 1) == 0);
  });
}

TEST_CASE("active users are forgotten after so many days", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space, {.active_days = 2});
    Millis first = s.clock->now();
    activity.record_video_viewing(viewing("alice", "a"));
    s.clock->advance(2 * day);
    activity.record_video_viewing(viewing("alice", "a"));
    REQUIRE(activity.active_users(first) == 1);
    s.clock->advance(day);
    activity.record_video_viewing(viewing("alice", "a"));
    REQUIRE(activity.active_users(first) == 0);
    REQUIRE(activity.active_users(s.clock->now() - day) == 1);
  });
}

TEST_CASE("the pages of a history are all of it, each video once", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    for (int i = 0; i < 57; ++i) {
      activity.record_video_viewing(viewing("alice", "v" + std::to_string(i)));
      if (i % 3 == 0) s.clock->advance(1);  // several at the same time
    }
    Ids paged, whole = ids(activity.history("alice", {}, 1000));
    REQUIRE(whole.size() == 57);
    std::string cursor;
    do {
      auto page = activity.history("alice", cursor, 10);
      for (auto& id : ids(page)) paged.push_back(id);
      cursor = page.next;
    } while (!cursor.empty());
    REQUIRE(paged == whole);
  });
}

TEST_CASE("a cursor stays where it is while videos come and go", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space, {.history_limit = 10});
    for (int i = 0; i < 10; ++i)
      activity.record_video_viewing(viewing("alice", std::to_string(i)));  // all at the same time
    auto first = activity.history("alice", {}, 4);
    REQUIRE(ids(first) == Ids{"9", "8", "7", "6"});
    s.clock->advance(1);
    activity.record_video_viewing(viewing("alice", "6"));    // the cursor's own
    activity.record_video_viewing(viewing("alice", "new"));  // 0 leaves
    REQUIRE(ids(activity.history("alice", first.next, 4)) == Ids{"5", "4", "3", "2"});
  });
}

TEST_CASE("cursors that were not given out are refused", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    for (Text bad : {"x", "!", "Zm9v", "bmFuOng", "abcd="})
      REQUIRE_THROWS_AS(activity.history("alice", bad), Error);
    REQUIRE_THROWS_AS(activity.history("alice", {}, 0), Error);
    REQUIRE_THROWS_AS(activity.history("alice", {}, 1001), Error);
  });
}

TEST_CASE("users and videos whose ids look like keys are kept apart", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    Ids users = {"a", "a:history", "{a}", "a%3Ahistory", std::string("a\0", 2), "A"};
    for (const auto& user : users) activity.record_video_viewing(viewing(user, user));
    for (const auto& user : users) {
      REQUIRE(ids(activity.history(user)) == Ids{user});
      REQUIRE(activity.video_counts(user).views == 1);
    }
    REQUIRE(activity.active_users(s.clock->now()) == static_cast<std::int64_t>(users.size()));
  });
}

TEST_CASE("viewings out of range are refused and change nothing", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    auto refused = [&](Viewing v) { REQUIRE_THROWS_AS(activity.record_video_viewing(v), Error); };
    refused(viewing("", "a"));
    refused(viewing("alice", ""));
    refused(viewing("alice", std::string(1025, 'v')));
    refused(viewing("alice", "a", -1));
    refused(viewing("alice", "a", 1, -1));
    refused(viewing("alice", "a", std::int64_t{1} << 53));
    refused(viewing("alice", "a", 0, 0, 0));
    refused(viewing("alice", "a", 0, 0, -5));
    Viewing far = viewing("alice", "a");
    far.utc_offset_minutes = 1081;
    refused(far);
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}

TEST_CASE("a viewing that fails half way leaves nothing", "[activity]") {
  for_each_space([](Space& s) {
    if (!s.store->capabilities().units) return;  // a script of Redis keeps what it did before it failed
    Activity activity(s.space);
    std::string counts = s.space.keys().key("video", "a", {"counts"});
    run(*s.store, {"SET", counts, "not a hash"});
    REQUIRE_THROWS_AS(activity.record_video_viewing(viewing("alice", "a")), Error);
    REQUIRE(activity.history("alice").items.empty());
    REQUIRE(activity.user_counts("alice").views == 0);
    REQUIRE(s.store->run(DbSize{}) == 1);
  });
}

TEST_CASE("viewings by several threads are all counted", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 100; ++i)
          activity.record_video_viewing(
              viewing("user" + std::to_string(t % 4), "v" + std::to_string(i % 5), 7, 7));
      });
    for (auto& t : threads) t.join();
    for (int v = 0; v < 5; ++v) {
      REQUIRE(activity.video_counts("v" + std::to_string(v)).views == 160);
      REQUIRE(activity.video_counts("v" + std::to_string(v)).watched_ms == 1120);
    }
    for (int u = 0; u < 4; ++u) REQUIRE(activity.user_counts("user" + std::to_string(u)).views == 200);
    REQUIRE(activity.active_users(s.clock->now()) == 4);
  });
}

TEST_CASE("every call of the activity is one round trip", "[activity]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    // In process, asking the store for the time is no round trip, but is counted as one.
    Activity activity(counting->capabilities().shared ? Namespace(counting)
                                                      : Namespace(counting, {}, "ph", s.clock));
    auto trips = [&, before = 0]() mutable {
      return counting->trips - std::exchange(before, counting->trips);
    };
    activity.record_video_viewing(viewing("alice", "a", 1, 2));
    REQUIRE(trips() == 1);
    activity.history("alice");
    REQUIRE(trips() == 1);
    activity.preferences("alice");
    REQUIRE(trips() == 1);
    activity.user_counts("alice");
    REQUIRE(trips() == 1);
    Text videos[] = {"a", "b", "c"};
    activity.video_counts(videos);
    REQUIRE(trips() == 1);
    activity.active_users(counting->capabilities().shared ? SystemClock().now() : s.clock->now());
    REQUIRE(trips() == 1);
  });
}
