#include "playhead/modules/delayed_tasks.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// "2026-11-22 20:15" of UTC.
Millis at(const char* text) {
  int y = 0, mo = 0, d = 0, h = 0, mi = 0;
  // NOLINTNEXTLINE(bugprone-unchecked-string-to-number-conversion): the texts are short and below
  REQUIRE(std::sscanf(text, "%d-%d-%d %d:%d", &y, &mo, &d, &h, &mi) == 5);
  using namespace std::chrono;
  auto days = sys_days{year(y) / month(static_cast<unsigned>(mo)) / day(static_cast<unsigned>(d))};
  return duration_cast<milliseconds>(days.time_since_epoch()).count() + (h * 60 + mi) * Millis{60'000};
}

}  // namespace

TEST_CASE("cron expressions name their times", "[cron]") {
  struct Row {
    const char *expression, *after, *next;
  };
  const Row table[] = {
      {"* * * * *", "2026-11-22 20:15", "2026-11-22 20:16"},
      {"* * * * *", "2026-12-31 23:59", "2027-01-01 00:00"},
      {"*/15 * * * *", "2026-11-22 20:15", "2026-11-22 20:30"},
      {"*/15 * * * *", "2026-11-22 20:50", "2026-11-22 21:00"},
      {"7 * * * *", "2026-11-22 20:07", "2026-11-22 21:07"},
      {"0 9-17 * * *", "2026-11-22 17:00", "2026-11-23 09:00"},
      {"0 9-17/4 * * *", "2026-11-22 09:00", "2026-11-22 13:00"},
      {"5,10,55 3 * * *", "2026-11-22 03:10", "2026-11-22 03:55"},
      {"30 4 1,15 * *", "2026-11-15 04:30", "2026-12-01 04:30"},
      {"0 0 29 2 *", "2026-03-01 00:00", "2028-02-29 00:00"},
      {"0 0 31 * *", "2026-11-01 00:00", "2026-12-31 00:00"},
      {"0 0 * * 1", "2026-11-22 20:15", "2026-11-23 00:00"},  // the 22nd is a Sunday
      {"0 0 * * 0", "2026-11-22 20:15", "2026-11-29 00:00"},
      {"0 0 * * 7", "2026-11-22 20:15", "2026-11-29 00:00"},
      {"0 12 * * mon-fri", "2026-11-20 12:00", "2026-11-23 12:00"},
      {"0 12 * * Sat,SUN", "2026-11-20 12:00", "2026-11-21 12:00"},
      {"0 0 * jan-mar *", "2026-11-22 20:15", "2027-01-01 00:00"},
      {"0 0 13 * fri", "2026-11-22 20:15", "2026-11-27 00:00"},  // the 13th or a Friday
      {"0 0 13 * fri", "2026-12-12 00:00", "2026-12-13 00:00"},
      {"0 0 */2 * mon", "2026-11-22 20:15", "2026-11-23 00:00"},  // * with a step restricts nothing by itself
      {"10/20 0 * * *", "2026-11-22 00:10", "2026-11-22 00:30"},
      {"@hourly", "2026-11-22 20:15", "2026-11-22 21:00"},
      {"@daily", "2026-11-22 20:15", "2026-11-23 00:00"},
      {"@weekly", "2026-11-22 20:15", "2026-11-29 00:00"},
      {"@monthly", "2026-11-22 20:15", "2026-12-01 00:00"},
      {"@yearly", "2026-11-22 20:15", "2027-01-01 00:00"},
      {"0 0 1 1 *", "1960-05-05 00:00", "1961-01-01 00:00"},
  };
  for (const Row& row : table) {
    INFO(row.expression << " after " << row.after);
    REQUIRE(Cron::parse(row.expression).next(at(row.after)) == at(row.next));
    REQUIRE(Cron::parse(row.expression).next(at(row.next) - 1) == at(row.next));
  }
}

TEST_CASE("a cron expression is read by a clock with an offset", "[cron]") {
  Cron nine = Cron::parse("0 9 * * mon");
  REQUIRE(nine.next(at("2026-11-22 20:15"), 330) == at("2026-11-23 03:30"));
  REQUIRE(nine.next(at("2026-11-22 20:15"), -480) == at("2026-11-23 17:00"));
  REQUIRE_THROWS_AS(nine.next(0, 1441), Error);
}

