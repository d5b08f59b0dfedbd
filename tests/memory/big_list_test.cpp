#include "backends/memory/big_list.h"

#include <catch2/catch.hpp>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace playhead::memory {
namespace {

std::string element(std::mt19937_64& random) {
  std::size_t kind = random() % 100, size = random() % 20;
  if (kind >= 90) size = 240 + random() % 40;
  if (kind >= 97) size = random() % 6000;
  return std::string(size, static_cast<char>('a' + random() % 26));
}

std::vector<std::string> walk(const BigList& list, std::size_t from, bool reverse, std::size_t count) {
  std::vector<std::string> met;
  list.walk(from, reverse, [&](Text text) {
    met.emplace_back(text);
    return met.size() < count;
  });
  return met;
}

void check(const BigList& list, const std::deque<std::string>& model) {
  REQUIRE(list.size() == model.size());
  if (model.empty()) return;
  REQUIRE(walk(list, 0, false, model.size() + 1) == std::vector<std::string>(model.begin(), model.end()));
  REQUIRE(walk(list, model.size() - 1, true, model.size() + 1) ==
          std::vector<std::string>(model.rbegin(), model.rend()));
}

void behaves_like_a_deque(std::uint64_t seed, int operations, int push_weight) {
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  BigList list;
  std::deque<std::string> model;
  for (int i = 0; i < operations; ++i) {
    std::string text = element(random);
    std::size_t at = model.empty() ? 0 : random() % model.size();
    auto place = model.begin() + static_cast<std::ptrdiff_t>(at);
    int kind = static_cast<int>(random() % 100);
    if (kind < push_weight || model.empty()) {
      bool front = random() % 2 == 0;
      list.push(front, text);
      front ? model.push_front(text) : model.push_back(text);
    } else if (kind < push_weight + 10) {
      list.insert(at, text);
      model.insert(place, text);
    } else if (kind < push_weight + 20) {
      list.assign(at, text);
      *place = text;
    } else if (kind < push_weight + 30) {
      list.erase(at);
      model.erase(place);
    } else if (kind < push_weight + 50) {
      bool front = random() % 2 == 0;
      list.pop(front);
      front ? model.pop_front() : model.pop_back();
    } else if (random() % 500 == 0) {
      std::size_t count = random() % (model.size() + 1);
      bool front = random() % 2 == 0;
      list.drop(front, count);
      for (; count > 0; --count) front ? model.pop_front() : model.pop_back();
    }
    if (!model.empty()) {
      at = random() % model.size();
      REQUIRE(list.at(at) == model[at]);
    }
    if (i % 2999 == 0) check(list, model);
  }
  check(list, model);
  if (!model.empty()) list.drop(true, model.size());
  CHECK(list.memory() == sizeof(BigList));
}

TEST_CASE("a big list behaves like a deque under random changes") {
  behaves_like_a_deque(1, 60000, 45);
  behaves_like_a_deque(2, 60000, 35);
  behaves_like_a_deque(3, 20000, 25);
}

TEST_CASE("a list used as a queue stays small") {
  BigList list;
  for (int i = 0; i < 100000; ++i) {
    list.push(false, std::to_string(i));
    if (i >= 10) {
      REQUIRE(list.at(0) == std::to_string(i - 10));
      list.pop(true);
    }
  }
  CHECK(list.size() == 10);
  CHECK(list.memory() < 10000);
}

TEST_CASE("insertions in the middle keep many groups in order") {
  std::mt19937_64 random(7);
  BigList list;
  std::deque<std::string> model;
  std::string text(300, 'x');
  for (int i = 0; i < 3000; ++i) {
    text.replace(0, 4, std::to_string(1000 + i));
    std::size_t at = model.size() / 2;
    list.insert(at, text);
    model.insert(model.begin() + static_cast<std::ptrdiff_t>(at), text);
  }
  check(list, model);
  while (model.size() > 5) {
    std::size_t at = random() % model.size();
    list.erase(at);
    model.erase(model.begin() + static_cast<std::ptrdiff_t>(at));
  }
  check(list, model);
  CHECK(list.memory() < 40000);
}

TEST_CASE("a long element that becomes short gives its memory back") {
  BigList list;
  list.push(false, std::string(1 << 20, 'x'));
  list.push(false, "y");
  CHECK(list.memory() > 1 << 20);
  list.assign(0, "short");
  CHECK(list.memory() < 10000);
  CHECK(list.at(0) == "short");
  CHECK(list.at(1) == "y");
}

}  // namespace
}  // namespace playhead::memory
