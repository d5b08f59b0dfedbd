// What a host with a lock of its own is told before a thread waits inside a store.
#include "playhead/lock_wait.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "backends/embedded/stripes.h"
#include "playhead/open.h"

namespace playhead {

namespace {

std::atomic<bool> told = false;

struct Told {
  Told() {
    told = false;
    set_before_lock_wait([] { told = true; });
  }
  ~Told() { set_before_lock_wait(nullptr); }
};

}  // namespace

TEST_CASE("a thread that must wait for a key tells its host first", "[memory]") {
  auto store = open("memory://");
  store->run(Set{.key = "k", .value = "old", .expiry = {}});
  Told watching;
  std::atomic<bool> inside = false;
  Text key = "k";
  std::thread holder([&] {
    store->with_unit(0, {&key, 1}, [&](Unit& unit) {
      unit.run(Set{.key = "k", .value = "new", .expiry = {}});
      inside = true;
      while (!told) std::this_thread::yield();  // for ever if nobody tells
    });
  });
  while (!inside) std::this_thread::yield();
  CHECK(store->run(Get{"k"}) == "new");
  CHECK(told);
  holder.join();
}

TEST_CASE("a thread that finds its key free tells nobody", "[memory]") {
  auto store = open("memory://");
  Told watching;
  store->run(Set{.key = "k", .value = "v", .expiry = {}});
  CHECK(store->run(Get{"k"}) == "v");
  CHECK_FALSE(told);
}

TEST_CASE("a stripe's mutex lets one thread in at a time, and wakes those who sleep", "[memory]") {
  embedded::StripeMutex mutex;
  std::int64_t count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        std::lock_guard lock(mutex);
        if (i % 1000 == 0) std::this_thread::yield();  // long enough for others to fall asleep
        ++count;
      }
    });
  for (auto& t : threads) t.join();
  CHECK(count == 80'000);
}

TEST_CASE("a stripe's mutex that is held cannot be taken by trying", "[memory]") {
  embedded::StripeMutex mutex;
  REQUIRE(mutex.try_lock());
  CHECK_FALSE(mutex.try_lock());
  mutex.unlock();
  CHECK(mutex.try_lock());
  mutex.unlock();
}

}  // namespace playhead