TEST_CASE("what is no cron expression is refused", "[cron]") {
  for (const char* wrong :
       {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *",
        "* * * * 8", "5-1 * * * *", "*/0 * * * *", "*/-1 * * * *", "a * * * *", "1, * * * *", "1-2-3 * * * *",
        "* * 30 feb *", "@never", "* * * mon *", "-1 * * * *"}) {
    INFO(wrong);
    REQUIRE_THROWS_AS(Cron::parse(wrong), Error);
  }
}

TEST_CASE("a task runs once, when its time has come", "[delayed_tasks]") {
  for_each_space([](Space& s) {
    DelayedTasks tasks(s.space);
    std::vector<std::string> ran;
    tasks.register_handler("mail", [&](const TaskClaim& t) {
      ran.push_back(t.data);
      return "sent";
    });
    auto id = tasks.schedule_task("mail", "hello", {.delay = 1000});
    REQUIRE(tasks.task_state(id)->status == TaskStatus::scheduled);
    REQUIRE(tasks.task_state(id)->due == s.clock->now() + 1000);
    s.clock->advance(999);
    REQUIRE(tasks.step().claimed == 0);
    REQUIRE(tasks.step().look_again == 1);
    s.clock->advance(1);
    REQUIRE(tasks.step().completed == 1);
    REQUIRE(tasks.step().claimed == 0);
    REQUIRE(ran == std::vector<std::string>{"hello"});
    REQUIRE(tasks.task_state(id)->status == TaskStatus::completed);
    REQUIRE(tasks.task_state(id)->note == "sent");
    s.clock->advance(86'400'000);
    tasks.step();
    REQUIRE_FALSE(tasks.task_state(id));
    REQUIRE(run(*s.store, {"DBSIZE"}) == "0");
  });
}

TEST_CASE("an interval goes on from when it was due, and missed runs are one", "[delayed_tasks]") {
  for_each_space([](Space& s) {
    DelayedTasks tasks(s.space);
    tasks.register_handler("t", [](const TaskClaim&) { return ""; });
    Millis begin = s.clock->now();
    auto id = tasks.schedule_task("t", "", {.every = 1000});
    REQUIRE(tasks.step().completed == 1);
    s.clock->advance(1300);
    REQUIRE(tasks.step().completed == 1);
    REQUIRE(tasks.task_state(id)->due == begin + 2000);
    s.clock->set(begin + 7500);
    REQUIRE(tasks.step().completed == 1);
    REQUIRE(tasks.step().claimed == 0);
    REQUIRE(tasks.task_state(id)->due == begin + 8000);
    REQUIRE(tasks.task_state(id)->runs == 3);
  });
}

TEST_CASE("a cron task runs at each of its times", "[delayed_tasks]") {
  for_each_space([](Space& s) {
    s.clock->set(at("2026-11-22 20:15"));
    DelayedTasks tasks(s.space);
    tasks.register_handler("t", [](const TaskClaim&) { return ""; });
    auto id = tasks.schedule_task("t", "", {.cron = "0 9 * * *", .utc_offset_minutes = 60});
    REQUIRE(tasks.task_state(id)->due == at("2026-11-23 08:00"));
    s.clock->set(at("2026-11-23 08:01"));
    REQUIRE(tasks.step().completed == 1);
    REQUIRE(tasks.task_state(id)->due == at("2026-11-24 08:00"));
    REQUIRE_THROWS_AS(tasks.schedule_task("t", "", {.cron = "0 9 * *"}), Error);
    REQUIRE_THROWS_AS(tasks.schedule_task("t", "", {.every = 1, .cron = "@daily"}), Error);
  });
}

