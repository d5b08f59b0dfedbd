#include "playhead/modules/task_queue.h"

#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

std::string doubled(Text data, Task&) {
  return std::string(data) + std::string(data);
}

}  // namespace

// ---- tasks by name

TEST_CASE("a task is run by the handler of its name, and its result is kept", "[task_queue]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space);
    tasks.register_task("double", doubled);
    auto id = tasks.enqueue("double", std::string("a\0", 2));
    REQUIRE(tasks.result(id)->status == MessageStatus::pending);
    REQUIRE(tasks.process_tasks() == 1);
    REQUIRE(tasks.result(id)->status == MessageStatus::completed);
    REQUIRE(tasks.result(id)->result == std::string("a\0a\0", 4));
    REQUIRE(tasks.process_tasks() == 0);
    s.clock->advance(86'400'000);
    REQUIRE(tasks.queue().receive_messages().empty());
    REQUIRE_FALSE(tasks.result(id));
  });
}

TEST_CASE("tasks have priorities, delays, dedupe keys and ids of their own", "[task_queue]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space);
    std::string order;
    tasks.register_task("t", [&](Text data, Task&) {
      order += data;
      return "";
    });
    tasks.enqueue({.name = "t", .data = "c"});
    auto a = tasks.enqueue({.name = "t", .data = "a", .priority = 5, .dedupe = "k"});
    REQUIRE(tasks.enqueue({.name = "t", .data = "x", .dedupe = "k"}) == a);
    REQUIRE(tasks.enqueue({.name = "t", .data = "b", .priority = 1, .id = "own"}) == "own");
    tasks.enqueue({.name = "t", .data = "d", .delay = 1000});
    REQUIRE(tasks.process_tasks(1) == 1);
    REQUIRE(order == "a");
    REQUIRE(tasks.process_tasks() == 2);
    s.clock->advance(1000);
    REQUIRE(tasks.process_tasks() == 1);
    REQUIRE(order == "abcd");
    REQUIRE(tasks.stats().duplicates == 1);
  });
}

TEST_CASE("a task that throws is tried again, and at last has failed for good", "[task_queue]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space, "q", {.max_retries = 1, .retry_unit = 0});
    tasks.register_task("flaky", [](Text, Task& task) -> std::string {
      if (task.message().attempt == 1) throw std::runtime_error("not yet");
      return "ok";
    });
    tasks.register_task("broken", [](Text, Task&) -> std::string { throw std::runtime_error("broken"); });
    auto flaky = tasks.enqueue("flaky", ""), broken = tasks.enqueue("broken", ""),
         nobody = tasks.enqueue("nobody", "");
    REQUIRE(tasks.process_tasks() == 6);
    REQUIRE_FALSE(tasks.result(flaky));  // completed, with no retention
    REQUIRE(tasks.result(broken)->status == MessageStatus::failed);
    REQUIRE(tasks.result(broken)->reason == "broken");
    REQUIRE(tasks.result(nobody)->reason.find("no task is registered as nobody") != std::string::npos);
    auto dead = tasks.queue().dead_letters();
    REQUIRE(dead.items.size() == 2);
    REQUIRE(TaskQueue::parse(dead.items[0].body).name.size() == 6);
    REQUIRE(tasks.queue().requeue() == 2);
    REQUIRE(tasks.stats().pending == 2);
  });
}

TEST_CASE("a handler notes its progress, which extends its lease", "[task_queue]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space);
    std::string id;
    tasks.register_task("t", [&](Text, Task& task) {
      s.clock->advance(20'000);
      REQUIRE(task.progress("half"));
      REQUIRE(tasks.result(id)->progress == "half");
      s.clock->advance(20'000);
      REQUIRE_FALSE(tasks.queue().receive_message());
      REQUIRE_FALSE(task.lost());
      return "done";
    });
    id = tasks.enqueue("t", "");
    REQUIRE(tasks.process_tasks() == 1);
    REQUIRE(tasks.result(id)->result == "done");
  });
}

TEST_CASE("a handler that outlasted its lease learns that its task is lost", "[task_queue]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space, "q", {.retry_unit = 0, .retention = 1000});
    tasks.register_task("slow", [&](Text, Task& task) -> std::string {
      if (task.message().attempt == 2) return "second";
      s.clock->advance(30'000);
      REQUIRE(tasks.process_tasks() == 1);  // another worker
      REQUIRE_FALSE(task.progress("late"));
      REQUIRE(task.lost());
      return "first";
    });
    auto id = tasks.enqueue("slow", "");
    REQUIRE(tasks.process_tasks() == 1);
    REQUIRE(tasks.result(id)->result == "second");
  });
}

