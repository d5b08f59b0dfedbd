#pragma once
// The floors of the memory store: what the same work costs in containers without databases, expiry, types,
// transactions or reply types. All are guarded by one mutex, as little as a thread-safe store can do. Shared
// by the C++ benchmarks and the extension module python_floor.
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <charconv>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "benchmarks/support/floor_tree.h"

namespace playhead::bench {

using Text = std::string_view;

struct TextHash {
  using is_transparent = void;
  using is_avalanching = void;
  std::size_t operator()(Text t) const { return XXH3_64bits(t.data(), t.size()); }
};

template <class V>
using FlatMap = boost::unordered_flat_map<std::string, V, TextHash, std::equal_to<>>;

/// The number in `text` and `by` more; written back in decimal.
inline std::int64_t add_to(std::string& text, std::int64_t by) {
  std::int64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  n += by;
  char digits[24];
  text.assign(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
  return n;
}

/// The value of a key, made if it is not there.
template <class V>
V& slot(FlatMap<V>& map, Text key) {
  auto it = map.find(key);
  if (it == map.end()) it = map.try_emplace(std::string(key)).first;
  return it->second;
}

/// Strings and hashes.
class FloorMap {
 public:
  bool get(Text key, std::string& into) {
    std::lock_guard lock(mutex_);
    auto it = strings_.find(key);
    if (it == strings_.end()) return false;
    into.assign(it->second);
    return true;
  }
  /// f(value) under the lock, if there is one.
  template <class F>
  bool with(Text key, F&& f) {
    std::lock_guard lock(mutex_);
    auto it = strings_.find(key);
    if (it == strings_.end()) return false;
    f(Text(it->second));
    return true;
  }
  void set(Text key, Text value) {
    std::lock_guard lock(mutex_);
    put(strings_, key, value);
  }
  std::int64_t incr(Text key, std::int64_t by = 1) {
    std::lock_guard lock(mutex_);
    return add_to(slot(strings_, key), by);
  }
  bool erase(Text key) {
    std::lock_guard lock(mutex_);
    auto it = strings_.find(key);
    if (it == strings_.end()) return false;
    strings_.erase(it);
    return true;
  }
  bool hset(Text key, Text field, Text value) {
    std::lock_guard lock(mutex_);
    return put(slot(hashes_, key), field, value);
  }
  std::int64_t hincrby(Text key, Text field, std::int64_t by) {
    std::lock_guard lock(mutex_);
    return add_to(slot(slot(hashes_, key), field), by);
  }
  template <class F>
  bool hwith(Text key, Text field, F&& f) {
    std::lock_guard lock(mutex_);
    auto hash = hashes_.find(key);
    if (hash == hashes_.end()) return false;
    auto it = hash->second.find(field);
    if (it == hash->second.end()) return false;
    f(Text(it->second));
    return true;
  }
  bool hget(Text key, Text field, std::string& into) {
    return hwith(key, field, [&](Text value) { into.assign(value); });
  }
  void expire(Text key, std::int64_t at) {
    std::lock_guard lock(mutex_);
    slot(deadlines_, key) = at;
  }
  std::optional<std::int64_t> deadline(Text key) {
    std::lock_guard lock(mutex_);
    auto it = deadlines_.find(key);
    if (it == deadlines_.end()) return std::nullopt;
    return it->second;
  }

 private:
  static bool put(FlatMap<std::string>& map, Text key, Text value) {
    auto it = map.find(key);
    if (it != map.end()) {
      it->second.assign(value);
      return false;
    }
    map.try_emplace(std::string(key), value);
    return true;
  }
  std::mutex mutex_;
  FlatMap<std::string> strings_;
  FlatMap<FlatMap<std::string>> hashes_;
  FlatMap<std::int64_t> deadlines_;
};

/// One sorted set over an ordered tree of `Tree::Entry*` (FloorTree, or OrderStatistics below).
template <class Tree>
class FloorSortedSet {
 public:
  using Entry = FloorEntry;
  bool add(Text member, double score) {
    std::lock_guard lock(mutex_);
    auto it = members_.find(member);
    if (it == members_.end()) {
      insert(member, score);
      return true;
    }
    change(**it, score);
    return false;
  }
  double increment(Text member, double by) {
    std::lock_guard lock(mutex_);
    auto it = members_.find(member);
    if (it == members_.end()) {
      insert(member, by);
      return by;
    }
    double score = (*it)->score + by;
    change(**it, score);
    return score;
  }
  std::optional<double> score(Text member) {
    std::lock_guard lock(mutex_);
    auto it = members_.find(member);
    if (it == members_.end()) return std::nullopt;
    return (*it)->score;
  }
  std::optional<std::size_t> rank(Text member) {
    std::lock_guard lock(mutex_);
    auto it = members_.find(member);
    if (it == members_.end()) return std::nullopt;
    return tree_.rank(it->get());
  }
  bool erase(Text member) {
    std::lock_guard lock(mutex_);
    auto it = members_.find(member);
    if (it == members_.end()) return false;
    tree_.erase(it->get());
    members_.erase(it);
    return true;
  }
  std::size_t count_below(double score) {
    std::lock_guard lock(mutex_);
    return tree_.count_below(score);
  }
  /// f(member, score) for `count` members from that rank on.
  template <class F>
  void walk(std::size_t rank, std::size_t count, F&& f) {
    std::lock_guard lock(mutex_);
    tree_.walk(rank, count, [&](const Entry& e) { f(Text(e.member), e.score); });
  }
  /// The same for the last `count`, the greatest first.
  template <class F>
  void top(std::size_t count, F&& f) {
    std::lock_guard lock(mutex_);
    tree_.top(count, [&](const Entry& e) { f(Text(e.member), e.score); });
  }

 private:
  struct NameHash {
    using is_transparent = void;
    using is_avalanching = void;
    std::size_t operator()(Text t) const { return TextHash{}(t); }
    std::size_t operator()(const std::unique_ptr<Entry>& e) const { return TextHash{}(e->member); }
  };
  struct NameEqual {
    using is_transparent = void;
    static Text name(Text t) { return t; }
    static Text name(const std::unique_ptr<Entry>& e) { return e->member; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return name(a) == name(b);
    }
  };
  void insert(Text member, double score) {
    auto entry = std::make_unique<Entry>(Entry{score, std::string(member)});
    tree_.insert(entry.get());
    members_.insert(std::move(entry));
  }
  void change(Entry& entry, double score) {
    if (entry.score == score) return;
    tree_.erase(&entry);
    entry.score = score;
    tree_.insert(&entry);
  }
  std::mutex mutex_;
  boost::unordered_flat_set<std::unique_ptr<Entry>, NameHash, NameEqual> members_;
  Tree tree_;
};

}  // namespace playhead::bench
