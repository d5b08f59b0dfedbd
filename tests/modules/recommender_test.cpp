#include "playhead/modules/recommender.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <random>
#include <set>

#include "playhead/open.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis start = 1'700'000'000'000, hour = 3'600'000;

struct Event {
  std::string user, video;
  VideoEvent kind;
  Millis at;
};

/// The formulas as they are written, over all that was recorded.
class Model {
 public:
  explicit Model(const RecommenderOptions& options) : options_(options) {}

  void fold(const Event& e) {
    videos_.insert(e.video);
    double co = e.kind == VideoEvent::impression ? 1 : 1.5,
           popular = e.kind == VideoEvent::impression ? .2 : 1;
    double& best_co = strongest_[e.user][e.video];
    taken_[e.video][e.user].emplace_back(e.at, popular);
    auto& recent = recent_[e.user];
    std::erase(recent, e.video);
    if (co > best_co) {
      norms_[e.video] += co * co - best_co * best_co;
      for (const std::string& other : recent) {
        double by = (co - best_co) * strongest_[e.user][other];
        pairs_[{e.video, other}] += by;
        pairs_[{other, e.video}] += by;
      }
    }
    best_co = std::max(best_co, co);
    recent.push_front(e.video);
    if (recent.size() > options_.profile_size) recent.pop_back();
  }

  std::map<std::string, double> scores(const std::string& user, Millis now) {
    std::map<std::string, double> total;
    for (const std::string& v : videos_) total[v] = 0;
    for (auto [hours, weight] : options_.popularity_half_lives_h) {
      std::map<std::string, double> part;
      for (const std::string& v : videos_) {
        double count = 0;
        for (const auto& [who, events] : taken_[v]) count += decayed(events, now, hours);
        part[v] = std::log1p(count);
      }
      add(total, part, weight);
    }
    std::map<std::string, double> part;
    for (const std::string& v : videos_) {
      double position = 0;
      part[v] = 0;
      for (const std::string& had : recent_[user])
        part[v] += std::pow(.5, position++ / options_.profile_half_life) * similarity(had, v);
    }
    add(total, part, options_.blend.at("co"));
    for (const auto& [v, weights] : strongest_[user]) total.erase(v);
    return total;
  }
  double similarity(const std::string& a, const std::string& b) {
    auto at = pairs_.find({a, b});
    return at == pairs_.end() ? 0 : at->second / std::sqrt((norms_[a] + 20) * (norms_[b] + 20));
  }

 private:
  /// The weight rises at each event, in the order of time, that is stronger than all before it.
  static double decayed(std::vector<std::pair<Millis, double>> events, Millis now, double hours) {
    std::sort(events.begin(), events.end());
    double sum = 0, high = 0;
    for (auto [at, weight] : events) {
      sum += std::max(0.0, weight - high) * std::exp2(static_cast<double>(at - now) / (hours * hour));
      high = std::max(high, weight);
    }
    return sum;
  }
  static void add(std::map<std::string, double>& total, const std::map<std::string, double>& part,
                  double weight) {
    double n = static_cast<double>(part.size()), mean = 0, square = 0, most = 0;
    for (const auto& [v, x] : part) most = std::max(most, x);
    if (most == 0) return;
    for (const auto& [v, x] : part) mean += x / most / n;
    for (const auto& [v, x] : part) square += (x / most - mean) * (x / most - mean) / n;
    for (const auto& [v, x] : part) total[v] += square > 0 ? weight * (x / most) / std::sqrt(square) : 0;
  }

  RecommenderOptions options_;
  std::set<std::string> videos_;
  std::map<std::string, std::map<std::string, double>> strongest_;
  std::map<std::string, std::deque<std::string>> recent_;
  using Events = std::vector<std::pair<Millis, double>>;
  std::map<std::string, std::map<std::string, Events>> taken_;
  std::map<std::string, double> norms_;
  std::map<std::pair<std::string, std::string>, double> pairs_;
};

std::vector<Event> random_events(std::mt19937& random, int count, int users, int videos) {
  std::vector<Event> out;
  for (int i = 0; i < count; ++i) {
    auto video = std::min(random() % videos, random() % videos);
    out.push_back({"u" + std::to_string(random() % users), "v" + std::to_string(video),
                   random() % 3 == 0 ? VideoEvent::impression : VideoEvent::finish,
                   start + static_cast<Millis>(random() % 200) * hour + i});  // out of order
  }
  return out;
}