TEST_CASE("an EndRun gives the task back and ends the step", "[task_queue]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space);
    bool end = true;
    tasks.register_task("t", [&](Text, Task& task) -> std::string {
      if (end) throw EndRun("enough");
      return std::to_string(task.message().attempt);
    });
    auto id = tasks.enqueue("t", "");
    REQUIRE_THROWS_AS(tasks.process_tasks(), EndRun);
    REQUIRE(tasks.result(id)->status == MessageStatus::pending);
    end = false;
    REQUIRE(tasks.process_tasks() == 1);
    REQUIRE(tasks.result(id)->result == "1");
  });
}

TEST_CASE("queues of tasks and of messages share nothing", "[task_queue]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space, "q"), other(s.space, "r");
    MessageQueue messages(s.space, "q");
    tasks.enqueue("t", "");
    REQUIRE(messages.get_queue_stats().sent == 0);
    REQUIRE(other.stats().sent == 0);
    REQUIRE_THROWS_AS(tasks.enqueue("", ""), Error);
    REQUIRE_THROWS_AS(tasks.register_task("", doubled), Error);
    REQUIRE_THROWS_AS(tasks.process_tasks(-1), Error);
    REQUIRE_THROWS_AS(TaskQueue(s.space, ""), Error);
  });
}

// ---- waiting for the end of a task

TEST_CASE("waiting for a task gives what became of it", "[task_queue][wait]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space, "q", {.max_retries = 0, .retention = 1000});
    tasks.register_task("double", doubled);
    tasks.register_task("broken", [](Text, Task&) -> std::string { throw std::runtime_error("broken"); });
    auto good = tasks.enqueue("double", "a"), bad = tasks.enqueue("broken", "");
    REQUIRE(tasks.wait(good, 0)->status == MessageStatus::pending);
    REQUIRE(tasks.wait(good, 5)->status == MessageStatus::pending);
    REQUIRE(tasks.process_tasks() == 2);
    REQUIRE(tasks.wait(good)->result == "aa");
    REQUIRE(tasks.wait(bad)->reason == "broken");
    REQUIRE_FALSE(tasks.wait("unknown"));
    REQUIRE_THROWS_AS(tasks.wait(good, -1), Error);
    REQUIRE_THROWS_AS(tasks.wait(""), Error);
  });
}

TEST_CASE("several waiters are all woken, without polling", "[task_queue][wait]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space, "q", {.lease = 3'600'000, .max_retries = 0, .retention = 1000});
    tasks.register_task("double", doubled);
    tasks.register_task("broken", [](Text, Task&) -> std::string { throw std::runtime_error("broken"); });
    for (const char* name : {"double", "broken"}) {
      auto id = tasks.enqueue(name, "a");
      std::vector<std::shared_ptr<CountingStore>> counts;
      std::vector<std::future<std::optional<MessageState>>> waiters;
      for (int i = 0; i < 8; ++i) {
        counts.push_back(std::make_shared<CountingStore>(s.store));
        waiters.push_back(std::async(std::launch::async, [&, counting = counts.back()] {
          TaskQueue own(Namespace(counting, 0, "ph", s.clock), "q",
                        {.lease = 3'600'000, .max_retries = 0, .retention = 1000});
          return own.wait(id);
        }));
      }
      for (const auto& counting : counts)
        while (counting->trips < 1) std::this_thread::yield();  // it has looked, and is parked or about to be
      REQUIRE(tasks.process_tasks() == 1);
      for (auto& waiter : waiters) REQUIRE(waiter.get()->over());
      for (const auto& counting : counts)
        REQUIRE(counting->trips <= 3);  // two looks, and waking the next one
    }
  });
}

TEST_CASE("who waits for a task whose worker dies gets the result of the next one", "[task_queue][wait]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space, "q", {.lease = 50, .retry_unit = 0, .retention = 1000});
    tasks.register_task("double", doubled);
    auto id = tasks.enqueue("double", "a");
    REQUIRE(tasks.queue().receive_message());  // and its worker dies
    auto waiter = std::async(std::launch::async, [&] { return tasks.wait(id); });
    REQUIRE(tasks.process_tasks() == 0);
    s.clock->advance(50);
    while (tasks.process_tasks() == 0) std::this_thread::yield();
    auto state = waiter.get();
    REQUIRE(state->result == "aa");
    REQUIRE(state->attempts == 2);
  });
}

TEST_CASE("who waits for a task whose worker dies for the last time is told by nobody, and learns it",
          "[task_queue][wait]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space, "q", {.lease = 20, .max_retries = 0});
    auto id = tasks.enqueue("t", "");
    REQUIRE(tasks.queue().receive_message());  // and its worker dies
    auto waiter = std::async(std::launch::async, [&] { return tasks.wait(id); });
    s.clock->advance(20);
    auto state = waiter.get();
    REQUIRE(state->status == MessageStatus::failed);
    REQUIRE(state->reason == "the lease ended");
  });
}

