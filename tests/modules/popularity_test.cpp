#include "playhead/modules/popularity.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// The sum itself.
double exact(const std::vector<std::pair<Millis, double>>& views, Millis now, Millis half_life) {
  double sum = 0;
  for (auto [at, weight] : views)
    sum += weight * std::exp2(static_cast<double>(at - now) / static_cast<double>(half_life));
  return sum;
}

}  // namespace

TEST_CASE("a view counts half after the half-life", "[popularity]") {
  for_each_space([](Space& s) {
    Popularity popularity(s.space, {.half_life = 3'600'000});
    REQUIRE(popularity.record("a") == Approx(1).epsilon(1e-9));
    s.clock->advance(3'600'000);
    REQUIRE(popularity.score("a") == Approx(0.5).epsilon(1e-9));
    REQUIRE(popularity.record("a") == Approx(1.5).epsilon(1e-9));
    s.clock->advance(7'200'000);
    REQUIRE(popularity.score("a") == Approx(0.375).epsilon(1e-9));
    REQUIRE(popularity.score("b") == 0);
  });
}

TEST_CASE("scores are the decayed sums, whatever the order of the views", "[popularity]") {
  for_each_space([](Space& s) {
    Popularity popularity(s.space, {.half_life = 60'000});
    std::mt19937 random(7);
    Millis begin = s.clock->now();
    std::vector<std::pair<Millis, double>> views;
    for (int i = 0; i < 200; ++i) {
      views.emplace_back(begin + random() % 3'600'000, 1 + random() % 5);
      popularity.record("a", views.back().second, views.back().first);
    }
    s.clock->advance(3'600'000);
    REQUIRE(popularity.score("a") == Approx(exact(views, s.clock->now(), 60'000)).epsilon(1e-9));
  });
}

// The original: scores are negative counts, so that rank 0 is the most viewed one; the clean-up keeps the 20,000 lowest ranks'
// complement and halves what is left, which moves negative numbers up.
TEST_CASE(
    "decay keeps the order, where halving negative counts and trimming from the wrong end loses the best",
    "[popularity]") {
  std::vector<std::pair<double, std::string>> viewed = {{-100, "hit"}, {-10, "good"}, {-1, "dull"}};
  std::size_t kept = 2;
  viewed.erase(viewed.begin(),
               viewed.end() - static_cast<std::ptrdiff_t>(kept));  // ZREMRANGEBYRANK 0 -(kept + 1)
  CHECK(std::none_of(viewed.begin(), viewed.end(), [](const auto& row) { return row.second == "hit"; }));

  for_each_space([](Space& s) {
    Popularity popularity(s.space, {.capacity = 2});
    for (int i = 0; i < 100; ++i) popularity.record("hit");
    for (int i = 0; i < 10; ++i) popularity.record("good");
    popularity.record("dull");
    s.clock->advance(86'400'000);
    auto top = popularity.top();
    REQUIRE(top.size() == 2);
    REQUIRE(top[0].id == "hit");
    REQUIRE(top[1].id == "good");
    REQUIRE(top[0].score / top[1].score == Approx(10));
  });
}

TEST_CASE("rows on the list may be cached", "[popularity]") {
  for_each_space([](Space& s) {
    Popularity popularity(s.space);
    for (Text id : {"a", "a", "a", "b", "b", "c"}) popularity.record(id);
    REQUIRE(popularity.rank("a") == 0);
    REQUIRE(popularity.rank("c") == 2);
    REQUIRE_FALSE(popularity.rank("d"));
    REQUIRE(popularity.can_cache("b", 2));
    REQUIRE_FALSE(popularity.can_cache("c", 2));
    REQUIRE_FALSE(popularity.can_cache("d", 2));
    REQUIRE(popularity.count() == 3);
  });
}

TEST_CASE("what is viewed now overtakes what was viewed long ago", "[popularity]") {
  for_each_space([](Space& s) {
    Popularity popularity(s.space, {.half_life = 1000});
    for (int i = 0; i < 50; ++i) popularity.record("old");
    s.clock->advance(60'000'000'000);  // two years: nothing overflows
    popularity.record("new");
    REQUIRE(popularity.top()[0].id == "new");
    REQUIRE(popularity.score("old") == 0);
  });
}

TEST_CASE("pages live longer the more their video was viewed", "[popularity]") {
  REQUIRE(ttl_for_views(1'000'001) == 900'000);
  REQUIRE(ttl_for_views(1'000'000) == 600'000);
  REQUIRE(ttl_for_views(100'000) == 300'000);
  REQUIRE(ttl_for_views(10'000) == 120'000);
  REQUIRE(ttl_for_views(0) == 120'000);
  REQUIRE(ttl_for_views(6, {{5, 1}, {3, 2}}) == 1);
}

TEST_CASE("weights that make no sense are refused", "[popularity]") {
  for_each_space([](Space& s) {
    Popularity popularity(s.space);
    for (double bad : {0.0, -1.0, std::nan(""), HUGE_VAL})
      REQUIRE_THROWS_AS(popularity.record("a", bad), Error);
    REQUIRE_THROWS_AS(popularity.record(""), Error);
    REQUIRE_THROWS_AS(Popularity(s.space, {.half_life = 0}), Error);
  });
}
