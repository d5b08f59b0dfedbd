#include "playhead/modules/watch_later.h"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/modules/list_pages.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

TEST_CASE("videos to watch later are listed newest first", "[watch_later]") {
  for_each_space([](Space& s) {
    WatchLater list(s.space);
    for (Text video : {"a", "b", "c"}) {
      REQUIRE(list.add("alice", video) == Added::added);
      s.clock->advance(1);
    }
    auto page = list.list("alice");
    REQUIRE(ids(page) == Ids{"c", "b", "a"});
    REQUIRE(page.items[0].added_at == s.clock->now() - 1);
    REQUIRE(page.next.empty());
    REQUIRE(list.count("alice") == 3);
    REQUIRE(list.count("bob") == 0);
  });
}

TEST_CASE("adding a video twice is the same as once", "[watch_later]") {
  for_each_space([](Space& s) {
    WatchLater list(s.space);
    list.add("alice", "a");
    s.clock->advance(1);
    list.add("alice", "b");
    s.clock->advance(1);
    REQUIRE(list.add("alice", "a") == Added::present);
    REQUIRE(ids(list.list("alice")) == Ids{"b", "a"});
    REQUIRE(list.count("alice") == 2);
  });
}

TEST_CASE("removing a video twice is the same as once", "[watch_later]") {
  for_each_space([](Space& s) {
    WatchLater list(s.space);
    list.add("alice", "a");
    REQUIRE(list.contains("alice", "a"));
    REQUIRE(list.remove("alice", "a"));
    REQUIRE_FALSE(list.remove("alice", "a"));
    REQUIRE_FALSE(list.contains("alice", "a"));
    REQUIRE(list.count("alice") == 0);
    REQUIRE(s.store->run(Keys{"*watch_later*"}).empty());
  });
}

TEST_CASE("a full list takes no more videos until one is removed", "[watch_later]") {
  for_each_space([](Space& s) {
    WatchLater list(s.space, {.limit = 2});
    list.add("alice", "a");
    list.add("alice", "b");
    REQUIRE(list.add("alice", "c") == Added::full);
    REQUIRE(list.add("alice", "a") == Added::present);
    REQUIRE(list.count("alice") == 2);
    list.remove("alice", "a");
    REQUIRE(list.add("alice", "c") == Added::added);
  });
}

TEST_CASE("the limit holds for several threads", "[watch_later]") {
  for_each_space([](Space& s) {
    WatchLater list(s.space, {.limit = 50});
    std::atomic<int> added = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 40; ++i)
          added += list.add("alice", std::to_string(t) + "." + std::to_string(i)) == Added::added;
      });
    for (auto& t : threads) t.join();
    REQUIRE(added == 50);
    REQUIRE(list.count("alice") == 50);
  });
}

TEST_CASE("the pages of a list are all of it, even if all videos were added at once", "[watch_later]") {
  for_each_space([](Space& s) {
    WatchLater list(s.space);
    for (int i = 0; i < 100; ++i) list.add("alice", "v" + std::to_string(i));
    Ids paged, whole = ids(list.list("alice", {}, 1000));
    REQUIRE(whole.size() == 100);
    std::string cursor;
    int pages = 0;
    do {
      auto page = list.list("alice", cursor, 25);
      for (auto& id : ids(page)) paged.push_back(id);
      cursor = page.next;
      ++pages;
    } while (!cursor.empty());
    REQUIRE(paged == whole);
    REQUIRE(pages == 4);
  });
}

TEST_CASE("removing the video at a cursor skips none", "[watch_later]") {
  for_each_space([](Space& s) {
    WatchLater list(s.space);
    for (Text video : {"a", "b", "c", "d"}) list.add("alice", video);
    auto page = list.list("alice", {}, 2);
    REQUIRE(ids(page) == Ids{"d", "c"});
    list.remove("alice", "c");
    list.remove("alice", "d");
    REQUIRE(ids(list.list("alice", page.next, 2)) == Ids{"b", "a"});
  });
}

TEST_CASE("videos may be added at another time", "[watch_later]") {
  for_each_space([](Space& s) {
    WatchLater list(s.space);
    list.add("alice", "now");
    list.add("alice", "before", s.clock->now() - 5);
    REQUIRE(ids(list.list("alice")) == Ids{"now", "before"});
    REQUIRE_THROWS_AS(list.add("alice", "x", 0), Error);
    REQUIRE_THROWS_AS(list.add("", "x"), Error);
    REQUIRE_THROWS_AS(list.add("alice", ""), Error);
    REQUIRE_THROWS_AS(WatchLater(s.space, {.limit = 0}), Error);
  });
}

TEST_CASE("a list is read from either end, and back from any page", "[watch_later]") {
  for_each_space([](Space& s) {
    WatchLater list(s.space);
    for (int i = 0; i < 30; ++i) {
      list.add("alice", "v" + std::to_string(i));
      if (i % 4 == 0) s.clock->advance(1);
    }
    Ids newest = ids(list.list("alice", {}, 100)), oldest;
    std::string cursor;
    do {
      auto page = list.list("alice", cursor, 7, ListOrder::oldest_first);
      for (auto& id : ids(page)) oldest.push_back(id);
      cursor = page.next;
    } while (!cursor.empty());
    REQUIRE(Ids(oldest.rbegin(), oldest.rend()) == newest);
    auto second = list.list("alice", list.list("alice", {}, 10).next, 10);
    auto back = list.list("alice", second.next, 19, ListOrder::oldest_first);
    REQUIRE(back.items.size() == 19);
    REQUIRE(ids(back).front() == newest[18]);
    REQUIRE(ids(back).back() == newest[0]);
    REQUIRE(back.next.empty());
  });
}

TEST_CASE("a list is cleared at once", "[watch_later]") {
  for_each_space([](Space& s) {
    WatchLater list(s.space);
    list.add("alice", "a");
    list.add("alice", "b");
    list.add("bob", "a");
    REQUIRE(list.clear("alice") == 2);
    REQUIRE(list.clear("alice") == 0);
    REQUIRE(list.count("alice") == 0);
    REQUIRE(list.count("bob") == 1);
  });
}
