// The parts of the recommender, each against its definition.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <set>

#include "engine/modules/recommend/als.h"
#include "engine/modules/recommend/linear/linear.h"
#include "playhead/modules/recommender.h"
#include "playhead/open.h"

using namespace playhead;
using namespace playhead::recommend;

namespace {

constexpr Millis start = 1'700'000'000'000, minute = 60'000, hour = 60 * minute, day = 24 * hour;

Taken taken(VideoEvent event, Millis at, float completion = 0) {
  Taken t;
  t.event = event;
  t.at = at;
  t.completion = completion;
  return t;
}

/// A record of the state's tests; ids are literals.
EventRecord event(Text user, Text video, VideoEvent kind, Millis at) {
  return {.user_id = user, .video_id = video, .event = kind, .at = at};
}

/// Folds an event in, with its co-counts.
void fold(State& state, const EventRecord& e) {
  if (auto rise = state.fold(e)) state.co_counts.apply(*rise);
}

}  // namespace

TEST_CASE("a decayed sum is what its definition says, and what is taken back leaves nothing",
          "[recommend_parts]") {
  std::mt19937 random(1);
  Decay decay(20 * minute);
  DecayedSum sum;
  std::vector<std::pair<double, Millis>> all;
  for (int i = 0; i < 50; ++i) {
    double weight = 1 + static_cast<double>(random() % 100) / 10;
    Millis at = start + static_cast<Millis>(random() % static_cast<unsigned>(hour));
    all.emplace_back(weight, at);
    sum.add(weight, decay.time(at));
    Millis now = start + hour + static_cast<Millis>(random() % static_cast<unsigned>(hour));
    double expected = 0;
    for (auto [w, t] : all) expected += w * std::exp2(static_cast<double>(t - now) / (20 * minute));
    REQUIRE(sum.value(decay.time(now)) == Approx(expected).epsilon(1e-9));
  }
  for (auto [w, t] : all) sum.add(-w, decay.time(t));
  CHECK(sum.value(decay.time(start + hour)) < 1e-9);
}

TEST_CASE("events on a video count the same in whatever order they arrive", "[recommend_parts]") {
  std::vector<Taken> events = {taken(VideoEvent::impression, start), taken(VideoEvent::view, start + 1, .5F),
                               taken(VideoEvent::like, start + 2), taken(VideoEvent::unlike, start + 3),
                               taken(VideoEvent::comment, start + 4)};
  Effect expected(events);
  CHECK(expected.total() == Weights{1.5F, 1.5F, 1});
  REQUIRE(expected.steps().size() == 3);  // the like was taken back
  CHECK(expected.steps()[0].by.popularity == .2F);
  CHECK(expected.steps()[1].at == start + 1);
  CHECK(expected.steps()[2].at == start + 4);
  std::sort(events.begin(), events.end(), [](const Taken& a, const Taken& b) { return a.event < b.event; });
  do {
    Effect effect(events);
    REQUIRE(effect.steps() == expected.steps());
    REQUIRE(effect.total() == expected.total());
  } while (std::next_permutation(events.begin(), events.end(),
                                 [](const Taken& a, const Taken& b) { return a.event < b.event; }));
}

TEST_CASE("a like counts again after an unlike, and a dislike takes a video out of co-counts",
          "[recommend_parts]") {
  CHECK(Effect({taken(VideoEvent::like, 1), taken(VideoEvent::unlike, 2)}).total() == Weights{});
  CHECK(Effect({taken(VideoEvent::like, 1), taken(VideoEvent::unlike, 2), taken(VideoEvent::like, 3)})
            .total()
            .taste == 2);
  Effect disliked({taken(VideoEvent::finish, 1), taken(VideoEvent::dislike, 2)});
  CHECK(disliked.total().co == 0);
  CHECK(disliked.disliked_at() == 2);
}

