#include "backends/memory/hash_table.h"

#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "backends/embedded/key.h"

namespace playhead::memory {
namespace {

struct alignas(16) Item {
  std::string name;
};

struct Plain {
  using Entry = Item;
  static constexpr unsigned skipped_bits = 0;
  static std::uint64_t hash(const Item& item) { return embedded::hash_of(item.name); }
  static Text name(const Item& item) { return item.name; }
};

/// Only 5 hashes for all names, so that chains become longer than a slot can say.
struct Crowded {
  using Entry = Item;
  static constexpr unsigned skipped_bits = 0;
  static std::uint64_t hash(const Item& item) { return (embedded::hash_of(item.name) % 5) << 61; }
  static Text name(const Item& item) { return item.name; }
};

/// All hashes share the upper 8 bits, like the keys of a stripe.
struct Striped {
  using Entry = Item;
  static constexpr unsigned skipped_bits = 8;
  static std::uint64_t hash(const Item& item) { return embedded::hash_of(item.name) >> 8 | 0xa7ull << 56; }
  static Text name(const Item& item) { return item.name; }
};

template <class Traits>
struct Tested {
  HashTable<Traits> table;
  std::map<std::string, std::unique_ptr<Item>> items;

  bool add(const std::string& name) {
    auto made = std::make_unique<Item>(Item{name});
    auto place = table.find(Traits::hash(*made), name);
    if (place.entry != nullptr) return false;
    auto at = table.insert(Traits::hash(*made), place, made.get(), name.size() % 2);
    if (table.find(Traits::hash(*made), name).at != at)
      throw std::logic_error("inserted elsewhere than reported");
    items[name] = std::move(made);
    return true;
  }
  bool remove(const std::string& name) {
    auto place = table.find(Traits::hash(Item{name}), name);
    if (place.entry == nullptr) return false;
    table.erase(place.at);
    items.erase(name);
    return true;
  }
  std::set<std::string> names() const {
    std::set<std::string> found;
    table.walk([&](const Item& item, unsigned) { return found.insert(item.name).second; });
    return found;
  }
};

template <class Traits>
void behaves_like_a_set(std::uint64_t seed, int operations, int range) {
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  Tested<Traits> tested;
  std::set<std::string> model;
  bool growing = true;
  for (int i = 0; i < operations; ++i) {
    if (random() % 2000 == 0) growing = !growing;
    std::string name = "name" + std::to_string(random() % range);
    if ((random() % 4 != 0) == growing) {
      REQUIRE(tested.add(name) == model.insert(name).second);
    } else {
      REQUIRE(tested.remove(name) == (model.erase(name) == 1));
    }
    REQUIRE(tested.table.size() == model.size());
    if (i % 997 == 0) REQUIRE(tested.names() == model);
  }
  for (int i = 0; i < range; ++i) {
    Item item{"name" + std::to_string(i)};
    auto place = tested.table.find(Traits::hash(item), item.name);
    REQUIRE((place.entry != nullptr) == (model.count(item.name) == 1));
    if (place.entry != nullptr) REQUIRE(tested.table.tag(place.at) == item.name.size() % 2);
  }
}

TEST_CASE("a hash table behaves like a set under random insertions and removals") {
  for (std::uint64_t seed : {11u, 12u, 13u}) {
    behaves_like_a_set<Plain>(seed, 60000, 6000);
    behaves_like_a_set<Striped>(seed, 60000, 6000);
  }
}

TEST_CASE("a hash table works when nearly all hashes collide") {
  behaves_like_a_set<Crowded>(21, 12000, 2500);
}

template <class Traits>
void scan_meets_all_that_stay(std::uint64_t seed, int stay) {
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  Tested<Traits> tested;
  std::set<std::string> staying, met;
  for (int i = 0; i < stay; ++i) {
    std::string name = "stay" + std::to_string(i);
    tested.add(name);
    staying.insert(name);
  }
  std::deque<std::string> others;
  std::uint64_t cursor = 0;
  int number = 0, calls = 0;
  do {
    cursor = tested.table.scan(cursor, 1 + random() % 20,
                               [&](std::uint64_t, Item& item) { met.insert(item.name); });
    // The table grows many times over, then shrinks again.
    for (int i = 0; i < 400; ++i) {
      if (++calls % 60 < 30) {
        others.push_back("other" + std::to_string(number++));
        tested.add(others.back());
      } else if (!others.empty()) {
        tested.remove(others.front());
        others.pop_front();
      }
    }
  } while (cursor != 0);
  for (const auto& name : staying) REQUIRE(met.count(name) == 1);
}

TEST_CASE("a scan meets every entry that stays, while the table grows and shrinks") {
  scan_meets_all_that_stay<Plain>(31, 3000);
  scan_meets_all_that_stay<Striped>(32, 3000);
  scan_meets_all_that_stay<Crowded>(33, 600);
}

TEST_CASE("a scan of a table at rest meets every entry once, in the order of hashes") {
  Tested<Plain> tested;
  for (int i = 0; i < 5000; ++i) tested.add(std::to_string(i));
  std::vector<std::uint64_t> hashes;
  std::uint64_t cursor = 0;
  do {
    std::size_t before = hashes.size();
    cursor = tested.table.scan(cursor, 10, [&](std::uint64_t hash, Item& item) {
      CHECK(hash == Plain::hash(item));
      hashes.push_back(hash);
    });
    if (cursor != 0) REQUIRE(hashes.size() >= before + 10);
    if (cursor != 0) REQUIRE(hashes.back() < cursor);
  } while (cursor != 0);
  REQUIRE(hashes.size() == 5000);
  REQUIRE(std::is_sorted(hashes.begin(), hashes.end()));
}

TEST_CASE("a scan for tagged entries meets each of them and no other") {
  Tested<Plain> tested;
  std::size_t tagged = 0;
  for (int i = 0; i < 5000; ++i) {
    tested.add(std::to_string(i * 7));
    tagged += std::to_string(i * 7).size() % 2;
  }
  std::multiset<std::string> met;
  std::uint64_t cursor = 0;
  do {
    int left = 10;
    cursor = tested.table.scan_tagged(cursor, 1, 100, [&](Item& item) {
      met.insert(item.name);
      return --left > 0;
    });
  } while (cursor != 0);
  CHECK(met.size() == tagged);
  for (const auto& name : met) {
    REQUIRE(name.size() % 2 == 1);
    REQUIRE(met.count(name) == 1);
  }
}

void picks_evenly(int entries, std::uint64_t seed) {
  Tested<Plain> tested;
  std::map<Item*, int> counts;
  for (int i = 0; i < entries; ++i) tested.add("entry" + std::to_string(i));
  std::mt19937_64 random(seed);
  const int each = 200;
  for (int i = 0; i < entries * each; ++i) ++counts[tested.table.pick(random())];
  double chi_square = 0;
  for (auto& [item, count] : counts) chi_square += (count - each) * (count - each) / double{each};
  chi_square += (entries - static_cast<double>(counts.size())) * each;
  // 6 standard deviations of the distribution with entries - 1 degrees of freedom.
  CHECK(chi_square < entries - 1 + 6 * std::sqrt(2.0 * (entries - 1)));
}

TEST_CASE("every entry is picked with the same probability") {
  picks_evenly(10, 41);
  picks_evenly(1000, 42);
}

TEST_CASE("an emptied hash table holds no memory") {
  Tested<Plain> tested;
  for (int i = 0; i < 1000; ++i) tested.add(std::to_string(i));
  CHECK(tested.table.memory() > 8000);
  for (int i = 0; i < 1000; ++i) tested.remove(std::to_string(i));
  CHECK(tested.table.memory() == 0);
  CHECK(tested.table.pick(1) == nullptr);
}

}  // namespace
}  // namespace playhead::memory
