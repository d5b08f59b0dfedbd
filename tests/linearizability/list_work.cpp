#include "tests/linearizability/list_work.h"

#include <condition_variable>
#include <mutex>

#include "tests/linearizability/ask.h"

namespace playhead::linearizability {

namespace {

using Operation = Lists::Operation;
using Kind = Operation::Kind;

/// What becomes of a blocking pop.
class Completion {
 public:
  explicit Completion(Stamps& stamps) : stamps_(stamps) {}

  void complete(AnyCall& call, std::exception_ptr error) {
    std::lock_guard lock(mutex_);
    ++times_;
    error_ = error;
    if (!error) popped_ = call.reply<BLPop>();
    answered_ = stamps_.next();
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(60), [this] { return times_ > 0; }))
      throw std::runtime_error("a blocking pop was neither served nor cancelled");
  }
  bool completed() {
    std::lock_guard lock(mutex_);
    return times_ > 0;
  }
  int times() {
    std::lock_guard lock(mutex_);
    return times_;
  }
  /// After it was completed.
  PoppedElement popped() {
    std::lock_guard lock(mutex_);
    if (error_) std::rethrow_exception(error_);
    if (!popped_) throw std::runtime_error("a blocking pop was served with nothing");
    return *popped_;
  }
  std::uint64_t answered() {
    std::lock_guard lock(mutex_);
    return answered_;
  }

 private:
  Stamps& stamps_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int times_ = 0;
  std::exception_ptr error_;
  std::optional<PoppedElement> popped_;
  std::uint64_t answered_ = 0;
};

class Work {
 public:
  Work(Store& store, const std::string& prefix) : store_(store) {
    for (std::size_t i = 0; i < Lists::count; ++i) keys_.push_back(prefix + std::to_string(i));
  }

  /// A thread that never waits.
  void run(std::size_t thread, Random& random, Recorder<Operation>& recorder, std::size_t operations,
           bool mostly_pushing) {
    for (std::size_t i = 0; i < operations; ++i) {
      Operation o{Kind::push,
                  random.below(2),
                  random.permille(500),
                  static_cast<std::int64_t>(thread * 1000 + i + 1),
                  {}};
      std::size_t choice = random.below(10);
      if (choice >= (mostly_pushing ? 7 : 4))
        o.kind = choice == 9 ? Kind::size : choice == 8 ? Kind::read : Kind::pop;
      if (!mostly_pushing && choice == 4) o.kind = Kind::move;
      recorder.record(o, [this](Operation& operation) { return perform(operation), true; });
    }
  }

  /// A thread that waits for elements, and gives up at random.
  void run_waiting(Random& random, Recorder<Operation>& recorder, std::size_t operations) {
    for (std::size_t i = 0; i < operations; ++i) wait_once(random, recorder);
  }

  void read_last(Recorder<Operation>& recorder) {
    for (std::size_t list = 0; list < Lists::count; ++list)
      recorder.record({Kind::read, list, false, 0, {}}, [this](Operation& o) { return perform(o), true; });
  }
  std::atomic<std::size_t> cancelled = 0, served = 0;

 private:
  void perform(Operation& o) {
    const std::string& key = keys_[o.list];
    switch (o.kind) {
      case Kind::push:
        o.answer = numbers(ask(store_, {o.front ? "LPUSH" : "RPUSH", key, std::to_string(o.value)}));
        break;
      case Kind::pop:
        o.answer = numbers(ask(store_, {o.front ? "LPOP" : "RPOP", key}));
        break;
      case Kind::move:
        o.answer = numbers(ask(store_, {"LMOVE", key, keys_[1 - o.list], "LEFT", "RIGHT"}));
        break;
      case Kind::size:
        o.answer = numbers(ask(store_, {"LLEN", key}));
        break;
      case Kind::read:
        o.answer = numbers(ask(store_, {"LRANGE", key, "0", "-1"}));
        break;
    }
  }

  AnyCall blocking_pop(Random& random, bool front) const {
    std::size_t first = random.below(2);
    std::vector<Text> words = {front ? "BLPOP" : "BRPOP", keys_[first]};
    if (random.permille(500)) words.push_back(keys_[1 - first]);
    words.emplace_back("0");
    return AnyCall::parse(words, 0, true);
  }

  void wait_once(Random& random, Recorder<Operation>& recorder) {
    bool front = random.permille(500);
    auto completion = std::make_shared<Completion>(recorder.stamps());
    std::uint64_t invoked = recorder.stamps().next();
    auto ticket = store_.park(
        blocking_pop(random, front),
        [completion](AnyCall& call, std::exception_ptr error) { completion->complete(call, error); });
    for (std::size_t patience = random.below(8); patience > 0 && !completion->completed(); --patience)
      std::this_thread::yield();
    if (ticket->cancel()) {
      ++cancelled;
      if (completion->times() > 0) throw std::runtime_error("a cancelled pop was served");
      return;
    }
    completion->wait();
    PoppedElement popped = completion->popped();
    ++served;
    Operation o{Kind::pop,
                popped.key == keys_[0] ? std::size_t{0} : std::size_t{1},
                front,
                0,
                {std::stoll(popped.element)}};
    recorder.add(std::move(o), invoked, completion->answered());
  }

  Store& store_;
  std::vector<std::string> keys_;
};

}  // namespace

ListHistory run_lists(Store& store, const std::string& prefix, bool blocking, std::uint64_t seed) {
  Work work(store, prefix);
  ListHistory result;
  result.history = run_together<Operation>(
      seed,
      [&](std::size_t thread, Random& random, Recorder<Operation>& recorder) {
        if (!blocking)
          work.run(thread, random, recorder, 10, false);
        else if (thread % 2 == 0)
          work.run(thread, random, recorder, 12, true);
        else
          work.run_waiting(random, recorder, 8);
      },
      [&](Recorder<Operation>& recorder) { work.read_last(recorder); });
  result.cancelled = work.cancelled;
  result.served = work.served;
  return result;
}

}  // namespace playhead::linearizability
