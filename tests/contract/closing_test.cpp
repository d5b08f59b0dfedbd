// close() while others use the store, from several threads, and from within what the store calls.
#include <atomic>
#include <catch2/catch.hpp>
#include <latch>
#include <thread>

#include "playhead/open.h"
#include "playhead/views/keyspace.h"
#include "tests/contract/parked.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_store.h"

namespace playhead::test {

namespace {

// A store of each kind, to be closed by the body; the directory goes when it is over.
void on_each_kind(const std::function<void(const std::string& url)>& body) {
  DYNAMIC_SECTION("memory") {
    body("memory://");
  }
  DYNAMIC_SECTION("rocksdb") {
    TemporaryDirectory directory(fast_place());
    body("rocksdb://" + (directory / "store") + "?durability=none");
  }
  DYNAMIC_SECTION("redis") {
    body("redis+unix://" + shared_redis_server().unix_socket());
  }
}

template <class F>
bool is_closed_error(F&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.code() == ErrorCode::closed;
  }
  return false;
}

bool is_closed(Store& store) {
  return is_closed_error([&] { store.run(Get{"k"}); });
}

std::vector<Text> texts(Text one) {
  return {one};
}

}  // namespace

TEST_CASE("Closing a store ends the scans of other threads") {
  on_each_kind([](const std::string& url) {
    auto store = open(url);
    for (int i = 0; i < 100; ++i) store->run(Set{.key = "k" + std::to_string(i), .value = "v", .expiry = {}});
    constexpr int count = 3;
    std::latch scanning(count);
    std::atomic<int> refused = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < count; ++t)
      threads.emplace_back([&] {
        bool first = true;
        refused += is_closed_error([&] {
          for (;;) {
            store->run(Scan{});
            if (std::exchange(first, false)) scanning.count_down();
          }
        });
      });
    scanning.wait();
    store->close();
    for (auto& t : threads) t.join();
    CHECK(refused == count);
  });
}

TEST_CASE("Several threads may close a store, and each finds it closed afterwards") {
  on_each_kind([](const std::string& url) {
    for (int round = 0; round < 20; ++round) {
      auto store = open(url);
      std::atomic<int> open_still = 0;
      auto subscription = store->subscribe([](const Message&) {});
      subscription->subscribe(texts("news"));
      std::vector<Text> keys = {"never filled"};
      std::atomic<int> told = 0;
      auto ticket =
          store->park(AnyCall::of(BLPop{keys, {}}, 0), [&](AnyCall&, std::exception_ptr) { ++told; });
      std::vector<std::thread> closers;
      for (int t = 0; t < 4; ++t)
        closers.emplace_back([&] {
          store->close();
          if (!is_closed(*store)) ++open_still;
        });
      for (auto& t : closers) t.join();
      CHECK(open_still == 0);
      CHECK(eventually([&] { return told == 1; }));
    }
  });
}

TEST_CASE("A subscriber may close the store that calls it") {
  on_each_kind([](const std::string& url) {
    auto store = open(url);
    std::atomic<bool> closed = false;
    auto subscription = store->subscribe([&](const Message& m) {
      if (m.kind != Message::Kind::message) return;
      store->close();
      closed = true;
    });
    subscription->subscribe(texts("news"));
    try {
      store->run(Publish{"news", "the end"});
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::unknown);  // the connection went before the reply came
    }
    CHECK(eventually([&] { return closed.load(); }));
    CHECK(is_closed(*store));
  });
}

TEST_CASE("The completion of a parked operation may close the store") {
  on_each_kind([](const std::string& url) {
    auto store = open(url);
    store->run(Del{texts("queue")});
    std::vector<Text> keys = {"queue"};
    std::atomic<bool> closed = false;
    auto ticket = store->park(AnyCall::of(BLPop{keys, {}}, 0), [&](AnyCall&, std::exception_ptr) {
      store->close();
      closed = true;
    });
    try {
      auto elements = texts("x");
      store->run(RPush{{"queue", elements}});
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::unknown);  // as above
    }
    CHECK(eventually([&] { return closed.load(); }));
    CHECK(is_closed(*store));
  });
}

TEST_CASE("A directory that is opened while another thread closes it is open", "[rocksdb]") {
  TemporaryDirectory directory(fast_place());
  std::string url = "rocksdb://" + (directory / "store") + "?durability=none";
  for (int round = 0; round < 40; ++round) {
    auto store = open(url);
    store->run(Set{.key = "k", .value = std::to_string(round), .expiry = {}});
    bool destroyed = round % 2 == 0;
    std::latch both(2);
    std::thread closer([&, mine = std::move(store)]() mutable {
      both.arrive_and_wait();
      if (!destroyed) mine->close();
      mine.reset();
    });
    both.arrive_and_wait();
    auto again = open(url);
    closer.join();
    // A store that was still open is shared, and then closed with the other.
    if (destroyed || !is_closed(*again)) CHECK(again->run(Get{"k"}) == std::to_string(round));
  }
}

TEST_CASE("Stores that come and go in several threads do not keep each other from closing", "[memory]") {
  std::vector<std::thread> threads;
  std::atomic<int> done = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 300; ++i) open("memory://")->close();
      ++done;
    });
  for (auto& t : threads) t.join();
  CHECK(done == 4);
}

}  // namespace playhead::test
