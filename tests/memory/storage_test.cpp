#include "backends/memory/memory_storage.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace playhead::memory {
namespace {

using embedded::Mode;
using embedded::stripe_count;

void put(MemoryStorage& storage, const std::string& name, Millis deadline = 0, std::uint16_t db = 0) {
  Unit unit(storage, Mode::once);
  Slot slot = unit.find(Key(db, name));
  unit.set(slot, "value", deadline);
  unit.commit();
}

bool exists(MemoryStorage& storage, const std::string& name, std::uint16_t db = 0) {
  Unit unit(storage, Mode::read);
  return unit.find(Key(db, name)).exists();
}

void remove(MemoryStorage& storage, const std::string& name, std::uint16_t db = 0) {
  Unit unit(storage, Mode::once);
  Slot slot = unit.find(Key(db, name));
  if (slot.exists()) unit.remove(slot);
  unit.commit();
}

void flush(MemoryStorage& storage, std::uint16_t db) {
  Unit unit(storage, Mode::many);
  unit.flush(db);
  unit.commit();
}

void swap(MemoryStorage& storage, std::uint16_t a, std::uint16_t b) {
  Unit unit(storage, Mode::many);
  unit.swap(a, b);
  unit.commit();
}

std::size_t count(MemoryStorage& storage, std::uint16_t db = 0) {
  std::size_t sum = 0;
  for (std::size_t stripe = 0; stripe < stripe_count; ++stripe) sum += storage.count(db, stripe);
  return sum;
}

/// Names that all fall into stripe 0.
std::vector<std::string> names_of_stripe_0(std::size_t wanted) {
  std::vector<std::string> names;
  for (int i = 0; names.size() < wanted; ++i) {
    std::string name = "name" + std::to_string(i);
    if (embedded::stripe_of(embedded::hash_of(name)) == 0) names.push_back(name);
  }
  return names;
}

void add_members(MemoryStorage& storage, const std::string& key, Type type, int members) {
  Unit unit(storage, Mode::many);
  Slot slot = unit.find(Key(0, key));
  for (int i = 0; i < members; ++i) {
    std::string name = std::to_string(i);
    if (type == Type::list) {
      unit.lpush(slot, false, name);
    } else if (type == Type::zset) {
      unit.zput(slot, name, [&](const double*) { return std::optional<double>(i); });
    } else {
      unit.hput(slot, type, name,
                [&](const Text*) { return std::optional<Text>(type == Type::set ? Text() : Text(name)); });
    }
  }
  unit.commit();
}

std::string encoding(MemoryStorage& storage, const std::string& name) {
  Unit unit(storage, Mode::read);
  Slot slot = unit.find(Key(0, name));
  return std::string(unit.encoding(slot));
}

TEST_CASE("a scan meets every key that stays, while keys come and go") {
  MemoryStorage storage;
  std::set<std::string> met;
  for (int i = 0; i < 20000; ++i) put(storage, "stay" + std::to_string(i));
  int number = 0;
  for (std::size_t stripe = 0; stripe < stripe_count; ++stripe) {
    std::uint64_t from = 0;
    do {
      from = storage.scan(0, stripe, from, 10, [&](const Key& key, Type type, Millis deadline) {
        met.insert(std::string(key.name));
        REQUIRE(embedded::stripe_of(key.hash) == stripe);
        REQUIRE(key.hash == embedded::hash_of(key.name));
        REQUIRE(type == Type::string);
        REQUIRE(deadline == 0);
      });
      for (int i = 0; i < 40; ++i, ++number) {
        if (stripe % 64 < 32) {
          put(storage, "other" + std::to_string(number));
        } else {
          remove(storage, "other" + std::to_string(number - 16000));
        }
      }
    } while (from != 0);
  }
  for (int i = 0; i < 20000; ++i) REQUIRE(met.count("stay" + std::to_string(i)) == 1);
}

TEST_CASE("a scan meets keys in the order of hashes from the given hash on") {
  MemoryStorage storage;
  for (const auto& name : names_of_stripe_0(200)) put(storage, name);
  std::vector<std::uint64_t> hashes;
  storage.scan(0, 0, 0, 1000, [&](const Key& key, Type, Millis) { hashes.push_back(key.hash); });
  REQUIRE(hashes.size() == 200);
  CHECK(std::is_sorted(hashes.begin(), hashes.end()));
  std::uint64_t first = 0;
  storage.scan(0, 0, hashes[100], 1, [&](const Key& key, Type, Millis) {
    if (first == 0) first = key.hash;
  });
  CHECK(first == hashes[100]);
  CHECK(storage.scan(0, 0, std::uint64_t{1} << 60, 10,
                     [](const Key&, Type, Millis) { FAIL("another stripe"); }) == 0);
}

TEST_CASE("keys of a stripe are picked with the same probability") {
  MemoryStorage storage;
  auto names = names_of_stripe_0(100);
  for (const auto& name : names) put(storage, name);
  std::map<std::string, int> counts;
  std::mt19937_64 random(51);
  for (int i = 0; i < 40000; ++i) {
    REQUIRE(
        storage.pick(0, 0, random(), [&](const Key& key, Type, Millis) { ++counts[std::string(key.name)]; }));
  }
  double chi_square = 0;
  for (const auto& name : names) chi_square += std::pow(counts[name] - 400, 2) / 400.0;
  CHECK(chi_square < 99 + 6 * std::sqrt(2 * 99.0));
  CHECK_FALSE(storage.pick(0, 1, 0, [](const Key&, Type, Millis) {}));
  CHECK_FALSE(storage.pick(3, 0, 0, [](const Key&, Type, Millis) {}));
}

TEST_CASE("flushing a database removes its keys and no others") {
  MemoryStorage storage;
  for (int i = 0; i < 2000; ++i) {
    put(storage, std::to_string(i), i % 2 * 100, 0);
    put(storage, std::to_string(i), 0, 7);
  }
  std::size_t both = storage.used_memory();
  flush(storage, 0);
  flush(storage, 12345);
  CHECK(count(storage, 0) == 0);
  CHECK(count(storage, 7) == 2000);
  CHECK_FALSE(exists(storage, "5"));
  CHECK(storage.used_memory() < both);
  put(storage, "5");
  CHECK(count(storage) == 1);
  flush(storage, 0);
  flush(storage, 7);
  CHECK(storage.used_memory() == 0);
}

TEST_CASE("swapping exchanges two databases, used or not") {
  MemoryStorage storage;
  put(storage, "a", 0, 0);
  put(storage, "b", 50, 500);
  swap(storage, 0, 500);
  CHECK(exists(storage, "b", 0));
  CHECK(exists(storage, "a", 500));
  swap(storage, 0, 9);
  CHECK(count(storage, 0) == 0);
  CHECK(exists(storage, "b", 9));
  std::set<std::uint16_t> met;
  std::size_t stripe = embedded::stripe_of(embedded::hash_of("b"));
  storage.expired(stripe, 100, 10, [&](const Key& key) { met.insert(key.db); });
  CHECK(met == std::set<std::uint16_t>{9});
}

TEST_CASE("the sweep finds every key past its deadline, and looks at nothing before the earliest one") {
  MemoryStorage storage;
  auto names = names_of_stripe_0(3000);
  for (std::size_t i = 0; i < names.size(); ++i) {
    put(storage, names[i], i % 3 == 0 ? static_cast<Millis>(1000 + i) : 0, static_cast<std::uint16_t>(i % 2));
  }
  CHECK(storage.expired(0, 1000, 10000, [](const Key&) { FAIL("too early"); }) == 0);
  std::set<std::string> gone;
  auto sweep = [&](Millis now) {
    std::vector<std::pair<std::uint16_t, std::string>> keys;
    std::size_t looked = storage.expired(
        0, now, 20, [&](const Key& key) { keys.emplace_back(key.db, std::string(key.name)); });
    REQUIRE(looked <= 20 + 10);
    for (const auto& [db, name] : keys) {
      remove(storage, name, db);
      REQUIRE(gone.insert(name).second);
    }
    return looked;
  };
  for (int i = 0; i < 200; ++i) sweep(2000);
  for (std::size_t i = 0; i < names.size(); ++i) {
    REQUIRE((gone.count(names[i]) == 1) == (i % 3 == 0 && 1000 + static_cast<Millis>(i) < 2000));
  }
  while (sweep(2000) != 0) {
  }
  CHECK(sweep(2000) == 0);
  // A deadline set later is not missed because of what was learnt.
  put(storage, names[1], 1500, 1);
  for (int i = 0; i < 200; ++i) sweep(2000);
  CHECK(gone.count(names[1]) == 1);
}

TEST_CASE("a stripe without deadlines is not looked at") {
  MemoryStorage storage;
  for (const auto& name : names_of_stripe_0(100)) put(storage, name);
  CHECK(storage.expired(0, 1, 100, [](const Key&) {}) == 0);
  auto names = names_of_stripe_0(100);
  put(storage, names[0], 10);
  put(storage, names[0], 0);
  CHECK(storage.expired(0, 100, 100, [](const Key&) { FAIL("no deadline"); }) == 0);
}

TEST_CASE("encodings are named as Redis names them") {
  MemoryStorage storage;
  auto string = [&](const std::string& value) {
    Unit unit(storage, Mode::once);
    Slot slot = unit.find(Key(0, "string"));
    unit.set(slot, value, 0);
    return encoding(storage, "string");
  };
  CHECK(string("12345") == "int");
  CHECK(string("-9223372036854775808") == "int");
  CHECK(string("9223372036854775808") == "embstr");
  CHECK(string("012") == "embstr");
  CHECK(string("") == "embstr");
  CHECK(string(std::string(44, 'x')) == "embstr");
  CHECK(string(std::string(45, 'x')) == "raw");
  {
    Unit unit(storage, Mode::once);
    Slot slot = unit.find(Key(0, "string"));
    unit.edit(slot, 2);
  }
  CHECK(encoding(storage, "string") == "raw");

  for (auto [type, small, large] :
       {std::tuple{Type::hash, "listpack", "hashtable"}, {Type::zset, "listpack", "skiplist"}}) {
    std::string name = small + std::to_string(static_cast<int>(type));
    add_members(storage, name, type, 128);
    CHECK(encoding(storage, name) == small);
    add_members(storage, name, type, 129);
    CHECK(encoding(storage, name) == large);
  }
  add_members(storage, "list", Type::list, 3);
  CHECK(encoding(storage, "list") == "quicklist");
  add_members(storage, "set", Type::set, 512);
  CHECK(encoding(storage, "set") == "intset");
  add_members(storage, "set", Type::set, 513);
  CHECK(encoding(storage, "set") == "hashtable");
}

TEST_CASE("long elements end the compact encodings, and a set that held a word is no intset again") {
  MemoryStorage storage;
  Unit unit(storage, Mode::many);
  auto hput = [&](const std::string& key, Type type, const std::string& field, const std::string& value) {
    Slot slot = unit.find(Key(0, key));
    unit.hput(slot, type, field, [&](const Text*) { return std::optional<Text>(value); });
    return std::string(unit.encoding(slot));
  };
  CHECK(hput("hash", Type::hash, std::string(64, 'f'), std::string(64, 'v')) == "listpack");
  CHECK(hput("hash", Type::hash, std::string(64, 'f'), std::string(65, 'v')) == "hashtable");
  CHECK(hput("hash", Type::hash, std::string(64, 'f'), "") == "hashtable");
  CHECK(hput("hash2", Type::hash, std::string(65, 'f'), "") == "hashtable");
  CHECK(hput("set", Type::set, "1", "") == "intset");
  CHECK(hput("set", Type::set, "word", "") == "hashtable");
  Slot set = unit.find(Key(0, "set"));
  CHECK(unit.herase(set, "word"));
  CHECK(unit.encoding(set) == "hashtable");
  Slot zset = unit.find(Key(0, "zset"));
  unit.zput(zset, std::string(64, 'm'), [](const double*) { return std::optional<double>(1); });
  CHECK(unit.encoding(zset) == "listpack");
  unit.zput(zset, std::string(65, 'm'), [](const double*) { return std::optional<double>(1); });
  CHECK(unit.encoding(zset) == "skiplist");
}

TEST_CASE("memory is counted for every kind of value and is given back") {
  for (Type type : {Type::hash, Type::set, Type::zset, Type::list}) {
    MemoryStorage storage;
    add_members(storage, "key", type, 50);
    std::size_t small = storage.used_memory();
    add_members(storage, "key", type, 5000);
    std::size_t large = storage.used_memory();
    CHECK(small > 200);
    CHECK(large > small + 5000 * 4);
    Unit unit(storage, Mode::once);
    Slot slot = unit.find(Key(0, "key"));
    CHECK(unit.memory(slot) > 5000 * 4);
    unit.remove(slot);
    CHECK(storage.used_memory() == 0);
  }
}

TEST_CASE("a limit is passed when more memory is used") {
  MemoryStorage storage;
  CHECK_FALSE(storage.over_limit());
  put(storage, "a");
  CHECK_FALSE(storage.over_limit());
  storage.limit_memory(1 << 20, Eviction::none);
  CHECK_FALSE(storage.over_limit());
  add_members(storage, "key", Type::set, 50000);
  CHECK(storage.over_limit());
  CHECK_FALSE(storage.evict_one(0, [](const Key&) { FAIL("nothing may be evicted"); }));
}

TEST_CASE("eviction by recency takes keys that were not used for long") {
  MemoryStorage storage;
  storage.limit_memory(1, Eviction::allkeys_lru);
  auto names = names_of_stripe_0(400);
  for (const auto& name : names) put(storage, name);
  for (int round = 0; round < 20; ++round) {
    for (std::size_t i = 0; i < 100; ++i) exists(storage, names[i]);
  }
  std::set<std::string> hot(names.begin(), names.begin() + 100);
  int hot_gone = 0;
  for (int i = 0; i < 200; ++i) {
    REQUIRE(storage.evict_one(0, [&](const Key& key) {
      hot_gone += static_cast<int>(hot.count(std::string(key.name)));
      remove(storage, std::string(key.name));
    }));
  }
  CHECK(count(storage) == 200);
  CHECK(hot_gone <= 4);
}

TEST_CASE("eviction by frequency spares keys that were used often") {
  MemoryStorage storage;
  storage.limit_memory(1, Eviction::allkeys_lfu);
  auto names = names_of_stripe_0(400);
  for (const auto& name : names) put(storage, name);
  for (int round = 0; round < 300; ++round) {
    for (std::size_t i = 0; i < 100; ++i) exists(storage, names[i]);
  }
  for (const auto& name : names) exists(storage, name);
  std::set<std::string> hot(names.begin(), names.begin() + 100);
  int hot_gone = 0;
  for (int i = 0; i < 150; ++i) {
    REQUIRE(storage.evict_one(0, [&](const Key& key) {
      hot_gone += static_cast<int>(hot.count(std::string(key.name)));
      remove(storage, std::string(key.name));
    }));
  }
  CHECK(hot_gone <= 4);
}

TEST_CASE("volatile eviction takes only keys with a deadline, by time to live the nearest of a few") {
  for (Eviction policy :
       {Eviction::volatile_ttl, Eviction::volatile_lru, Eviction::volatile_lfu, Eviction::volatile_random}) {
    MemoryStorage storage;
    storage.limit_memory(1, policy);
    auto names = names_of_stripe_0(300);
    for (std::size_t i = 0; i < names.size(); ++i)
      put(storage, names[i], i < 5 ? static_cast<Millis>(1000 + i) : 0);
    std::vector<std::string> gone;
    while (storage.evict_one(0, [&](const Key& key) { gone.emplace_back(key.name); }))
      remove(storage, gone.back());
    REQUIRE(gone.size() == 5);
    CHECK(count(storage) == 295);
    // Five keys are fewer than it looks at, so the order is exact.
    if (policy == Eviction::volatile_ttl)
      CHECK(gone == std::vector<std::string>(names.begin(), names.begin() + 5));
  }
}

TEST_CASE("large collections are freed behind, and everything is freed at the end") {
  MemoryStorage storage;
  for (int i = 0; i < 20; ++i) {
    for (Type type : {Type::hash, Type::set, Type::zset, Type::list}) {
      std::string name = "key" + std::to_string(static_cast<int>(type));
      add_members(storage, name, type, 1000);
      remove(storage, name);
    }
  }
  storage.drain();
  CHECK(count(storage) == 0);
  add_members(storage, "left", Type::zset, 1000);
  flush(storage, 0);
}

TEST_CASE("stripes can be used by different threads at once") {
  MemoryStorage storage;
  std::vector<std::string> names[4];
  for (int i = 0; i < 40000; ++i) {
    std::string name = "key" + std::to_string(i);
    names[embedded::stripe_of(embedded::hash_of(name)) % 4].push_back(name);
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint16_t db : {0, 3, 20}) {
        for (const auto& name : names[t]) put(storage, name, 0, db);
        for (const auto& name : names[t]) remove(storage, name, db);
        for (const auto& name : names[t]) put(storage, name, 10, db);
      }
      storage.used_memory();
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::uint16_t db : {0, 3, 20}) CHECK(count(storage, db) == 40000);
}

}  // namespace
}  // namespace playhead::memory
