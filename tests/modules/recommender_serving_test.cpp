// What stands between the blend and the list: boosts, caps, rankers, places for the cold, forgetting.
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "playhead/modules/recommender.h"
#include "playhead/open.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis start = 1'700'000'000'000, day = 86'400'000;

void record(Recommender& r, Text user, Text video, VideoEvent event = VideoEvent::finish, Millis at = start) {
  r.record({.user_id = user, .video_id = video, .event = event, .at = at});
}

std::vector<std::string> ids(const std::vector<Recommendation>& list) {
  std::vector<std::string> out;
  for (const Recommendation& r : list) out.push_back(r.video_id);
  return out;
}

std::vector<std::pair<std::string, double>> scores(const std::vector<Recommendation>& list) {
  std::vector<std::pair<std::string, double>> out;
  for (const Recommendation& r : list) out.emplace_back(r.video_id, r.score);
  return out;
}

void check_sums(const std::vector<Recommendation>& list) {
  double last = INFINITY;
  for (const Recommendation& r : list) {
    double sum = 0;
    for (const Reason& reason : r.reasons) sum += reason.contribution;
    CHECK(r.score == Approx(sum).margin(1e-9));
    CHECK(r.score <= last);
    last = r.score;
  }
}

/// Videos v0 (the most popular) to v9 by two creators, of two categories.
void fill(Recommender& r) {
  for (int v = 0; v < 10; ++v) {
    std::string id = "v" + std::to_string(v);
    r.add_video(id, {.creator = v < 5 ? "ann" : "bob", .category = v % 2 == 0 ? "even" : "odd"});
    for (int u = 0; u < 30 - 2 * v; ++u) record(r, "u" + std::to_string(u), id);
  }
}

RecommenderOptions popular() {
  RecommenderOptions o;
  o.blend = {{"popularity", 1}};
  return o;
}

}  // namespace

TEST_CASE("a boost multiplies scores while it lasts, and says so", "[recommender]") {
  for_each_space([](Space& s) {
    Recommender r(s.store, popular());
    fill(r);
    auto first = [&](Millis at) { return r.recommend("me", 10, at); };
    auto before = first(start);
    REQUIRE(before[0].video_id == "v0");
    r.boost({.factor = 2, .category = "odd", .from = start + 10, .until = start + 20});
    CHECK(scores(first(start)) == scores(before));
    auto during = first(start + 10);
    CHECK(during[0].video_id == "v1");
    REQUIRE(during[0].reasons.size() == 2);
    CHECK(during[0].reasons[1].source == "boost");
    CHECK(during[0].reasons[1].because == "odd");
    CHECK(during[0].score == Approx(2 * during[0].reasons[0].contribution));
    check_sums(during);
    CHECK(ids(first(start + 20)) == ids(before));
    r.boost({.factor = 3, .creator = "bob"});
    CHECK(first(start)[0].video_id == "v5");
    r.boost({.factor = 1, .creator = "bob"});
    CHECK(scores(first(start)) == scores(before));
    CHECK_THROWS_WITH(r.boost({.factor = 2}), Catch::Contains("one of tag, category and creator"));
    CHECK_THROWS_WITH(r.boost({.factor = 0, .tag = "x"}), Catch::Contains("factor=0"));
  });
}

TEST_CASE("of one creator or category there are at most so many, unless there is nothing else",
          "[recommender]") {
  for_each_space([](Space& s) {
    RecommenderOptions o = popular();
    o.name = "creators";
    o.max_per_creator = 2;
    Recommender by_creator(s.store, o);
    fill(by_creator);
    CHECK(ids(by_creator.recommend("me", 4, start)) == std::vector<std::string>{"v0", "v1", "v5", "v6"});
    CHECK(by_creator.recommend("me", 8, start).size() == 8);
    CHECK(ids(by_creator.recommend("me", 6, start)) ==
          std::vector<std::string>{"v0", "v1", "v2", "v3", "v5", "v6"});
    check_sums(by_creator.recommend("me", 10, start));
    o.name = "categories";
    o.max_per_creator = 0;
    o.max_per_category = 1;
    Recommender by_category(s.store, o);
    fill(by_category);
    CHECK(ids(by_category.recommend("me", 2, start)) == std::vector<std::string>{"v0", "v1"});
    CHECK(ids(by_category.recommend("me", 3, start)) == std::vector<std::string>{"v0", "v1", "v2"});
  });
}