TEST_CASE("completing costs a round trip more only if somebody waits", "[task_queue][wait]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    MessageQueue queue(Namespace(counting, 0, "ph", s.clock), "q", {.retention = 1000});
    for (bool somebody : {false, true}) {
      auto id = queue.send_message("m");
      auto message = queue.receive_message();
      if (somebody) REQUIRE_FALSE(queue.look_for(id).state->over());
      int before = counting->trips;
      REQUIRE(queue.complete_message(*message));
      REQUIRE(counting->trips - before == (somebody ? 2 : 1));
    }
    auto ids = queue.send_messages(std::vector<OutgoingMessage>{{"a"}, {"b"}, {"c"}});
    auto messages = queue.receive_messages(3);
    queue.look_for(ids[0]);
    queue.look_for(ids[2]);
    int before = counting->trips;
    REQUIRE(queue.complete_messages(messages) == std::vector<bool>(3, true));
    REQUIRE(counting->trips - before == 2);
    REQUIRE(run(*s.store, {"LLEN", queue.done_key(ids[0])}) == "1");
    REQUIRE(run(*s.store, {"LLEN", queue.done_key(ids[1])}) == "0");
    REQUIRE(run(*s.store, {"LLEN", queue.done_key(ids[2])}) == "1");
  });
}

TEST_CASE("a task that is requeued is waited for again", "[task_queue][wait]") {
  for_each_space([](Space& s) {
    TaskQueue tasks(s.space, "q", {.max_retries = 0, .retention = 1000});
    bool broken = true;
    tasks.register_task("t", [&](Text, Task&) -> std::string {
      if (broken) throw std::runtime_error("broken");
      return "ok";
    });
    auto id = tasks.enqueue("t", "");
    tasks.queue().look_for(id);
    tasks.process_tasks();
    REQUIRE(tasks.queue().requeue() == 1);
    auto counting = std::make_shared<CountingStore>(s.store);
    TaskQueue own(Namespace(counting, 0, "ph", s.clock), "q", {.max_retries = 0, .retention = 1000});
    auto waiter = std::async(std::launch::async, [&] { return own.wait(id); });
    while (counting->trips < 2) std::this_thread::yield();  // what told of the failure is used up
    broken = false;
    REQUIRE(tasks.process_tasks() == 1);
    REQUIRE(waiter.get()->result == "ok");
    REQUIRE(counting->trips <= 4);
  });
}

TEST_CASE("in every order of two waiters, two workers and a lease that ends, no waiter stays parked",
          "[task_queue][wait]") {
  std::size_t orders = for_each_interleaving([](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto plain = open("memory://", {clock});
    QueueOptions options{.lease = 1000, .max_retries = 0, .retention = 100'000};
    MessageQueue direct(Namespace(plain, 0, "ph", clock), "q", options);
    auto id = direct.send_message("m");
    Namespace space(stage.stepped(plain), 0, "ph", clock);
    std::vector<Awaited> looked;
    int completed = 0;
    stage.program([&] {
      MessageQueue queue(space, "q", options);
      looked.push_back(queue.look_for(id));
    });
    stage.program([&] {
      MessageQueue queue(space, "q", options);
      looked.push_back(queue.look_for(id));
    });
    for (int i = 0; i < 2; ++i)
      stage.program([&] {
        MessageQueue queue(space, "q", options);
        if (auto message = queue.receive_message()) completed += queue.complete_message(*message);
      });
    stage.program([&] {
      stage.step();
      clock->advance(1000);
    });
    stage.run();
    REQUIRE(completed <= 1);
    bool waits = std::any_of(looked.begin(), looked.end(), [](const auto& l) { return !l.state->over(); });
    bool told = run(*plain, {"LLEN", direct.done_key(id)}) == "1";
    // Completed: whoever waits was told. Else its lease has ended, or nobody has it: waiters look again by themselves.
    if (completed == 1) REQUIRE(told == waits);
    if (completed == 0) REQUIRE_FALSE(told);
    REQUIRE(direct.message_state(id));
    for (const auto& l : looked) REQUIRE(l.look_again <= options.lease);
  });
  REQUIRE(orders > 100);
}

// ---- what went wrong in the original

TEST_CASE("a killed worker loses its task in the original, and not here", "[task_queue][originals]") {
  for_each_space([](Space& s) {
    // The original: RPOP, then LPUSH to the list of what is processed. It is killed between the two.
    run(*s.store, {"LPUSH", "tasks", "t"});
    REQUIRE(run(*s.store, {"RPOP", "tasks"}) == "\"t\"");
    REQUIRE(run(*s.store, {"LLEN", "tasks"}) == "0");
    REQUIRE(run(*s.store, {"LLEN", "processing"}) == "0");

    TaskQueue tasks(s.space, "q", {.retry_unit = 0, .retention = 1000});
    tasks.register_task("double", doubled);
    auto id = tasks.enqueue("double", "a");
    REQUIRE(tasks.queue().receive_message());  // and its worker is killed
    REQUIRE(tasks.process_tasks() == 0);
    s.clock->advance(30'000);
    REQUIRE(tasks.process_tasks() == 1);
    REQUIRE(tasks.result(id)->result == "aa");
  });
}
