#include <catch2/catch.hpp>
#include <random>

#include "support.h"

namespace playhead::rocks::test {
namespace {

void set(TestStore& store, const std::string& name, Millis deadline, std::uint16_t db = 0) {
  store.unit(Mode::once, [&](Unit& u) {
    Slot slot = u.find(Key(db, name));
    u.set(slot, "v", deadline);
  });
}

void remove(TestStore& store, const Key& key) {
  store.unit(Mode::once, [&](Unit& u) {
    Slot slot = u.find(key);
    u.remove(slot);
  });
}

std::size_t index_rows(TestStore& store) {
  return raw_rows(*store.storage)["expiry"].size();
}

// Removes what is due; the names of it.
std::vector<std::string> expire(TestStore& store, Millis now, std::size_t budget = 1000) {
  std::vector<std::string> names;
  for (std::size_t stripe = 0; stripe < embedded::stripe_count; ++stripe)
    store.storage->expired(stripe, now, budget, [&](const Key& key) {
      names.push_back(std::to_string(key.db) + ":" + std::string(key.name));
      remove(store, key);
    });
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("keys are handed out once their deadline has passed, and leave no index row") {
  TestStore store;
  set(store, "a", 10);
  set(store, "b", 20, 3);
  set(store, "c", 0);
  CHECK(expire(store, 10).empty());
  CHECK(expire(store, 11) == Names{"0:a"});
  CHECK(expire(store, 30) == Names{"3:b"});
  CHECK(index_rows(store) == 0);
}

TEST_CASE("putting a deadline off writes no index row; the worker moves it") {
  TestStore store;
  set(store, "a", 10);
  for (Millis at = 11; at < 50; ++at) set(store, "a", at);
  CHECK(index_rows(store) == 1);
  CHECK(expire(store, 49).empty());
  CHECK(index_rows(store) == 1);
  CHECK(expire(store, 50) == Names{"0:a"});
  CHECK(index_rows(store) == 0);
}

TEST_CASE("an earlier deadline is noticed though the cursor has passed it") {
  TestStore store;
  set(store, "a", 100);
  CHECK(expire(store, 50).empty());
  set(store, "a", 20);
  CHECK(expire(store, 50) == Names{"0:a"});
}

TEST_CASE("a key without deadline any more is not handed out and its row goes") {
  TestStore store;
  set(store, "a", 10);
  store.unit(Mode::once, [](Unit& u) {
    Slot slot = u.find(Key(0, "a"));
    u.deadline(slot, 0);
  });
  CHECK(expire(store, 100).empty());
  CHECK(index_rows(store) == 0);
  set(store, "a", 200);
  CHECK(expire(store, 300) == Names{"0:a"});
}

TEST_CASE("a key that the caller did not remove is handed out again") {
  TestStore store;
  set(store, "a", 10);
  std::size_t stripe = embedded::stripe_of(embedded::hash_of("a")), seen = 0;
  for (int i = 0; i < 3; ++i) store.storage->expired(stripe, 50, 10, [&](const Key&) { ++seen; });
  CHECK(seen == 3);
  CHECK(expire(store, 50) == Names{"0:a"});
  CHECK(expire(store, 50).empty());
}

TEST_CASE("a budget bounds the keys looked at and the next call goes on") {
  TestStore store;
  std::vector<std::string> same;  // keys of one stripe
  for (int i = 0; same.size() < 10; ++i)
    if (embedded::stripe_of(embedded::hash_of("k" + std::to_string(i))) == 7)
      same.push_back("k" + std::to_string(i));
  for (auto& name : same) set(store, name, 10);
  std::size_t handed = 0;
  auto take = [&](const Key& key) {
    ++handed;
    remove(store, key);
  };
  CHECK(store.storage->expired(7, 50, 4, take) == 4);
  CHECK(store.storage->expired(7, 50, 4, take) == 4);
  CHECK(store.storage->expired(7, 50, 4, take) == 2);
  CHECK(store.storage->expired(7, 50, 4, take) == 0);
  CHECK(handed == 10);
}

TEST_CASE("rows of a flushed database are dropped, those of a swapped one are found") {
  TestStore store;
  set(store, "a", 10, 0);
  set(store, "b", 10, 1);
  store.flush(0);
  store.swap(1, 2);
  CHECK(expire(store, 20) == Names{"2:b"});
  CHECK(index_rows(store) == 0);
}

TEST_CASE("a renamed key expires under its new name") {
  TestStore store;
  set(store, "a", 10);
  store.unit(Mode::once, [](Unit& u) {
    Slot slot = u.find(Key(0, "a"));
    u.move(slot, Key(0, "b"));
  });
  CHECK(expire(store, 20) == Names{"0:b"});
  CHECK(index_rows(store) == 0);
}

TEST_CASE("every key with a deadline is handed out in time under random changes and reopening") {
  unsigned seed = GENERATE(1u, 2u, 3u);
  INFO("seed " << seed);
  std::mt19937 random(seed);
  TestStore store;
  std::map<std::string, Millis> model;
  for (Millis now = 1; now < 1500; ++now) {
    std::string name = "k" + std::to_string(random() % 40);
    Millis at = random() % 4 ? now + 1 + static_cast<Millis>(random() % 200) : 0;
    switch (random() % 5) {
      case 0:
        remove(store, Key(0, name));
        model.erase(name);
        break;
      case 1:
        store.unit(Mode::once, [&](Unit& u) {
          Slot slot = u.find(Key(0, name));
          if (slot.exists()) u.deadline(slot, at), model[name] = at;
        });
        break;
      default:
        set(store, name, at);
        model[name] = at;
    }
    if (now % 10 == 0) {
      Names expected;
      for (auto& [n, d] : model)
        if (d && d < now) expected.push_back("0:" + n);
      REQUIRE(expire(store, now) == expected);
      std::erase_if(model, [&](auto& e) { return e.second && e.second < now; });
    }
    if (now % 400 == 0) store.reopen();
  }
  expire(store, 5000);
  CHECK(index_rows(store) == 0);
}

}  // namespace playhead::rocks::test
