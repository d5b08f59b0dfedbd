#include <catch2/catch.hpp>
#include <thread>

#include "backends/rocksdb/check.h"
#include "support.h"

namespace playhead::rocks::test {
namespace {

void fill_all_types(TestStore& store, std::size_t elements, const std::string& suffix) {
  store.unit(Mode::once, [&](Unit& u) {
    Slot hash = u.find(Key(0, "hash" + suffix)), set = u.find(Key(0, "set" + suffix)),
         zset = u.find(Key(0, "zset" + suffix)), list = u.find(Key(0, "list" + suffix)),
         string = u.find(Key(0, "string" + suffix));
    u.set(string, "value", 0);
    for (std::size_t i = 0; i < elements; ++i) {
      std::string e = "element" + std::to_string(i);
      put(u, hash, Type::hash, e, e);
      put(u, set, Type::set, e, "");
      put(u, zset, e, static_cast<double>(i));
      u.lpush(list, false, e);
    }
    for (Slot* slot : {&hash, &set, &zset, &list, &string}) u.deadline(*slot, 1000);
  });
}

void remove_all(TestStore& store) {
  std::vector<std::string> names;
  for (std::size_t stripe = 0; stripe < embedded::stripe_count; ++stripe)
    store.storage->scan(0, stripe, 0, 1000,
                        [&](const Key& key, Type, Millis) { names.emplace_back(key.name); });
  for (auto& name : names)
    store.unit(Mode::once, [&](Unit& u) {
      Slot slot = u.find(Key(0, name));
      u.remove(slot);
    });
}

void require_empty(RocksStorage& storage) {
  auto rows = raw_rows(storage);
  for (const char* family : {"metadata", "data", "dead", "expiry"}) {
    INFO(family);
    REQUIRE(rows[family].empty());
  }
}

}  // namespace

TEST_CASE("removing keys of every type and size leaves no row behind") {
  std::size_t elements = GENERATE(1, 16, 17, 100, 255, 256, 2000);
  TestStore store;
  for (int i = 0; i < 5; ++i) fill_all_types(store, elements, std::to_string(i));
  remove_all(store);
  store.storage->reclaim_all();
  require_empty(*store.storage);
}

TEST_CASE("a removed key leaves its rows to the reclaimer, in one dead record") {
  TestStore store;
  fill_all_types(store, 1000, "");
  remove_all(store);
  auto rows = raw_rows(*store.storage);
  CHECK(rows["metadata"].empty());
  CHECK(rows["dead"].size() == 4);
  CHECK(rows["data"].size() == 5000);
}

TEST_CASE("overwriting a collection with a string leaves nothing of the collection behind") {
  TestStore store;
  fill_all_types(store, 300, "");
  store.unit(Mode::once, [](Unit& u) {
    for (const char* name : {"hash", "set", "zset", "list"}) {
      Slot slot = u.find(Key(0, name));
      u.set(slot, "v", 0);
    }
  });
  store.storage->reclaim_all();
  auto rows = raw_rows(*store.storage);
  CHECK(rows["data"].empty());
  CHECK(rows["dead"].empty());
  CHECK(rows["metadata"].size() == 5);
}

TEST_CASE("flushing a database leaves nothing of it behind and spares the others") {
  TestStore store;
  for (int i = 0; i < 200; ++i) fill_all_types(store, i % 40, std::to_string(i));
  store.unit(Mode::once, [](Unit& u) {
    Slot other = u.find(Key(1, "other"));
    put(u, other, Type::hash, "field", std::string(1000, 'x'));
  });
  store.flush(0);
  CHECK(raw_rows(*store.storage)["metadata"].size() > 800);
  store.storage->reclaim_all();
  auto rows = raw_rows(*store.storage);
  CHECK(rows["metadata"].size() == 1);
  CHECK(rows["data"].size() == 1);
  CHECK(rows["dead"].empty());
  std::size_t left = 0;
  for (std::size_t stripe = 0; stripe < embedded::stripe_count; ++stripe)
    left += store.storage->count(0, stripe);
  CHECK(left == 0);
}

TEST_CASE("a very large collection is reclaimed by one range deletion and compacted away") {
  TestStore store;
  store.unit(Mode::once, [](Unit& u) {
    Slot slot = u.find(Key(0, "z"));
    for (int i = 0; i < 40000; ++i) put(u, slot, "m" + std::to_string(i), i);
  });
  remove_all(store);
  store.storage->reclaim_all();
  require_empty(*store.storage);
}

TEST_CASE("what was dead when the process ended is reclaimed after the next open") {
  TestStore store;
  fill_all_types(store, 1000, "");
  remove_all(store);
  store.reopen();
  store.storage->reclaim_all();
  require_empty(*store.storage);
}

TEST_CASE("a long trim moves the few elements that stay to a new object") {
  TestStore store;
  store.unit(Mode::once, [](Unit& u) {
    Slot slot = u.find(Key(0, "l"));
    for (int i = 0; i < 5000; ++i) u.lpush(slot, false, std::to_string(i));
  });
  store.unit(Mode::once, [](Unit& u) {
    Slot slot = u.find(Key(0, "l"));
    u.ltrim(slot, 3000, 1990);
    CHECK(u.size(slot) == 10);
  });
  store.storage->reclaim_all();
  CHECK(raw_rows(*store.storage)["data"].size() == 10);
  store.unit(Mode::read, [](Unit& u) {
    Slot slot = u.find(Key(0, "l"));
    CHECK(u.lget(slot, 0) == "3000");
    CHECK(u.lget(slot, 9) == "3009");
  });
}

TEST_CASE("keys written and flushed in the same unit leave nothing behind") {
  TestStore store;
  {
    Unit u(*store.storage, Mode::many, true);
    Slot before = u.find(Key(0, "before"));
    put(u, before, Type::hash, "f", std::string(1000, 'x'));
    u.flush(0);
    CHECK_FALSE(u.find(Key(0, "before")).exists());
    Slot after = u.find(Key(0, "after"));
    u.set(after, "v", 0);
    u.commit();
  }
  store.storage->reclaim_all();
  auto rows = raw_rows(*store.storage);
  CHECK(rows["metadata"].size() == 1);
  CHECK(rows["data"].empty());
  CHECK(rows["dead"].empty());
}

TEST_CASE("a collection that leaves a database before it is flushed in the same unit stays") {
  TestStore store;
  fill_all_types(store, 1000, "");
  store.unit(Mode::many, [](Unit& u) {
    Slot list = u.find(Key(0, "list")), zset = u.find(Key(0, "zset"));
    u.move(list, Key(1, "list"));
    u.move(zset, Key(1, "zset"));
    u.flush(0);
  });
  store.storage->reclaim_all();
  store.unit(Mode::read, [](Unit& u) {
    Slot list = u.find(Key(1, "list")), zset = u.find(Key(1, "zset"));
    REQUIRE(u.size(list) == 1000);
    CHECK(u.lget(list, 999) == "element999");
    std::size_t members = 0;
    u.zwalk_rank(zset, 0, false, [&](Text, double) { return ++members > 0; });
    CHECK(members == 1000);
  });
  store.storage->close();
  store.storage.reset();
  CHECK(check(store.path).ok());
}

TEST_CASE("a flush that is aborted takes no database id and leaves nothing dead") {
  TestStore store;
  fill_all_types(store, 1000, "");
  auto before = raw_rows(*store.storage);
  {
    Unit u(*store.storage, Mode::many, true);
    u.flush(0);
    Slot slot = u.find(Key(0, "k"));
    u.set(slot, "v", 7);
    u.swap(0, 3);
    u.flush(3);
    u.abort();
  }
  store.storage->reclaim_all();
  CHECK(raw_rows(*store.storage) == before);
}

TEST_CASE("the worker reclaims by itself") {
  TestStore store(true);
  fill_all_types(store, 1000, "");
  remove_all(store);
  while (!raw_rows(*store.storage)["dead"].empty()) std::this_thread::yield();
  require_empty(*store.storage);
}

}  // namespace playhead::rocks::test
