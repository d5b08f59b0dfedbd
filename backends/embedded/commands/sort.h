#pragma once
// SORT. Weights and GET values come from other keys by pattern: '*' stands for the element, "->field" behind
// it for a field of a hash.
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "backends/embedded/tx.h"
#include "engine/store/numbers.h"
#include "playhead/operations/keyspace.h"

namespace playhead::embedded {

struct SortItem {
  std::string element;
  std::optional<std::string> by;  // ALPHA with BY: the text compared
  double weight = 0;
};

/// The value that a pattern names for an element; nothing if there is none.
template <class S>
std::optional<std::string> lookup_pattern(Tx<S>& t, std::uint16_t db, Text pattern, Text element) {
  if (pattern == "#") return std::string(element);
  std::size_t star = pattern.find('*');
  if (star == Text::npos) return std::nullopt;
  Text rest = pattern.substr(star + 1), field;
  bool has_field = false;
  if (std::size_t arrow = rest.find("->"); arrow != Text::npos && arrow + 2 < rest.size()) {
    field = rest.substr(arrow + 2);
    rest = rest.substr(0, arrow);
    has_field = true;
  }
  std::string key = std::string(pattern.substr(0, star)) + std::string(element) + std::string(rest);
  auto e = t.open(db, key);
  if (!e.exists() || e.type() != (has_field ? Type::hash : Type::string)) return std::nullopt;
  if (!has_field) return std::string(t.value(e));
  auto value = t.hget(e, field);
  if (!value) return std::nullopt;
  return std::string(*value);
}

template <class S>
std::vector<SortItem> read_sortable(Tx<S>& t, typename Tx<S>::Entry& e, bool reversed) {
  std::vector<SortItem> items;
  if (!e.exists()) return items;
  items.reserve(t.size(e));
  auto add = [&](Text element) {
    items.push_back({std::string(element), std::nullopt, 0});
    return true;
  };
  auto start = reversed ? static_cast<std::int64_t>(t.size(e)) - 1 : 0;
  if (e.type() == Type::list)
    t.lwalk(e, start, reversed, add);
  else if (e.type() == Type::set)
    t.hwalk(e, [&](Text member, Text) { return add(member); });
  else if (e.type() == Type::zset)
    t.zwalk_rank(e, start, reversed, [&](Text member, double) { return add(member); });
  else
    refuse(wrong_type);
  return items;
}

template <class S>
void weigh(Tx<S>& t, std::uint16_t db, const SortBase& c, std::vector<SortItem>& items) {
  for (SortItem& item : items) {
    if (c.by) item.by = lookup_pattern(t, db, *c.by, item.element);
    if (c.alpha) continue;
    const std::string* text = c.by ? (item.by ? &*item.by : nullptr) : &item.element;
    if (text == nullptr) continue;
    char* end = nullptr;
    errno = 0;
    item.weight = std::strtod(text->c_str(), &end);  // as in Redis a zero byte ends the number
    if (*end != '\0' || errno == ERANGE || std::isnan(item.weight))
      refuse("ERR One or more scores can't be converted into double");
  }
}

// Texts are collated, but go by their bytes if the result is stored.
inline int compare_texts(const std::string& a, const std::string& b, bool stored) {
  return stored ? a.compare(b) : std::strcoll(a.c_str(), b.c_str());
}

// Equal weights fall back to the bytes of the elements, so that the order is always the same.
inline int compare(const SortItem& a, const SortItem& b, const SortBase& c, bool stored) {
  int order = 0;
  if (!c.alpha) {
    order = a.weight > b.weight ? 1 : a.weight < b.weight ? -1 : 0;
    if (order == 0) order = a.element.compare(b.element);
  } else if (c.by) {
    if (a.by && b.by)
      order = compare_texts(*a.by, *b.by, stored);
    else
      order = (a.by ? 1 : 0) - (b.by ? 1 : 0);
  } else {
    order = compare_texts(a.element, b.element, stored);
  }
  return c.desc ? -order : order;
}

/// Sorted and cut to the limit.
template <class S>
std::vector<SortItem> sorted_items(Tx<S>& t, std::uint16_t db, const SortBase& c, bool stored) {
  auto e = t.open(db, c.key);
  bool dont_sort = c.by && c.by->find('*') == Text::npos;
  SortBase how = c;
  if (dont_sort && stored && e.type() == Type::set) {  // an order of its own would not be reproducible
    dont_sort = false;
    how.alpha = true;
    how.by.reset();
  }
  std::vector<SortItem> items = read_sortable(t, e, dont_sort && c.desc);
  if (!dont_sort) {
    weigh(t, db, how, items);
    std::stable_sort(items.begin(), items.end(),
                     [&](const SortItem& a, const SortItem& b) { return compare(a, b, how, stored) < 0; });
  }
  if (c.limit) {
    auto size = static_cast<std::int64_t>(items.size());
    std::int64_t from = std::clamp<std::int64_t>(c.limit->offset, 0, size);
    std::int64_t count = c.limit->count < 0 ? size : c.limit->count;
    std::int64_t to = count > size - from ? size : from + count;
    items.erase(items.begin() + to, items.end());
    items.erase(items.begin(), items.begin() + from);
  }
  return items;
}

template <class S>
void sort_into(Tx<S>& t, std::uint16_t db, const SortBase& c, bool store, SortBase::Reply& r) {
  r.items.clear();
  r.stored = 0;
  for (SortItem& item : sorted_items(t, db, c, store)) {
    if (c.get.empty()) r.items.emplace_back(std::move(item.element));
    for (Text pattern : c.get) r.items.push_back(lookup_pattern(t, db, pattern, item.element));
  }
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SortRo& c, SortRo::Reply& r) {
  sort_into(t, db, c, false, r);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Sort& c, Sort::Reply& r) {
  sort_into(t, db, c, c.store.has_value(), r);
  if (!c.store) return;
  auto target = t.open(db, *c.store);
  if (target.exists()) t.remove(target);
  for (const auto& item : r.items) t.lpush(target, false, item ? Text(*item) : Text());
  r.stored = static_cast<std::int64_t>(r.items.size());
  r.items.clear();
}

}  // namespace playhead::embedded
