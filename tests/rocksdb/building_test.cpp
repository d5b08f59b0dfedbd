// Rank directories of large ordered sets, which are built while other units go on.
#include <atomic>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <thread>

#include "playhead/error.h"
#include "playhead/open.h"
#include "support.h"

namespace playhead::rocks::test {
namespace {

constexpr int many_members = 20000;  ///< enough not to be counted under the stripe

std::string member(int i) {
  return "m" + std::to_string(i);
}

using Members = std::set<std::pair<double, std::string>>;

Members fill(TestStore& store, Text key = "z") {
  Members model;
  store.unit(Mode::once, [&](Unit& u) {
    Slot slot = u.find(Key(0, key));
    for (int i = 0; i < many_members; ++i) {
      put(u, slot, member(i), i);
      model.emplace(i, member(i));
    }
  });
  return model;
}

/// What a query of a rank wants done before it is repeated; nothing if it has its answer.
std::function<void()> asked(TestStore& store, Text key = "z") {
  try {
    rank(store, key, member(many_members / 2));
  } catch (const embedded::Unready& unready) {
    return unready.prepare;
  }
  return nullptr;
}

std::function<void()> must_ask(TestStore& store) {
  auto prepare = asked(store);
  REQUIRE(prepare);
  return prepare;
}

/// Asks until there is an answer.
void build(TestStore& store, Text key = "z") {
  auto prepare = asked(store, key);
  while (prepare) {
    prepare();
    prepare = asked(store, key);  // the one before is kept until now
  }
}

void require_ranks(TestStore& store, const Members& model, Text key = "z") {
  std::int64_t expected = 0;
  for (const auto& [score, name] : model) {
    if (expected % 41 == 0) REQUIRE(rank(store, key, name) == expected);
    ++expected;
  }
}

/// One unit that writes members and takes others away, half of them close together, so that a run grows beyond its
/// limit; now and then it is aborted.
void change(TestStore& store, Members& model, std::mt19937& random) {
  Members before = model;
  Unit u(*store.storage, Mode::many, true);
  Slot slot = u.find(Key(0, "z"));
  for (int i = 0; i < 40; ++i) {
    bool close = random() % 2;
    int number = static_cast<int>(random() % (2 * many_members));
    double score = close ? 7000 + number / 1e6 : number;
    std::string name = (close ? "close" : "") + member(number);
    if (auto held = u.zget(slot, name)) {
      u.zerase(slot, name);
      model.erase({*held, name});
    } else {
      put(u, slot, name, score);
      model.emplace(score, name);
    }
  }
  if (random() % 4) return u.commit();
  u.abort();
  model = std::move(before);
}

}  // namespace

TEST_CASE("a directory that is built while units write the ordered set counts what they wrote") {
  unsigned seed = GENERATE(1u, 2u, 3u);
  INFO("seed " << seed);
  std::mt19937 random(seed);
  TestStore store;
  Members model = fill(store);
  auto prepare = must_ask(store);
  for (int i = 0; i < 20; ++i) change(store, model, random);
  prepare();
  for (int i = 0; i < 20; ++i) change(store, model, random);
  CHECK_FALSE(asked(store));
  require_ranks(store, model);
  for (int i = 0; i < 20; ++i) change(store, model, random);
  require_ranks(store, model);
}

TEST_CASE("queries that meet while a directory is built share it") {
  TestStore store;
  Members model = fill(store);
  auto first = must_ask(store), second = must_ask(store);
  std::thread other(second);
  first();
  other.join();
  CHECK_FALSE(asked(store));
  require_ranks(store, model);
}

TEST_CASE("a unit that writes and asks for a rank does not wait for the directory that is built") {
  TestStore store;
  Members model = fill(store);
  auto prepare = must_ask(store);
  bool built_before = GENERATE(false, true), abort = GENERATE(false, true);
  {
    Unit u(*store.storage, Mode::many, true);
    Slot slot = u.find(Key(0, "z"));
    put(u, slot, "first", -2);
    if (built_before) prepare();
    CHECK(u.zrank(slot, member(10000)) == 10001);
    put(u, slot, "second", -1);
    CHECK(u.zrank(slot, member(10000)) == 10002);
    abort ? u.abort() : u.commit();
  }
  if (!abort) model.insert({{-2, "first"}, {-1, "second"}});
  prepare();
  build(store);
  require_ranks(store, model);
}

TEST_CASE("an ordered set that goes while its directory is built leaves none behind") {
  TestStore store;
  fill(store);
  auto prepare = must_ask(store);
  SECTION("removed") {
    store.unit(Mode::once, [](Unit& u) {
      Slot slot = u.find(Key(0, "z"));
      u.remove(slot);
    });
  }
  SECTION("flushed") {
    store.flush(0);
  }
  SECTION("swapped and flushed") {
    store.swap(0, 1);
    store.flush(1);
  }
  prepare();
  CHECK_FALSE(asked(store));
  Members model = fill(store);
  build(store);
  require_ranks(store, model);
  store.storage->close();
  std::size_t saved = 0;
  const auto rows = raw_rows(store.path);
  for (auto& [key, value] : rows.at("default")) saved += key.starts_with("rank");
  CHECK(saved == 1);
}

TEST_CASE("a directory that is built follows a renamed key, and comes back with an abort") {
  TestStore store;
  Members model = fill(store);
  auto prepare = must_ask(store);
  bool abort = GENERATE(false, true);
  {
    Unit u(*store.storage, Mode::many, true);
    Slot slot = u.find(Key(0, "z"));
    put(u, slot, "first", -2);
    u.move(slot, Key(0, "y"));
    put(u, slot, "second", -1);
    abort ? u.abort() : u.commit();
  }
  if (!abort) model.insert({{-2, "first"}, {-1, "second"}});
  Text name = abort ? "z" : "y", other = abort ? "y" : "z";
  prepare();
  CHECK_FALSE(asked(store, name));
  CHECK_FALSE(asked(store, other));
  require_ranks(store, model, name);
}

TEST_CASE("a directory that nobody waits for any more is built again when it is needed") {
  TestStore store;
  Members model = fill(store);
  asked(store);
  SECTION("after a write") {
    store.unit(Mode::once, [&](Unit& u) {
      Slot slot = u.find(Key(0, "z"));
      put(u, slot, "first", -1);
    });
    model.emplace(-1, "first");
  }
  SECTION("after the store was closed") {
    store.reopen();
  }
  SECTION("at once") {}
  build(store);
  require_ranks(store, model);
}

TEST_CASE("closing waits for a directory that is built") {
  TestStore store;
  Members model = fill(store);
  auto prepare = must_ask(store);
  std::atomic<bool> built{false}, closed_early{false};
  std::thread closing([&] {
    store.storage->close();
    closed_early = !built;
  });
  auto until_refused = [&] {
    while (true) store.storage->count(0, 0);
  };
  CHECK_THROWS_AS(until_refused(), Error);
  built = true;
  prepare();
  closing.join();
  CHECK_FALSE(closed_early);
  prepare = nullptr;
  store.storage.reset();
  store.open();
  build(store);
  require_ranks(store, model);
}

TEST_CASE("ranks asked for by threads while others write the ordered set are those of some moment") {
  TemporaryDirectory directory;
  auto store = playhead::open("rocksdb://" + directory / "store" + "?durability=none");
  std::vector<std::string> names;
  std::vector<ScoreMember> items;
  for (int i = 0; i < many_members; ++i) names.push_back(member(i));
  for (int i = 0; i < many_members; ++i)
    items.push_back({static_cast<double>(i), names[static_cast<std::size_t>(i)]});
  store->run(ZAdd{"z", items});
  constexpr int writes = 2000;
  std::atomic<std::int64_t> begun{0}, done{0};
  std::atomic<int> wrong{0};
  std::thread writer([&] {
    for (int i = 1; i <= writes; ++i) {
      std::string name = "below" + std::to_string(i);
      ScoreMember item{-static_cast<double>(i), name};
      begun = i;
      store->run(ZAdd{"z", {&item, 1}});
      done = i;
    }
  });
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t)
    readers.emplace_back([&] {
      while (done < writes) {
        std::int64_t least = 10000 + done;
        auto rank = store->run(ZRank{"z", "m10000"});
        if (!rank || *rank < least || *rank > 10000 + begun) ++wrong;
      }
    });
  writer.join();
  for (auto& reader : readers) reader.join();
  CHECK(wrong == 0);
  CHECK(store->run(ZRank{"z", "m10000"}) == 10000 + writes);
  store->close();
}

}  // namespace playhead::rocks::test
