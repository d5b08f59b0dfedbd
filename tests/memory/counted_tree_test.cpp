#include "backends/memory/counted_tree.h"

#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace playhead::memory {
namespace {

using Pair = std::pair<double, std::string>;

/// The tree beside an ordinary ordered set.
struct Tested {
  CountedTree tree;
  std::set<Pair> model;
  std::map<std::string, Member*> members;

  ~Tested() {
    for (auto& [name, member] : members) std::free(member);
  }
  void put(const std::string& name, double score) {
    auto found = members.find(name);
    if (found == members.end()) {
      Member* member = Member::make(score, name);
      tree.insert(member);
      members[name] = member;
    } else {
      model.erase({found->second->score, name});
      tree.update(found->second, score);
    }
    model.insert({score, name});
  }
  void erase(const std::string& name) {
    auto found = members.find(name);
    if (found == members.end()) return;
    model.erase({found->second->score, name});
    tree.erase(found->second);
    std::free(found->second);
    members.erase(found);
  }
  std::vector<Pair> walk(std::size_t from, bool reverse, std::size_t count) const {
    std::vector<Pair> met;
    tree.walk(from, reverse, [&](const Member& member) {
      met.emplace_back(member.score, member.name());
      return met.size() < count;
    });
    return met;
  }
  void check() const {
    REQUIRE(tree.size() == model.size());
    std::vector<Pair> up = walk(0, false, model.size() + 1), expected(model.begin(), model.end());
    REQUIRE(up == expected);
    if (model.empty()) return;
    REQUIRE(walk(model.size() - 1, true, model.size() + 1) ==
            std::vector<Pair>(expected.rbegin(), expected.rend()));
    for (std::size_t rank = 0; rank < expected.size(); rank += 1 + expected.size() / 50) {
      const auto& [score, name] = expected[rank];
      REQUIRE(tree.rank(members.at(name)) == rank);
      REQUIRE(walk(rank, false, 1).front() == expected[rank]);
      double bound = score;
      REQUIRE(tree.count([bound](double s, Text) { return s < bound; }) ==
              static_cast<std::size_t>(std::distance(model.begin(), model.lower_bound({bound, ""}))));
    }
  }
};

void behaves_like_a_set(std::uint64_t seed, int operations, int names, int scores) {
  INFO("seed " << seed << ", " << names << " names, " << scores << " scores");
  std::mt19937_64 random(seed);
  Tested tested;
  bool growing = true;
  for (int i = 0; i < operations; ++i) {
    if (random() % 10000 == 0) growing = !growing;
    std::string name = std::to_string(random() % names);
    if (random() % 3 != 0 ? growing : !growing) {
      tested.put(name, static_cast<double>(random() % scores));
    } else {
      tested.erase(name);
    }
    if (i % 4999 == 0) tested.check();
  }
  tested.check();
  while (!tested.members.empty()) tested.erase(tested.members.begin()->first);
  CHECK(tested.tree.size() == 0);
  CHECK(tested.tree.memory() == 0);
}

TEST_CASE("a counted tree behaves like an ordered set under random changes") {
  behaves_like_a_set(1, 100000, 30000, 1000000);
  behaves_like_a_set(2, 100000, 30000, 10);
  behaves_like_a_set(3, 100000, 30000, 1);
  behaves_like_a_set(4, 50000, 150, 5);
}

TEST_CASE("a counted tree keeps its order under small and large steps of a score") {
  std::mt19937_64 random(5);
  Tested tested;
  for (int i = 0; i < 5000; ++i) tested.put(std::to_string(i), static_cast<double>(random() % 5000));
  for (int i = 0; i < 50000; ++i) {
    std::string name = std::to_string(random() % 5000);
    double step = random() % 20 == 0 ? static_cast<double>(random() % 4000) - 2000
                                     : static_cast<double>(random() % 3) - 1;
    tested.put(name, tested.members.at(name)->score + step);
    if (i % 5000 == 0) tested.check();
  }
  tested.check();
}

TEST_CASE("ascending and descending insertion fill the leaves") {
  for (int direction : {1, -1}) {
    Tested tested;
    for (int i = 0; i < 20000; ++i) tested.put(std::to_string(i), direction * i);
    tested.check();
    CHECK(tested.tree.memory() < 20000 * 18);
  }
}

TEST_CASE("infinite scores stand at the ends and the zeros are equal") {
  Tested tested;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  tested.put("low", -infinity);
  tested.put("high", infinity);
  tested.put("b", -0.0);
  tested.put("a", 0.0);
  tested.put("c", 0.0);
  auto walked = tested.walk(0, false, 10);
  std::vector<std::string> names;
  for (auto& [score, name] : walked) names.push_back(name);
  CHECK(names == std::vector<std::string>{"low", "a", "b", "c", "high"});
  CHECK(std::signbit(walked[2].first));
}

TEST_CASE("removing from either end empties a counted tree") {
  for (bool front : {true, false}) {
    Tested tested;
    for (int i = 0; i < 10000; ++i) tested.put(std::to_string(i), i);
    while (tested.tree.size() > 0) {
      std::string name = tested.walk(front ? 0 : tested.tree.size() - 1, false, 1).front().second;
      tested.erase(name);
      if (tested.tree.size() % 1000 == 0) tested.check();
    }
    CHECK(tested.tree.memory() == 0);
  }
}

}  // namespace
}  // namespace playhead::memory
