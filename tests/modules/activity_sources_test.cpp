// Many events of a source, such as a file, recorded again.
#include <catch2/catch.hpp>
#include <thread>

#include "playhead/modules/activity.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"
#include "tests/support/breaking_store.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr int users = 7, videos = 5;

std::string user(int n) {
  return "u" + std::to_string(n);
}
std::string video(int n) {
  return "v" + std::to_string(n);
}

/// A log in which the events of several users are mixed.
struct Log {
  explicit Log(int size) {
    constexpr ActivityEvent kinds[] = {ActivityEvent::view,  ActivityEvent::comment, ActivityEvent::finish,
                                       ActivityEvent::share, ActivityEvent::like,    ActivityEvent::comment,
                                       ActivityEvent::unlike};
    for (int n = 0; n < users; ++n) names.push_back(user(n));
    for (int n = 0; n < videos; ++n) names.push_back(video(n));
    for (int i = 0; i < size; ++i) {
      const std::size_t who = static_cast<std::size_t>(i * i + i / 3) % users,
                        what = users + static_cast<std::size_t>(i) % videos;
      UserEvent e{kinds[static_cast<std::size_t>(i) % std::size(kinds)], names[who], names[what]};
      if (e.event == ActivityEvent::view || e.event == ActivityEvent::finish) e.watched_ms = i;
      e.at = 1'700'000'000'000 + i;
      events.push_back(e);
    }
  }
  List<UserEvent> from(std::size_t first) const { return List<UserEvent>(events).subspan(first); }

  std::vector<std::string> names;
  std::vector<UserEvent> events;
};

/// All counts of the log's users and videos.
std::vector<std::int64_t> counts(Activity& activity) {
  std::vector<std::int64_t> out;
  for (int n = 0; n < users; ++n) {
    UserCounts c = activity.user_counts(user(n));
    out.insert(out.end(), {c.views, c.completed, c.watched_ms, c.last_at, c.likes, c.comments, c.shares});
    out.insert(out.end(), c.by_hour.begin(), c.by_hour.end());
    for (const WatchedVideo& v : activity.history(user(n)).items)
      out.insert(out.end(), {v.at, v.watched_ms, v.completion});
    for (const Preference& p : activity.preferences(user(n))) out.push_back(p.views);
  }
  for (int n = 0; n < videos; ++n) {
    VideoCounts c = activity.video_counts(video(n));
    out.insert(out.end(), {c.views, c.completed, c.watched_ms, c.likes, c.comments, c.shares});
  }
  return out;
}

/// What the log is when it is recorded once.
std::vector<std::int64_t> counts_of(Space& s, const Log& log) {
  Activity activity(Namespace(s.store, {}, "once", s.clock));
  activity.record_many(log.events);
  return counts(activity);
}

}  // namespace

TEST_CASE("many events recorded again from their source change nothing; without a source they count again",
          "[activity]") {
  for_each_space([](Space& s) {
    const Log log(250);
    const auto once = counts_of(s, log);
    auto counting = std::make_shared<CountingStore>(s.store);
    Activity activity(Namespace(counting, {}, "ph", s.clock));
    BulkReport report = activity.record_many(log.events, {"log.csv"});
    REQUIRE(counting->trips == 3);
    REQUIRE(report.recorded == 250);
    REQUIRE(report.repeated == 0);
    for (std::size_t first : {std::size_t{0}, std::size_t{1}, std::size_t{249}}) {
      report = activity.record_many(log.from(first), {"log.csv", static_cast<std::int64_t>(first)});
      REQUIRE(report.recorded == 0);
      REQUIRE(report.repeated == 250 - static_cast<std::int64_t>(first));
    }
    REQUIRE(counts(activity) == once);
    activity.record({ActivityEvent::comment, "u1", "v1"});
    REQUIRE(activity.record_many(log.events, {"log.csv"}).repeated == 250);
    const std::int64_t comments = activity.video_counts("v1").comments;
    activity.record_many(log.events);
    REQUIRE(activity.video_counts("v1").comments > comments);
  });
}

TEST_CASE("a source that has grown is recorded from where it ended, and another one in full", "[activity]") {
  for_each_space([](Space& s) {
    const Log log(200);
    const auto once = counts_of(s, log);
    Activity activity(s.space);
    activity.record_many(List<UserEvent>(log.events).first(120), {"log.csv"});
    BulkReport report = activity.record_many(log.events, {"log.csv"});
    REQUIRE(report.repeated == 120);
    REQUIRE(report.recorded == 80);
    REQUIRE(counts(activity) == once);
    REQUIRE(activity.record_many(log.events, {"other.csv"}).recorded == 200);
  });
}

