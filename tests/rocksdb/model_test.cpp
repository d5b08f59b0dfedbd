#include <catch2/catch.hpp>
#include <random>

#include "model.h"
#include "support.h"

namespace playhead::rocks::test {
namespace {

constexpr std::uint16_t databases = 2;

/// One random stream of primitives, applied to the storage and to the model alike.
class Churn {
 public:
  Churn(TestStore& store, unsigned seed) : store_(store), random_(seed) {}

  /// A unit of one primitive, or of many; some of the latter are aborted.
  void step() {
    if (roll(60) == 0) return whole();
    bool many = roll(3) == 0;
    std::uint16_t db = static_cast<std::uint16_t>(roll(databases));
    Model before = model;
    Unit u(*store_.storage, many ? Mode::many : Mode::once, many);
    for (std::size_t i = many ? 1 + roll(12) : 1; i--;) {
      if (many && roll(40) == 0) databases_of(u);
      primitive(u, db);
    }
    if (many && roll(3) == 0) {
      u.abort();
      model = std::move(before);
    } else {
      u.commit();
    }
  }

  void check() {
    for (std::uint16_t db = 0; db < databases; ++db) {
      std::size_t count = 0;
      std::set<std::string> names;
      for (std::size_t stripe = 0; stripe < embedded::stripe_count; ++stripe) {
        count += store_.storage->count(db, stripe);
        scan(db, stripe, names);
      }
      std::set<std::string> expected;
      for (auto& [name, value] : model[db]) expected.insert(name);
      REQUIRE(names == expected);
      REQUIRE(count == expected.size());
      Unit u(*store_.storage, Mode::read, false);
      for (auto& [name, value] : model[db]) {
        INFO(name);
        check(u, db, name, value);
      }
    }
  }

  Model model;

 private:
  std::size_t roll(std::size_t n) { return random_() % n; }
  std::string name() { return "key" + std::to_string(roll(12)); }
  std::string element() {
    std::string text = "e" + std::to_string(roll(900));
    if (roll(40) == 0) text.append(roll(600), 'x');
    return text;
  }
  double score() {
    constexpr double special[] = {0.0, -0.0, 1.5, -1.5, INFINITY, -INFINITY, 5e-324, -1e300};
    return roll(4) == 0 ? special[roll(8)] : static_cast<double>(roll(50)) - 25;
  }

  void scan(std::uint16_t db, std::size_t stripe, std::set<std::string>& names) {
    std::uint64_t cursor = 0;
    do {
      cursor = store_.storage->scan(db, stripe, cursor, 1 + roll(3),
                                    [&](const Key& key, Type type, Millis deadline) {
                                      std::string found(key.name);
                                      REQUIRE(model[db].count(found) == 1);
                                      REQUIRE(type == model[db][found].type);
                                      REQUIRE(deadline == model[db][found].deadline);
                                      names.insert(found);
                                    });
    } while (cursor);
  }

  void whole() {
    if (roll(4) == 0) {
      store_.reopen();
    } else if (roll(3) == 0) {
      std::uint16_t db = static_cast<std::uint16_t>(roll(databases));
      store_.flush(db);
      model[db].clear();
    } else if (roll(2) == 0) {
      store_.swap(0, 1);
      std::swap(model[0], model[1]);
    } else {
      store_.storage->reclaim_all();
    }
  }

  void databases_of(Unit& u) {
    if (roll(2) == 0) {
      u.swap(0, 1);
      return std::swap(model[0], model[1]);
    }
    std::uint16_t db = static_cast<std::uint16_t>(roll(databases));
    u.flush(db);
    model[db].clear();
  }

  void primitive(Unit& u, std::uint16_t db) {
    std::string key = name();
    Slot slot = u.find(Key(db, key));
    auto found = model[db].find(key);
    REQUIRE(slot.exists() == (found != model[db].end()));
    if (slot.exists()) {
      REQUIRE(slot.type() == found->second.type);
      REQUIRE(slot.deadline() == found->second.deadline);
      REQUIRE(u.size(slot) == found->second.size());
    }
    switch (roll(14)) {
      case 0:
        return remove(u, slot, db, key);
      case 1:
        return move(u, slot, db, key);
      case 2:
        return set_deadline(u, slot, db, key);
      case 3:
        return set(u, slot, model[db][key]);
      default:
        break;
    }
    Type type = slot.exists() ? slot.type() : Type(1 + roll(5));
    if (!slot.exists()) model[db][key].type = type;
    ModelValue& value = model[db][key];
    switch (type) {
      case Type::string:
        edit(u, slot, value);
        break;
      case Type::list:
        list(u, slot, value);
        break;
      case Type::zset:
        zset(u, slot, value);
        break;
      default:
        fields(u, slot, value);
        break;
    }
    if (value.size() == 0 && type != Type::string) model[db].erase(key);
    REQUIRE(slot.exists() == (model[db].count(key) == 1));
  }

