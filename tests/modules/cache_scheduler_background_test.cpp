// A cache scheduler's own thread, and threads that end it.
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <future>
#include <thread>

#include "playhead/modules/cache_scheduler.h"
#include "playhead/open.h"
#include "tests/modules/space.h"
#include "tests/support/forked_child.h"

using namespace playhead;
using namespace playhead::test;

TEST_CASE("the background thread loads what is due and sleeps otherwise", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    std::mutex mutex;
    std::condition_variable changed;
    int loads = 0;
    CacheScheduler scheduler(s.space,
                             {[&](Text) {
                                std::lock_guard lock(mutex);
                                ++loads;
                                changed.notify_all();
                              },
                              {},
                              {}},
                             {.longest_wait = 3'600'000});
    scheduler.run_in_background();
    REQUIRE(scheduler.running());
    REQUIRE_THROWS_AS(scheduler.run_in_background(), Error);
    for (int i = 1; i <= 3; ++i) {
      scheduler.schedule("v" + std::to_string(i), 1000);  // wakes it
      std::unique_lock lock(mutex);
      REQUIRE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return loads >= i; }));
    }
    scheduler.stop_background();
    scheduler.stop_background();
    REQUIRE_FALSE(scheduler.running());
    REQUIRE(loads == 3);
  });
}

TEST_CASE("the background thread tells errors and goes on", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> errors;
    CacheScheduler scheduler(s.space, {[](Text) { throw std::runtime_error("no such row"); }, {}, {}},
                             {.longest_wait = 3'600'000});
    scheduler.run_in_background([&](Text message) {
      std::lock_guard lock(mutex);
      errors.emplace_back(message);
      changed.notify_all();
    });
    for (std::size_t i = 1; i <= 2; ++i) {
      scheduler.schedule("v" + std::to_string(i), 1000);
      std::unique_lock lock(mutex);
      REQUIRE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return errors.size() >= i; }));
      REQUIRE(errors.back() == "v" + std::to_string(i) + ": no such row");
    }
  });
}

TEST_CASE("a callback may end a step or the background run, and its entry stays claimed",
          "[cache_scheduler]") {
  for_each_space([](Space& s) {
    CacheScheduler scheduler(s.space, {[](Text) { throw EndRun("enough"); }, {}, {}});
    scheduler.schedule("a", 1000);
    std::promise<std::string> told;
    scheduler.run_in_background([&](Text message) { told.set_value(std::string(message)); });
    REQUIRE(told.get_future().get() == "enough");
    while (scheduler.running()) std::this_thread::yield();
    REQUIRE(scheduler.step().claimed == 0);
    scheduler.run_in_background();  // another one may begin
    scheduler.schedule("b", 1000);
    while (scheduler.running()) std::this_thread::yield();
    scheduler.schedule("c", 1000);
    REQUIRE_THROWS_AS(scheduler.step(), EndRun);
  });
}

TEST_CASE("every thread that ends the background waits for the load under way", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    std::promise<void> entered, leave;
    std::atomic<bool> finished = false;
    CacheScheduler scheduler(s.space, {[&](Text) {
                                         entered.set_value();
                                         leave.get_future().wait();
                                         finished = true;
                                       },
                                       {},
                                       {}});
    scheduler.schedule("a", 1000);
    scheduler.run_in_background();
    entered.get_future().wait();
    std::atomic<int> early = 0;
    std::vector<std::thread> enders;
    for (int t = 0; t < 3; ++t)
      enders.emplace_back([&] {
        scheduler.stop_background();
        if (!finished || scheduler.running()) ++early;
      });
    leave.set_value();
    for (auto& t : enders) t.join();
    REQUIRE(early == 0);
  });
}

TEST_CASE("a forked child can end a scheduler that runs in the background, and cannot start it",
          "[cache_scheduler]") {
  auto scheduler =
      std::make_unique<CacheScheduler>(Namespace(open("memory://")), CacheCallbacks{[](Text) {}, {}, {}});
  scheduler->run_in_background();
  REQUIRE(in_child([&] {
    bool quiet = !scheduler->running();
    scheduler->stop_background();
    try {
      scheduler->run_in_background();
    } catch (const Error& e) {
      scheduler.reset();
      return quiet && e.code() == ErrorCode::closed;
    }
    return false;
  }));
  REQUIRE(scheduler->running());
  scheduler->stop_background();
  REQUIRE_FALSE(scheduler->running());
}

TEST_CASE("a callback cannot wait for its own thread to end", "[cache_scheduler]") {
  for_each_space([](Space& s) {
    std::mutex mutex;
    std::condition_variable changed;
    std::string refusal;
    CacheScheduler* self = nullptr;
    CacheScheduler scheduler(s.space, {[&](Text) { self->stop_background(); }, {}, {}});
    self = &scheduler;
    scheduler.schedule("a", 1000);
    scheduler.run_in_background([&](Text message) {
      std::lock_guard lock(mutex);
      refusal = message;
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return !refusal.empty(); }));
    REQUIRE(refusal.find("a callback cannot end the thread that it runs on") != std::string::npos);
  });
}
