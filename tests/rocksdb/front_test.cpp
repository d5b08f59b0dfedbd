// Ordered sets that are read from the beginning while rows come and go there.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "support.h"

namespace playhead::rocks::test {
namespace {

using Members = std::set<std::pair<double, std::string>>;

constexpr int members = 300;  ///< too many for a metadata row

Members all_of(Unit& u, Text key, bool by_rank) {
  Members found;
  auto take = [&](Text member, double score) { return found.emplace(score, member).second; };
  Slot slot = u.find(Key(0, key));
  if (!slot.exists()) return found;
  embedded::ZBound least;
  least.score = -std::numeric_limits<double>::infinity();
  if (by_rank)
    u.zwalk_rank(slot, 0, false, take);
  else
    u.zwalk_bound(slot, least, false, take);
  return found;
}

/// A few members less at the beginning, and sometimes new ones there or moved ones.
void change(Unit& u, Text key, Members& model, std::mt19937& random) {
  Slot slot = u.find(Key(0, key));
  for (auto n = random() % 6; n > 0 && !model.empty(); --n) {
    u.zerase(slot, model.begin()->second);
    model.erase(model.begin());
    if (random() % 4 == 0) all_of(u, key, random() % 2 == 0);
  }
  double least = model.empty() ? 0 : model.begin()->first;
  for (auto n = random() % 7; n > 0; --n) {
    double score = least + static_cast<double>(random() % 40) - 2;
    std::string member = "m" + std::to_string(random() % 1000);
    std::erase_if(model, [&](const auto& one) { return one.second == member; });
    put(u, slot, member, score);
    model.emplace(score, member);
  }
}

}  // namespace

TEST_CASE("an ordered set shows all members from the beginning, whatever came and went there") {
  unsigned seed = GENERATE(1u, 2u, 3u, 4u);
  INFO("seed " << seed);
  std::mt19937 random(seed);
  TestStore store;
  Members model;
  Text key = "z", other = "y";
  store.unit(Mode::once, [&](Unit& u) {
    Slot slot = u.find(Key(0, key));
    for (int i = 0; i < members; ++i) {
      put(u, slot, "m" + std::to_string(i), i);
      model.emplace(i, "m" + std::to_string(i));
    }
  });
  for (int round = 0; round < 400; ++round) {
    Members after = model;
    {
      Unit u(*store.storage, Mode::many, true);
      bool move = random() % 8 == 0, abort = random() % 4 == 0;
      change(u, key, after, random);
      if (move) {
        Slot slot = u.find(Key(0, key));
        if (slot.exists()) u.move(slot, Key(0, other));
        change(u, other, after, random);
      }
      REQUIRE(all_of(u, move ? other : key, random() % 2 == 0) == after);
      abort ? u.abort() : u.commit();
      if (!abort) {
        model = std::move(after);
        if (move) std::swap(key, other);
      }
    }
    if (round % 50 == 49) store.reopen();
    bool by_rank = random() % 2 == 0;
    REQUIRE(store.unit(Mode::read, [&](Unit& u) { return all_of(u, key, by_rank); }) == model);
  }
}

}  // namespace playhead::rocks::test
