#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "playhead/modules/activity.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis day = 86'400'000, march_2024 = 1'709'251'200'000;  // the first, 00:00 UTC

void visit(Activity& activity, const std::string& user, Millis at) {
  activity.record({.event = ActivityEvent::visit, .user_id = user, .video_id = {}, .at = at});
}

}  // namespace

TEST_CASE("a user who is active on several days counts once in all of them", "[activity]") {
  for_each_space([](Space& s) {
    s.clock->set(march_2024 + 10 * day);
    Activity activity(s.space);
    std::vector<std::set<std::string>> days(8);
    std::vector<std::string> names;
    std::vector<UserEvent> all;
    for (int u = 0; u < 90; ++u) names.push_back("u" + std::to_string(u));
    for (std::size_t d = 0; d < days.size(); ++d)
      for (std::size_t u = 0; u < names.size(); ++u)
        if ((u * 7 + d * 3) % (d + 2) == 0) {
          days[d].insert(names[u]);
          all.push_back({.event = ActivityEvent::visit,
                         .user_id = names[u],
                         .video_id = {},
                         .at = march_2024 + static_cast<Millis>(d) * day + static_cast<Millis>(u)});
        }
    REQUIRE(activity.record_many(all).recorded == static_cast<std::int64_t>(all.size()));
    for (std::size_t first = 0; first < days.size(); ++first) {
      std::set<std::string> together;
      for (std::size_t last = first; last < days.size(); ++last) {
        together.insert(days[last].begin(), days[last].end());
        Millis from = march_2024 + static_cast<Millis>(first) * day + 5,
               to = march_2024 + static_cast<Millis>(last) * day;
        if (first == last) to = from;
        REQUIRE(activity.active_users(from, to) == static_cast<std::int64_t>(together.size()));
        REQUIRE(activity.active_users(from, to, Counting::approximate) ==
                static_cast<std::int64_t>(together.size()));  // small numbers are exact
      }
    }
    std::int64_t keys = s.store->run(DbSize{});
    activity.active_users(march_2024, march_2024 + 7 * day);
    REQUIRE(s.store->run(DbSize{}) == keys);  // a union leaves nothing
  });
}

TEST_CASE("the users of a month are those of its days in the UTC calendar", "[activity]") {
  for_each_space([](Space& s) {
    s.clock->set(march_2024 + 40 * day);
    Activity activity(s.space);
    visit(activity, "february", march_2024 - 1);
    visit(activity, "leap day", march_2024 - day);
    for (int d = 0; d < 31; ++d) visit(activity, "always", march_2024 + d * day);
    visit(activity, "first", march_2024);
    visit(activity, "last", march_2024 + 31 * day - 1);
    visit(activity, "april", march_2024 + 31 * day);
    for (Counting how : {Counting::exact, Counting::approximate}) {
      REQUIRE(activity.monthly_active_users(march_2024, how) == 3);
      REQUIRE(activity.monthly_active_users(march_2024 + 31 * day - 1, how) == 3);
      REQUIRE(activity.monthly_active_users(march_2024 - 1, how) == 2);
      REQUIRE(activity.monthly_active_users(march_2024 + 31 * day, how) == 1);
      REQUIRE(activity.monthly_active_users(1, how) == 0);
    }
  });
}

TEST_CASE("days are forgotten, a month with its last day; approximate counts are kept for longer",
          "[activity]") {
  for_each_space([](Space& s) {
    s.clock->set(march_2024);
    Activity activity(s.space, {.active_days = 3, .approximate_days = 40});
    visit(activity, "alice", march_2024);
    auto counts = [&] {
      return std::vector<std::int64_t>{activity.active_users(march_2024),
                                       activity.active_users(march_2024, march_2024 + day),
                                       activity.active_users(march_2024, Counting::approximate),
                                       activity.monthly_active_users(march_2024)};
    };
    REQUIRE(counts() == std::vector<std::int64_t>{1, 1, 1, 1});
    s.clock->set(march_2024 + 4 * day - 1);
    REQUIRE(counts() == std::vector<std::int64_t>{1, 1, 1, 1});
    s.clock->set(march_2024 + 4 * day);
    REQUIRE(counts() == std::vector<std::int64_t>{0, 0, 1, 1});
    visit(activity, "late", march_2024);
    REQUIRE(counts() == std::vector<std::int64_t>{0, 0, 2, 2});
    s.clock->set(march_2024 + 34 * day - 1);
    REQUIRE(counts() == std::vector<std::int64_t>{0, 0, 2, 2});
    s.clock->set(march_2024 + 34 * day);
    REQUIRE(counts() == std::vector<std::int64_t>{0, 0, 2, 0});
    s.clock->set(march_2024 + 41 * day);
    REQUIRE(counts() == std::vector<std::int64_t>{0, 0, 0, 0});
  });
}

