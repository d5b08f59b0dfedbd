#include "playhead/modules/following.h"

#include <catch2/catch.hpp>
#include <thread>

#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/list_pages.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// Whether both lists of every pair tell the same.
bool consistent(Following& following, const Ids& users) {
  std::int64_t pairs = 0;
  for (const auto& user : users)
    for (const auto& other : users)
      if (user != other && following.is_following(user, other)) {
        ++pairs;
        auto back = ids(following.followers(other, {}, 1000));
        if (std::find(back.begin(), back.end(), user) == back.end()) return false;
      }
  std::int64_t following_all = 0, followers_all = 0;
  for (const auto& user : users) {
    FollowCounts counts = following.counts(user);
    following_all += counts.following;
    followers_all += counts.followers;
  }
  return following_all == pairs && followers_all == pairs;
}

}  // namespace

TEST_CASE("following changes both lists", "[following]") {
  for_each_space([](Space& s) {
    Following following(s.space);
    REQUIRE(following.follow("alice", "bob") == Added::added);
    REQUIRE(following.follow("alice", "bob") == Added::present);
    s.clock->advance(1);
    following.follow("carol", "bob");
    REQUIRE(ids(following.followers("bob")) == Ids{"carol", "alice"});
    REQUIRE(ids(following.following("alice")) == Ids{"bob"});
    REQUIRE(following.following("alice").items[0].since == s.clock->now() - 1);
    REQUIRE(following.counts("bob").followers == 2);
    REQUIRE(following.counts("alice").following == 1);
    REQUIRE(following.unfollow("alice", "bob"));
    REQUIRE_FALSE(following.unfollow("alice", "bob"));
    REQUIRE(ids(following.followers("bob")) == Ids{"carol"});
    following.unfollow("carol", "bob");
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}

TEST_CASE("two who follow each other are mutual", "[following]") {
  for_each_space([](Space& s) {
    Following following(s.space);
    following.follow("alice", "bob");
    Relationship one_way = following.relationship("bob", "alice");
    REQUIRE_FALSE(one_way.following);
    REQUIRE(one_way.followed_by);
    REQUIRE_FALSE(following.is_mutual("alice", "bob"));
    following.follow("bob", "alice");
    REQUIRE(following.is_mutual("alice", "bob"));
    Text others[] = {"bob", "carol"};
    REQUIRE(following.is_following("alice", others) == std::vector<bool>{true, false});
  });
}

TEST_CASE("followers are paged by time, each once, whoever comes and goes", "[following]") {
  for_each_space([](Space& s) {
    Following following(s.space);
    for (int i = 0; i < 30; ++i) {
      following.follow("u" + std::to_string(i), "star");
      if (i % 4 == 0) s.clock->advance(1);
    }
    Ids whole = ids(following.followers("star", {}, 100)), paged;
    auto page = following.followers("star", {}, 10);
    following.unfollow(page.items.back().user_id, "star");
    s.clock->advance(1);
    following.follow("new", "star");
    for (;;) {
      for (auto& id : ids(page)) paged.push_back(id);
      if (page.next.empty()) break;
      page = following.followers("star", page.next, 10);
    }
    REQUIRE(paged == whole);
  });
}

TEST_CASE("nobody follows more than the limit, nor oneself", "[following]") {
  for_each_space([](Space& s) {
    Following following(s.space, {.limit = 2});
    following.follow("alice", "a");
    following.follow("alice", "b");
    REQUIRE(following.follow("alice", "c") == Added::full);
    REQUIRE(following.counts("c").followers == 0);
    REQUIRE_THROWS_AS(following.follow("alice", "alice"), Error);
    REQUIRE_THROWS_AS(following.follow("alice", ""), Error);
    REQUIRE_THROWS_AS(following.follow("alice", "x", 0), Error);
    REQUIRE_THROWS_AS(following.followers("alice", "junk!"), Error);
  });
}

TEST_CASE("a user that goes leaves no list", "[following]") {
  for_each_space([](Space& s) {
    Following following(s.space);
    for (int i = 0; i < 20; ++i) {
      following.follow("alice", "u" + std::to_string(i));
      following.follow("u" + std::to_string(i), "alice");
    }
    following.follow("u1", "u2");
    REQUIRE(following.remove_user("alice") == 40);
    REQUIRE(following.remove_user("alice") == 0);
    REQUIRE(following.counts("u3").followers == 0);
    REQUIRE(s.store->run(DbSize{}) == 2);
  });
}

TEST_CASE("both lists tell the same in every order of follows, unfollows and removals", "[following]") {
  const Ids users = {"a", "b", "c"};
  std::size_t orders = for_each_interleaving([&](Stage& stage) {
    auto store = stage.stepped(open("memory://"));
    Following following{Namespace(store)};
    following.follow("c", "a");
    stage.program([&] {
      following.follow("a", "b");
      following.unfollow("a", "b");
      following.follow("a", "b");
    });
    stage.program([&] { following.follow("b", "a"); });
    stage.program([&] { following.remove_user("a"); });
    stage.run();
    if (!consistent(following, users)) throw std::logic_error("lists contradict each other");
  });
  REQUIRE(orders > 50);
}

TEST_CASE("both lists tell the same after several threads", "[following]") {
  for_each_space([](Space& s) {
    Following following(s.space);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 60; ++i) {
          std::string user = std::to_string((t + i) % 4), other = std::to_string((t + i + 1 + i % 3) % 4);
          if (i % 3 == 0)
            following.unfollow(user, other);
          else
            following.follow(user, other);
        }
      });
    for (auto& t : threads) t.join();
    REQUIRE(consistent(following, {"0", "1", "2", "3"}));
  });
}

TEST_CASE("every call of following is one round trip", "[following]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Following following{Namespace(counting)};
    std::function<void()> calls[] = {
        [&] { following.follow("a", "b"); },  [&] { following.is_mutual("a", "b"); },
        [&] { following.counts("a"); },       [&] { following.followers("b"); },
        [&] { following.following("a"); },    [&] { following.is_following("a", "b"); },
        [&] { following.unfollow("a", "b"); }};
    for (const auto& call : calls) {
      int before = counting->trips;
      call();
      REQUIRE(counting->trips == before + 1);
    }
  });
}
