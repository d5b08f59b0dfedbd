#pragma once
// Whether a history of concurrent operations can be explained by a sequential one.
//
// The search of Wing and Gong with Lowe's memory: operations are taken in every order that respects real time
// (what was answered before another was invoked comes first), and a pair of (operations taken, state) is
// never looked at twice.
#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace playhead::linearizability {

/// An operation with its answer, and when it was invoked and answered. Stamps are unique.
template <class Operation>
struct Interval {
  Operation operation;
  std::uint64_t invoked = 0;
  std::uint64_t answered = 0;
};

template <class Operation>
using History = std::vector<Interval<Operation>>;

enum class Verdict : std::uint8_t { linearizable, not_linearizable, undecided };

/// A Model has types State (a copy of it is cheap) and Operation, and
///   static bool apply(State&, const Operation&)             changes the state; whether the operation's
///   answer is what this state gives static void write(const State&, std::string& out)       appends bytes
///   that differ between states
template <class Model>
class Checker {
 public:
  using State = typename Model::State;
  using Operation = typename Model::Operation;

  explicit Checker(const History<Operation>& history)
      : history_(history), taken_((history.size() + 63) / 64) {
    for (std::uint32_t i = 0; i < history.size(); ++i) {
      events_.push_back({history[i].invoked, i, true, 0, 0});
      events_.push_back({history[i].answered, i, false, 0, 0});
    }
    std::sort(events_.begin(), events_.end(),
              [](const Event& a, const Event& b) { return a.stamp < b.stamp; });
    events_.insert(events_.begin(), Event{0, 0, true, 0, 0});  // the head of the list
    answer_of_.resize(history.size());
    for (std::uint32_t i = 0; i < events_.size(); ++i) {
      events_[i].next = i + 1 < events_.size() ? i + 1 : 0;
      events_[i].previous = i > 0 ? i - 1 : 0;
      if (i > 0 && !events_[i].invocation) answer_of_[events_[i].operation] = i;
    }
  }

  /// At most so many attempts to take an operation.
  Verdict run(std::uint64_t limit) {
    State state{};
    std::uint32_t at = events_[0].next;
    while (events_[0].next != 0) {
      if (limit-- == 0) return Verdict::undecided;
      if (at != 0 && events_[at].invocation) {
        State then = state;
        if (Model::apply(then, history_[events_[at].operation].operation) &&
            remember(events_[at].operation, then)) {
          path_.push_back({at, state});
          state = std::move(then);
          take(at);
          at = events_[0].next;
        } else {
          at = events_[at].next;
        }
        continue;
      }
      // An answer is reached whose operation was not taken: back.
      if (path_.empty()) return Verdict::not_linearizable;
      at = path_.back().event;
      state = std::move(path_.back().state);
      path_.pop_back();
      give_back(at);
      at = events_[at].next;
    }
    return Verdict::linearizable;
  }

 private:
  struct Event {
    std::uint64_t stamp;
    std::uint32_t operation;
    bool invocation;
    std::uint32_t next, previous;  // of the events that are left; 0: the head
  };
  struct Step {
    std::uint32_t event;
    State state;
  };

  void flip(std::uint32_t operation) { taken_[operation / 64] ^= std::uint64_t{1} << operation % 64; }
  // False: these operations have led to this state before.
  bool remember(std::uint32_t operation, const State& state) {
    flip(operation);
    std::string key(reinterpret_cast<const char*>(taken_.data()), taken_.size() * sizeof taken_[0]);
    flip(operation);
    Model::write(state, key);
    return seen_.insert(std::move(key)).second;
  }
  void unlink(std::uint32_t i) {
    events_[events_[i].previous].next = events_[i].next;
    if (events_[i].next != 0) events_[events_[i].next].previous = events_[i].previous;
  }
  void link(std::uint32_t i) {
    events_[events_[i].previous].next = i;
    if (events_[i].next != 0) events_[events_[i].next].previous = i;
  }
  void take(std::uint32_t event) {
    flip(events_[event].operation);
    unlink(event);
    unlink(answer_of_[events_[event].operation]);
  }
  void give_back(std::uint32_t event) {
    link(answer_of_[events_[event].operation]);
    link(event);
    flip(events_[event].operation);
  }

  const History<Operation>& history_;
  std::vector<Event> events_;
  std::vector<std::uint32_t> answer_of_;
  std::vector<std::uint64_t> taken_;
  std::unordered_set<std::string> seen_;
  std::vector<Step> path_;
};

template <class Model>
Verdict check(const History<typename Model::Operation>& history, std::uint64_t limit = 20'000'000) {
  return Checker<Model>(history).run(limit);
}

}  // namespace playhead::linearizability
