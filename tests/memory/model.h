// The keyspace as ordinary containers, and random primitives run on it and on a MemoryStorage side by side.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "backends/memory/memory_storage.h"

namespace playhead::memory {

struct Value {
  Type type = Type::string;
  Millis deadline = 0;
  std::string string;
  std::map<std::string, std::string> fields;
  std::map<std::string, double> members;
  std::vector<std::string> list;

  bool operator==(const Value&) const = default;
  bool empty() const {
    return type == Type::list   ? list.empty()
           : type == Type::zset ? members.empty()
                                : type != Type::string && fields.empty();
  }
  std::vector<std::pair<double, std::string>> ordered() const {
    std::vector<std::pair<double, std::string>> all;
    for (const auto& [member, score] : members) all.emplace_back(score, member);
    std::sort(all.begin(), all.end());
    return all;
  }
};

using Name = std::pair<std::uint16_t, std::string>;
using Model = std::map<Name, Value>;

/// What the storage holds at a key, read by walks.
inline std::optional<Value> read(Unit& unit, const Name& name) {
  Slot slot = unit.find(Key(name.first, name.second));
  if (!slot.exists()) return std::nullopt;
  Value value;
  value.type = slot.type();
  value.deadline = slot.deadline();
  std::size_t size = 0;
  switch (slot.type()) {
    case Type::string:
      value.string = unit.value(slot);
      size = value.string.size();
      break;
    case Type::list:
      unit.lwalk(slot, 0, false, [&](Text text) {
        value.list.emplace_back(text);
        return true;
      });
      size = value.list.size();
      break;
    case Type::zset:
      unit.zwalk_rank(slot, 0, false, [&](Text member, double score) {
        value.members.emplace(member, score);
        return ++size > 0;
      });
      break;
    default:
      unit.hwalk(slot, [&](Text field, Text text) {
        value.fields.emplace(field, text);
        return ++size > 0;
      });
  }
  if (unit.size(slot) != size) throw std::logic_error("size() differs from what was walked");
  return value;
}

/// All keys of the storage, by scans.
inline Model read_all(MemoryStorage& storage, std::uint16_t databases) {
  std::vector<Name> names;
  for (std::uint16_t db = 0; db < databases; ++db) {
    for (std::size_t stripe = 0; stripe < embedded::stripe_count; ++stripe) {
      std::uint64_t from = 0;
      do {
        from = storage.scan(db, stripe, from, 3,
                            [&](const Key& key, Type, Millis) { names.emplace_back(db, key.name); });
      } while (from != 0);
    }
  }
  Unit unit(storage, embedded::Mode::read);
  Model all;
  for (const Name& name : names) all[name] = *read(unit, name);
  return all;
}

/// One random primitive after another on a unit and on a model; throws std::logic_error where they differ.
class RandomPrimitives {
 public:
  RandomPrimitives(std::uint64_t seed, int keys, std::uint16_t databases)
      : random_(seed), keys_(keys), databases_(databases) {}

  std::mt19937_64& random() { return random_; }

  void step(Unit& unit, Model& model) {
    Name name = any_name();
    const std::string own_name = name.second;
    Slot slot = unit.find(Key(name.first, own_name));
    auto held = model.find(name);
    if (slot.exists() != (held != model.end())) throw std::logic_error("exists() differs");
    if (!slot.exists()) {
      create(unit, slot, model[name]);
      if (model[name].empty() && model[name].type != Type::string) model.erase(name);
      return;
    }
    Value& value = held->second;
    require(slot.type() == value.type && slot.deadline() == value.deadline, "type or deadline differs");
    std::uint64_t kind = random_() % 100;
    if (kind < 4) {
      unit.remove(slot);
      require(!slot.exists(), "removed, but exists");
      model.erase(held);
    } else if (kind < 8) {
      move(unit, slot, model, name);
    } else if (kind < 12) {
      Millis deadline = random_() % 3 == 0 ? 0 : 1 + static_cast<Millis>(random_() % 1000);
      unit.deadline(slot, deadline);
      value.deadline = deadline;
    } else if (kind < 14) {
      set(unit, slot, value);
    } else {
      change(unit, slot, value);
      require(slot.exists() != value.empty(), "an empty collection must go, and no other");
      if (value.empty()) model.erase(held);
    }
    if (Slot again = unit.find(Key(name.first, own_name)); again.exists()) {
      require(again.type() == slot.type() && again.deadline() == slot.deadline(),
              "two slots of a key differ");
    }
  }

