#include "playhead/modules/counters.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <thread>

#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis minute = 60'000, hour = 60 * minute, day = 24 * hour;

std::vector<std::int64_t> counts(const std::vector<WindowCount>& windows) {
  std::vector<std::int64_t> out;
  for (const auto& window : windows) out.push_back(window.count);
  return out;
}

std::vector<std::string> names(const std::vector<TopCounter>& top) {
  std::vector<std::string> out;
  for (const auto& counter : top) out.push_back(counter.name);
  return out;
}

using Counts = std::vector<std::int64_t>;
using Names = std::vector<std::string>;

// 2024-02-29 23:58:30 UTC
constexpr Millis leap_day = 1'709'251'110'000;

}  // namespace

TEST_CASE("an increment counts in all windows at once", "[counters]") {
  for_each_space([](Space& s) {
    Counters counters(s.space);
    Counted counted = counters.increment("views");
    REQUIRE(counted.total == 1);
    REQUIRE(counted.minute == 1);
    REQUIRE(counted.hour == 1);
    REQUIRE(counted.day == 1);
    REQUIRE(counted.month == 1);
    s.clock->advance(minute);
    counted = counters.increment("views", 5);
    REQUIRE(counted.minute == 5);
    REQUIRE(counted.hour == 6);
    REQUIRE(counters.current("views") == 6);
    REQUIRE(counters.current("views", Granularity::minute) == 5);
    s.clock->advance(minute);
    REQUIRE(counters.current("views", Granularity::minute) == 0);
    REQUIRE(counters.current("other") == 0);
  });
}

TEST_CASE("windows begin where minutes, hours, days and months begin", "[counters]") {
  for_each_space([](Space& s) {
    Counters counters(s.space);
    s.clock->set(leap_day);
    counters.increment("views", 1);
    s.clock->advance(2 * minute);  // 00:00:30 on the first of March
    counters.increment("views", 10);
    auto windows = counters.get_count("views", Granularity::month, leap_day);
    REQUIRE(counts(windows) == Counts{1, 10});
    REQUIRE(windows[0].at == 1'706'745'600'000);  // 2024-02-01
    REQUIRE(windows[1].at == 1'709'251'200'000);  // 2024-03-01
    windows = counters.get_count("views", Granularity::day, leap_day);
    REQUIRE(counts(windows) == Counts{1, 10});
    REQUIRE(windows[1].at == 1'709'251'200'000);
    REQUIRE(counts(counters.get_count("views", Granularity::hour, leap_day)) == Counts{1, 10});
    REQUIRE(counts(counters.get_count("views", Granularity::minute, leap_day)) == Counts{1, 0, 10});
    REQUIRE(counts(counters.get_count("views", Granularity::total)) == Counts{11});
  });
}

TEST_CASE("days and months begin at midnight on the clock of the offset", "[counters]") {
  for_each_space([](Space& s) {
    Counters counters(s.space, {.utc_offset_minutes = 5});
    s.clock->set(leap_day);  // 00:03:30 on the first of March there
    counters.increment("views");
    auto windows = counters.get_count("views", Granularity::month, leap_day);
    REQUIRE(windows.size() == 1);
    REQUIRE(windows[0].at == 1'709'251'200'000 - 5 * minute);
  });
}

