#include <catch2/catch.hpp>

#include "tests/memory/model.h"

namespace playhead::memory {
namespace {

using embedded::Mode;
constexpr std::uint16_t databases = 2;

void require_equal(MemoryStorage& storage, const Model& model) {
  Model held = read_all(storage, databases);
  REQUIRE(held.size() == model.size());
  for (const auto& [name, value] : model) {
    INFO("key " << name.second << " of database " << name.first);
    REQUIRE(held.count(name) == 1);
    REQUIRE(held[name] == value);
  }
}

TEST_CASE("the primitives behave like ordinary containers under random use") {
  for (std::uint64_t seed : {101u, 102u, 103u}) {
    INFO("seed " << seed);
    MemoryStorage storage;
    Model model;
    RandomPrimitives primitives(seed, 60, databases);
    for (int i = 0; i < 6000; ++i) {
      Unit unit(storage, Mode::once);
      REQUIRE_NOTHROW(primitives.step(unit, model));
      unit.commit();
      if (i % 1000 == 0) require_equal(storage, model);
    }
    require_equal(storage, model);
  }
}

TEST_CASE("aborting a unit restores every key, and committing keeps it") {
  for (std::uint64_t seed : {201u, 202u, 203u, 204u}) {
    INFO("seed " << seed);
    MemoryStorage storage;
    Model model;
    RandomPrimitives primitives(seed, 12, databases);
    for (int i = 0; i < 700; ++i) {
      Model changed = model;
      Unit unit(storage, Mode::many, true);
      for (std::uint64_t n = 1 + primitives.random()() % 15; n > 0; --n) {
        if (primitives.random()() % 40 == 0) primitives.step_databases(unit, changed);
        REQUIRE_NOTHROW(primitives.step(unit, changed));
      }
      if (primitives.random()() % 2 == 0) {
        unit.commit();
        model = std::move(changed);
      } else if (primitives.random()() % 2 == 0) {
        unit.abort();
      }
      // A unit neither committed nor aborted is aborted by its destructor.
      if (i % 2 == 0) {
        unit.abort();
        require_equal(storage, model);
      }
    }
    require_equal(storage, model);
  }
}

TEST_CASE("an aborted unit leaves the memory count and the sweep as they were") {
  MemoryStorage storage;
  Model model;
  RandomPrimitives primitives(301, 40, databases);
  for (int i = 0; i < 500; ++i) {
    Unit unit(storage, Mode::once);
    primitives.step(unit, model);
  }
  for (int i = 0; i < 200; ++i) {
    Model changed = model;
    Unit unit(storage, Mode::many, true);
    for (int n = 0; n < 10; ++n) primitives.step(unit, changed);
    primitives.step_databases(unit, changed);
    for (int n = 0; n < 10; ++n) primitives.step(unit, changed);
    unit.abort();
  }
  std::size_t timed = 0, met = 0;
  for (const auto& [name, value] : model) timed += value.deadline != 0;
  for (std::size_t stripe = 0; stripe < embedded::stripe_count; ++stripe) {
    storage.expired(stripe, 1000000, 1000,
                    [&](const Key& key) { met += model.at({key.db, std::string(key.name)}).deadline != 0; });
  }
  CHECK(met == timed);
  Unit unit(storage, Mode::once);
  for (const auto& [name, value] : model) {
    Slot slot = unit.find(Key(name.first, name.second));
    unit.remove(slot);
  }
  CHECK(storage.used_memory() == 0);
}

TEST_CASE("a slot stays valid while other keys come and go") {
  MemoryStorage storage;
  Unit unit(storage, Mode::many);
  std::string name = "the key";
  Slot slot = unit.find(Key(0, name));
  unit.set(slot, "value", 0);
  std::vector<std::string> others;
  for (int i = 0; i < 20000; ++i) others.push_back("other" + std::to_string(i));
  for (const auto& other : others) {
    Slot another = unit.find(Key(0, other));
    unit.set(another, "x", 0);
  }
  CHECK(unit.value(slot) == "value");
  for (const auto& other : others) {
    Slot another = unit.find(Key(0, other));
    unit.remove(another);
  }
  CHECK(unit.value(slot) == "value");
  Slot second = unit.find(Key(0, name));
  unit.set(second, std::string(5000, 'y'), 77);
  CHECK(unit.value(slot).size() == 5000);
  CHECK(slot.deadline() == 77);
  unit.remove(second);
  CHECK_FALSE(slot.exists());
}

TEST_CASE("keys and values of megabytes are kept") {
  MemoryStorage storage;
  Unit unit(storage, Mode::many, true);
  std::string name(3 << 20, 'n'), value(5 << 20, 'v');
  Slot slot = unit.find(Key(0, name));
  unit.set(slot, value, 9);
  CHECK(unit.find(Key(0, name)).exists());
  CHECK(unit.value(slot) == value);
  unit.deadline(slot, 0);
  char* bytes = unit.edit(slot, value.size() + 2);
  CHECK(bytes[value.size() - 1] == 'v');
  CHECK(bytes[value.size()] == 0);
  unit.move(slot, Key(1, "short"));
  CHECK(unit.size(slot) == value.size() + 2);
  CHECK_FALSE(unit.find(Key(0, name)).exists());
  Slot hash = unit.find(Key(0, "hash"));
  unit.hput(hash, Type::hash, name, [&](const Text*) { return std::optional<Text>(value); });
  CHECK(unit.hget(hash, name) == Text(value));
  unit.commit();
}

TEST_CASE("a new value may be a part of the old one") {
  MemoryStorage storage;
  Unit unit(storage, Mode::many);
  for (std::size_t size : {20, 60, 200}) {
    std::string value;
    for (std::size_t i = 0; i < size; ++i) value += static_cast<char>('a' + i % 26);
    Slot hash = unit.find(Key(0, "hash"));
    unit.hput(hash, Type::hash, "field", [&](const Text*) { return std::optional<Text>(value); });
    unit.hput(hash, Type::hash, "field",
              [&](const Text* old) { return std::optional<Text>(old->substr(3, 10)); });
    CHECK(unit.hget(hash, "field") == Text(value).substr(3, 10));
    Slot string = unit.find(Key(0, "string"));
    unit.set(string, value, 0);
    unit.set(string, unit.value(string).substr(5), 0);
    CHECK(unit.value(string) == Text(value).substr(5));
  }
}

TEST_CASE("members of equal scores are bounded by their bytes") {
  for (int count : {100, 3000}) {
    MemoryStorage storage;
    Unit unit(storage, Mode::many);
    Slot slot = unit.find(Key(0, "zset"));
    for (int i = 0; i < count; ++i) {
      std::string member = std::to_string(100000 + i * 2);
      unit.zput(slot, member, [](const double*) { return std::optional<double>(0); });
    }
    embedded::ZBound bound;
    bound.by = embedded::ZBound::By::lex;
    bound.member = "100020";
    CHECK(unit.zcount_before(slot, bound) == 10);
    bound.after = true;
    CHECK(unit.zcount_before(slot, bound) == 11);
    bound.member = "100021";
    CHECK(unit.zcount_before(slot, bound) == 11);
    bound.end = embedded::ZBound::End::max;
    CHECK(unit.zcount_before(slot, bound) == count);
    bound.end = embedded::ZBound::End::min;
    CHECK(unit.zcount_before(slot, bound) == 0);
  }
}

TEST_CASE("a score of minus zero is kept, and zero does not change it") {
  for (int others : {0, 500}) {
    MemoryStorage storage;
    Unit unit(storage, Mode::many);
    Slot slot = unit.find(Key(0, "zset"));
    for (int i = 0; i < others; ++i) {
      unit.zput(slot, std::to_string(i), [](const double*) { return std::optional<double>(1); });
    }
    CHECK(unit.zput(slot, "m", [](const double*) { return std::optional<double>(-0.0); }) == ZPut::added);
    CHECK(unit.zput(slot, "m", [](const double*) { return std::optional<double>(0.0); }) == ZPut::unchanged);
    CHECK(std::signbit(*unit.zget(slot, "m")));
  }
}

TEST_CASE("a scan of a collection meets every element that stays while others come and go") {
  MemoryStorage storage;
  std::mt19937_64 random(401);
  for (Type type : {Type::hash, Type::zset}) {
    Unit unit(storage, Mode::many);
    Slot slot = unit.find(Key(0, type == Type::hash ? "hash" : "zset"));
    auto add = [&](const std::string& name) {
      if (type == Type::hash) {
        unit.hput(slot, type, name, [](const Text*) { return std::optional<Text>("v"); });
      } else {
        unit.zput(slot, name,
                  [&](const double*) { return std::optional<double>(static_cast<double>(random() % 9)); });
      }
    };
    for (int i = 0; i < 2000; ++i) add("stay" + std::to_string(i));
    std::set<std::string> met;
    std::uint64_t cursor = 0;
    int number = 0;
    do {
      auto note = [&](Text name, auto) { met.insert(std::string(name)); };
      cursor = type == Type::hash ? unit.hscan(slot, cursor, 7, note) : unit.zscan(slot, cursor, 7, note);
      for (int i = 0; i < 30; ++i) add("other" + std::to_string(number++));
      for (int i = 0; i < 20; ++i) {
        std::string gone = "other" + std::to_string(random() % static_cast<std::uint64_t>(number));
        type == Type::hash ? unit.herase(slot, gone) : unit.zerase(slot, gone);
      }
    } while (cursor != 0);
    for (int i = 0; i < 2000; ++i) REQUIRE(met.count("stay" + std::to_string(i)) == 1);
  }
}

}  // namespace
}  // namespace playhead::memory
