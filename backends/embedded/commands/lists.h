#pragma once
#include <algorithm>
#include <limits>

#include "backends/embedded/commands/refill.h"
#include "backends/embedded/tx.h"
#include "playhead/operations/lists.h"

namespace playhead::embedded {

/// Positions first..last of a sequence; empty if last < first.
struct Span {
  std::int64_t first, last;
  std::int64_t size() const { return last < first ? 0 : last - first + 1; }
};

/// What start..stop, inclusive and negative from the end, means in a sequence of `size`.
inline Span span_of(std::int64_t start, std::int64_t stop, std::int64_t size) {
  if (start < 0) start = std::max<std::int64_t>(start + size, 0);
  if (stop < 0) stop += size;
  return {start, std::min(stop, size - 1)};
}

template <class S>
std::int64_t length(Tx<S>& t, typename Tx<S>::Entry& e) {
  return static_cast<std::int64_t>(t.size(e));
}

// ---- adding

template <class S>
void push(Tx<S>& t, std::uint16_t db, const LPush& c, bool front, bool only_existing, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::list);
  if (!only_existing || e.exists())
    for (Text element : c.elements) t.lpush(e, front, element);
  r = length(t, e);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LPush& c, std::int64_t& r) {
  push(t, db, c, true, false, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const RPush& c, std::int64_t& r) {
  push(t, db, c, false, false, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LPushX& c, std::int64_t& r) {
  push(t, db, c, true, true, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const RPushX& c, std::int64_t& r) {
  push(t, db, c, false, true, r);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LInsert& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::list);
  r = 0;
  if (!e.exists()) return;
  std::int64_t at = 0;
  bool found = false;
  t.lwalk(e, 0, false, [&](Text element) {
    found = element == c.pivot;
    if (!found) ++at;
    return !found;
  });
  if (found) t.linsert(e, c.where == LInsert::Where::before ? at : at + 1, c.element);
  r = found ? length(t, e) : -1;
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LSet& c, Ok&) {
  auto e = t.open(db, c.key, Type::list);
  if (!e.exists()) refuse("ERR no such key");
  std::int64_t at = c.index.get();
  const std::int64_t size = length(t, e);
  if (at < 0) at += size;
  if (at < 0 || at >= size) refuse("ERR index out of range");
  t.lset(e, at, c.element);
}

// ---- reading

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LLen& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::list);
  r = length(t, e);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LRange& c, LRange::Reply& r) {
  auto e = t.open(db, c.key, Type::list);
  Span range = span_of(c.start, c.stop, length(t, e));
  std::int64_t left = range.size();
  if (left == 0) return r.clear();
  Refill<std::string> out(r, static_cast<std::size_t>(left));
  t.lwalk(e, range.first, false, [&](Text element) {
    out.add(element);
    return --left > 0;
  });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LIndex& c, LIndex::Reply& r) {
  auto e = t.open(db, c.key, Type::list);
  if (!e.exists()) return r.reset();
  std::int64_t at = c.index.get();
  const std::int64_t size = length(t, e);
  if (at < 0) at += size;
  if (at < 0 || at >= size) return r.reset();
  refill(r, t.lget(e, at));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LPos& c, LPos::Reply& r) {
  auto e = t.open(db, c.key, Type::list);
  r.clear();
  if (!e.exists()) return;
  const std::int64_t size = length(t, e), rank = c.rank.value_or(1);
  const bool reverse = rank < 0;
  std::uint64_t skip = reverse ? -static_cast<std::uint64_t>(rank) - 1 : static_cast<std::uint64_t>(rank) - 1;
  std::int64_t wanted = c.count.value_or(1);
  // The smallest integer has no positive counterpart: in Redis it skips nothing, and no number of matches is
  // enough.
  if (rank == std::numeric_limits<std::int64_t>::min()) {
    skip = 0;
    if (c.count) wanted = 0;
  }
  const std::int64_t comparisons = c.maxlen.value_or(0);
  std::int64_t seen = 0;
  t.lwalk(e, reverse ? size - 1 : 0, reverse, [&](Text element) {
    std::int64_t at = reverse ? size - 1 - seen : seen;
    ++seen;
    if (element == c.element) {
      if (skip > 0)
        --skip;
      else
        r.push_back(at);
    }
    return seen != comparisons && (wanted == 0 || static_cast<std::int64_t>(r.size()) < wanted);
  });
}

// ---- removing

/// Takes at most `count` elements from an end of a list that exists.
template <class S>
void take(Tx<S>& t, typename Tx<S>::Entry& e, bool front, std::int64_t count, std::vector<std::string>& r) {
  const std::int64_t size = length(t, e);
  const std::int64_t taken = std::min(count, size);
  if (taken == 0) return r.clear();
  {
    std::int64_t left = taken;
    Refill<std::string> out(r, static_cast<std::size_t>(taken));
    t.lwalk(e, front ? 0 : size - 1, !front, [&](Text element) {
      out.add(element);
      return --left > 0;
    });
  }
  t.ltrim(e, front ? taken : 0, front ? 0 : taken);
}

