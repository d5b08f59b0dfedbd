#include "playhead/modules/feed.h"

#include <catch2/catch.hpp>
#include <set>

#include "playhead/error.h"
#include "playhead/open.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// What was had with what counts, and popularity for who is unknown.
RecommenderOptions by_taste() {
  RecommenderOptions o;
  o.blend = {{"ease", 1}, {"popularity", .01}};
  return o;
}

/// Everything that a feed can be made of, on a store that counts.
struct Platform {
  explicit Platform(Space& s)
      : clock(s.clock),
        store(std::make_shared<CountingStore>(s.store)),
        space(store, 0, "ph", s.clock),
        recommender(std::make_shared<Recommender>(store, by_taste())),
        tokens(std::make_shared<Tokens>(space)),
        limiter(std::make_shared<RateLimiter>(space, Rate{3, 60'000})),
        placement(std::make_shared<NodePlacement>(space)),
        preheater(std::make_shared<Preheater>(space, recommender)) {
    // v0 is the most popular one; who has had v9 has had v8, too.
    for (int v = 0; v < 10; ++v)
      for (int u = 0; u < 20 - v; ++u) record("u" + std::to_string(u), "v" + std::to_string(v));
    for (int u = 0; u < 5; ++u)
      for (Text video : {"v8", "v9"}) record("fan" + std::to_string(u), video);
  }
  void record(Text user, Text video, VideoEvent event = VideoEvent::finish) {
    recommender->record({.user_id = user, .video_id = video, .event = event, .at = clock->now()});
  }
  std::string sign_in(Text user) { return tokens->issue(user).token; }
  Feed plain() { return {space, {.recommender = recommender, .tokens = tokens}}; }

  std::shared_ptr<ManualClock> clock;
  std::shared_ptr<CountingStore> store;
  Namespace space;
  std::shared_ptr<Recommender> recommender;
  std::shared_ptr<Tokens> tokens;
  std::shared_ptr<RateLimiter> limiter;
  std::shared_ptr<NodePlacement> placement;
  std::shared_ptr<Preheater> preheater;
};

std::vector<std::string> ids(const FeedReply& reply) {
  std::vector<std::string> out;
  for (const FeedItem& item : reply.items) out.push_back(item.recommendation.video_id);
  return out;
}

std::vector<std::string> ids(const std::vector<Recommendation>& list) {
  std::vector<std::string> out;
  for (const Recommendation& one : list) out.push_back(one.video_id);
  return out;
}

}  // namespace

TEST_CASE("a feed serves what the recommender recommends to the holder of the token", "[feed]") {
  for_each_space([](Space& s) {
    Platform p(s);
    Feed feed = p.plain();
    std::string token = p.sign_in("me");
    FeedReply reply = feed.get(token, {.count = 5});
    CHECK(reply.status == FeedStatus::served);
    CHECK(reply.user_id == "me");
    CHECK_FALSE(reply.preheated);
    CHECK(ids(reply) == ids(p.recommender->recommend("me", 5, s.clock->now())));
    CHECK_FALSE(reply.items.at(0).node);
    p.record("me", "v9");  // the very next answer knows it
    auto next = ids(feed.get(token, {.count = 10}));
    CHECK(next.at(0) == "v8");
    CHECK(std::set<std::string>(next.begin(), next.end()).count("v9") == 0);
  });
}

TEST_CASE("who has no good token gets nothing, and takes nothing from anybody's limit", "[feed]") {
  for_each_space([](Space& s) {
    Platform p(s);
    Feed feed(p.space, {.recommender = p.recommender, .tokens = p.tokens, .limiter = p.limiter});
    std::string token = p.sign_in("me"), revoked = p.sign_in("me");
    p.tokens->revoke(revoked);
    for (Text bad : {Text("guess"), Text(), Text(revoked)}) {
      FeedReply reply = feed.get(bad);
      CHECK(reply.status == FeedStatus::unauthenticated);
      CHECK(reply.items.empty());
      CHECK(reply.user_id.empty());
    }
    CHECK(p.limiter->peek("me").remaining == 3);
    s.clock->advance(Millis{31} * 60'000);
    CHECK(feed.get(token).status == FeedStatus::unauthenticated);
  });
}

TEST_CASE("a user who asks too often is told when to come back, whatever token he uses", "[feed]") {
  for_each_space([](Space& s) {
    Platform p(s);
    Feed feed(p.space, {.recommender = p.recommender, .tokens = p.tokens, .limiter = p.limiter});
    std::string phone = p.sign_in("me"), laptop = p.sign_in("me"), other = p.sign_in("you");
    CHECK(feed.get(phone).remaining == 2);
    CHECK(feed.get(laptop).remaining == 1);
    CHECK(feed.get(phone).remaining == 0);
    FeedReply refused = feed.get(laptop);
    CHECK(refused.status == FeedStatus::rate_limited);
    CHECK(refused.items.empty());
    CHECK(refused.user_id == "me");
    CHECK(refused.retry_after == 20'000);
    CHECK(feed.get(other).status == FeedStatus::served);
    s.clock->advance(refused.retry_after - 1);
    CHECK(feed.get(laptop).status == FeedStatus::rate_limited);
    s.clock->advance(1);
    FeedReply again = feed.get(laptop);
    CHECK(again.status == FeedStatus::served);
    CHECK(again.retry_after == 0);
    CHECK(again.reset_after == 60'000);
  });
}

TEST_CASE("who is unknown gets his region's preheated list until his first event", "[feed]") {
  for_each_space([](Space& s) {
    Platform p(s);
    Feed feed(p.space, {.recommender = p.recommender, .tokens = p.tokens, .preheater = p.preheater});
    std::string token = p.sign_in("new");
    FeedReply first = feed.get(token, {.count = 3, .region = "eu"});
    CHECK(first.preheated);
    auto list = p.preheater->get("eu");
    list.resize(3);
    CHECK(ids(first) == ids(list));
    CHECK(first.items[0].recommendation.reasons.size() == list[0].reasons.size());
    CHECK(feed.get(token, {.count = 100}).items.size() == 10);
    p.record("new", "v9");
    FeedReply second = feed.get(token, {.count = 3, .region = "eu"});
    CHECK_FALSE(second.preheated);
    CHECK(ids(second).at(0) == "v8");
  });
}

TEST_CASE("videos come with the node to play them from", "[feed]") {
  for_each_space([](Space& s) {
    Platform p(s);
    p.placement->add_node("paris", {.region = "eu", .data = "https://paris"});
    p.placement->add_node("boston", {.region = "us", .data = "https://boston"});
    p.placement->set_distance("eu", "us", 80);
    Text every[] = {"v0", "v1"}, one[] = {"v0"};
    p.placement->place("boston", every);
    p.placement->place("paris", one);
    Feed feed(p.space, {.recommender = p.recommender, .tokens = p.tokens, .placement = p.placement});
    std::string token = p.sign_in("me");
    auto nodes = [&](std::optional<Text> region) {
      std::map<std::string, std::string> out;
      for (const FeedItem& item : feed.get(token, {.region = region}).items)
        out[item.recommendation.video_id] = item.node.value().node_id.value_or("origin");
      return out;
    };
    auto in_eu = nodes("eu");
    CHECK(in_eu["v0"] == "paris");
    CHECK(in_eu["v1"] == "boston");
    CHECK(in_eu["v2"] == "origin");
    CHECK(nodes("us")["v0"] == "boston");
    p.recommender->record({.user_id = "me", .video_id = "v5", .at = s.clock->now(), .region = "us"});
    CHECK(nodes(std::nullopt)["v0"] == "boston");  // his last region
  });
}

TEST_CASE("what is served is recorded as shown if it is asked for", "[feed]") {
  for_each_space([](Space& s) {
    Platform p(s);
    Feed feed = p.plain();
    std::string token = p.sign_in("me");
    std::int64_t before = p.recommender->events();
    feed.get(token, {.count = 4});
    CHECK(p.recommender->events() == before);
    CHECK_FALSE(p.recommender->profile("me", s.clock->now()));
    feed.get(token, {.count = 4, .region = "eu", .device = "phone", .record_impressions = true});
    CHECK(p.recommender->events() == before + 4);
    auto profile = p.recommender->profile("me", s.clock->now());
    REQUIRE(profile);
    CHECK(profile->region == "eu");
    CHECK(profile->device == "phone");
    Feed always(p.space, {.recommender = p.recommender, .tokens = p.tokens}, {.record_impressions = true});
    always.get(token, {.count = 2});
    CHECK(p.recommender->events() == before + 6);
    always.get(token, {.count = 2, .record_impressions = false});
    CHECK(p.recommender->events() == before + 6);
  });
}

TEST_CASE("an explanation is what was said of the video in the list", "[feed]") {
  for_each_space([](Space& s) {
    Platform p(s);
    Feed feed = p.plain();
    p.record("me", "v9");
    FeedReply reply = feed.get(p.sign_in("me"));
    const Recommendation& told = reply.items.at(0).recommendation;
    auto why = feed.explain("me", told.video_id);
    REQUIRE(why);
    CHECK(why->score == told.score);
    REQUIRE(why->reasons.size() == told.reasons.size());
    for (std::size_t i = 0; i < told.reasons.size(); ++i) {
      CHECK(why->reasons[i].source == told.reasons[i].source);
      CHECK(why->reasons[i].contribution == told.reasons[i].contribution);
      CHECK(why->reasons[i].because == told.reasons[i].because);
    }
    CHECK(feed.explain("me", "v9"));  // he has had it, so that it is not in the list
    CHECK_FALSE(feed.explain("me", "unheard of"));
    p.recommender->remove_video("v8");
    CHECK_FALSE(feed.explain("me", "v8"));
  });
}

TEST_CASE("a feed costs the round trips that it says", "[feed]") {
  for_each_space([](Space& s) {
    Platform p(s);
    p.record("me", "v9");
    std::string token = p.sign_in("me"), stranger = p.sign_in("stranger");
    static_cast<void>(p.recommender->events());
    auto trips = [&](const FeedParts& parts, Text who, const FeedRequest& request) {
      Feed feed(p.space, parts);
      p.store->trips = 0;
      static_cast<void>(feed.get(who, request));
      return p.store->trips.load();
    };
    FeedParts parts{.recommender = p.recommender, .tokens = p.tokens};
    CHECK(trips(parts, "no token at all", {}) == 0);
    CHECK(trips(parts, token, {}) == 2);
    parts.limiter = std::make_shared<RateLimiter>(p.space, Rate{1'000, 1'000});
    CHECK(trips(parts, token, {}) == 3);
    parts.placement = p.placement;
    CHECK(trips(parts, token, {.region = "eu"}) == 4);
    CHECK(trips(parts, token, {}) == 5);
    parts.preheater = p.preheater;
    CHECK(trips(parts, token, {.region = "eu", .record_impressions = true}) == 6);
    p.preheater->preheat("eu");
    CHECK(trips(parts, stranger, {.region = "eu"}) == 5);
  });
}

TEST_CASE("a feed refuses what is out of range", "[feed]") {
  for_each_space([](Space& s) {
    Platform p(s);
    CHECK_THROWS_AS(Feed(p.space, {.recommender = p.recommender}), Error);
    CHECK_THROWS_AS(Feed(p.space, {.tokens = p.tokens}), Error);
    Feed feed = p.plain();
    std::string token = p.sign_in("me");
    CHECK_THROWS_AS(feed.get(token, {.count = 0}), Error);
    CHECK_THROWS_AS(feed.get(token, {.count = 101}), Error);
    CHECK_THROWS_AS(feed.get(token, {.region = ""}), Error);
    CHECK_THROWS_AS(feed.explain("me", ""), Error);
  });
}