TEST_CASE("the originals' formula, computed by hand", "[recommender]") {
  for_each_space([](Space& s) {
    RecommenderOptions o;
    o.ranker = Ranker::original;
    Recommender r(s.store, o);
    Text cats[] = {"cats"}, both[] = {"cats", "dogs"};
    r.add_video("seen", {.category = "pets", .tags = both});
    r.add_video("close", {.category = "pets", .tags = cats, .uploaded_at = start - 60 * day});
    r.add_video("new", {.uploaded_at = start - 15 * day});
    r.add_video("popular", {});
    record(r, "me", "seen");
    for (int u = 0; u < 7; ++u) record(r, "u" + std::to_string(u), "popular");
    auto got = r.recommend("me", 3, start);
    REQUIRE(ids(got) == std::vector<std::string>{"popular", "close", "new"});
    CHECK(got[0].score == Approx(.3 * 3));
    CHECK(got[1].score == Approx(.4 * 2));
    CHECK(got[2].score == Approx(.3 * .5));
    CHECK(got[1].reasons.at(0).source == "tags");
    check_sums(got);
  });
}

TEST_CASE("a share of the places goes to videos that few have had", "[recommender]") {
  for_each_space([](Space& s) {
    RecommenderOptions o = popular();
    o.explore = .2;
    Recommender r(s.store, o);
    for (int v = 0; v < 30; ++v) {
      std::string id = "v" + std::to_string(v);
      r.add_video(id);
      for (int u = 0; v < 15 && u < 25; ++u) record(r, "u" + std::to_string(u), id);
    }
    std::set<std::string> explored;
    for (int u = 0; u < 20; ++u) {
      auto got = r.recommend("new" + std::to_string(u), 10, start);
      REQUIRE(got.size() == 10);
      int cold = 0;
      for (const Recommendation& one : got) {
        if (std::stoi(one.video_id.substr(1)) < 15) continue;
        ++cold;
        explored.insert(one.video_id);
        CHECK(one.reasons.at(0).source == "explore");
      }
      CHECK(cold == 2);
      check_sums(got);
      CHECK(scores(r.recommend("new" + std::to_string(u), 10, start)) == scores(got));
    }
    CHECK(explored.size() > 5);  // not the same for all
  });
}

TEST_CASE("who is forgotten leaves nothing: all answers are those of one who never met him",
          "[recommender]") {
  for_each_space([](Space& s) {
    RecommenderOptions with, without;
    with.name = "with";
    without.name = "without";
    auto play = [](Recommender& r, bool all) {
      for (int v = 0; v < 12; ++v) {
        Text tags[] = {v % 3 == 0 ? "a" : "b"};
        r.add_video("v" + std::to_string(v), {.creator = "c" + std::to_string(v % 4), .tags = tags});
      }
      for (int e = 0; e < 200; ++e) {
        std::string user = "u" + std::to_string(e % 10), video = "v" + std::to_string((e * 7 + e / 10) % 12);
        if (all || user != "u3") record(r, user, video, VideoEvent::finish, start + e);
      }
      r.follow("u1", "u2");
      if (all) r.follow("u1", "u3");
      if (all) r.follow("u3", "u1");
    };
    Recommender met(s.store, with), never(s.store, without);
    Recommender other(s.store, with);  // of another process
    play(met, true);
    play(never, false);
    met.refresh();
    REQUIRE(met.profile("u3"));
    REQUIRE(other.profile("u3"));
    met.forget("u3");
    never.refresh();
    CHECK_FALSE(met.profile("u3"));
    CHECK_FALSE(other.profile("u3"));
    other.refresh();
    Recommender reopened(s.store, with);
    reopened.refresh();
    CHECK(met.profile("u1")->follows == std::vector<std::string>{"u2"});
    for (Recommender* r : {&met, &other, &reopened})
      for (int u = 0; u < 10; ++u) {
        std::string user = u == 3 ? "nobody" : "u" + std::to_string(u);
        CHECK(scores(r->recommend(user, 12, start + 500, false)) ==
              scores(never.recommend(user, 12, start + 500, false)));
      }
    record(met, "u3", "v1");  // he comes back
    CHECK(met.profile("u3")->seen == 1);
    CHECK(other.profile("u3")->seen == 1);
  });
}

TEST_CASE("the models are computed anew after a tenth more events, or when their time is over",
          "[recommender]") {
  for_each_space([](Space& s) {
    RecommenderOptions o;
    o.refresh_every_ms = 60'000;
    Recommender r(s.store, o);
    CHECK_FALSE(r.step());
    for (int u = 0; u < 30; ++u)
      for (int v = 0; v < 5; ++v) record(r, "u" + std::to_string(u), "v" + std::to_string((u + v) % 9));
    CHECK(r.step());
    CHECK_FALSE(r.step());
    record(r, "me", "v1");
    CHECK_FALSE(r.step());
    for (int i = 0; i < 1000; ++i)
      record(r, "w" + std::to_string(i % 100), "v" + std::to_string(i % 9), VideoEvent::view, start + i);
    CHECK(r.step());
    CHECK_FALSE(r.step());
  });
}