TEST_CASE("cancelling before the claim prevents the run, after it the run is the last", "[delayed_tasks]") {
  for_each_space([](Space& s) {
    DelayedTasks tasks(s.space);
    auto waiting = tasks.schedule_task("t", "");
    REQUIRE(tasks.cancel_task(waiting) == CancelResult::cancelled);
    REQUIRE(tasks.cancel_task(waiting) == CancelResult::over);
    REQUIRE(tasks.claim().tasks.empty());
    REQUIRE(tasks.task_state(waiting)->status == TaskStatus::cancelled);
    REQUIRE(tasks.cancel_task("unknown") == CancelResult::unknown);

    auto repeated = tasks.schedule_task("t", "", {.every = 1000});
    auto claims = tasks.claim();
    REQUIRE(tasks.cancel_task(repeated) == CancelResult::running);
    REQUIRE(tasks.complete(claims.tasks.at(0), "done"));
    REQUIRE(tasks.task_state(repeated)->status == TaskStatus::completed);
    s.clock->advance(10'000);
    REQUIRE(tasks.claim().tasks.empty());

    auto lost = tasks.schedule_task("t", "");
    tasks.claim();  // and its owner dies
    REQUIRE(tasks.cancel_task(lost) == CancelResult::running);
    s.clock->advance(60'000);
    REQUIRE(tasks.claim().tasks.empty());
    REQUIRE(tasks.task_state(lost)->status == TaskStatus::cancelled);
  });
}

TEST_CASE("a claimed task belongs to one scheduler until the lease ends", "[delayed_tasks]") {
  for_each_space([](Space& s) {
    DelayedTasks one(s.space), two(s.space);
    auto id = one.schedule_task("t", "");
    auto first = one.claim().tasks.at(0);
    REQUIRE(two.claim().tasks.empty());
    s.clock->advance(60'000);
    auto second = two.claim().tasks.at(0);
    REQUIRE(second.id == id);
    REQUIRE(second.attempt == 2);
    REQUIRE_FALSE(one.complete(first));
    REQUIRE_FALSE(one.fail(first, ""));
    REQUIRE(two.complete(second));
  });
}

TEST_CASE("a run that fails is tried again, and then the task has failed or goes on", "[delayed_tasks]") {
  for_each_space([](Space& s) {
    DelayedTasks tasks(s.space, {.max_retries = 1});
    tasks.register_handler("t", [](const TaskClaim&) -> std::string { throw std::runtime_error("broken"); });
    auto once = tasks.schedule_task("t", "");
    REQUIRE(tasks.step().failures.at(0).message == "broken");
    REQUIRE(tasks.task_state(once)->status == TaskStatus::scheduled);
    s.clock->advance(1999);
    REQUIRE(tasks.step().claimed == 0);
    s.clock->advance(1);
    REQUIRE(tasks.step().claimed == 1);
    REQUIRE(tasks.task_state(once)->status == TaskStatus::failed);
    REQUIRE(tasks.task_state(once)->note == "broken");

    auto again = tasks.schedule_task("t", "", {.every = 10'000});
    tasks.step();
    s.clock->advance(2000);
    tasks.step();
    REQUIRE(tasks.task_state(again)->status == TaskStatus::scheduled);
    REQUIRE(tasks.task_state(again)->due == s.clock->now() + 8000);
    REQUIRE(tasks.task_state(again)->attempts == 0);
    auto nobody = tasks.schedule_task("other", "");
    REQUIRE(tasks.step().failures.at(0).id == nobody);
  });
}

TEST_CASE("a task whose runner dies each time is tried no more", "[delayed_tasks]") {
  for_each_space([](Space& s) {
    DelayedTasks tasks(s.space, {.max_retries = 0});
    int ran = 0;
    tasks.register_handler("t", [&](const TaskClaim&) { return ++ran, ""; });
    auto id = tasks.schedule_task("t", "");
    tasks.claim();
    s.clock->advance(60'000);
    REQUIRE(tasks.step().failures.size() == 1);
    REQUIRE(ran == 0);
    REQUIRE(tasks.task_state(id)->status == TaskStatus::failed);
  });
}

TEST_CASE("a task with the id of one that is there is not scheduled", "[delayed_tasks]") {
  for_each_space([](Space& s) {
    DelayedTasks tasks(s.space);
    REQUIRE(tasks.schedule_task("t", "a", {}, "nightly") == "nightly");
    tasks.schedule_task("t", "b", {}, "nightly");
    REQUIRE(tasks.claim(10).tasks.size() == 1);
    REQUIRE(tasks.task_state("nightly")->data == "a");
  });
}

TEST_CASE("eight schedulers run every task exactly once", "[delayed_tasks]") {
  for_each_space([](Space& s) {
    std::mutex mutex;
    std::multiset<std::string> ran;
    DelayedTasks first(s.space);
    for (int i = 0; i < 100; ++i) first.schedule_task("t", std::to_string(i));
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        DelayedTasks tasks(s.space);
        tasks.register_handler("t", [&](const TaskClaim& task) {
          std::lock_guard lock(mutex);
          ran.insert(task.data);
          return "";
        });
        while (tasks.step().claimed > 0) continue;
      });
    for (auto& t : threads) t.join();
    REQUIRE(ran.size() == 100);
    REQUIRE(std::set<std::string>(ran.begin(), ran.end()).size() == 100);
  });
}

TEST_CASE("the background thread is woken by tasks of other schedulers, and looks no more often",
          "[delayed_tasks]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    DelayedTasks runner(Namespace(counting, 0, "ph", s.clock), {.lease = 3'600'000}), other(s.space);
    std::mutex mutex;
    std::condition_variable changed;
    int ran = 0;
    runner.register_handler("t", [&](const TaskClaim&) {
      std::lock_guard lock(mutex);
      ++ran;
      changed.notify_all();
      return "";
    });
    runner.run_in_background();
    REQUIRE(runner.running());
    for (int i = 1; i <= 3; ++i) {
      other.schedule_task("t", "");
      std::unique_lock lock(mutex);
      REQUIRE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return ran >= i; }));
    }
    runner.stop_background();
    REQUIRE_FALSE(runner.running());
    REQUIRE(counting->trips.load() <=
            1 + 3 * 4);  // a claim, its settling, and at most two looks in vain for each
  });
}

