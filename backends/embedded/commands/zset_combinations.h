#pragma once
// Sorted sets: union, intersection, difference. Inputs are walked in the order in which Redis takes them, the
// smallest first, since the sum of scores depends on it to the last bit.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "backends/embedded/commands/zset_values.h"
#include "backends/embedded/tx.h"
#include "playhead/operations/zsets.h"

namespace playhead::embedded {

/// One input: a sorted set, a set whose members have score 1, or nothing.
template <class S>
struct ZInput {
  typename Tx<S>::Entry entry;
  double weight = 1;
  std::size_t size = 0;

  std::optional<double> find(Tx<S>& t, Text member) {
    if (size == 0) return std::nullopt;
    if (entry.type() == Type::zset) return t.zget(entry, member);
    return t.hget(entry, member) ? std::optional<double>(1) : std::nullopt;
  }
  /// f(Text member, double score) -> bool, false stops.
  template <class F>
  void walk(Tx<S>& t, F&& f) {
    if (size == 0) return;
    if (entry.type() == Type::zset)
      t.zwalk_rank(entry, 0, false, f);
    else
      t.hwalk(entry, [&](Text member, Text) { return f(member, 1.0); });
  }
};

/// The inputs in the order of their keys. Other types are refused, then the faults of the options.
template <class S>
std::vector<ZInput<S>> open_inputs(Tx<S>& t, std::uint16_t db, List<Text> keys, List<double> weights,
                                   const Fault& fault) {
  std::vector<ZInput<S>> inputs;
  inputs.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto e = t.open(db, keys[i]);
    if (e.exists() && e.type() != Type::zset && e.type() != Type::set) refuse(wrong_type);
    std::size_t size = t.size(e);
    inputs.push_back({std::move(e), weights.empty() ? 1 : weights[i], size});
  }
  fault.check();
  return inputs;
}

/// The inputs by size.
template <class S>
std::vector<ZInput<S>> open_sorted_inputs(Tx<S>& t, std::uint16_t db, List<Text> keys, List<double> weights,
                                          const Fault& fault) {
  auto inputs = open_inputs(t, db, keys, weights, fault);
  std::vector<std::size_t> order(inputs.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return inputs[a].size < inputs[b].size; });
  std::vector<ZInput<S>> sorted;
  sorted.reserve(inputs.size());
  for (std::size_t i : order) sorted.push_back(std::move(inputs[i]));
  return sorted;
}

/// 0 times infinity counts as 0.
inline double weighted(double score, double weight) {
  double x = score * weight;
  return std::isnan(x) ? 0 : x;
}

/// Opposite infinities add up to 0.
inline void aggregate(double& total, double score, Aggregate how) {
  if (how == Aggregate::min) {
    total = score < total ? score : total;
  } else if (how == Aggregate::max) {
    total = score > total ? score : total;
  } else {
    total += score;
    if (std::isnan(total)) total = 0;
  }
}

/// f(Text member, double score) -> bool for each member of all inputs, in no particular order; false stops.
/// The first one is the smallest.
template <class S, class F>
void intersect_scored(Tx<S>& t, std::vector<ZInput<S>>& inputs, Aggregate how, F&& f) {
  inputs[0].walk(t, [&](Text member, double score) {
    double total = weighted(score, inputs[0].weight);
    for (std::size_t i = 1; i < inputs.size(); ++i) {
      auto other = inputs[i].find(t, member);
      if (!other) return true;
      aggregate(total, *other * inputs[i].weight, how);
    }
    return f(member, total);
  });
}

inline void sort_members(std::vector<ScoredMember>& r) {
  std::sort(r.begin(), r.end(), [](const ScoredMember& a, const ScoredMember& b) {
    return a.score != b.score ? a.score < b.score : a.member < b.member;
  });
}