TEST_CASE("a bulk that fails at any step is repeated from any event before it, and counts each event once",
          "[activity]") {
  for_each_space([](Space& s) {
    const Log log(320);
    const auto once = counts_of(s, log);
    auto breaking = std::make_shared<BreakingStore>(s.store);
    int run = 0;
    for (bool reply_lost : {false, true})
      for (int steps = 1; steps <= 3; ++steps)
        for (std::size_t first : {std::size_t{0}, std::size_t{37}, std::size_t{99}}) {
          Namespace space(breaking, {}, "run" + std::to_string(++run), s.clock);
          Activity activity(space);
          breaking->left = steps;
          breaking->reply_lost = reply_lost;
          REQUIRE_THROWS_AS(activity.record_many(log.events, {"log.csv"}), Error);
          breaking->left = 1'000'000;
          BulkReport report =
              activity.record_many(log.from(first), {"log.csv", static_cast<std::int64_t>(first)});
          REQUIRE(report.repeated == 100 * steps - static_cast<std::int64_t>(first));
          REQUIRE(counts(activity) == once);
        }
  });
}

TEST_CASE("events that were refused keep their numbers", "[activity]") {
  for_each_space([](Space& s) {
    Log log(150);
    log.events[0].watched_ms = -1;
    log.events[60].utc_offset_minutes = 5000;
    Activity activity(s.space);
    REQUIRE(activity.record_many(log.events, {"log.csv"}).recorded == 148);
    BulkReport report = activity.record_many(log.from(50), {"log.csv", 50});
    REQUIRE(report.recorded == 0);
    REQUIRE(report.repeated == 99);
    REQUIRE(report.refused.size() == 1);
    REQUIRE(report.refused[0].index == 10);
  });
}

TEST_CASE("of a user the 16 sources used last are remembered", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    const UserEvent comment{ActivityEvent::comment, "alice", "a"};
    auto record = [&](int source, std::int64_t number) {
      return activity.record_many({&comment, 1}, {"part" + std::to_string(source), number}).recorded == 1;
    };
    for (int n = 0; n < 16; ++n) REQUIRE(record(n, 0));
    REQUIRE(record(0, 1));  // used again: part1 is the oldest one now
    REQUIRE(record(16, 0));
    for (int n : {0, 2, 15, 16}) REQUIRE_FALSE(record(n, 0));
    REQUIRE(record(1, 0));
    REQUIRE(activity.user_counts("alice").comments == 19);
    for (Text what : {"applied", "sources"}) {
      std::string key = s.space.keys().key("activity", "alice", {what});
      REQUIRE((what == "applied" ? s.store->run(HLen{key}) : s.store->run(ZCard{key})) == 16);
    }
    REQUIRE_THROWS_AS(activity.record_many({&comment, 1}, {std::string(1025, 'x')}), Error);
    REQUIRE_THROWS_AS(activity.record_many({&comment, 1}, {"x", -1}), Error);
  });
}

TEST_CASE("eight threads that record one source count it once", "[activity]") {
  for_each_space([](Space& s) {
    const Log log(230);
    const auto once = counts_of(s, log);
    Activity activity(s.space);
    std::atomic<std::int64_t> recorded = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] { recorded += activity.record_many(log.events, {"log.csv"}).recorded; });
    for (auto& t : threads) t.join();
    REQUIRE(recorded == 230);
    REQUIRE(counts(activity) == once);
  });
}

TEST_CASE(
    "in every order of two recordings of one source, each event counts once; a mark set apart loses or "
    "doubles",
    "[activity]") {
  const Log log(210);
  int wrong = 0;
  for_each_interleaving([&](Stage& stage) {
    auto store = stage.stepped(open("memory://"));
    Activity activity{Namespace(store, 0, "ph", std::make_shared<ManualClock>())};
    for (std::size_t first : {std::size_t{0}, std::size_t{100}})
      stage.program([&, first] {
        if (first == 100) activity.record_many(List<UserEvent>(log.events).first(100), {"log.csv"});
        activity.record_many(log.from(first), {"log.csv", static_cast<std::int64_t>(first)});
      });
    stage.run();
    std::int64_t comments = 0;
    for (int n = 0; n < videos; ++n) comments += activity.video_counts(video(n)).comments;
    REQUIRE(comments == 60);
  });
  for_each_interleaving([&](Stage& stage) {
    // The event and the mark in two steps.
    auto store = stage.stepped(open("memory://"));
    for (int n = 0; n < 2; ++n)
      stage.program([&] {
        if (store->run(Get{"mark"})) return;
        run(*store, {"INCR", "comments"});
        run(*store, {"SET", "mark", "1"});
      });
    stage.run();
    wrong += store->run(Get{"comments"}) != "1";
  });
  CHECK(wrong > 0);
}