  void remove(Unit& u, Slot& slot, std::uint16_t db, const std::string& key) {
    if (roll(3)) return;
    u.remove(slot);
    model[db].erase(key);
  }
  void move(Unit& u, Slot& slot, std::uint16_t db, const std::string& key) {
    std::string to = name();
    std::uint16_t other = static_cast<std::uint16_t>(roll(databases));
    if (!slot.exists() || (to == key && other == db)) return;
    Slot old = u.find(Key(other, to));
    if (old.exists()) u.remove(old);
    u.move(slot, Key(other, to));
    REQUIRE(slot.key().name == to);
    ModelValue value = model[db][key];
    model[db].erase(key);
    model[other][to] = value;
  }
  void set_deadline(Unit& u, Slot& slot, std::uint16_t db, const std::string& key) {
    if (!slot.exists()) return;
    Millis at = roll(3) ? static_cast<Millis>(1 + roll(1000)) : 0;
    u.deadline(slot, at);
    model[db][key].deadline = at;
  }
  void set(Unit& u, Slot& slot, ModelValue& value) {
    value = {};
    value.type = Type::string;
    value.string = element();
    value.deadline = roll(3) ? 0 : static_cast<Millis>(1 + roll(1000));
    u.set(slot, value.string, value.deadline);
  }
  void edit(Unit& u, Slot& slot, ModelValue& value) {
    std::size_t size = roll(40);
    char* bytes = u.edit(slot, size);
    value.string.resize(size);
    REQUIRE(Text(bytes, size) == value.string);
    if (size) bytes[size - 1] = value.string[size - 1] = static_cast<char>('a' + roll(26));
    REQUIRE(u.value(slot) == value.string);
  }

  void fields(Unit& u, Slot& slot, ModelValue& value) {
    for (std::size_t i = roll(6) ? 1 : 30; i--;) {
      std::string field = element(), text = value.type == Type::hash ? element() : "";
      if (slot.exists() && roll(3) == 0) {
        if (roll(2)) {
          auto it = value.fields.lower_bound(field);
          if (it != value.fields.end()) field = it->first;
        }
        REQUIRE(u.herase(slot, field) == (value.fields.erase(field) == 1));
        if (value.fields.empty()) value.deadline = 0;
        continue;
      }
      bool had = value.fields.count(field);
      if (slot.exists()) {
        auto present = u.hget(slot, field);
        REQUIRE(present.has_value() == had);
        if (had) REQUIRE(*present == value.fields[field]);
      }
      bool added = u.hput(slot, value.type, field, [&](const Text* old) {
        REQUIRE((old != nullptr) == had);
        return std::optional<Text>(text);
      });
      REQUIRE(added == !had);
      value.fields[field] = text;
    }
  }

  void zset(Unit& u, Slot& slot, ModelValue& value) {
    for (std::size_t i = roll(6) ? 1 : 200; i--;) {
      std::string member = element();
      if (slot.exists() && roll(3) == 0) {
        REQUIRE(u.zerase(slot, member) == (value.scores.erase(member) == 1));
        if (value.scores.empty()) value.deadline = 0;
        continue;
      }
      double to = score();
      bool had = value.scores.count(member);
      ZPut expected = !had ? ZPut::added : value.scores[member] == to ? ZPut::unchanged : ZPut::changed;
      REQUIRE(put(u, slot, member, to) == expected);
      if (expected != ZPut::unchanged) value.scores[member] = to;
    }
    if (slot.exists() && roll(2)) check_ranks(u, slot, value);
  }

  void check_ranks(Unit& u, const Slot& slot, const ModelValue& value) {
    auto ordered = value.ordered();
    std::vector<std::pair<double, std::string>> all(ordered.begin(), ordered.end());
    auto rank = static_cast<std::int64_t>(roll(all.size()));
    auto& [at, member] = all[static_cast<std::size_t>(rank)];
    REQUIRE(u.zrank(slot, member) == rank);
    ZBound bound;
    bound.score = score();
    bound.after = roll(2);
    auto before = static_cast<std::int64_t>(std::count_if(all.begin(), all.end(), [&](auto& e) {
      return bound.after ? e.first <= bound.score : e.first < bound.score;
    }));
    REQUIRE(u.zcount_before(slot, bound) == before);
    bool reverse = roll(2);
    std::size_t left = 1 + roll(20);
    auto follow = [&](std::int64_t from) {
      return [&, i = from](Text found, double found_score) mutable {
        REQUIRE(i >= 0);
        REQUIRE(i < static_cast<std::int64_t>(all.size()));
        REQUIRE(found == all[static_cast<std::size_t>(i)].second);
        REQUIRE(found_score == all[static_cast<std::size_t>(i)].first);
        i += reverse ? -1 : 1;
        return --left != 0;
      };
    };
    u.zwalk_rank(slot, rank, reverse, follow(rank));
    left = 1 + roll(20);
    u.zwalk_bound(slot, bound, reverse, follow(reverse ? before - 1 : before));
  }