TEST_CASE("an idle scheduler that is stopped takes no signal from the others", "[delayed_tasks]") {
  for_each_space([](Space& s) {
    for (int i = 0; i < 20; ++i) {
      std::promise<void> ran;
      DelayedTasks leaving(s.space, {.lease = 3'600'000}), staying(s.space, {.lease = 3'600'000});
      for (DelayedTasks* tasks : {&leaving, &staying}) {
        tasks->register_handler("t", [&](const TaskClaim&) {
          ran.set_value();
          return "";
        });
        tasks->run_in_background();
      }
      std::thread stopping([&] { leaving.stop_background(); });
      staying.schedule_task("t", "");
      stopping.join();
      REQUIRE(ran.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
      staying.stop_background();
    }
  });
}

TEST_CASE(
    "in every order of two schedulers, a cancellation and a lease that ends, a run has one owner at a time",
    "[delayed_tasks]") {
  std::size_t orders = for_each_interleaving([](Stage& stage) {
    auto clock = std::make_shared<ManualClock>();
    auto plain = open("memory://", {clock});
    DelayedTasks direct(Namespace(plain, 0, "ph", clock));
    auto id = direct.schedule_task("t", "");
    Namespace space(stage.stepped(plain), 0, "ph", clock);
    std::vector<std::int64_t> attempts;
    int settled = 0;
    CancelResult cancelled = CancelResult::unknown;
    for (int i = 0; i < 2; ++i)
      stage.program([&] {
        DelayedTasks tasks(space);
        auto claims = tasks.claim().tasks;
        if (claims.empty()) return;
        attempts.push_back(claims[0].attempt);
        settled += tasks.complete(claims[0]);
      });
    stage.program([&] {
      DelayedTasks tasks(space);
      cancelled = tasks.cancel_task(id);
    });
    stage.program([&] {
      stage.step();
      clock->advance(60'000);
    });
    stage.run();
    REQUIRE(settled <= 1);
    REQUIRE(std::set<std::int64_t>(attempts.begin(), attempts.end()).size() == attempts.size());
    if (cancelled == CancelResult::cancelled) REQUIRE(attempts.empty());
    if (cancelled == CancelResult::over) REQUIRE(settled == 1);
    clock->advance(60'000);
    bool left = !direct.claim().tasks.empty();
    REQUIRE(
        (settled == 1 || cancelled == CancelResult::cancelled || cancelled == CancelResult::running || left));
    REQUIRE_FALSE((settled == 1 && left));
  });
  REQUIRE(orders > 50);
}

TEST_CASE("two schedulers run a task twice in the original, and once here", "[delayed_tasks][originals]") {
  for_each_space([](Space& s) {
    // The original: both read what is due, both run it, both remove it.
    run(*s.store, {"ZADD", "schedule", "1", "task"});
    int runs = 0;
    auto seen_by_one = run(*s.store, {"ZRANGEBYSCORE", "schedule", "0", "2"});
    auto seen_by_two = run(*s.store, {"ZRANGEBYSCORE", "schedule", "0", "2"});
    for (const auto& seen : {seen_by_one, seen_by_two}) {
      runs += seen == "[\"task\"]";
      run(*s.store, {"ZREM", "schedule", "task"});
    }
    REQUIRE(runs == 2);

    DelayedTasks one(s.space), two(s.space);
    one.schedule_task("t", "");
    REQUIRE(one.claim().tasks.size() + two.claim().tasks.size() == 1);
  });
}