  /// Flushes a database or swaps two.
  void step_databases(Unit& unit, Model& model) {
    auto a = static_cast<std::uint16_t>(random_() % databases_),
         b = static_cast<std::uint16_t>(random_() % databases_);
    if (random_() % 3 == 0) {
      unit.flush(a);
      std::erase_if(model, [a](const auto& entry) { return entry.first.first == a; });
      return;
    }
    unit.swap(a, b);
    Model swapped;
    for (auto& [name, value] : model) {
      std::uint16_t db = name.first == a ? b : name.first == b ? a : name.first;
      swapped[{db, name.second}] = std::move(value);
    }
    model = std::move(swapped);
  }

 private:
  static void require(bool holds, const char* message) {
    if (!holds) throw std::logic_error(message);
  }
  Name any_name() {
    std::string name = "key:" + std::to_string(random_() % keys_);
    // Some keys are long, one is empty.
    if (name.back() == '7') name.append(300, 'k');
    if (name == "key:3") name.clear();
    return {static_cast<std::uint16_t>(random_() % databases_), name};
  }
  std::string text() {
    std::uint64_t kind = random_() % 200;
    if (kind < 30) return std::to_string(static_cast<int>(random_() % 100));
    std::size_t size = kind < 190 ? random_() % 30 : kind < 199 ? random_() % 300 : random_() % 10000;
    return std::string(size, static_cast<char>('a' + random_() % 26));
  }
  std::string element() {
    return std::to_string(random_() % 250) + (random_() % 300 == 0 ? std::string(80, 'e') : "");
  }
  double score() { return static_cast<double>(random_() % 60) / 4 - 5; }

  void create(Unit& unit, Slot& slot, Value& value) {
    value = Value();
    switch (random_() % 6) {
      case 0:
        set(unit, slot, value);
        break;
      case 1: {
        std::size_t size = random_() % 50;
        char* bytes = unit.edit(slot, size);
        require(std::all_of(bytes, bytes + size, [](char c) { return c == 0; }), "new bytes must be zero");
        value.string.assign(size, '\0');
        break;
      }
      default: {
        static constexpr Type types[] = {Type::list, Type::set, Type::zset, Type::hash};
        value.type = types[random_() % 4];
        change(unit, slot, value);
      }
    }
    require(slot.exists() == (value.type == Type::string || !value.empty()), "created or not");
  }

  void set(Unit& unit, Slot& slot, Value& value) {
    std::string bytes = text();
    Millis deadline = random_() % 4 == 0 ? 5000 : 0;
    unit.set(slot, bytes, deadline);
    require(unit.value(slot) == bytes, "value() differs");
    value = Value();
    value.string = bytes;
    value.deadline = deadline;
  }

  void move(Unit& unit, Slot& slot, Model& model, const Name& from) {
    Name to = any_name();
    if (model.count(to) != 0) return;
    unit.move(slot, Key(to.first, to.second));
    require(slot.key().name == to.second && slot.exists(), "the slot must be the new key's");
    model[to] = std::move(model[from]);
    model.erase(from);
  }

