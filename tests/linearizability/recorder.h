#pragma once
// Threads that do operations at the same time, and the history of it.
#include <atomic>
#include <barrier>
#include <functional>
#include <thread>

#include "tests/differential/random.h"
#include "tests/linearizability/checker.h"

namespace playhead::linearizability {

using differential::Random;

/// Stamps that order what happens in different threads.
class Stamps {
 public:
  std::uint64_t next() { return last_.fetch_add(1) + 1; }

 private:
  std::atomic<std::uint64_t> last_ = 0;
};

/// What one thread recorded.
template <class Operation>
class Recorder {
 public:
  Recorder(Stamps& stamps, std::uint64_t seed) : stamps_(stamps), random_(seed) {}

  /// Performs `perform(operation)`, which fills the operation's answer in; false: it had no effect and is not
  /// part of the history.
  template <class F>
  bool record(Operation operation, F&& perform) {
    std::uint64_t invoked = stamps_.next();
    pause();
    bool done = perform(operation);
    pause();
    std::uint64_t answered = stamps_.next();
    if (done) history_.push_back({std::move(operation), invoked, answered});
    return done;
  }
  void add(Operation operation, std::uint64_t invoked, std::uint64_t answered) {
    history_.push_back({std::move(operation), invoked, answered});
  }
  Stamps& stamps() { return stamps_; }
  History<Operation>& history() { return history_; }

 private:
  // Lets others come in between, also where there are fewer processors than threads.
  void pause() {
    if (random_.permille(120)) std::this_thread::yield();
  }

  Stamps& stamps_;
  Random random_;
  History<Operation> history_;
};

inline constexpr std::size_t thread_count = 8;

/// Runs body(thread, random, recorder) in eight threads that start together, then last(recorder) alone; the
/// result is everything recorded.
template <class Operation>
History<Operation> run_together(std::uint64_t seed,
                                const std::function<void(std::size_t, Random&, Recorder<Operation>&)>& body,
                                const std::function<void(Recorder<Operation>&)>& last) {
  Stamps stamps;
  std::vector<Recorder<Operation>> recorders;
  for (std::size_t t = 0; t <= thread_count; ++t) recorders.emplace_back(stamps, seed * 2000 + t);
  std::vector<std::exception_ptr> errors(thread_count);
  std::barrier start(thread_count);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < thread_count; ++t)
      threads.emplace_back([&, t] {
        Random random(seed * 1000 + t);
        start.arrive_and_wait();
        try {
          body(t, random, recorders[t]);
        } catch (...) {
          errors[t] = std::current_exception();
        }
      });
  }
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
  last(recorders.back());
  History<Operation> history;
  for (auto& r : recorders) history.insert(history.end(), r.history().begin(), r.history().end());
  return history;
}

/// How many pairs of operations were under way at the same time.
template <class Operation>
std::uint64_t overlaps(const History<Operation>& history) {
  std::uint64_t pairs = 0;
  for (std::size_t i = 0; i < history.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      pairs += history[i].invoked < history[j].answered && history[j].invoked < history[i].answered ? 1 : 0;
  return pairs;
}

}  // namespace playhead::linearizability