TEST_CASE("a view is long from its duration on, or from 18 seconds", "[recommend_parts]") {
  auto positive = [](std::optional<Millis> watched, std::optional<Millis> duration) {
    return is_positive(taken_of({.user_id = "u",
                                 .video_id = "v",
                                 .event = VideoEvent::view,
                                 .watched_ms = watched,
                                 .duration_ms = duration}));
  };
  CHECK(positive(5'000, 5'000));
  CHECK_FALSE(positive(4'999, 5'000));
  CHECK(positive(18'000, 100'000));
  CHECK_FALSE(positive(17'999, std::nullopt));
  CHECK(positive(18'000, 0));
  CHECK_FALSE(positive(std::nullopt, 5'000));
}

TEST_CASE("all that was seen is known to be, and little else", "[recommend_parts]") {
  SeenVideos seen;
  constexpr std::size_t limit = 1000;
  Level level({3, 1.5F, 1}, true);
  for (VideoIndex v = 0; v < 2500; ++v) {
    REQUIRE(seen.find(v) == nullptr);
    seen.add(v, level, limit);
    REQUIRE(seen.find(v)->weights() == Weights{3, 1.5F, 1});
  }
  for (VideoIndex v = 0; v < 2500; ++v) REQUIRE(seen.contains(v));
  CHECK(seen.newest().size() >= limit);
  CHECK(seen.newest().size() <= limit + limit / 8);
  CHECK(seen.newest().back().video == 2499);
  int wrong = 0;
  for (VideoIndex v = 1'000'000; v < 1'100'000; ++v) wrong += seen.contains(v) ? 1 : 0;
  CHECK(wrong <= 1000);  // 1 %
}

TEST_CASE("a user's taste is the same whatever the order of his events", "[recommend_parts]") {
  RecommenderOptions options;
  std::vector<EventRecord> events = {event("u", "a", VideoEvent::view, start),
                                     event("u", "a", VideoEvent::like, start + hour),
                                     event("u", "b", VideoEvent::finish, start + 2 * hour),
                                     event("u", "b", VideoEvent::dislike, start + 3 * hour),
                                     event("u", "c", VideoEvent::like, start + 4 * hour),
                                     event("u", "c", VideoEvent::unlike, start + 5 * hour),
                                     event("v", "a", VideoEvent::finish, start + day)};
  auto counted = [&](const std::vector<EventRecord>& all) {
    State state(options);
    Text tags[] = {"news", "cats"};
    state.set_video("a", {.creator = "x", .tags = tags});
    state.set_video("b", {.creator = "y", .tags = {tags, 1}});
    state.set_video("c", {.tags = {tags + 1, 1}});
    for (const EventRecord& e : all) fold(state, e);
    std::map<std::string, double> out;
    Millis now = start + 2 * day;
    for (const Taste::Weight& w : state.find_user("u")->tags.at(now)) {
      out["short " + state.catalogue.tags[w.name]] = w.short_term;
      out["long " + state.catalogue.tags[w.name]] = w.long_term;
    }
    for (const Taste::Weight& w : state.find_user("u")->creators.at(now))
      out["creator " + state.catalogue.people[w.name]] = w.long_term;
    for (Text video : {"a", "b", "c"})
      for (std::size_t h = 0; h < 3; ++h) {
        VideoIndex v = state.catalogue.find(video).value();
        out["popular " + std::string(video) + std::to_string(h)] =
            state.popularity.score(h, v, state.popularity.at(h, now));
      }
    return out;
  };
  auto expected = counted(events);
  double age_of_like = static_cast<double>(2 * day - hour) / (10 * day);
  CHECK(expected.at("creator x") == Approx(2 * std::exp2(-age_of_like)));
  CHECK(expected.at("creator y") < 0);
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(events.begin(), events.end(), random);
    auto got = counted(events);
    REQUIRE(got.size() == expected.size());
    for (const auto& [name, value] : expected) {
      INFO(name << ", round " << round);
      CHECK(got.at(name) == Approx(value).epsilon(1e-9).margin(1e-12));
    }
  }
}

TEST_CASE("a repeated event counts once", "[recommend_parts]") {
  RecommenderOptions options;
  State once(options), twice(options);
  for (const EventRecord& e :
       {event("u", "a", VideoEvent::finish, start), event("u", "b", VideoEvent::like, start + 1)}) {
    fold(once, e);
    fold(twice, e);
    fold(twice, e);
  }
  CHECK(once.co_counts.norm(0) == twice.co_counts.norm(0));
  CHECK(once.co_counts.together(0).count(1) == twice.co_counts.together(0).count(1));
  CHECK(once.popularity.sum(0, 0).log() == twice.popularity.sum(0, 0).log());
  CHECK(once.find_user("u")->hours == twice.find_user("u")->hours);
}

TEST_CASE("EASE's weights are those of the closed form", "[recommend_parts]") {
  std::mt19937 random(5);
  constexpr std::size_t n = 12;
  Interactions data;
  data.norms.assign(n, 0);
  std::vector<std::vector<double>> gram(n, std::vector<double>(n));
  for (int user = 0; user < 40; ++user) {
    data.begins.push_back(data.items.size());
    std::set<VideoIndex> had;
    while (had.size() < 5) had.insert(static_cast<VideoIndex>(random() % n));
    for (VideoIndex v : had) {
      data.items.push_back({v, random() % 2 == 0 ? 1.F : 1.5F, false});
      data.norms[v] += data.items.back().co * data.items.back().co;
    }
    for (std::size_t i = data.begins.back(); i < data.items.size(); ++i)
      for (std::size_t j = data.begins.back(); j < data.items.size(); ++j)
        gram[data.items[i].video][data.items[j].video] += data.items[i].co * data.items[j].co;
  }
  data.begins.push_back(data.items.size());
  constexpr double lambda = 3;
  auto model = Ease::fit(data, n, lambda, 50);
  REQUIRE(model != nullptr);
  // (G + lambda I) P = I with B = I - P / diag P: so (G + lambda I)(I - B) is a diagonal matrix.
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < n; ++k) {
        auto row = model->place(static_cast<VideoIndex>(k)),
             column = model->place(static_cast<VideoIndex>(j));
        double b = model->row(row)[column];
        sum += (gram[i][k] + (i == k ? lambda : 0)) * ((k == j ? 1 : 0) - b);
      }
      INFO(i << ", " << j);
      if (i != j) CHECK(sum == Approx(0).margin(1e-2));
      if (i == j) CHECK(sum > 0);
    }
}

TEST_CASE("iALS's vectors of users minimise their part of the loss", "[recommend_parts]") {
  std::mt19937 random(6);
  Interactions data;
  data.norms.assign(30, 1);
  for (int user = 0; user < 60; ++user) {
    data.begins.push_back(data.items.size());
    std::set<VideoIndex> had;
    while (had.size() < 6)
      had.insert(static_cast<VideoIndex>((random() % 10) + 10 * (static_cast<unsigned>(user) % 3)));
    for (VideoIndex v : had) data.items.push_back({v, 1, false});
  }
  data.begins.push_back(data.items.size());
  AlsOptions o{.factors = 8, .lambda = .01, .alpha = .1, .iterations = 10, .seed = 1};
  auto model = Als::fit(data, o);
  std::vector<std::pair<VideoIndex, float>> had = {{3, 1.F}, {5, .5F}, {7, 1.F}};
  std::vector<float> user = model->fold_in(had);
  auto loss = [&](const std::vector<float>& u) {
    double sum = 0, square = 0;
    for (auto [v, w] : had) sum += w * std::pow(1 - model->score(u, v), 2);
    for (VideoIndex v = 0; v < 30; ++v) sum += o.alpha * std::pow(model->score(u, v), 2);
    for (float x : u) square += x * x;
    return sum + o.lambda * (static_cast<double>(had.size()) + o.alpha * 30) * square;
  };
  double least = loss(user);
  for (std::size_t i = 0; i < user.size(); ++i)
    for (float step : {-.05F, .05F}) {
      std::vector<float> other = user;
      other[i] += step;
      CHECK(loss(other) > least);
    }
  CHECK(model->score(user, 1) > model->score(user, 15));  // of the same kind, and of another
}

TEST_CASE("a matrix times its inverse is the identity", "[recommend_parts]") {
  std::mt19937 random(7);
  for (std::size_t n : {std::size_t{1}, std::size_t{7}, std::size_t{300}}) {
    std::vector<float> a(n * n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j)
        a[i * n + j] = a[j * n + i] =
            static_cast<float>(random() % 1000) / 1000 + (i == j ? static_cast<float>(n) : 0);
    std::vector<float> inverse = a;
    REQUIRE(linear::kernels().invert(inverse.data(), n));
    double worst = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < n; ++k) sum += a[i * n + k] * inverse[k * n + j];
        worst = std::max(worst, std::abs(sum - (i == j ? 1 : 0)));
      }
    CHECK(worst < 1e-4);
  }
  std::vector<float> indefinite = {1, 2, 2, 1};
  CHECK_FALSE(linear::kernels().invert(indefinite.data(), 2));
}
