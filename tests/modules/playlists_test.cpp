#include "playhead/modules/playlists.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <thread>

#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

using Ids = std::vector<std::string>;
using R = PlaylistResult;

Ids all_of(Playlists& playlists, Text id, Text viewer) {
  return playlists.videos(id, viewer, {}, 1000).value().videos;
}

}  // namespace

TEST_CASE("a playlist has the order of its owner", "[playlists]") {
  for_each_space([](Space& s) {
    Playlists playlists(s.space);
    Text videos[] = {"a", "b", "c", "a"};
    std::string id = playlists.create("alice", "mix", videos).value();
    REQUIRE(all_of(playlists, id, "alice") == Ids{"a", "b", "c"});
    REQUIRE(playlists.add_video("alice", id, "d") == R::done);
    REQUIRE(playlists.add_video("alice", id, "d") == R::unchanged);
    REQUIRE(playlists.add_video("alice", id, "e", 1) == R::done);
    REQUIRE(all_of(playlists, id, "alice") == Ids{"a", "e", "b", "c", "d"});
    REQUIRE(playlists.move_video("alice", id, "d", 0) == R::done);
    REQUIRE(playlists.move_video("alice", id, "a", 3) == R::done);
    REQUIRE(all_of(playlists, id, "alice") == Ids{"d", "e", "b", "a", "c"});
    REQUIRE(playlists.move_video("alice", id, "x", 0) == R::unchanged);
    REQUIRE(playlists.remove_video("alice", id, "e") == R::done);
    REQUIRE(playlists.remove_video("alice", id, "e") == R::unchanged);
    REQUIRE(all_of(playlists, id, "alice") == Ids{"d", "b", "a", "c"});
    PlaylistInfo info = playlists.get(id, "alice").value();
    REQUIRE(info.name == "mix");
    REQUIRE(info.owner_id == "alice");
    REQUIRE(info.videos == 4);
    REQUIRE_FALSE(info.is_public);
    REQUIRE(info.created_at == s.clock->now());
    REQUIRE(playlists.remove("alice", id) == R::done);
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}

TEST_CASE("moves at random give the order that a vector would have", "[playlists]") {
  for_each_space([](Space& s) {
    Playlists playlists(s.space);
    std::string id = playlists.create("alice", "mix").value();
    Ids model;
    std::mt19937 random(3);
    for (int i = 0; i < 12; ++i) {
      model.push_back("v" + std::to_string(i));
      playlists.add_video("alice", id, model.back());
    }
    for (int i = 0; i < 200; ++i) {  // always into the same gap: the numbers run out
      std::size_t from = random() % model.size(), to = i % 2 == 0 ? 3 : random() % model.size();
      std::string video = model[from];
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(from));
      model.insert(model.begin() + static_cast<std::ptrdiff_t>(to), video);
      REQUIRE(playlists.move_video("alice", id, video, static_cast<std::int64_t>(to)) == R::done);
      REQUIRE(all_of(playlists, id, "alice") == model);
    }
  });
}

TEST_CASE("ids of playlists do not collide, however many are made at once", "[playlists]") {
  std::set<std::string> originals;  // playlist:TOKEN:MILLISECONDS
  for (int i = 0; i < 2; ++i) originals.insert("playlist:alice:" + std::to_string(ManualClock().now()));
  REQUIRE(originals.size() == 1);
  for_each_space([](Space& s) {
    Playlists playlists(s.space);
    std::set<std::string> ids;
    for (int i = 0; i < 50; ++i) ids.insert(playlists.create("alice", "mix").value());
    REQUIRE(ids.size() == 50);
    REQUIRE(playlists.count("alice") == 50);
  });
}

TEST_CASE("only the owner changes a playlist", "[playlists]") {
  for_each_space([](Space& s) {
    Playlists playlists(s.space);
    std::string id = playlists.create("alice", "mix", {}, true).value();
    REQUIRE(playlists.add_video("bob", id, "v") == R::denied);
    REQUIRE(playlists.remove_video("bob", id, "v") == R::denied);
    REQUIRE(playlists.move_video("bob", id, "v", 0) == R::denied);
    REQUIRE(playlists.rename("bob", id, "x") == R::denied);
    REQUIRE(playlists.set_public("bob", id, false) == R::denied);
    REQUIRE(playlists.remove("bob", id) == R::denied);
    REQUIRE(playlists.get(id).value().name == "mix");
    REQUIRE(playlists.rename("alice", "nothing", "x") == R::missing);
    REQUIRE(playlists.add_video("alice", "nothing", "x") == R::missing);
    REQUIRE_FALSE(playlists.get("nothing", "alice"));
  });
}

TEST_CASE("only the owner sees a playlist that is not public", "[playlists]") {
  for_each_space([](Space& s) {
    Playlists playlists(s.space);
    std::string id = playlists.create("alice", "mix").value();
    REQUIRE_FALSE(playlists.get(id, "bob"));
    REQUIRE_FALSE(playlists.videos(id, "bob"));
    REQUIRE_FALSE(playlists.get(id));
    REQUIRE(playlists.list("alice", "bob").items.empty());
    REQUIRE(playlists.set_public("alice", id, true) == R::done);
    REQUIRE(playlists.set_public("alice", id, true) == R::unchanged);
    REQUIRE(playlists.get(id));
    REQUIRE(playlists.list("alice", "bob").items.size() == 1);
    REQUIRE(playlists.list("alice", "bob").items[0].is_public);
    playlists.set_public("alice", id, false);
    REQUIRE_FALSE(playlists.get(id, "bob"));
    REQUIRE(playlists.list("alice").items.empty());
    REQUIRE(playlists.list("alice", "alice").items.size() == 1);
  });
}

TEST_CASE("a user's playlists are listed newest first with their names", "[playlists]") {
  for_each_space([](Space& s) {
    Playlists playlists(s.space);
    Ids made;
    for (int i = 0; i < 7; ++i) {
      made.push_back(playlists.create("alice", "n" + std::to_string(i)).value());
      s.clock->advance(1);
    }
    playlists.rename("alice", made[6], "newest");
    auto page = playlists.list("alice", "alice", {}, 5);
    REQUIRE(page.items.size() == 5);
    REQUIRE(page.items[0].name == "newest");
    REQUIRE(page.items[4].name == "n2");
    page = playlists.list("alice", "alice", page.next, 5);
    REQUIRE(page.items.size() == 2);
    REQUIRE(page.next.empty());
  });
}

TEST_CASE("a page of a playlist begins behind the last video read, wherever it is now", "[playlists]") {
  for_each_space([](Space& s) {
    Playlists playlists(s.space);
    Text videos[] = {"a", "b", "c", "d", "e", "f"};
    std::string id = playlists.create("alice", "mix", videos).value();
    auto page = playlists.videos(id, "alice", {}, 2).value();
    REQUIRE(page.videos == Ids{"a", "b"});
    playlists.add_video("alice", id, "z", 0);
    REQUIRE(playlists.videos(id, "alice", page.next, 2)->videos == Ids{"c", "d"});
    REQUIRE(playlists.videos(id, "alice", page.next, 2)->first == 3);
    playlists.remove_video("alice", id, "z");
    playlists.remove_video("alice", id, "b");
    REQUIRE(playlists.videos(id, "alice", page.next, 2)->videos == Ids{"c", "d"});
    page = playlists.videos(id, "alice", page.next, 9).value();
    REQUIRE(page.next.empty());
    REQUIRE_THROWS_AS(playlists.videos(id, "alice", "junk!"), Error);
    REQUIRE_THROWS_AS(playlists.videos(id, "alice", {}, 0), Error);
  });
}

TEST_CASE("playlists and their videos are limited", "[playlists]") {
  for_each_space([](Space& s) {
    Playlists playlists(s.space, {.limit = 2, .video_limit = 3});
    Text videos[] = {"a", "b", "c", "d"};
    REQUIRE_THROWS_AS(playlists.create("alice", "mix", videos), Error);
    std::string id = playlists.create("alice", "mix", List<Text>(videos).first(3)).value();
    REQUIRE(playlists.add_video("alice", id, "d") == R::full);
    REQUIRE(playlists.add_video("alice", id, "a") == R::unchanged);
    playlists.create("alice", "mix");
    REQUIRE_FALSE(playlists.create("alice", "mix"));
    playlists.remove("alice", id);
    REQUIRE(playlists.create("alice", "mix"));
    REQUIRE_THROWS_AS(playlists.create("", "mix"), Error);
    REQUIRE_THROWS_AS(playlists.create("alice", ""), Error);
    REQUIRE_THROWS_AS(playlists.move_video("alice", id, "a", -1), Error);
  });
}

TEST_CASE("the index of a user's playlists agrees with them in every order of changes", "[playlists]") {
  std::size_t orders = for_each_interleaving([](Stage& stage) {
    auto store = stage.stepped(open("memory://"));
    Playlists playlists{Namespace(store)};
    std::string id = playlists.create("alice", "mix").value();
    stage.program([&] { playlists.remove("alice", id); });
    stage.program([&] {
      playlists.set_public("alice", id, true);
      playlists.rename("alice", id, "other");
    });
    stage.program([&] {
      playlists.add_video("alice", id, "v");
      playlists.set_public("alice", id, false);
    });
    stage.run();
    if (playlists.get(id, "alice") || playlists.count("alice") != 0 ||
        !playlists.list("alice").items.empty() || store->run(DbSize{}) != 0)
      throw std::logic_error("something of a removed playlist is left");
  });
  REQUIRE(orders == 30);
}

TEST_CASE("adds by several threads are all in the playlist", "[playlists]") {
  for_each_space([](Space& s) {
    Playlists playlists(s.space);
    std::string id = playlists.create("alice", "mix").value();
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 40; ++i) playlists.add_video("alice", id, std::to_string(t * 40 + i), i % 5);
      });
    for (auto& t : threads) t.join();
    Ids all = all_of(playlists, id, "alice");
    REQUIRE(std::set<std::string>(all.begin(), all.end()).size() == 320);
  });
}

TEST_CASE("every call of playlists is one round trip", "[playlists]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Playlists playlists{Namespace(counting)};
    std::string id = playlists.create("alice", "mix").value();
    REQUIRE(counting->trips == 1);
    std::function<void()> calls[] = {[&] { playlists.add_video("alice", id, "a"); },
                                     [&] { playlists.move_video("alice", id, "a", 0); },
                                     [&] { playlists.videos(id, "alice"); },
                                     [&] { playlists.get(id, "alice"); },
                                     [&] { playlists.list("alice", "alice"); },
                                     [&] { playlists.rename("alice", id, "x"); },
                                     [&] { playlists.set_public("alice", id, true); },
                                     [&] { playlists.count("alice"); },
                                     [&] { playlists.remove_video("alice", id, "a"); },
                                     [&] { playlists.remove("alice", id); }};
    for (const auto& call : calls) {
      int before = counting->trips;
      call();
      REQUIRE(counting->trips == before + 1);
    }
  });
}