void record(Recommender& recommender, const std::vector<Event>& events) {
  std::vector<EventRecord> records;
  for (const Event& e : events)
    records.push_back({.user_id = e.user, .video_id = e.video, .event = e.kind, .at = e.at});
  recommender.record_many(records);
}

std::vector<std::pair<std::string, double>> shown(const std::vector<Recommendation>& list) {
  std::vector<std::pair<std::string, double>> out;
  for (const Recommendation& r : list) out.emplace_back(r.video_id, r.score);
  return out;
}

}  // namespace

TEST_CASE("recommendations are the best by the formulas", "[recommender]") {
  for_each_space([](Space& s) {
    unsigned seed = GENERATE(1u, 2u);
    INFO("seed " << seed);
    std::mt19937 random(seed);
    RecommenderOptions options;
    options.profile_size = 200;
    options.blend = {{"co", 1}, {"popularity", 1}};
    options.name = "formulas" + std::to_string(seed);
    Recommender recommender(s.store, options);
    Model model(options);
    for (int round = 0; round < 4; ++round) {
      auto events = random_events(random, 300, 40, 120);
      record(recommender, events);
      for (const Event& e : events) model.fold(e);
      for (Millis now : {start + 200 * hour, start + 201 * hour, start + 900 * hour, start + 240 * hour}) {
        std::string user = "u" + std::to_string(random() % 42);  // two are unknown
        auto expected = model.scores(user, now);
        auto got = recommender.recommend(user, 20, now);
        REQUIRE(got.size() == std::min<std::size_t>(20, expected.size()));
        double last = INFINITY;
        for (const Recommendation& r : got) {
          REQUIRE(r.score == Approx(expected.at(r.video_id)).epsilon(1e-5));
          REQUIRE(r.score <= last);
          last = r.score;
          expected.erase(r.video_id);
        }
        for (const auto& [video, score] : expected) REQUIRE(score <= last + 1e-5);
      }
    }
  });
}

TEST_CASE("a reason names the video of the profile that is closest", "[recommender]") {
  for_each_space([](Space& s) {
    RecommenderOptions options;
    options.blend = {{"co", 1}, {"popularity", 1}};
    Recommender recommender(s.store, options);
    std::vector<Event> events;
    for (const char* user : {"a", "b", "c", "d"}) {
      events.push_back({user, "first", VideoEvent::finish, start});
      events.push_back({user, "next", VideoEvent::finish, start + 1});
    }
    events.push_back({"d", "rare", VideoEvent::finish, start + 2});
    events.push_back({"me", "rare", VideoEvent::finish, start + 3});
    events.push_back({"me", "first", VideoEvent::finish, start + 4});
    record(recommender, events);
    auto got = recommender.recommend("me", 1, start + 5);
    REQUIRE(got.size() == 1);
    REQUIRE(got[0].video_id == "next");
    REQUIRE(got[0].reasons.size() == 2);
    CHECK(got[0].reasons[0].source == "co");
    CHECK(got[0].reasons[0].because == "first");
    CHECK(got[0].reasons[1].source == "popularity");
    CHECK(!got[0].reasons[1].because);
    CHECK(got[0].reasons[0].contribution + got[0].reasons[1].contribution == Approx(got[0].score));
  });
}

TEST_CASE("of many neighbours the strongest are kept", "[recommender]") {
  auto store = playhead::open("memory://");
  RecommenderOptions options;
  options.neighbors = 10;
  options.blend = {{"co", 1}};
  Recommender recommender(store, options);
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i) {
    std::string user = "u" + std::to_string(i), close = "close" + std::to_string(i % 5);
    for (const std::string& video : {close, "far" + std::to_string(i), std::string("center")})
      events.push_back({user, video, VideoEvent::finish, start});
  }
  record(recommender, events);
  auto similar = recommender.similar("center", 100);
  REQUIRE(similar.size() >= 10);
  REQUIRE(similar.size() <= 20);
  for (int i = 0; i < 5; ++i) CHECK(similar[static_cast<std::size_t>(i)].video_id.starts_with("close"));
}

TEST_CASE("a reopened recommender answers to the last bit as before, whatever was asked meanwhile",
          "[recommender]") {
  for_each_space([](Space& s) {
    std::mt19937 random(7);
    Recommender recommender(s.store);
    record(recommender, random_events(random, 500, 20, 80));
    for (Millis now : {start, start + 500 * hour, Millis{0}, start + 90 * hour})
      recommender.recommend("u1", 5, now);
    record(recommender, random_events(random, 500, 20, 80));
    auto before = shown(recommender.recommend("u1", 80, start + 200 * hour));
    REQUIRE(shown(Recommender(s.store).recommend("u1", 80, start + 200 * hour)) == before);
  });
}

