#include "playhead/modules/favorites.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// The original: it counts whenever somebody adds.
struct OriginalFavorites {
  std::map<std::string, std::set<std::string>> lists;
  std::map<std::string, int> counts;
  void add(const std::string& user, const std::string& video) {
    lists[user].insert(video);
    ++counts[video];
  }
};

}  // namespace

TEST_CASE("adding a favorite twice counts once, and removing it takes it back", "[favorites]") {
  OriginalFavorites original;
  original.add("alice", "intro");
  original.add("alice", "intro");
  REQUIRE(original.counts["intro"] == 2);  // of one list
  for_each_space([](Space& s) {
    Favorites favorites(s.space);
    FavoriteChange change = favorites.add("alice", "intro");
    REQUIRE(change.result == Added::added);
    REQUIRE(change.favorites == 1);
    change = favorites.add("alice", "intro");
    REQUIRE(change.result == Added::present);
    REQUIRE(change.favorites == 1);
    REQUIRE(favorites.add("bob", "intro").favorites == 2);
    REQUIRE(favorites.contains("alice", "intro"));
    REQUIRE(favorites.remove("alice", "intro"));
    REQUIRE_FALSE(favorites.remove("alice", "intro"));
    REQUIRE_FALSE(favorites.contains("alice", "intro"));
    REQUIRE(favorites.favorite_count("intro") == 1);
    favorites.remove("bob", "intro");
    REQUIRE(favorites.favorite_count("intro") == 0);
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}

TEST_CASE("favorites are listed newest first, page by page", "[favorites]") {
  for_each_space([](Space& s) {
    Favorites favorites(s.space);
    for (int i = 0; i < 25; ++i) {
      favorites.add("alice", std::to_string(i));
      if (i % 3 == 0) s.clock->advance(1);
    }
    std::vector<std::string> whole, paged;
    for (const auto& item : favorites.list("alice", {}, 100).items) whole.push_back(item.video_id);
    REQUIRE(whole.size() == 25);
    REQUIRE(whole.front() == "24");
    std::string cursor;
    do {
      auto page = favorites.list("alice", cursor, 10);
      for (const auto& item : page.items) paged.push_back(item.video_id);
      cursor = page.next;
    } while (!cursor.empty());
    REQUIRE(paged == whole);
    REQUIRE(favorites.count("alice") == 25);
  });
}

TEST_CASE("a full list of favorites changes no count", "[favorites]") {
  for_each_space([](Space& s) {
    Favorites favorites(s.space, {.limit = 2});
    favorites.add("alice", "a");
    favorites.add("alice", "b");
    FavoriteChange change = favorites.add("alice", "c");
    REQUIRE(change.result == Added::full);
    REQUIRE(change.favorites == 0);
    REQUIRE(favorites.add("alice", "a").result == Added::present);
    favorites.remove("alice", "a");
    REQUIRE(favorites.add("alice", "c").result == Added::added);
  });
}

TEST_CASE("several favorites are removed in one step, all of a user in a few", "[favorites]") {
  for_each_space([](Space& s) {
    Favorites favorites(s.space);
    for (int i = 0; i < 30; ++i) favorites.add("alice", "v" + std::to_string(i));
    favorites.add("bob", "v1");
    Text some[] = {"v1", "v2", "x", "v1"};
    REQUIRE(favorites.remove("alice", some) == 2);
    Text both[] = {"v1", "v2", "v3"};
    REQUIRE(favorites.favorite_counts(both) == std::vector<std::int64_t>{1, 0, 1});
    REQUIRE(favorites.clear("alice") == 28);
    REQUIRE(favorites.clear("alice") == 0);
    REQUIRE(favorites.top().size() == 1);
  });
}

TEST_CASE("the videos that most users have are known", "[favorites]") {
  for_each_space([](Space& s) {
    Favorites favorites(s.space);
    for (int user = 0; user < 10; ++user)
      for (int video = 0; video <= user; ++video)
        favorites.add("u" + std::to_string(user), "v" + std::to_string(video));
    auto top = favorites.top(3);
    REQUIRE(top.size() == 3);
    REQUIRE(top[0].video_id == "v0");
    REQUIRE(top[0].favorites == 10);
    REQUIRE(top[2].video_id == "v2");
  });
}

TEST_CASE("the count of a video is the number of lists with it, in every order of adds and removes",
          "[favorites]") {
  std::size_t orders = for_each_interleaving([](Stage& stage) {
    auto store = stage.stepped(open("memory://"));
    Favorites favorites{Namespace(store)};
    stage.program([&] {
      favorites.add("alice", "v");
      favorites.remove("alice", "v");
    });
    stage.program([&] {
      favorites.add("alice", "v");
      favorites.add("bob", "v");
    });
    stage.program([&] { favorites.clear("bob"); });
    stage.run();
    int lists = favorites.contains("alice", "v") + favorites.contains("bob", "v");
    if (favorites.favorite_count("v") != lists) throw std::logic_error("a count is wrong");
  });
  REQUIRE(orders > 10);
}

TEST_CASE("counts of favorites stay exact under several threads", "[favorites]") {
  for_each_space([](Space& s) {
    Favorites favorites(s.space);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 60; ++i) {
          std::string user = "u" + std::to_string((t + i) % 5), video = "v" + std::to_string(i % 3);
          if (i % 2 == 0)
            favorites.add(user, video);
          else
            favorites.remove(user, video);
        }
      });
    for (auto& t : threads) t.join();
    for (int v = 0; v < 3; ++v) {
      std::string video = "v" + std::to_string(v);
      std::int64_t lists = 0;
      for (int u = 0; u < 5; ++u) lists += favorites.contains("u" + std::to_string(u), video) ? 1 : 0;
      REQUIRE(favorites.favorite_count(video) == lists);
    }
  });
}

TEST_CASE("every call of favorites is one round trip", "[favorites]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Favorites favorites{Namespace(counting)};
    Text videos[] = {"a", "b"};
    std::function<void()> calls[] = {[&] { favorites.add("alice", "a"); },
                                     [&] { favorites.list("alice"); },
                                     [&] { favorites.count("alice"); },
                                     [&] { favorites.favorite_count("a"); },
                                     [&] { favorites.top(); },
                                     [&] { favorites.favorite_counts(videos); },
                                     [&] { favorites.remove("alice", "a"); }};
    for (const auto& call : calls) {
      int before = counting->trips;
      call();
      REQUIRE(counting->trips == before + 1);
    }
    REQUIRE_THROWS_AS(favorites.add("", "a"), Error);
    REQUIRE_THROWS_AS(favorites.add("alice", std::string(1025, 'v')), Error);
    REQUIRE_THROWS_AS(favorites.top(0), Error);
    REQUIRE_THROWS_AS(Favorites(s.space, {.limit = 0}), Error);
  });
}
