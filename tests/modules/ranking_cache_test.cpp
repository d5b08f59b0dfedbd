#include "playhead/modules/ranking_cache.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <map>
#include <mutex>

#include "playhead/error.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// A database that counts reads.
struct Table {
  std::map<std::string, double> views = {{"a", 3}, {"b", 2}, {"gone", 1}};
  std::vector<std::vector<std::string>> reads = {};
  bool down = false;

  RankingSource source() {
    RankingSource s;
    s.top = [this](std::int64_t limit) {
      if (down) throw std::runtime_error("the database is down");
      std::vector<RankedId> all;
      for (const auto& [id, n] : views) all.push_back({id, n});
      std::stable_sort(all.begin(), all.end(),
                       [](const auto& x, const auto& y) { return x.views > y.views; });
      all.resize(std::min(all.size(), static_cast<std::size_t>(limit)));
      return all;
    };
    s.rows = [this](List<Text> ids) {
      reads.emplace_back(ids.begin(), ids.end());
      std::vector<std::optional<std::string>> rows;
      for (Text id : ids)
        rows.push_back(id == "gone" ? std::nullopt : std::optional("row of " + std::string(id)));
      return rows;
    };
    return s;
  }
};

std::string text(const std::vector<RankingRow>& rows) {
  std::string out;
  for (const RankingRow& r : rows) {
    REQUIRE(r.row == "row of " + r.id);
    out.append(r.id).append(" ").append(std::to_string(static_cast<int>(r.views))).append(";");
  }
  return out;
}

}  // namespace

TEST_CASE("each limit has a ranking of its own, built by two reads", "[rankings]") {
  // The original keeps one ranking whatever the limit, and reads each row by itself.
  std::map<std::string, std::string> kept;
  kept.emplace("ranking", "a;b;");
  kept.emplace("ranking", "a;");
  REQUIRE(kept.at("ranking") == "a;b;");

  for_each_space([](Space& s) {
    Table table;
    RankingCache ranking(s.space, table.source());
    for (int i = 0; i < 2; ++i) {
      REQUIRE(text(ranking.get_top_viewed_videos(1)) == "a 3;");
      REQUIRE(text(ranking.get_top_viewed_videos()) == "a 3;b 2;");
    }
    REQUIRE(table.reads == std::vector<std::vector<std::string>>{{"a"}, {"a", "b", "gone"}});
    table.views["b"] = 9;
    REQUIRE(text(ranking.get_top_viewed_videos(1)) == "a 3;");
    REQUIRE(text(ranking.update_ranking_cache(1)) == "b 9;");
    REQUIRE_THROWS_AS(ranking.get_top_viewed_videos(0), Error);
    REQUIRE_THROWS_AS(ranking.schedule(10'001), Error);
  });
}

TEST_CASE("a ranking that is there is one round trip, one that is built two", "[rankings]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Table table;
    RankingCache ranking(Namespace(counting, {}, "ph", s.clock), table.source());
    ranking.get_top_viewed_videos();
    REQUIRE(counting->trips == 2);
    ranking.get_top_viewed_videos();
    REQUIRE(counting->trips == 3);
    ranking.schedule();
    REQUIRE(counting->trips == 4);
    ranking.step();
    REQUIRE(counting->trips == 8);  // a claim, a lease, the ranking, the end of the claim
  });
}

TEST_CASE("a scheduled ranking is built at once and after each interval", "[rankings]") {
  for_each_space([](Space& s) {
    Table table;
    RankingCache ranking(s.space, table.source(), {.interval = 1000});
    ranking.get_top_viewed_videos();
    ranking.schedule(20);
    table.views["b"] = 9;
    REQUIRE(ranking.step().refreshed == 1);
    REQUIRE(text(ranking.get_top_viewed_videos()) == "b 9;a 3;");
    REQUIRE(ranking.step().claimed == 0);
    s.clock->advance(1000);
    table.views["a"] = 10;
    REQUIRE(ranking.step().refreshed == 1);
    REQUIRE(text(ranking.get_top_viewed_videos()) == "a 10;b 9;");
    REQUIRE(ranking.unschedule(20));
    REQUIRE_FALSE(ranking.unschedule(20));
    s.clock->advance(1000);
    REQUIRE(ranking.step().claimed == 0);
  });
}