template <class S>
void unite(Tx<S>& t, std::uint16_t db, const ZInputs& c, std::vector<ScoredMember>& r) {
  r.clear();
  auto inputs = open_sorted_inputs(t, db, c.keys, c.weights, c.fault);
  std::unordered_map<std::string, double> totals;
  totals.reserve(inputs.back().size);
  for (auto& input : inputs) {
    input.walk(t, [&](Text member, double score) {
      score = weighted(score, input.weight);
      auto [at, added] = totals.try_emplace(std::string(member), score);
      if (!added) aggregate(at->second, score, c.aggregate.value_or(Aggregate::sum));
      return true;
    });
  }
  r.reserve(totals.size());
  while (!totals.empty()) {
    auto node = totals.extract(totals.begin());
    r.push_back({std::move(node.key()), node.mapped()});
  }
  sort_members(r);
}

template <class S>
void intersect(Tx<S>& t, std::uint16_t db, const ZInputs& c, std::vector<ScoredMember>& r) {
  r.clear();
  auto inputs = open_sorted_inputs(t, db, c.keys, c.weights, c.fault);
  intersect_scored(t, inputs, c.aggregate.value_or(Aggregate::sum), [&](Text member, double score) {
    r.push_back({std::string(member), score});
    return true;
  });
  sort_members(r);
}

template <class S>
void subtract(Tx<S>& t, std::uint16_t db, List<Text> keys, const Fault& fault, std::vector<ScoredMember>& r) {
  r.clear();
  auto inputs = open_inputs(t, db, keys, {}, fault);
  inputs[0].walk(t, [&](Text member, double score) {
    bool elsewhere = std::any_of(inputs.begin() + 1, inputs.end(),
                                 [&](ZInput<S>& other) { return other.find(t, member).has_value(); });
    if (!elsewhere) r.push_back({std::string(member), score});
    return true;
  });
  sort_members(r);
}

// ---- commands

/// Makes a key hold these members, all different, whatever it held before; without members it goes. The
/// number of members.
template <class S>
std::int64_t store_members(Tx<S>& t, std::uint16_t db, Text key, const std::vector<ScoredMember>& items) {
  auto e = t.open(db, key);
  if (e.exists()) t.remove(e);
  const bool listed = items.size() <= most_listed &&
                      std::all_of(items.begin(), items.end(),
                                  [](const ScoredMember& m) { return m.member.size() <= longest_listed; });
  for (const ScoredMember& m : items)
    put_scored(t, e, m.member, listed && is_negative_zero(m.score) ? 0 : m.score);
  return static_cast<std::int64_t>(items.size());
}

inline void drop_scores(std::vector<ScoredMember>& r, bool withscores) {
  if (withscores) return;
  for (ScoredMember& m : r) m.score = 0;
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZUnion& c, ZUnion::Reply& r) {
  unite(t, db, c.inputs, r);
  drop_scores(r, c.withscores);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZInter& c, ZInter::Reply& r) {
  intersect(t, db, c.inputs, r);
  drop_scores(r, c.withscores);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZDiff& c, ZDiff::Reply& r) {
  subtract(t, db, c.keys, c.fault, r);
  drop_scores(r, c.withscores);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZUnionStore& c, std::int64_t& r) {
  std::vector<ScoredMember> items;
  unite(t, db, c.inputs, items);
  r = store_members(t, db, c.destination, items);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZInterStore& c, std::int64_t& r) {
  std::vector<ScoredMember> items;
  intersect(t, db, c.inputs, items);
  r = store_members(t, db, c.destination, items);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZDiffStore& c, std::int64_t& r) {
  std::vector<ScoredMember> items;
  subtract(t, db, c.keys, c.fault, items);
  r = store_members(t, db, c.destination, items);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const ZInterCard& c, std::int64_t& r) {
  r = 0;
  const std::int64_t limit = c.limit.value_or(0);
  auto inputs = open_sorted_inputs(t, db, c.keys, {}, c.fault);
  intersect_scored(t, inputs, Aggregate::sum, [&](Text, double) { return ++r != limit; });
}

}  // namespace playhead::embedded
