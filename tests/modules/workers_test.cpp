#include "playhead/modules/workers.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <set>
#include <thread>

#include "playhead/modules/task_queue.h"
#include "tests/modules/space.h"
#include "tests/support/forked_child.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// What a test waits for, and lets handlers wait for.
class Event {
 public:
  void set() {
    std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [&] { return set_; }))
      throw std::runtime_error("it never happened");
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

}  // namespace

TEST_CASE("workers process every task once, and wait parked in the store", "[workers]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    TaskQueue tasks(Namespace(counting, 0, "ph", s.clock), "q", {.lease = 3'600'000, .retention = 1000}),
        other(s.space, "q");
    std::mutex mutex;
    std::multiset<std::string> ran;
    tasks.register_task("t", [&](Text data, Task&) {
      std::lock_guard lock(mutex);
      ran.insert(std::string(data));
      return "";
    });
    auto workers = tasks.workers();
    workers->start(4);
    REQUIRE(workers->running());
    REQUIRE_THROWS_AS(workers->start(1), Error);
    std::vector<std::string> ids;
    for (int i = 0; i < 100; ++i) ids.push_back(other.enqueue("t", std::to_string(i)));
    for (const auto& id : ids) REQUIRE(tasks.wait(id, 20'000)->status == MessageStatus::completed);
    REQUIRE(workers->stop() == 0);
    REQUIRE_FALSE(workers->running());
    REQUIRE(ran.size() == 100);
    REQUIRE(std::set<std::string>(ran.begin(), ran.end()).size() == 100);
    int before = counting->trips.load();
    workers->start(4);
    auto last = other.enqueue("t", "last");
    REQUIRE(other.wait(last, 20'000)->status == MessageStatus::completed);
    REQUIRE(workers->stop() == 0);
    REQUIRE(counting->trips.load() - before <= 4 + 3 + 2 * 4);  // a look of each; the task; looks in vain
  });
}

TEST_CASE("a heartbeat keeps what is worked on", "[workers]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "q", {.lease = 1000});
    Event begun, go;
    std::atomic<bool> lost = true;
    Workers workers(queue, [&](Task& task) {
      begun.set();
      go.wait();
      lost = task.lost();
      return "";
    });
    queue.send_message("m");
    std::thread thread([&] { REQUIRE(workers.step()); });
    begun.wait();
    for (int i = 0; i < 5; ++i) {
      s.clock->advance(900);
      workers.heartbeat();
      REQUIRE_FALSE(queue.receive_message());
    }
    go.set();
    thread.join();
    REQUIRE_FALSE(lost);
    REQUIRE(queue.get_queue_stats().completed == 1);
  });
}

TEST_CASE("a running worker sends heartbeats by itself", "[workers]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "q", {.lease = 30});
    Event begun, go;
    Workers workers(queue, [&](Task&) {
      begun.set();
      go.wait();
      return "";
    });
    auto id = queue.send_message("m");
    workers.start(1);
    begun.wait();
    s.clock->advance(1);
    while (queue.message_state(id)->at < s.clock->now() + 30) std::this_thread::yield();
    go.set();
    REQUIRE(workers.stop() == 0);
  });
}

TEST_CASE("stopping waits for handlers, as long as it is told", "[workers]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "q");
    Event begun, go;
    std::string done;
    Workers workers(queue, [&](Task& task) {
      begun.set();
      go.wait();
      done += task.message().body;
      return "";
    });
    queue.send_message("a");
    queue.send_message("b");
    workers.start(1);
    begun.wait();
    REQUIRE(workers.stop(0) == 1);
    REQUIRE(workers.stop(1) == 1);
    REQUIRE(workers.running());
    go.set();
    REQUIRE(workers.stop() == 0);
    REQUIRE(done == "a");
    REQUIRE(queue.get_queue_stats().pending == 1);
    REQUIRE(workers.stop() == 0);
    workers.start(2);
    while (queue.get_queue_stats().completed < 2) std::this_thread::yield();
  });
}

TEST_CASE("an idle worker that is stopped takes no signal from the others", "[workers]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "q", {.lease = 3'600'000});
    for (int i = 0; i < 20; ++i) {
      std::atomic<int> processed = 0;
      Event some;
      auto handler = [&](Task&) {
        ++processed;
        some.set();
        return "";
      };
      Workers leaving(queue, handler), staying(queue, handler);
      leaving.start(1);
      staying.start(1);
      std::thread stopping([&] { leaving.stop(); });
      queue.send_message("m");
      stopping.join();
      some.wait();
      staying.stop();
      REQUIRE(processed == 1);
    }
  });
}

TEST_CASE("a handler cannot stop its own workers, and what it throws is told", "[workers]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "q", {.max_retries = 0});
    std::mutex mutex;
    std::vector<std::string> errors;
    Event told, ended;
    Workers* self = nullptr;
    Workers workers(
        queue,
        [&](Task& task) -> std::string {
          if (task.message().body == "end") throw EndRun("enough");
          self->stop();
          return "";
        },
        [&](Text why) {
          std::lock_guard lock(mutex);
          errors.emplace_back(why);
          (errors.size() == 1 ? told : ended).set();
        });
    self = &workers;
    queue.send_message("stop");
    workers.start(1);
    told.wait();
    queue.send_message("end");
    ended.wait();
    REQUIRE(workers.stop() == 0);
    REQUIRE(errors.at(0).find("cannot stop the workers") != std::string::npos);
    REQUIRE(errors.at(1) == "enough");
    REQUIRE(queue.get_queue_stats().pending == 1);
  });
}

TEST_CASE("workers end when the store is closed", "[workers]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "q");
    std::mutex mutex;
    std::vector<std::string> errors;
    Workers workers(
        queue, [](Task&) { return ""; },
        [&](Text why) {
          std::lock_guard lock(mutex);
          errors.emplace_back(why);
        });
    workers.start(2);
    s.store->close();
    bool closed = false;
    try {
      queue.get_queue_stats();
    } catch (const Error&) {
      closed = true;
    }
    if (!closed) return;  // the kind that opens itself again
    while (workers.running()) std::this_thread::yield();
    REQUIRE(workers.stop() == 0);
    REQUIRE(errors.size() == 2);
  });
}

TEST_CASE("a forked child of a process with workers ends", "[workers]") {
  for_each_space([](Space& s) {
    MessageQueue queue(s.space, "q");
    Workers workers(queue, [](Task&) { return ""; });
    workers.start(2);
    REQUIRE(in_child([&] { return workers.stop() == 0 && !workers.running(); }));
    REQUIRE(workers.running());
    REQUIRE_THROWS_AS(Workers(queue, [](Task&) { return ""; }).start(0), Error);
  });
}
