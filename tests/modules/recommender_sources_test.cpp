// Each source of the recommender alone, on every store.
#include <catch2/catch.hpp>
#include <set>

#include "playhead/modules/recommender.h"
#include "playhead/open.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis start = 1'700'000'000'000, hour = 3'600'000, day = 24 * hour;

RecommenderOptions alone(const std::string& source) {
  RecommenderOptions o;
  o.name = source;
  o.blend = {{source, 1}};
  return o;
}

void add(Recommender& r, Text video, std::optional<Text> creator, std::vector<Text> tags,
         std::optional<Millis> uploaded_at = {}) {
  r.add_video(video, {.creator = creator, .tags = tags, .uploaded_at = uploaded_at});
}

void record(Recommender& r, Text user, Text video, VideoEvent event, Millis at = start) {
  r.record({.user_id = user, .video_id = video, .event = event, .at = at});
}

/// The best recommendation has a positive score; its only reason.
void check_first(const std::vector<Recommendation>& got, Text video, Text source,
                 const std::optional<std::string>& because) {
  REQUIRE_FALSE(got.empty());
  CHECK(got[0].video_id == video);
  REQUIRE(got[0].reasons.size() == 1);
  CHECK(got[0].reasons[0].source == source);
  CHECK(got[0].reasons[0].because == because);
  CHECK(got[0].reasons[0].contribution == Approx(got[0].score));
}

}  // namespace

TEST_CASE("videos with the tags of what a user liked are recommended", "[recommender]") {
  for_each_space([](Space& s) {
    Recommender r(s.store, alone("tags"));
    add(r, "kittens", {}, {"cats"});
    add(r, "cats and dogs", {}, {"cats", "dogs"});
    add(r, "politics", {}, {"news"});
    add(r, "more kittens", {}, {"cats"});
    record(r, "me", "kittens", VideoEvent::like);
    check_first(r.recommend("me", 3, start), "more kittens", "tags", "cats");
    record(r, "me", "politics", VideoEvent::finish, start + 1);
    CHECK(r.recommend("me", 3, start + 1).size() == 2);
  });
}

TEST_CASE("a video's tags can change, and it can be withdrawn and come back", "[recommender]") {
  for_each_space([](Space& s) {
    Recommender r(s.store, alone("tags"));
    add(r, "kittens", {}, {"cats"});
    add(r, "a", {}, {"cats"});
    add(r, "b", {}, {"news"});
    record(r, "me", "kittens", VideoEvent::like);
    check_first(r.recommend("me", 1, start), "a", "tags", "cats");
    add(r, "a", {}, {"news"});
    add(r, "b", {}, {"cats"});
    check_first(r.recommend("me", 1, start), "b", "tags", "cats");
    CHECK(r.remove_video("b"));
    CHECK_FALSE(r.remove_video("b"));
    CHECK_FALSE(r.remove_video("never there"));
    CHECK(r.videos() == 2);
    for (const Recommendation& one : r.recommend("me", 10, start)) CHECK(one.video_id != "b");
    record(r, "you", "b", VideoEvent::finish);  // of before it was withdrawn, and late
    for (const Recommendation& one : r.recommend("me", 10, start)) CHECK(one.video_id != "b");
    add(r, "b", {}, {"cats"});
    check_first(r.recommend("me", 1, start), "b", "tags", "cats");
  });
}

TEST_CASE("videos by creators whom a user watched are recommended, and twice so if he follows them",
          "[recommender]") {
  for_each_space([](Space& s) {
    Recommender r(s.store, alone("creator"));
    add(r, "a1", "ann", {});
    add(r, "a2", "ann", {});
    add(r, "b1", "bob", {});
    add(r, "c1", "cyd", {});
    record(r, "me", "a1", VideoEvent::view);
    check_first(r.recommend("me", 1, start), "a2", "creator", "ann");
    r.follow("me", "bob");
    check_first(r.recommend("me", 1, start), "b1", "creator", "bob");
    r.unfollow("me", "bob");
    check_first(r.recommend("me", 1, start), "a2", "creator", "ann");
    record(r, "you", "c1", VideoEvent::follow);  // the creator of that video
    CHECK(r.profile("you")->follows == std::vector<std::string>{"cyd"});
    record(r, "you", "c1", VideoEvent::unfollow, start + 1);
    CHECK(r.profile("you")->follows.empty());
  });
}

TEST_CASE("what people whom a user follows liked is recommended", "[recommender]") {
  for_each_space([](Space& s) {
    Recommender r(s.store, alone("friends"));
    for (Text video : {"a", "b", "c"}) r.add_video(video);
    record(r, "ann", "a", VideoEvent::impression);
    record(r, "ann", "b", VideoEvent::like);
    record(r, "bob", "c", VideoEvent::like);
    r.follow("me", "ann");
    check_first(r.recommend("me", 1, start), "b", "friends", "ann");
    CHECK(r.recommend("me", 3, start)[1].score == 0);
  });
}

