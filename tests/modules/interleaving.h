#pragma once
// Every order in which operations of several steps can meet. A step is one call to the store: what lies between
// two calls of a program can be reached by any call of the others.
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "playhead/store.h"

namespace playhead::test {

/// One order: programs that run in turns, one step at a time. A program must not wait for another one.
class Stage {
 public:
  /// `choices`: which of the programs that can go on takes each step, as far as it is given; then the first one.
  /// Filled up with what was chosen, and `options` with how many there were.
  Stage(std::vector<std::size_t>& choices, std::vector<std::size_t>& options)
      : choices_(choices), options_(options) {}

  /// The store as programs must use it: each call is a step. Outside run() calls go straight through.
  std::shared_ptr<Store> stepped(std::shared_ptr<Store> store);
  /// Adds a program.
  void program(std::function<void()> body) { bodies_.push_back(std::move(body)); }
  /// A step of a program that is no call of a store, such as moving the clock.
  void step();
  /// Runs all programs in this order; throws what the first of them to fail has thrown.
  void run();

 private:
  class Stepped;
  enum class State { waiting, stepping, ended };
  void perform(std::size_t program);

  std::vector<std::size_t>& choices_;
  std::vector<std::size_t>& options_;
  std::vector<std::function<void()>> bodies_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<State> states_;  // of the programs, under mutex_
  std::exception_ptr failure_;
};

/// Calls `scene` once for every order of the steps of its programs, each time with a stage of its own. The result is
/// how many orders there were. Throws std::runtime_error beyond `limit` orders.
std::size_t for_each_interleaving(const std::function<void(Stage&)>& scene, std::size_t limit = 100'000);

}  // namespace playhead::test
