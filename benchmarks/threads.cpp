// Two threads on keys of their own against one.
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <thread>

#include "benchmarks/support/data.h"
#include "benchmarks/support/report.h"
#include "playhead/open.h"

namespace {

using namespace playhead;
using namespace playhead::bench;

using Work = std::function<void(std::size_t thread, std::size_t count)>;

// A core for each thread: the kernel is slow to part two threads that have just begun on one.
void stay_on(std::size_t core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core % std::thread::hardware_concurrency(), &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

// Nanoseconds that `threads` threads need for `count` operations each, from the first start to the last end.
// They wait for each other awake, so that they start together.
double together(const Work& work, std::size_t threads, std::size_t count) {
  using Clock = std::chrono::steady_clock;
  std::atomic<std::size_t> ready = 0;
  std::vector<Clock::time_point> begins(threads), ends(threads);
  auto run = [&](std::size_t t) {
    stay_on(t);
    for (++ready; ready.load() < threads;) std::this_thread::yield();
    begins[t] = Clock::now();
    work(t, count);
    ends[t] = Clock::now();
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < threads; ++t) others.emplace_back(run, t);
    run(0);
  }
  auto first = *std::min_element(begins.begin(), begins.end()),
       last = *std::max_element(ends.begin(), ends.end());
  return std::chrono::duration<double, std::nano>(last - first).count();
}

// The same loop without shared data: what the machine gives two threads at this moment.
void spin(std::size_t, std::size_t count) {
  std::uint64_t x = 1;
  for (std::size_t i = 0; i < count * 40; ++i) {
    x = x * 6364136223846793005u + 1;
    keep(x);
  }
}

double speedup(const Work& work, std::size_t count) {
  double one = together(work, 1, count), two = together(work, 2, count);
  return 2 * one / two;
}

void compare(Report& report, const std::string& what, const Work& work) {
  std::size_t count = fill([&](std::size_t n) { work(0, n); }, std::chrono::milliseconds(10));
  std::size_t spins = fill([&](std::size_t n) { spin(0, n); }, std::chrono::milliseconds(10));
  std::vector<double> ours, machine;
  for (int i = 0; i < 61; ++i) {
    ours.push_back(speedup(work, count));
    machine.push_back(speedup(spin, spins));
  }
  double best = median(machine), got = median(ours);
  report.add({.what = what,
              .floor = "two threads that share nothing",
              .unit = "x",
              .ours = got,
              .other = best,
              .ratio = got / best,
              .budget = at_least(0.9)});
}

void with_keys(Report& report, std::size_t count) {
  auto store = open("memory://");
  const std::string value(32, 'v'), of = ", " + grouped(count) + " keys each";
  std::vector<std::vector<std::string>> keys = {names("left:", count), names("right:", count)}, sets(2);
  for (std::size_t t = 0; t < 2; ++t)
    for (auto& k : keys[t]) {
      store->run(Set{.key = k, .value = value});
      sets[t].push_back("z:" + k);
      for (std::size_t i = 0; i < 100 && count <= 1000; ++i) {
        std::string member = "member:" + std::to_string(i);
        ScoreMember item{static_cast<double>(i), member};
        store->run(ZAdd{sets[t].back(), {&item, 1}});
      }
    }
  alignas(128) Positions left(count);  // what a thread writes shares no line of memory with the other's
  alignas(128) Positions right(count);
  Positions* at[] = {&left, &right};
  compare(report, "GET" + of, [&](std::size_t t, std::size_t n) {
    std::optional<std::string> reply;
    while (n-- > 0) store->run(Get{keys[t][at[t]->next()]}, reply), keep(reply);
  });
  compare(report, "SET" + of, [&](std::size_t t, std::size_t n) {
    while (n-- > 0) store->run(Set{.key = keys[t][at[t]->next()], .value = value});
  });
  if (count > 1000) return;
  compare(report, "ZINCRBY, sets of 100" + of, [&](std::size_t t, std::size_t n) {
    while (n-- > 0) keep(store->run(ZIncrBy{sets[t][at[t]->next()], 1, "member:50"}));
  });
}

}  // namespace

int main() {
  Report report("threads", "Threads",
                "Two threads on disjoint keys of one memory store, each on a core of its own: the work done "
                "in the time that one thread needs "
                "for half of it. Beside it what two threads that share nothing reach at the same moment, "
                "which other work on the machine keeps "
                "below 2. The budget of 0.9 of that is 1.8 of an idle machine's 2.");
  for (std::size_t count : {10, 1000, 100000}) with_keys(report, count);
  report.note(
      "Threads that use many keys meet on the 256 stripes: not to wait for each other, but the line of "
      "memory that holds a stripe's "
      "lock goes from core to core, which a short operation feels more than a long one.");
  report.write();
}