TEST_CASE("what is not counted takes no room", "[activity]") {
  for_each_space([](Space& s) {
    Activity neither(s.space, {.active_days = 0, .approximate_days = 0});
    visit(neither, "alice", s.clock->now());
    REQUIRE(s.store->run(DbSize{}) == 2);  // the user's last event, and the index of those
    REQUIRE(neither.active_users(s.clock->now()) == 0);
    Activity about(s.space, {.active_days = 0});
    visit(about, "alice", s.clock->now());
    REQUIRE(about.active_users(s.clock->now(), Counting::approximate) == 1);
    REQUIRE(s.store->run(DbSize{}) == 3);
    auto keys = s.store->run(Keys{"*about*"});
    REQUIRE(keys.size() == 1);
    PTtl ttl;
    ttl.key = keys[0];
    REQUIRE(s.store->run(ttl) > 400 * day);  // collected one day, not before it is forgotten
  });
}

TEST_CASE("approximate counts of many users are near, whatever days they cover", "[activity]") {
  for_each_space([](Space& s) {
    if (s.store->capabilities().persistent) return;  // the others do the same, and faster
    s.clock->set(march_2024 + 5 * day);
    Activity activity(s.space, {.active_days = 0});
    std::vector<std::string> names;
    std::vector<UserEvent> all;
    for (int u = 0; u < 20'000; ++u) names.push_back("user " + std::to_string(u));
    for (std::size_t u = 0; u < names.size(); ++u)
      all.push_back({.event = ActivityEvent::visit,
                     .user_id = names[u],
                     .video_id = {},
                     .at = march_2024 + static_cast<Millis>(u % 4) * day});
    activity.record_many(all);
    auto near = [](std::int64_t n, double truth) {
      return std::abs(static_cast<double>(n) - truth) < 0.02 * truth;
    };
    REQUIRE(near(activity.active_users(march_2024, Counting::approximate), 5'000));
    REQUIRE(near(activity.active_users(march_2024, march_2024 + 3 * day, Counting::approximate), 20'000));
    REQUIRE(near(activity.monthly_active_users(march_2024, Counting::approximate), 20'000));
  });
}

TEST_CASE("questions for days that make no sense are refused", "[activity]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    Millis now = s.clock->now();
    REQUIRE_THROWS_AS(activity.active_users(0), Error);
    REQUIRE_THROWS_AS(activity.active_users(now, now - day), Error);
    REQUIRE_THROWS_AS(activity.active_users(now - 1000 * day, now), Error);
    REQUIRE_THROWS_AS(activity.monthly_active_users(-1), Error);
    REQUIRE(activity.monthly_active_users(Millis{1} << 50) == 0);
    for (std::int64_t days : {-1, 10'001}) {
      REQUIRE_THROWS_AS(Activity(s.space, {.active_days = days}), Error);
      REQUIRE_THROWS_AS(Activity(s.space, {.approximate_days = days}), Error);
    }
  });
}

TEST_CASE("a day, a month and approximate ranges are one round trip, exact ranges one for each part",
          "[activity]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Activity activity(Namespace(counting, {}, "ph", s.clock));
    Millis now = s.clock->now();
    auto trips = [&, before = 0]() mutable {
      return counting->trips - std::exchange(before, counting->trips);
    };
    activity.active_users(now);
    REQUIRE(trips() == 1);
    activity.monthly_active_users(now);
    REQUIRE(trips() == 1);
    activity.active_users(now - 9 * day, now, Counting::approximate);
    REQUIRE(trips() == 1);
    activity.active_users(now - 9 * day, now);
    REQUIRE(trips() == 16);
  });
}