TEST_CASE("while a ranking is built the last one is shown, fresh or not", "[rankings]") {
  for_each_space([](Space& s) {
    for (Millis passed : {0, 1000}) {
      Table table;
      RankingCache reader(s.space, table.source(), {.name = std::to_string(passed), .interval = 1000});
      RankingSource slow = table.source();
      std::string shown;
      slow.top = [&, top = slow.top](std::int64_t limit) {
        shown = text(reader.get_top_viewed_videos());
        return top(limit);
      };
      RankingCache builder(s.space, slow, {.name = std::to_string(passed), .interval = 1000});
      reader.get_top_viewed_videos();
      s.clock->advance(passed);
      table.views["b"] = 9;
      builder.schedule();
      REQUIRE(builder.step().refreshed == 1);
      REQUIRE(shown == "a 3;b 2;");
      REQUIRE(text(reader.get_top_viewed_videos()) == "b 9;a 3;");
    }
  });
}

TEST_CASE("a ranking that cannot be built stays as it was, and is tried again", "[rankings]") {
  for_each_space([](Space& s) {
    Table table;
    RankingCache ranking(s.space, table.source(), {.interval = 10'000});
    REQUIRE(text(ranking.get_top_viewed_videos()) == "a 3;b 2;");
    ranking.schedule();
    table.down = true;
    StepReport report = ranking.step();
    REQUIRE(report.failures.at(0).message == "the database is down");
    REQUIRE(text(ranking.get_top_viewed_videos()) == "a 3;b 2;");
    s.clock->advance(15'000);
    REQUIRE(text(ranking.get_top_viewed_videos()) == "a 3;b 2;");
    table.down = false;
    table.views["b"] = 9;
    REQUIRE(ranking.step().refreshed == 1);
    REQUIRE(text(ranking.get_top_viewed_videos()) == "b 9;a 3;");
    RankingSource wrong = table.source();
    wrong.rows = [](List<Text>) { return std::vector<std::optional<std::string>>{}; };
    RankingCache broken(s.space, wrong, {.name = "broken"});
    REQUIRE_THROWS_WITH(broken.get_top_viewed_videos(), Catch::Contains("rows gave 0 rows for 3 ids"));
    REQUIRE_THROWS_AS(RankingCache(s.space, {}), Error);
  });
}

TEST_CASE("rankings of several processes are built by one of them", "[rankings]") {
  for_each_space([](Space& s) {
    Table table;
    RankingCache one(s.space, table.source()), two(s.space, table.source());
    one.schedule();
    REQUIRE(one.step().refreshed + two.step().refreshed == 1);
    REQUIRE(table.reads.size() == 1);
    REQUIRE(text(two.get_top_viewed_videos()) == "a 3;b 2;");
    REQUIRE(table.reads.size() == 1);
  });
}

TEST_CASE("rankings are built in the background until they are stopped", "[rankings]") {
  // The original's thread sleeps in a loop without an end.
  for_each_space([](Space& s) {
    std::mutex mutex;
    std::condition_variable changed;
    int built = 0;
    RankingSource source;
    source.top = [](std::int64_t) { return std::vector<RankedId>{{"a", 1}}; };
    source.rows = [&](List<Text>) {
      std::lock_guard lock(mutex);
      ++built;
      changed.notify_all();
      return std::vector<std::optional<std::string>>{"row of a"};
    };
    RankingCache ranking(s.space, source);
    std::vector<std::int64_t> limits = {10, 20};
    ranking.start_auto_update(limits);
    REQUIRE(ranking.running());
    {
      std::unique_lock lock(mutex);
      REQUIRE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return built >= 2; }));
    }
    ranking.stop_auto_update();
    REQUIRE_FALSE(ranking.running());
    REQUIRE(text(ranking.get_top_viewed_videos(10)) == "a 1;");
  });
}