TEST_CASE("a range of windows is read with its zeros", "[counters]") {
  for_each_space([](Space& s) {
    Counters counters(s.space, {.minutes = 5});
    Millis start = s.clock->now() / minute * minute;
    s.clock->set(start);
    for (int i = 0; i < 4; ++i) {
      if (i != 2) counters.increment("views", i + 1);
      s.clock->advance(minute);
    }
    auto windows = counters.get_count("views", Granularity::minute);
    REQUIRE(counts(windows) == Counts{1, 2, 0, 4, 0});
    REQUIRE(windows[0].at == start);
    REQUIRE(counts(counters.get_count("views", Granularity::minute, start + minute,
                                      start + 3 * minute + 59'999)) == Counts{2, 0, 4});
    REQUIRE(counters.get_count("views", Granularity::minute, start + 9 * minute).empty());
    REQUIRE(counters.get_count("views", Granularity::minute, {}, start - 1).empty());
  });
}

TEST_CASE("windows older than what is kept are gone, and their slots used again", "[counters]") {
  for_each_space([](Space& s) {
    Counters counters(s.space, {.minutes = 3, .hours = 2});
    s.clock->set(s.clock->now() / day * day);
    counters.increment("views", 7);
    s.clock->advance(3 * minute);
    REQUIRE(counts(counters.get_count("views", Granularity::minute)) == Counts{0, 0, 0});
    REQUIRE(counters.increment("views").minute == 1);
    REQUIRE(counts(counters.get_count("views", Granularity::minute)) == Counts{0, 0, 1});
    REQUIRE(counts(counters.get_count("views", Granularity::hour)) == Counts{0, 8});
  });
}

TEST_CASE("late counts go where they belong, and those too late to the longer windows only", "[counters]") {
  for_each_space([](Space& s) {
    Counters counters(s.space, {.minutes = 3});
    s.clock->set(s.clock->now() / day * day + hour);
    Millis now = s.clock->now();
    counters.increment("views", 1);
    REQUIRE(counters.increment("views", 10, now - minute).minute == 10);
    Counted late = counters.increment("views", 100, now - 3 * minute);
    REQUIRE_FALSE(late.minute);
    REQUIRE(late.hour == 110);
    REQUIRE(late.day == 111);
    REQUIRE(late.total == 111);
    REQUIRE(counts(counters.get_count("views", Granularity::minute)) == Counts{0, 10, 1});
    REQUIRE(counters.increment("views", 1, now + day).minute == 2);  // later than now is now
  });
}

namespace {

/// The original's series per minute: one question for each minute since midnight, and a search through all keys
/// for the greatest counters, which mixes minutes, hours and days.
struct OriginalCounters {
  std::map<std::string, std::int64_t> keys;
  int questions = 0;
  void increment(const std::string& name, Millis at) {
    ++keys[name + ":minute:" + std::to_string(at / minute)];
    ++keys[name + ":day:" + std::to_string(at / day)];
  }
  std::size_t minutes_of(const std::string& name, Millis now) {
    for (Millis at = now / day * day; at <= now; at += minute) {
      ++questions;
      static_cast<void>(keys.count(name + ":minute:" + std::to_string(at / minute)));
    }
    return static_cast<std::size_t>(questions);
  }
};

}  // namespace

TEST_CASE("a range is one round trip, however long it is", "[counters]") {
  OriginalCounters original;
  REQUIRE(original.minutes_of("views", 19'000 * day + 23 * hour) == 1381);
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Counters counters{Namespace(counting, {}, "ph", s.clock)};
    counters.increment("views");
    REQUIRE(counting->trips == 1);
    REQUIRE(counters.get_count("views", Granularity::minute).size() == 1440);
    REQUIRE(counting->trips == 2);
    counters.get_top_counters(Granularity::day);
    REQUIRE(counting->trips == 3);
    counters.current("views");
    REQUIRE(counting->trips == 4);
    counters.remove("views");
    REQUIRE(counting->trips == 5);
  });
}

TEST_CASE("the greatest counters of a window are those of that window only", "[counters]") {
  OriginalCounters original;
  for (int i = 0; i < 3; ++i) original.increment("a", 19'000 * day);
  REQUIRE(original.keys.size() == 2);  // one counter, which its search finds twice
  for_each_space([](Space& s) {
    Counters counters(s.space);
    s.clock->set(19'000 * day + hour);
    for (int i = 0; i < 40; ++i) counters.increment("c" + std::to_string(i), 40 - i);
    REQUIRE(names(counters.get_top_counters(Granularity::minute, 3)) == Names{"c0", "c1", "c2"});
    s.clock->advance(minute);
    counters.increment("c39", 5);
    counters.increment("c7", 5);
    auto top = counters.get_top_counters(Granularity::minute, 3);
    REQUIRE(names(top) == Names{"c39", "c7"});
    REQUIRE(top[0].count == 5);
    REQUIRE(names(counters.get_top_counters(Granularity::minute, 2, s.clock->now() - minute)) ==
            Names{"c0", "c1"});
    REQUIRE(counters.get_top_counters(Granularity::minute, 2, s.clock->now() - 2 * minute).empty());
    REQUIRE(names(counters.get_top_counters(Granularity::total, 2)) == Names{"c0", "c1"});
    REQUIRE(counters.get_top_counters(Granularity::hour, 1000).size() == 40);
    counters.remove("c0");
    REQUIRE(names(counters.get_top_counters(Granularity::day, 1)) == Names{"c1"});
    REQUIRE(counters.current("c0") == 0);
  });
}

TEST_CASE("counters with equal counts are told in the order of their names", "[counters]") {
  for_each_space([](Space& s) {
    Counters counters(s.space);
    for (int i = 99; i >= 10; --i) counters.increment("c" + std::to_string(i));
    REQUIRE(names(counters.get_top_counters(Granularity::day, 4)) == Names{"c10", "c11", "c12", "c13"});
  });
}

TEST_CASE("counts at random times are what a model counts", "[counters]") {
  for_each_space([](Space& s) {
    Counters counters(s.space, {.minutes = 60, .hours = 24, .days = 40, .months = 3});
    std::map<Millis, std::int64_t> by_day;
    std::int64_t total = 0;
    std::mt19937 random(11);
    for (int i = 0; i < 300; ++i) {
      s.clock->advance(static_cast<Millis>(random() % (2 * hour)));
      Millis at = s.clock->now() - static_cast<Millis>(random() % (3 * day));
      counters.increment("views", 2, at);
      by_day[at / day * day] += 2;
      total += 2;
    }
    REQUIRE(counters.current("views") == total);
    for (const auto& window : counters.get_count("views", Granularity::day))
      REQUIRE(window.count == (by_day.count(window.at) == 1 ? by_day[window.at] : 0));
  });
}

TEST_CASE("increments of counters by several threads are all counted", "[counters]") {
  for_each_space([](Space& s) {
    Counters counters(s.space);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) counters.increment("c" + std::to_string(i % 3));
      });
    for (auto& t : threads) t.join();
    REQUIRE(counters.current("c0", Granularity::day) == 272);
    REQUIRE(counters.get_top_counters(Granularity::day, 1)[0].count == 272);
  });
}

TEST_CASE("counters out of range are refused", "[counters]") {
  for_each_space([](Space& s) {
    Counters counters(s.space);
    REQUIRE_THROWS_AS(counters.increment(""), Error);
    REQUIRE_THROWS_AS(counters.increment("a", 1'000'000'000'001), Error);
    REQUIRE_THROWS_AS(counters.increment("a", 1, 0), Error);
    REQUIRE_THROWS_AS(counters.get_count("a", Granularity::day, -1), Error);
    REQUIRE_THROWS_AS(counters.get_top_counters(Granularity::day, 0), Error);
    REQUIRE_THROWS_AS(Counters(s.space, {.minutes = 0}), Error);
    REQUIRE_THROWS_AS(Counters(s.space, {.utc_offset_minutes = 1081}), Error);
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}