  void change(Unit& unit, Slot& slot, Value& value) {
    // Several changes of one key, so that collections become large.
    int times = random_() % 10 == 0 ? 200 : 1 + static_cast<int>(random_() % 5);
    for (int i = 0; i < times; ++i) {
      switch (value.type) {
        case Type::string:
          change_string(unit, slot, value.string);
          break;
        case Type::list:
          change_list(unit, slot, value.list);
          break;
        case Type::zset:
          change_zset(unit, slot, value.members);
          break;
        default:
          change_fields(unit, slot, value.type, value.fields);
      }
      if (value.empty()) return;
    }
  }

  void change_string(Unit& unit, Slot& slot, std::string& value) {
    std::size_t old_size = value.size(), size = random_() % 100 == 0 ? random_() % 20000 : random_() % 200;
    char* bytes = unit.edit(slot, size);
    value.resize(size);
    require(std::memcmp(bytes, value.data(), size) == 0, "edit() must keep bytes and add zeros");
    for (std::size_t at = std::min(old_size, size); at < size; ++at) bytes[at] = value[at] = 'z';
  }

  void change_fields(Unit& unit, Slot& slot, Type type, std::map<std::string, std::string>& fields) {
    std::string field = element();
    auto held = fields.find(field);
    if (random_() % 3 == 0 && slot.exists()) {
      require(unit.herase(slot, field) == (held != fields.end()), "herase() differs");
      if (held != fields.end()) fields.erase(held);
      return;
    }
    std::string value = type == Type::set ? "" : text();
    bool leave = random_() % 8 == 0;
    bool added = unit.hput(slot, type, field, [&](const Text* old) -> std::optional<Text> {
      require((old != nullptr) == (held != fields.end()), "the old field differs");
      if (old != nullptr) require(*old == held->second, "the old value differs");
      return leave ? std::nullopt : std::optional<Text>(value);
    });
    require(added == (held == fields.end() && !leave), "hput() differs");
    if (!leave) fields[field] = value;
    if (!slot.exists()) return;
    auto got = unit.hget(slot, field);
    require(got.has_value() == (fields.count(field) == 1), "hget() differs");
    if (got) require(*got == fields[field], "hget() gives another value");
    unit.hpick(slot, random_(), [&](Text picked, Text) {
      require(fields.count(std::string(picked)) == 1, "hpick() differs");
    });
  }

  void change_zset(Unit& unit, Slot& slot, std::map<std::string, double>& members) {
    std::string member = element();
    auto held = members.find(member);
    if (random_() % 3 == 0 && slot.exists()) {
      require(unit.zerase(slot, member) == (held != members.end()), "zerase() differs");
      if (held != members.end()) members.erase(held);
      return;
    }
    std::optional<double> wanted;
    if (random_() % 8 != 0) wanted = score();
    ZPut put = unit.zput(slot, member, [&](const double* old) {
      require((old != nullptr) == (held != members.end()), "the old member differs");
      if (old != nullptr) require(*old == held->second, "the old score differs");
      return wanted;
    });
    ZPut expected = !wanted                   ? ZPut::unchanged
                    : held == members.end()   ? ZPut::added
                    : held->second == *wanted ? ZPut::unchanged
                                              : ZPut::changed;
    require(put == expected, "zput() differs");
    if (wanted) members[member] = *wanted;
    if (slot.exists()) check_zset(unit, slot, members, member);
  }