TEST_CASE("new videos that few have had are recommended, the newest first", "[recommender]") {
  for_each_space([](Space& s) {
    Recommender r(s.store, alone("fresh"));
    add(r, "old", {}, {}, start - 30 * day);
    add(r, "new", {}, {}, start - hour);
    add(r, "known", {}, {}, start);
    for (int i = 0; i < 20; ++i) record(r, "u" + std::to_string(i), "known", VideoEvent::view);
    auto got = r.recommend("me", 3, start);
    check_first(got, "new", "fresh", std::nullopt);
    CHECK(got[1].video_id == "old");
    CHECK(got[2].score == 0);
  });
}

TEST_CASE("what is popular in a region is, once enough is known of the region", "[recommender]") {
  for_each_space([](Space& s) {
    Recommender r(s.store, alone("popularity"));
    auto seen = [&](int from, int to, Text video, Text region) {
      for (int i = from; i < to; ++i)
        r.record({.user_id = "u" + std::to_string(i),
                  .video_id = video,
                  .event = VideoEvent::finish,
                  .at = start,
                  .region = region});
    };
    seen(0, 100, "hit", "north");
    seen(100, 140, "local", "south");
    auto first = [&](std::optional<Text> region) {
      return r.recommend("me", {.count = 1, .at = start, .region = region}).at(0).video_id;
    };
    CHECK(first("south") == "hit");  // 40 events are too few
    seen(140, 150, "local", "south");
    CHECK(first("south") == "local");
    CHECK(first("north") == "hit");
    CHECK(first("nowhere") == "hit");
    CHECK(first({}) == "hit");
    record(r, "me", "other", VideoEvent::impression);
    r.record({.user_id = "me",
              .video_id = "another",
              .event = VideoEvent::view,
              .at = start + 1,
              .region = "south"});
    CHECK(first({}) == "local");  // the user's own
  });
}

TEST_CASE("after a refresh EASE and iALS answer, and an event still changes the next answer",
          "[recommender]") {
  for_each_space([](Space& s) {
    RecommenderOptions o;
    o.blend = {{"ease", 1}, {"als", 1}};
    o.als_factors = 4;
    Recommender r(s.store, o);
    for (int i = 0; i < 60; ++i)
      for (int k = 0; k < 4; ++k)
        record(r, "u" + std::to_string(i), (i % 2 == 0 ? "a" : "b") + std::to_string((i + k) % 6),
               VideoEvent::finish);
    r.refresh();
    record(r, "me", "a1", VideoEvent::finish);
    auto got = r.recommend("me", 3, start);
    CHECK(got[0].video_id.starts_with('a'));
    std::set<std::string> sources;
    for (const Reason& reason : got[0].reasons) {
      sources.insert(reason.source);
      CHECK(reason.because == "a1");
    }
    CHECK(sources == std::set<std::string>{"als", "ease"});
    for (int n : {1, 2, 3}) record(r, "me", "b" + std::to_string(n), VideoEvent::finish, start + n);
    CHECK(r.recommend("me", 1, start + 4)[0].video_id.starts_with('b'));
  });
}

TEST_CASE("a profile tells what a user likes, had and where he is", "[recommender]") {
  for_each_space([](Space& s) {
    Recommender r(s.store);
    CHECK_FALSE(r.profile("me"));
    add(r, "a", "ann", {"cats", "funny"});
    add(r, "b", "bob", {"news"});
    r.record({.user_id = "me",
              .video_id = "a",
              .event = VideoEvent::finish,
              .at = start,
              .device = "phone",
              .region = "north"});
    r.record(
        {.user_id = "me", .video_id = "b", .event = VideoEvent::like, .at = start + hour, .device = "tv"});
    r.record({.user_id = "me", .video_id = "a", .event = VideoEvent::comment, .at = start + 2 * hour});
    UserProfile p = r.profile("me", start + 2 * hour).value();
    CHECK(p.recent == std::vector<std::string>{"a", "b"});
    CHECK(p.seen == 2);
    CHECK(p.device == "tv");
    CHECK(p.region == "north");
    REQUIRE(p.tags.size() == 3);
    CHECK(p.tags[0].name == "cats");
    CHECK(p.tags[0].long_term == Approx(3 * std::exp2(-2.0 * hour / (10 * day))));
    CHECK(p.tags[0].short_term == Approx(3 * std::exp2(-6.0)));
    CHECK(p.tags[2].name == "news");
    CHECK(p.tags[2].long_term == Approx(2 * std::exp2(-1.0 * hour / (10 * day))));
    CHECK(p.creators.size() == 2);
    std::int64_t events = 0;
    for (std::int64_t n : p.hours) events += n;
    CHECK(events == 3);
  });
}