/// Takes the element at an end of a list that exists.
template <class S>
void take_one(Tx<S>& t, typename Tx<S>::Entry& e, bool front, std::string& r) {
  r.assign(t.lget(e, front ? 0 : length(t, e) - 1));
  t.ltrim(e, front, !front);
}

template <class S>
void pop(Tx<S>& t, std::uint16_t db, const LPop& c, bool front, Popped& r) {
  auto e = t.open(db, c.key, Type::list);
  if (c.count) {
    r.element.reset();
    if (!e.exists()) return r.elements.reset();
    take(t, e, front, *c.count, r.elements ? *r.elements : r.elements.emplace());
  } else {
    r.elements.reset();
    if (!e.exists()) return r.element.reset();
    take_one(t, e, front, r.element ? *r.element : r.element.emplace());
  }
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LPop& c, Popped& r) {
  pop(t, db, c, true, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const RPop& c, Popped& r) {
  pop(t, db, c, false, r);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LRem& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::list);
  r = 0;
  if (!e.exists()) return;
  const bool reverse = c.count < 0;
  const std::int64_t size = length(t, e);
  const auto wanted = reverse ? -static_cast<std::uint64_t>(c.count) : static_cast<std::uint64_t>(c.count);
  std::vector<std::int64_t> found;
  std::int64_t at = reverse ? size - 1 : 0;
  t.lwalk(e, at, reverse, [&](Text element) {
    if (element == c.element) found.push_back(at);
    at += reverse ? -1 : 1;
    return wanted == 0 || found.size() < wanted;
  });
  if (found.empty()) return;
  if (reverse) std::reverse(found.begin(), found.end());
  r = static_cast<std::int64_t>(found.size());
  t.lerase(e, found);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LTrim& c, Ok&) {
  auto e = t.open(db, c.key, Type::list);
  if (!e.exists()) return;
  const std::int64_t size = length(t, e);
  Span kept = span_of(c.start, c.stop, size);
  if (kept.size() == 0)
    t.remove(e);
  else
    t.ltrim(e, kept.first, size - 1 - kept.last);
}

// ---- moving

/// Moves an element; nothing if the source is missing. Within one list it is pushed before it is popped, so
/// that a list of one stays, with its deadline.
template <class S>
void move_element(Tx<S>& t, std::uint16_t db, Text source, Text destination, ListEnd from, ListEnd to,
                  std::optional<std::string>& r) {
  auto e = t.open(db, source, Type::list);
  if (!e.exists()) return r.reset();
  const bool front = from == ListEnd::left;
  auto peek = [&] { refill(r, t.lget(e, front ? 0 : length(t, e) - 1)); };
  if (source == destination) {
    peek();
    if (from == to) return t.lset(e, front ? 0 : length(t, e) - 1, *r);
    t.lpush(e, !front, *r);
  } else {
    auto d = t.open(db, destination, Type::list);
    peek();
    t.lpush(d, to == ListEnd::left, *r);
  }
  t.ltrim(e, front, !front);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LMove& c, LMove::Reply& r) {
  move_element(t, db, c.source, c.destination, c.wherefrom, c.whereto, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const RPopLPush& c, RPopLPush::Reply& r) {
  move_element(t, db, c.source, c.destination, ListEnd::right, ListEnd::left, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BLMove& c, BLMove::Reply& r) {
  move_element(t, db, c.source, c.destination, c.wherefrom, c.whereto, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BRPopLPush& c, BRPopLPush::Reply& r) {
  move_element(t, db, c.source, c.destination, ListEnd::right, ListEnd::left, r);
}

// ---- the first of several lists

/// f(key, entry) for the first key that exists; refuses a key of another type before it.
template <class S, class F>
void with_first_list(Tx<S>& t, std::uint16_t db, List<Text> keys, F&& f) {
  for (Text key : keys) {
    auto e = t.open(db, key, Type::list);
    if (e.exists()) return f(key, e);
  }
}

template <class S>
void pop_first(Tx<S>& t, std::uint16_t db, List<Text> keys, ListEnd where, std::int64_t count,
               std::optional<PoppedElements>& r) {
  r.reset();
  with_first_list(t, db, keys, [&](Text key, auto& e) {
    r.emplace().key.assign(key);
    take(t, e, where == ListEnd::left, count, r->elements);
  });
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const LMPop& c, LMPop::Reply& r) {
  pop_first(t, db, c.keys, c.where, c.count.value_or(1), r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BLMPop& c, BLMPop::Reply& r) {
  pop_first(t, db, c.keys, c.where, c.count.value_or(1), r);
}

template <class S>
void pop_first(Tx<S>& t, std::uint16_t db, List<Text> keys, bool front, std::optional<PoppedElement>& r) {
  r.reset();
  with_first_list(t, db, keys, [&](Text key, auto& e) {
    r.emplace().key.assign(key);
    take_one(t, e, front, r->element);
  });
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BLPop& c, BLPop::Reply& r) {
  pop_first(t, db, c.keys, true, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BRPop& c, BRPop::Reply& r) {
  pop_first(t, db, c.keys, false, r);
}

}  // namespace playhead::embedded
