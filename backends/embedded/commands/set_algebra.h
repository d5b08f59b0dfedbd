#pragma once
// Members of one set, and the intersection, union and difference of several.
#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "backends/embedded/tx.h"

namespace playhead::embedded {

template <class S>
bool add_member(Tx<S>& t, typename Tx<S>::Entry& e, Text member) {
  return t.hput(e, Type::set, member,
                [](const Text* old) { return old == nullptr ? std::optional<Text>(Text()) : std::nullopt; });
}

/// Of a key that may be missing.
template <class S>
bool has_member(Tx<S>& t, typename Tx<S>::Entry& e, Text member) {
  return e.exists() && t.hget(e, member).has_value();
}

/// F(Text member) -> bool, false stops; of a key that may be missing.
template <class S, class F>
void walk_members(Tx<S>& t, typename Tx<S>::Entry& e, F&& f) {
  if (e.exists()) t.hwalk(e, [&](Text member, Text) { return f(member); });
}

template <class S>
using Sets = std::vector<typename Tx<S>::Entry>;

/// The sets at several keys, those of missing keys being empty. All are looked at first: one of another type
/// is refused.
template <class S>
Sets<S> open_sets(Tx<S>& t, std::uint16_t db, List<Text> keys) {
  Sets<S> sets;
  sets.reserve(keys.size());
  for (Text key : keys) sets.push_back(t.open(db, key, Type::set));
  return sets;
}

/// F(Text member) -> bool for each member of all sets, until it returns false. Walks the smallest set and
/// asks the others, smaller ones first.
template <class Entries, class S, class F>
void intersect(Entries sets, Tx<S>& t, F&& f) {
  std::vector<std::size_t> order(sets.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return t.size(sets[a]) < t.size(sets[b]); });
  if (t.size(sets[order[0]]) == 0) return;
  walk_members(t, sets[order[0]], [&](Text member) {
    bool in_all = std::all_of(order.begin() + 1, order.end(),
                              [&](std::size_t i) { return has_member(t, sets[i], member); });
    return !in_all || f(member);
  });
}

/// F(Text member) once for each member of any of the sets.
template <class Entries, class S, class F>
void unite(Entries sets, Tx<S>& t, F&& f) {
  std::unordered_set<std::string> seen;
  for (auto& set : sets) {
    walk_members(t, set, [&](Text member) {
      if (sets.size() == 1 || seen.emplace(member).second) f(member);
      return true;
    });
  }
}

/// F(Text member) for each member of the first set that is in none of the others. Either asks the others for
/// each member of the first, or takes all members of the others out of a copy, whichever touches less.
template <class Entries, class S, class F>
void subtract(Entries sets, Tx<S>& t, F&& f) {
  std::size_t total = 0;
  for (auto& set : sets) total += t.size(set);
  if (t.size(sets[0]) * (sets.size() - 1) <= total) {
    walk_members(t, sets[0], [&](Text member) {
      if (std::none_of(sets.begin() + 1, sets.end(), [&](auto& set) { return has_member(t, set, member); }))
        f(member);
      return true;
    });
    return;
  }
  std::unordered_set<std::string> left;
  walk_members(t, sets[0], [&](Text member) {
    left.emplace(member);
    return true;
  });
  for (std::size_t i = 1; i < sets.size(); ++i) {
    walk_members(t, sets[i], [&](Text member) {
      left.erase(std::string(member));
      return !left.empty();
    });
  }
  for (const std::string& member : left) f(member);
}

}  // namespace playhead::embedded
