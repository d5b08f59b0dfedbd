#include <catch2/catch.hpp>
#include <map>

#include "playhead/modules/cache.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

using Writes = std::vector<PendingWrites::Write>;

/// A source that refuses what is older than what it has.
struct Table {
  std::map<std::string, std::pair<std::int64_t, std::optional<std::string>>> rows;
  int batches = 0;
  bool down = false;

  BulkWriter writer() {
    return [this](const Writes& writes) {
      if (down) throw std::runtime_error("the database is down");
      ++batches;
      for (const auto& w : writes)
        if (w.version > rows[w.key].first) rows[w.key] = {w.version, w.value};
    };
  }
  std::optional<std::string> value(const std::string& key) { return rows[key].second; }
};

const Loader no_load = [](Text) -> Loaded { throw std::logic_error("nothing is to be loaded"); };

}  // namespace

TEST_CASE("a write behind is read at once and written later, joined with others of its key",
          "[write_behind]") {
  for_each_space([](Space& s) {
    Table table;
    Cache cache(s.space, {.write_delay = 1000});
    auto first = cache.write_behind("a", {"1"});
    auto second = cache.write_behind("a", {"2"});
    REQUIRE(second > first);
    REQUIRE(cache.get("a", no_load) == "2");
    REQUIRE(cache.pending() == 1);
    REQUIRE(cache.step(table.writer()) == 0);
    s.clock->advance(1000);
    REQUIRE(cache.step(table.writer()) == 1);
    REQUIRE(table.value("a") == "2");
    REQUIRE(cache.pending() == 0);
    REQUIRE(cache.step(table.writer()) == 0);
    REQUIRE(cache.statistics().writes == 1);
  });
}

TEST_CASE("what is pending is read though its entry has ended, and removals are written, too",
          "[write_behind]") {
  for_each_space([](Space& s) {
    Table table;
    Cache cache(s.space, {.ttl = 1000});
    cache.write_behind("a", {"1"});
    cache.write_behind("b", {});
    s.clock->advance(3'600'000);
    cache.invalidate("a");
    REQUIRE(cache.get("a", no_load) == "1");
    REQUIRE_FALSE(cache.get("b", no_load));
    REQUIRE(cache.flush(table.writer()) == 2);
    REQUIRE(table.value("a") == "1");
    REQUIRE(table.rows.at("b").first > 0);
    REQUIRE_FALSE(table.value("b"));
  });
}

// The original: a queue in the process, and a thread that drops what fails.
TEST_CASE("writes outlive the process that made them, and failures", "[write_behind]") {
  for_each_space([](Space& s) {
    Table table;
    Cache(s.space).write_behind("a", {"1"});
    Cache next(s.space, {.write_pause = 1000, .longest_write_pause = 3000});
    table.down = true;
    s.clock->advance(1000);
    std::vector<Millis> pauses;
    for (int i = 0; i < 4; ++i) {
      REQUIRE_THROWS_WITH(next.step(table.writer()), "the database is down");
      Millis failed = s.clock->now();
      while (next.claim_writes().writes.empty()) {
        s.clock->advance(500);
        if (s.clock->now() - failed > 10'000) break;
      }
      pauses.push_back(s.clock->now() - failed);
      s.clock->advance(60'000);  // whoever claimed it has died
    }
    REQUIRE(pauses == std::vector<Millis>{1000, 2000, 3000, 3000});
    table.down = false;
    REQUIRE(next.flush(table.writer()) == 1);
    REQUIRE(table.value("a") == "1");
  });
}

TEST_CASE("a write that comes while an older one is written is not lost", "[write_behind]") {
  for_each_space([](Space& s) {
    Table table;
    Cache cache(s.space);
    cache.write_behind("a", {"1"});
    PendingWrites claimed = cache.claim_writes(10'000);
    REQUIRE(claimed.writes.size() == 1);
    cache.write_behind("a", {"2"});
    REQUIRE(cache.claim_writes(10'000).writes.empty());
    table.writer()(claimed.writes);
    REQUIRE(cache.settle(claimed) == 1);
    REQUIRE(cache.pending() == 1);
    REQUIRE(cache.step(table.writer()) == 1);
    REQUIRE(table.value("a") == "2");
  });
}

TEST_CASE("a claim belongs to one writer until its lease ends, and versions tell late writes",
          "[write_behind]") {
  for_each_space([](Space& s) {
    Table table;
    Cache one(s.space), two(s.space);
    one.write_behind("a", {"1"});
    PendingWrites stalled = one.claim_writes(10'000);
    REQUIRE(two.claim_writes(10'000).writes.empty());
    two.write_behind("a", {"2"});
    s.clock->advance(60'000);
    REQUIRE(two.flush(table.writer()) == 1);
    table.writer()(stalled.writes);  // it wakes up
    REQUIRE(one.settle(stalled) == 0);
    REQUIRE(table.value("a") == "2");
    REQUIRE(one.pending() == 0);
  });
}

TEST_CASE("many writes are given in batches", "[write_behind]") {
  for_each_space([](Space& s) {
    Table table;
    Cache cache(s.space, {.shards = 2, .write_batch = 10});
    for (int i = 0; i < 95; ++i) cache.write_behind(std::to_string(i), {std::to_string(i)});
    REQUIRE(cache.pending() == 95);
    REQUIRE(cache.flush(table.writer()) == 95);
    REQUIRE(table.rows.size() == 95);
    REQUIRE(table.batches >= 10);
    REQUIRE(table.batches <= 11);
  });
}

TEST_CASE("in every order of two writers and two flushers the source ends with the last version",
          "[write_behind]") {
  std::size_t orders = for_each_interleaving([&](Stage& stage) {
    Table table;
    auto store = open("memory://");
    Cache cache(Namespace(stage.stepped(store)), {.shards = 1});
    stage.program([&] { cache.write_behind("a", {"1"}); });
    stage.program([&] { cache.write_behind("a", {"2"}); });
    for (int i = 0; i < 2; ++i)
      stage.program([&] {
        PendingWrites claimed = cache.claim_writes(100'000);
        if (claimed.writes.empty()) return;
        stage.step();
        table.writer()(claimed.writes);
        cache.settle(claimed);
      });
    stage.run();
    Cache last(Namespace(store), {.shards = 1});
    auto seen = last.peek("a").value;
    last.flush(table.writer());
    if (table.value("a") != seen) throw std::runtime_error("the last write was lost");
    if (last.pending() != 0) throw std::runtime_error("something is left");
  });
  REQUIRE(orders > 50);
}

TEST_CASE("the background writes what is due", "[write_behind]") {
  for_each_space([](Space& s) {
    std::atomic<int> written = 0;
    Cache cache(s.space, {.write_delay = 0});
    cache.run_in_background([&](const Writes& writes) { written += static_cast<int>(writes.size()); });
    cache.write_behind("a", {"1"});
    REQUIRE(eventually([&] { return written == 1 && cache.pending() == 0; }));
    cache.stop_background();
  });
}
