#include "playhead/modules/count_store.h"

#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "playhead/error.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/procedure_cases.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// A database that counts right.
struct Source {
  std::map<std::string, std::int64_t, std::less<>> rows;
  TrueCounts truth = [this](List<Text> ids) {
    std::vector<std::int64_t> out;
    for (Text id : ids) out.push_back(rows.count(id) == 1 ? rows.find(id)->second : 0);
    return out;
  };
  NextIds ids() {
    return [this, told = false]() mutable {
      std::vector<std::string> out;
      if (!std::exchange(told, true))
        for (const auto& [id, count] : rows) out.push_back(id);
      return out;
    };
  }
};

/// A store that cannot be reached.
class Unreachable final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  void perform(const Call& call) override {
    fail();
    StoreWrapper::perform(call);
  }
  void perform(Batch& batch) override {
    fail();
    StoreWrapper::perform(batch);
  }
  bool down = false;

 private:
  void fail() const {
    if (down) throw Error(ErrorCode::unavailable, "the server is away");
  }
};

const ProcedureGroup counts("counts", {CountStore::procedures()},
                            {{"counts.settle",
                              [](Random& r, Millis) -> ProcedureCall {
                                Texts keys, args;
                                for (std::int64_t n = one_of(r, {1, 2, 3}); n > 0; --n) {
                                  keys.push_back(one_of(r, Texts{"shard1", "shard2"}));
                                  args.push_back(one_of(r, ids()));
                                  args.push_back(number(one_of(r, {0, 0, 1, 2})));
                                  args.push_back(number(one_of(r, {0, 1, 2})));
                                }
                                return {keys, args};
                              }}},
                            {
                                {"counts.settle", "~= expected", "< expected"},
                                {"counts.settle", "if count == '0'", "if count == '1'"},
                            });

}  // namespace