  void check_zset(Unit& unit, Slot& slot, const std::map<std::string, double>& members,
                  const std::string& member) {
    Value value;
    value.members = members;
    auto ordered = value.ordered();
    auto held = members.find(member);
    auto got = unit.zget(slot, member);
    auto rank = unit.zrank(slot, member);
    require(got.has_value() == (held != members.end()) && rank.has_value() == got.has_value(),
            "zget() or zrank() differs");
    if (got) {
      auto at = std::lower_bound(ordered.begin(), ordered.end(), std::make_pair(held->second, member)) -
                ordered.begin();
      require(*got == held->second && *rank == at, "the score or rank differs");
    }
    embedded::ZBound bound;
    bound.score = score();
    bound.after = random_() % 2 == 0;
    std::int64_t before = std::count_if(ordered.begin(), ordered.end(), [&](const auto& pair) {
      return bound.after ? pair.first <= bound.score : pair.first < bound.score;
    });
    require(unit.zcount_before(slot, bound) == before, "zcount_before() differs");
    for (bool reverse : {false, true}) {
      std::int64_t at = reverse ? before - 1 : before;
      int steps = 0;
      unit.zwalk_bound(slot, bound, reverse, [&](Text name, double s) {
        require(at >= 0 && at < std::ssize(ordered), "the walk goes too far");
        require(ordered[static_cast<std::size_t>(at)] == std::make_pair(s, std::string(name)),
                "the walk differs");
        at += reverse ? -1 : 1;
        return ++steps < 5;
      });
      require(steps == 5 || at == (reverse ? -1 : std::ssize(ordered)), "the walk stops too early");
    }
    unit.zpick(slot, random_(), [&](Text picked, double s) {
      auto found = members.find(std::string(picked));
      require(found != members.end() && found->second == s, "zpick() differs");
    });
  }

  void change_list(Unit& unit, Slot& slot, std::vector<std::string>& list) {
    std::uint64_t kind = random_() % 100;
    std::string bytes = random_() % 20 == 0 ? text() : element();
    if (list.empty() || kind < 60) {
      bool front = random_() % 2 == 0;
      unit.lpush(slot, front, bytes);
      list.insert(front ? list.begin() : list.end(), bytes);
      return;
    }
    std::size_t at = random_() % list.size();
    auto place = list.begin() + static_cast<std::ptrdiff_t>(at);
    auto index = static_cast<std::int64_t>(at);
    if (kind < 70) {
      unit.lset(slot, index, bytes);
      *place = std::move(bytes);
    } else if (kind < 80) {
      at = random_() % (list.size() + 1);
      unit.linsert(slot, static_cast<std::int64_t>(at), bytes);
      list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), bytes);
    } else if (kind < 90) {
      trim(unit, slot, list);
    } else {
      std::set<std::int64_t> chosen;
      for (std::uint64_t n = 1 + random_() % 4; n > 0; --n)
        chosen.insert(static_cast<std::int64_t>(random_() % list.size()));
      std::vector<std::int64_t> positions(chosen.begin(), chosen.end());
      unit.lerase(slot, positions);
      for (auto position = positions.rbegin(); position != positions.rend(); ++position)
        list.erase(list.begin() + *position);
    }
    if (!list.empty()) check_list(unit, slot, list);
  }

  void trim(Unit& unit, Slot& slot, std::vector<std::string>& list) {
    std::size_t most = random_() % 50 == 0 ? list.size() : std::min<std::size_t>(list.size(), 6);
    std::size_t front = random_() % (most + 1), back = random_() % (most - front + 1);
    unit.ltrim(slot, static_cast<std::int64_t>(front), static_cast<std::int64_t>(back));
    list.erase(list.end() - static_cast<std::ptrdiff_t>(back), list.end());
    list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(front));
  }

  void check_list(Unit& unit, Slot& slot, const std::vector<std::string>& list) {
    auto at = static_cast<std::int64_t>(random_() % list.size());
    require(unit.lget(slot, at) == list[static_cast<std::size_t>(at)], "lget() differs");
    for (bool reverse : {false, true}) {
      std::int64_t next = at;
      unit.lwalk(slot, at, reverse, [&](Text bytes) {
        require(bytes == list.at(static_cast<std::size_t>(next)), "lwalk() differs");
        next += reverse ? -1 : 1;
        return true;
      });
      require(next == (reverse ? -1 : std::ssize(list)), "lwalk() stops too early");
    }
  }

  std::mt19937_64 random_;
  int keys_;
  std::uint16_t databases_;
};

}  // namespace playhead::memory