TEST_CASE("a damaged row of the log is told each time, and what stands before it counts once",
          "[recommender]") {
  for_each_space([](Space& s) {
    Recommender recommender(s.store), whole(s.store, {.name = "whole"}), writer(s.store);
    for (Recommender* r : {&writer, &whole}) {
      r->record({.user_id = "a", .video_id = "x", .event = VideoEvent::view, .at = start});
      r->record({.user_id = "a", .video_id = "y", .event = VideoEvent::view, .at = start});
    }
    Text damaged[] = {"damaged"};
    s.store->run(RPush{{"playhead:recommender:log", damaged}});
    for (int i = 0; i < 2; ++i) try {
        recommender.recommend("b", 2, start);
        FAIL("a damaged row was taken");
      } catch (const Error& e) {
        REQUIRE(e.code() == ErrorCode::corrupt);
      }
    s.store->run(RPop{{"playhead:recommender:log"}});
    REQUIRE(recommender.events() == 2);
    REQUIRE(shown(recommender.recommend("b", 2, start)) == shown(whole.recommend("b", 2, start)));
  });
}

TEST_CASE("options out of range are refused by name, with their range", "[recommender]") {
  auto store = playhead::open("memory://");
  auto refused = [&](const char* part, const RecommenderOptions& o) {
    INFO(part);
    CHECK_THROWS_WITH(Recommender(store, o), Catch::Contains(part));
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(),
                   inf = std::numeric_limits<double>::infinity();
  for (double bad : {0., -1., nan, inf, 1e-300}) {
    RecommenderOptions half_life, popularity;
    half_life.profile_half_life = bad;
    refused("profile_half_life=", half_life);
    popularity.popularity_half_lives_h = {{bad, 1}};
    refused("a half-life of popularity_half_lives_h=", popularity);
  }
  for (double bad : {nan, inf, -inf, 1e300}) {
    RecommenderOptions popularity, co;
    popularity.popularity_half_lives_h = {{1, bad}};
    refused("a weight of popularity_half_lives_h=", popularity);
    co.blend["co"] = bad;
    refused("blend['co']=", co);
  }
  RecommenderOptions name, profile, neighbors;
  name.name = "";
  refused("name", name);
  profile.profile_size = 0;
  refused("profile_size=0 is outside 1..10000", profile);
  neighbors.neighbors = 0;
  refused("neighbors=0 is outside 1..100000", neighbors);
  RecommenderOptions source;
  source.blend["luck"] = 1;
  refused("there is no source 'luck'", source);
  CHECK_THROWS_WITH(Recommender(nullptr), Catch::Contains("needs a store"));
}

TEST_CASE("the smallest and the greatest options give finite scores", "[recommender]") {
  RecommenderOptions least, most;
  least.profile_size = least.neighbors = 1;
  least.profile_half_life = .001;
  least.popularity_half_lives_h = {{.001, -1e6}};
  least.blend["co"] = -1e6;
  most.profile_size = 10'000;
  most.neighbors = 100'000;
  most.profile_half_life = 1e6;
  most.popularity_half_lives_h = {{1e6, 1e6}};
  most.blend["co"] = 1e6;
  for (const RecommenderOptions& o : {least, most}) {
    auto store = playhead::open("memory://");
    std::mt19937 random(5);
    Recommender recommender(store, o);
    record(recommender, random_events(random, 200, 10, 50));
    for (Millis now : {Millis{0}, start, start + 10'000 * hour})
      for (const Recommendation& r : recommender.recommend("u1", 50, now)) REQUIRE(std::isfinite(r.score));
  }
}

TEST_CASE("a request for any time has finite scores", "[recommender]") {
  auto store = playhead::open("memory://");
  std::mt19937 random(3);
  Recommender recommender(store);
  record(recommender, random_events(random, 200, 10, 50));
  for (Millis now : {Millis{0}, Millis{1}, start, Millis{1} << 53, INT64_MAX, INT64_MIN}) {
    auto list = recommender.recommend("nobody", 50, now);
    REQUIRE(list.size() > 10);
    for (const Recommendation& r : list) REQUIRE(std::isfinite(r.score));
  }
}