TEST_CASE("counts are kept by kind and id", "[count_store]") {
  for_each_space([](Space& s) {
    CountStore store(s.space);
    REQUIRE(store.get("articles", "alice") == 0);
    REQUIRE(store.increment("articles", "alice") == 1);
    REQUIRE(store.increment("articles", "alice", 4) == 5);
    REQUIRE(store.increment("fans", "alice", -1) == -1);
    store.set("likes", "alice", 7);
    Text kinds[] = {"articles", "followings", "fans", "likes"}, ids[] = {"bob", "alice"};
    REQUIRE(store.get_all("alice", kinds) == std::vector<std::int64_t>{5, 0, -1, 7});
    REQUIRE(store.get("articles", ids) == std::vector<std::int64_t>{0, 5});
    store.set("likes", "alice", 0);
    REQUIRE(store.get("likes", "alice") == 0);
    REQUIRE_THROWS_AS(store.get("", "alice"), Error);
    REQUIRE_THROWS_AS(store.increment("articles", ""), Error);
    REQUIRE_THROWS_AS(store.set("articles", "alice", 1'000'000'000'000'001), Error);
  });
}

TEST_CASE("the greatest counts of a kind are known", "[count_store]") {
  for_each_space([](Space& s) {
    CountStore store(s.space);
    for (int i = 0; i < 60; ++i) store.set("articles", "u" + std::to_string(i), i / 2);
    auto top = store.top("articles", 5);
    REQUIRE(top.size() == 5);
    REQUIRE(top[0].id == "u59");
    REQUIRE(top[1].id == "u58");
    REQUIRE(top[4].id == "u55");
    REQUIRE(top[4].count == 27);
    REQUIRE(store.top("fans").empty());
  });
}

TEST_CASE("counts are read from the replica while the store is away, and not written", "[count_store]") {
  for_each_space([](Space& s) {
    auto primary = std::make_shared<Unreachable>(s.store);
    CountStore store{Namespace(primary), Namespace(s.store)}, alone{Namespace(primary)};
    store.increment("articles", "alice", 3);
    primary->down = true;
    REQUIRE(store.get("articles", "alice") == 3);
    REQUIRE(store.top("articles").size() == 1);
    Text kinds[] = {"articles"};
    REQUIRE(store.get_all("alice", kinds).at(0) == 3);
    REQUIRE_THROWS_AS(store.increment("articles", "alice"), Error);
    REQUIRE_THROWS_AS(alone.get("articles", "alice"), Error);
  });
}

TEST_CASE("a reconciliation tells every drift and sets it right", "[count_store]") {
  for_each_space([](Space& s) {
    CountStore store(s.space);
    Source source;
    for (int i = 0; i < 50; ++i) {
      std::string id = "u" + std::to_string(i);
      source.rows[id] = i + 1;
      store.set("articles", id, i + 1);
    }
    store.increment("articles", "u7", 5);
    store.set("articles", "u9", 0);     // lost
    store.set("articles", "ghost", 4);  // the source does not know it
    ReconcileReport report = store.reconcile("articles", source.truth, source.ids(), false);
    REQUIRE(report.drifted == 3);
    REQUIRE(report.repaired == 0);
    REQUIRE(report.checked == 51);
    REQUIRE(store.get("articles", "u7") == 13);
    report = store.reconcile("articles", source.truth, source.ids());
    REQUIRE(report.repaired == 3);
    REQUIRE(report.drifts.size() == 3);
    REQUIRE(store.get("articles", "u7") == 8);
    REQUIRE(store.get("articles", "u9") == 10);
    REQUIRE(store.get("articles", "ghost") == 0);
    REQUIRE(store.reconcile("articles", source.truth, source.ids()).drifted == 0);
  });
}

TEST_CASE("a count that changes while it is reconciled is left alone", "[count_store]") {
  for_each_space([](Space& s) {
    CountStore store(s.space);
    Source source;
    source.rows["alice"] = 5;
    store.set("articles", "alice", 4);
    int looks = 0;
    auto truth = [&](List<Text> ids) {
      if (++looks == 2) store.increment("articles", "alice");  // the increment that was under way
      return source.truth(ids);
    };
    ReconcileReport report = store.reconcile("articles", truth);
    REQUIRE(report.moving == 1);
    REQUIRE(report.drifted == 0);
    REQUIRE(store.get("articles", "alice") == 5);
  });
}

TEST_CASE("no increment is lost in any order with a reconciliation", "[count_store]") {
  for_each_interleaving([](Stage& stage) {
    auto store = stage.stepped(open("memory://"));
    CountStore counts_store{Namespace(store)};
    Source source;
    source.rows["alice"] = 4;
    counts_store.set("articles", "alice", 3);  // one was lost long ago
    stage.program([&] {
      counts_store.increment("articles", "alice");  // the source has it a moment later
      source.rows["alice"] = 5;
    });
    stage.program([&] { counts_store.reconcile("articles", source.truth); });
    stage.run();
    counts_store.reconcile("articles", source.truth);
    if (counts_store.get("articles", "alice") != 5) throw std::logic_error("a count is wrong");
  });
}

TEST_CASE("increments of counts by several threads are all there", "[count_store]") {
  for_each_space([](Space& s) {
    CountStore store(s.space);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) store.increment("likes", "u" + std::to_string(i % 4));
      });
    for (auto& t : threads) t.join();
    for (int u = 0; u < 4; ++u) REQUIRE(store.get("likes", "u" + std::to_string(u)) == 200);
  });
}

TEST_CASE("a source that gives too few counts ends the reconciliation", "[count_store]") {
  for_each_space([](Space& s) {
    CountStore store(s.space);
    store.set("articles", "alice", 4);
    REQUIRE_THROWS_AS(store.reconcile("articles", [](List<Text>) { return std::vector<std::int64_t>(); }),
                      Error);
    REQUIRE(store.get("articles", "alice") == 4);
  });
}
