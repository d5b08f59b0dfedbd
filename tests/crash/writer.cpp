#include "tests/crash/writer.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

namespace playhead::crash {

void Progress::settle(const Session& session, std::size_t thread, bool applied) {
  if (pending && applied) model.apply(change_of(session.seed, thread, *pending, pending_at));
  pending.reset();
  model.expire(session.now);
  before = model;
  since.clear();
}

void Progress::acknowledge(const Session& session, std::size_t thread) {
  model.apply(change_of(session.seed, thread, *pending, session.now));
  since.push_back(*pending);
  pending.reset();
}

namespace {

/// Acknowledges changes that it forgot, or does the commands of a batch one by one.
class FaultyStore final : public StoreWrapper {
 public:
  FaultyStore(std::shared_ptr<Store> store, KillOptions::Fault fault)
      : StoreWrapper(std::move(store)), fault_(fault) {}
  using StoreWrapper::perform;
  void perform(Batch& batch) override {
    if (fault_ == KillOptions::Fault::forgets && ++batches_ % 4 == 0) return;
    if (fault_ != KillOptions::Fault::tears) return inner().perform(batch);
    for (AnyCall& call : batch.calls) {
      try {
        inner().perform(call.call());
      } catch (const Error& e) {
        call.error = e.what();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // so that many kills hit the middle
    }
  }

 private:
  KillOptions::Fault fault_;
  std::atomic<std::uint64_t> batches_ = 0;
};

std::shared_ptr<Store> open(const Session& session) {
  auto options = session.options;
  options.clock = std::make_shared<ManualClock>(session.now);
  auto store = rocks::open_rocks_store(session.path, options);
  if (session.fault == KillOptions::Fault::none) return store;
  return std::make_shared<FaultyStore>(std::move(store), session.fault);
}

class Comparison {
 public:
  Comparison(Store& store, const Session& session, Pipe& pipe)
      : store_(store), session_(session), pipe_(pipe) {}

  void run() {
    std::int64_t added = 0;
    std::vector<std::string> expected;
    for (std::size_t t = 0; t < session_.threads->size(); ++t) {
      const Model model = compare(t);
      added += model.added();
      for (const auto& [name, content] : model.keys()) expected.push_back(name);
    }
    if (!sound_) return;
    auto shared = store_.run(Get{.key = shared_counter});
    if (std::stoll(shared.value_or("0")) != added)
      tell("the shared counter holds " + shared.value_or("nothing") + ", the threads added " +
           std::to_string(added));
    auto names = store_.run(Keys{.pattern = "*"});
    std::erase(names, shared_counter);
    std::sort(names.begin(), names.end());
    std::sort(expected.begin(), expected.end());
    if (names != expected)
      tell("KEYS gives " + std::to_string(names.size()) + " names instead of " +
           std::to_string(expected.size()));
  }

 private:
  // The result: the state found.
  Model compare(std::size_t t) {
    const Progress& progress = (*session_.threads)[t];
    Model without = progress.model, with = progress.model;
    if (progress.pending) with.apply(change_of(session_.seed, t, *progress.pending, progress.pending_at));
    without.expire(session_.now);
    with.expire(session_.now);
    std::string differs = difference(store_, without, t);
    if (differs.empty()) return tell(t, Outcome::without_pending), without;
    if (progress.pending && difference(store_, with, t).empty()) return tell(t, Outcome::with_pending), with;
    sound_ = false;
    bool lost = holds_earlier(progress, t);
    tell(t, lost ? Outcome::lost : Outcome::torn);
    std::string pending =
        progress.pending
            ? "; under way: " + change_of(session_.seed, t, *progress.pending, progress.pending_at).shown()
            : "";
    tell((lost ? "acknowledged changes are lost, thread " : "the state is torn, thread ") +
         std::to_string(t) + ": " + differs + pending);
    return without;
  }

  // Whether the state is one that the thread had before.
  bool holds_earlier(const Progress& progress, std::size_t t) {
    Model model = progress.before;
    for (std::size_t i = 0; i < progress.since.size(); ++i) {
      Model seen = model;
      seen.expire(session_.now);
      if (difference(store_, seen, t).empty()) return true;
      model.apply(change_of(session_.seed, t, progress.since[i], progress.pending_at));
    }
    return false;
  }

  void tell(std::size_t t, Outcome outcome) {
    pipe_.tell({Record::Kind::compared, static_cast<std::uint32_t>(t), static_cast<std::uint64_t>(outcome)});
  }
  void tell(const std::string& finding) { pipe_.tell({Record::Kind::finding}, finding); }

  Store& store_;
  const Session& session_;
  Pipe& pipe_;
  bool sound_ = true;
};

[[noreturn]] void write(Store& store, const Session& session, std::size_t thread, Pipe& pipe) {
  auto number = (*session.threads)[thread].next;
  auto t = static_cast<std::uint32_t>(thread);
  std::atomic<std::uint32_t>& inside = session.inside[thread];
  try {
    for (;; ++number) {
      Change change = change_of(session.seed, thread, number, session.now);
      pipe.tell({Record::Kind::begun, t, number});
      inside.store(1, std::memory_order_relaxed);
      perform(store, change);
      inside.store(0, std::memory_order_relaxed);
      pipe.tell({Record::Kind::acknowledged, t, number});
    }
  } catch (const std::exception& e) {
    pipe.tell({Record::Kind::failed},
              e.what() + std::string("; in ") + change_of(session.seed, thread, number, session.now).shown());
  }
  ::_exit(3);
}

}  // namespace

void write_until_killed(const Session& session, Pipe& pipe) {
  auto store = open(session);
  Comparison(*store, session, pipe).run();
  pipe.tell({Record::Kind::writing});
  std::vector<std::thread> threads;
  for (std::size_t t = 1; t < session.threads->size(); ++t)
    threads.emplace_back([&, t] { write(*store, session, t, pipe); });
  write(*store, session, 0, pipe);
}

}  // namespace playhead::crash