  void list(Unit& u, Slot& slot, ModelValue& value) {
    for (std::size_t i = roll(6) ? 1 : 30; i--;) {
      auto size = static_cast<std::int64_t>(value.list.size());
      std::string text = element();
      auto at = size ? static_cast<std::int64_t>(roll(value.list.size())) : 0;
      switch (slot.exists() ? roll(6) : 0) {
        case 0:
        case 1: {
          bool front = roll(2);
          u.lpush(slot, front, text);
          front ? value.list.push_front(text) : value.list.push_back(text);
          break;
        }
        case 2: {
          u.lset(slot, at, text);
          value.list[static_cast<std::size_t>(at)] = text;
          REQUIRE(u.lget(slot, at) == text);
          break;
        }
        case 3: {
          u.linsert(slot, at, text);
          value.list.insert(value.list.begin() + at, text);
          break;
        }
        case 4: {
          std::vector<std::int64_t> gone;
          for (std::int64_t j = 0; j < size; ++j)
            if (roll(8) == 0) gone.push_back(j);
          u.lerase(slot, gone);
          for (auto j = gone.rbegin(); j != gone.rend(); ++j) value.list.erase(value.list.begin() + *j);
          break;
        }
        default: {
          auto front = static_cast<std::int64_t>(roll(3)), back = static_cast<std::int64_t>(roll(3));
          if (front + back > size) break;
          u.ltrim(slot, front, back);
          value.list.erase(value.list.begin(), value.list.begin() + front);
          value.list.erase(value.list.end() - back, value.list.end());
        }
      }
      if (value.list.empty()) value.deadline = 0;
    }
  }

  void check(Unit& u, std::uint16_t db, const std::string& key, const ModelValue& value) {
    Slot slot = u.find(Key(db, key));
    ModelValue found;
    found.type = slot.type();
    found.deadline = slot.deadline();
    if (found.type == Type::string) found.string = u.value(slot);
    if (found.type == Type::list) {
      u.lwalk(slot, 0, false, [&](Text e) { return found.list.emplace_back(e), true; });
      std::deque<std::string> backwards;
      u.lwalk(slot, static_cast<std::int64_t>(u.size(slot)) - 1, true,
              [&](Text e) { return backwards.emplace_front(e), true; });
      REQUIRE(backwards == found.list);
    }
    if (found.type == Type::hash || found.type == Type::set) {
      u.hwalk(slot, [&](Text f, Text v) { return found.fields.emplace(f, v).second; });
      std::map<std::string, std::string> scanned;
      std::uint64_t cursor = 0;
      do cursor = u.hscan(slot, cursor, 1 + roll(5), [&](Text f, Text v) { scanned.emplace(f, v); });
      while (cursor);
      REQUIRE(scanned == found.fields);
      u.hpick(slot, random_(), [&](Text f, Text v) { REQUIRE(found.fields.at(std::string(f)) == v); });
    }
    if (found.type == Type::zset) {
      std::vector<Text> views;  // stay valid to the end of the unit
      u.zwalk_rank(slot, 0, false,
                   [&](Text m, double s) { return views.push_back(m), found.scores.emplace(m, s).second; });
      for (Text view : views) REQUIRE(found.scores.count(std::string(view)) == 1);
      std::map<std::string, double> scanned;
      std::uint64_t cursor = 0;
      do cursor = u.zscan(slot, cursor, 1 + roll(5), [&](Text m, double s) { scanned.emplace(m, s); });
      while (cursor);
      REQUIRE(scanned == found.scores);
      for (auto& [m, s] : found.scores) REQUIRE(std::signbit(s) == std::signbit(value.scores.at(m)));
      check_ranks(u, slot, value);
    }
    REQUIRE(u.size(slot) == value.size());
    REQUIRE(found == value);
  }

  TestStore& store_;
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a random stream of units, aborts, reopens, flushes and swaps means what a model of maps means") {
  unsigned seed = GENERATE(range(1u, 6u));
  INFO("seed " << seed);
  TestStore store;
  Churn churn(store, seed);
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 50; ++i) churn.step();
    churn.check();
  }
  store.reopen();
  churn.check();
}

}  // namespace playhead::rocks::test
