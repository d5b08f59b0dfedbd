// Eight threads on every store. PLAYHEAD_SEED chooses the operations (else the clock does), PLAYHEAD_ROUNDS
// how many histories.
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>

#include "tests/linearizability/faults.h"
#include "tests/linearizability/list_work.h"
#include "tests/linearizability/register_work.h"
#include "tests/linearizability/stores.h"

namespace playhead::linearizability {

namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::uint64_t seed() {
  static const std::uint64_t one = from_environment(
      "PLAYHEAD_SEED", static_cast<std::uint64_t>(
                           std::chrono::system_clock::now().time_since_epoch().count() % 1'000'000'000));
  return one;
}

/// Counts the histories of one piece of work.
class Rounds {
 public:
  explicit Rounds(std::uint64_t share = 1) : count_(from_environment("PLAYHEAD_ROUNDS", 60) / share) {}
  bool more(std::uint64_t done) const {
    if (std::getenv("PLAYHEAD_ROUNDS") != nullptr || done < fewest) return done < count_;
    return done < count_ && std::chrono::steady_clock::now() - start_ < longest;
  }

 private:
  static constexpr std::uint64_t fewest = 5;
  static constexpr auto longest = std::chrono::seconds(3);
  const std::uint64_t count_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct Tally {
  std::uint64_t histories = 0, operations = 0, pairs = 0, wrong = 0, undecided = 0, refused_for_nothing = 0,
                served = 0, cancelled = 0;

  template <class Model>
  void add(const History<typename Model::Operation>& history) {
    ++histories;
    operations += history.size();
    pairs += overlaps(history);
    Verdict verdict = check<Model>(history);
    wrong += verdict == Verdict::not_linearizable ? 1 : 0;
    undecided += verdict == Verdict::undecided ? 1 : 0;
  }
  std::string shown() const {
    std::string out = std::to_string(histories) + " histories, " + std::to_string(operations) +
                      " operations, " + std::to_string(pairs) + " overlapping pairs";
    if (served + cancelled > 0)
      out += ", " + std::to_string(served) + " blocking pops served, " + std::to_string(cancelled) +
             " cancelled";
    return out + "; seed " + std::to_string(seed());
  }
};

void check_registers(Store& store, const RegisterMix& mix, const Rounds& rounds, Tally& tally) {
  for (std::uint64_t i = 0; rounds.more(i); ++i) {
    RegisterHistory result = run_registers(store, "r" + std::to_string(i) + ":", mix, seed() + i);
    tally.add<Registers>(result.history);
    tally.refused_for_nothing += result.refused_for_nothing;
  }
}

void check_lists(Store& store, bool blocking, const Rounds& rounds, Tally& tally) {
  for (std::uint64_t i = 0; rounds.more(i); ++i) {
    ListHistory result = run_lists(store, "l" + std::to_string(i) + ":", blocking, seed() + i);
    tally.add<Lists>(result.history);
    tally.served += result.served;
    tally.cancelled += result.cancelled;
  }
}

void require_linearizable(const std::function<void(Store&, Tally&)>& work) {
  for (const StoreKind& kind : store_kinds()) DYNAMIC_SECTION(kind.name) {
      auto store = kind.open();
      Tally tally;
      work(*store, tally);
      WARN(kind.name + ": " + tally.shown());
      CHECK(tally.pairs > 0);
      CHECK(tally.wrong == 0);
      CHECK(tally.undecided == 0);
      CHECK(tally.refused_for_nothing == 0);
      store->close();
    }
}

// A fault shows within so many histories at the latest; commonly in one of the first.
constexpr std::uint64_t patience = 3000;

template <class Work>
bool found(const std::shared_ptr<Store>& store, Work work) {
  Tally tally;
  for (std::uint64_t i = 0; i < patience && tally.wrong == 0; ++i) work(*store, i, tally);
  store->close();
  return tally.wrong > 0;
}

bool found_in_registers(const std::shared_ptr<Store>& store, const RegisterMix& mix) {
  return found(store, [&](Store& s, std::uint64_t i, Tally& tally) {
    tally.add<Registers>(run_registers(s, "r" + std::to_string(i) + ":", mix, seed() + i).history);
  });
}

bool found_in_lists(const std::shared_ptr<Store>& store, bool blocking) {
  return found(store, [&](Store& s, std::uint64_t i, Tally& tally) {
    tally.add<Lists>(run_lists(s, "l" + std::to_string(i) + ":", blocking, seed() + i).history);
  });
}

}  // namespace

TEST_CASE("counters in strings, hashes and sorted sets are linearizable") {
  require_linearizable([](Store& store, Tally& tally) {
    for (auto home : {RegisterMix::Home::strings, RegisterMix::Home::fields, RegisterMix::Home::members}) {
      check_registers(store, {.home = home}, Rounds(3), tally);
      store.run(FlushDb{});
    }
  });
}

TEST_CASE("batches, units, scripts and procedures over several keys are linearizable") {
  require_linearizable(
      [](Store& store, Tally& tally) { check_registers(store, {.batches = true}, Rounds(), tally); });
}

TEST_CASE("optimistic transactions are linearizable and refused only for a reason") {
  require_linearizable([](Store& store, Tally& tally) {
    check_registers(store, {.batches = true, .optimistic = true}, Rounds(), tally);
  });
}

TEST_CASE("lists are linearizable") {
  require_linearizable([](Store& store, Tally& tally) { check_lists(store, false, Rounds(), tally); });
}

TEST_CASE("blocking pops lose and double nothing, whoever gives up when") {
  require_linearizable([](Store& store, Tally& tally) { check_lists(store, true, Rounds(), tally); });
}

TEST_CASE("stores that are not linearizable are found out") {
  CHECK(found_in_registers(split_batches(open_memory()), {.batches = true}));
  CHECK(found_in_registers(lost_updates(open_memory()), {}));
  CHECK(found_in_registers(blind_watches(open_memory()), {.optimistic = true}));
  CHECK(found_in_registers(stale_reads(open_memory()), {}));
  CHECK(found_in_lists(doubled_pops(open_memory()), false));
  CHECK(found_in_lists(lost_elements(open_memory()), true));
}

}  // namespace playhead::linearizability
