#pragma once
#include "backends/embedded/commands/refill.h"
#include "backends/embedded/commands/sampling.h"
#include "backends/embedded/commands/scan_filter.h"
#include "backends/embedded/commands/set_algebra.h"
#include "backends/embedded/tx.h"
#include "playhead/operations/sets.h"

namespace playhead::embedded {

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SAdd& c, SAdd::Reply& r) {
  r = 0;
  auto e = t.open(db, c.key, Type::set);
  for (Text member : c.members) r += add_member(t, e, member);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SRem& c, SRem::Reply& r) {
  r = 0;
  auto e = t.open(db, c.key, Type::set);
  for (Text member : c.members) {
    if (!e.exists()) return;
    r += t.herase(e, member);
  }
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SIsMember& c, SIsMember::Reply& r) {
  auto e = t.open(db, c.key, Type::set);
  r = has_member(t, e, c.member);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SMIsMember& c, SMIsMember::Reply& r) {
  auto e = t.open(db, c.key, Type::set);
  r.resize(c.members.size());
  for (std::size_t i = 0; i < r.size(); ++i) r[i] = has_member(t, e, c.members[i]);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SMembers& c, SMembers::Reply& r) {
  auto e = t.open(db, c.key, Type::set);
  Refill out(r.items, t.size(e));
  walk_members(t, e, [&](Text member) {
    out.add(member);
    return true;
  });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SCard& c, SCard::Reply& r) {
  auto e = t.open(db, c.key, Type::set);
  r = static_cast<std::int64_t>(t.size(e));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SMove& c, SMove::Reply& r) {
  r = false;
  auto source = t.open(db, c.source);
  if (!source.exists()) return;  // whatever the destination holds
  if (source.type() != Type::set) refuse(wrong_type);
  auto destination = t.open(db, c.destination, Type::set);
  if (c.source == c.destination) {
    r = has_member(t, source, c.member);
    return;
  }
  r = t.herase(source, c.member);
  if (r) add_member(t, destination, c.member);
}

/// Different members chosen at random replace those of `out`.
template <class S>
void choose_members(Tx<S>& t, typename Tx<S>::Entry& e, std::size_t count, std::vector<std::string>& out) {
  Refill items(out, std::min(count, t.size(e)));
  sample_distinct(
      t.size(e), count, [&](std::uint64_t random, auto&& f) { t.hpick(e, random, f); },
      [&](auto&& f) { t.hwalk(e, f); }, [&](Text member, Text) { items.add(member); });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SPop& c, SPop::Reply& r) {
  r.items.clear();
  auto e = t.open(db, c.key, Type::set);
  if (!e.exists()) return;
  auto count = static_cast<std::size_t>(c.count.value_or(1));
  choose_members(t, e, count, r.items);
  if (r.items.size() == t.size(e))
    t.remove(e);
  else
    for (const std::string& member : r.items) t.herase(e, member);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SRandMember& c, SRandMember::Reply& r) {
  auto e = t.open(db, c.key, Type::set);
  std::int64_t count = c.count.value_or(1);
  if (!e.exists()) {
    r.items.clear();
  } else if (count >= 0) {
    choose_members(t, e, static_cast<std::size_t>(count), r.items);
  } else {
    r.items.resize(repeated_count(count));
    sample_repeated(
        t.size(e), r.items.size(), [&](std::uint64_t random, auto&& f) { t.hpick(e, random, f); },
        [&](auto&& f) { t.hwalk(e, f); },
        [&](std::size_t i, Text member, Text) { r.items[i].assign(member); });
  }
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SScan& c, SScan::Reply& r) {
  auto e = t.open(db, c.key, Type::set);
  r.cursor = 0;
  Refill out(r.items);
  if (!e.exists()) return;
  c.fault.check();
  ScanFilter filter(c.match, c.count);
  r.cursor = t.hscan(e, c.cursor, filter.count(), [&](Text member, Text) {
    if (filter.keeps(member)) out.add(member);
  });
}

// ---- several sets

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SInter& c, SInter::Reply& r) {
  Refill out(r.items);
  intersect(open_sets(t, db, c.keys), t, [&](Text member) {
    out.add(member);
    return true;
  });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SInterCard& c, SInterCard::Reply& r) {
  r = 0;
  std::int64_t limit = c.limit.value_or(0);
  intersect(open_sets(t, db, c.keys), t, [&](Text) { return ++r != limit; });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SUnion& c, SUnion::Reply& r) {
  Refill out(r.items);
  unite(open_sets(t, db, c.keys), t, [&](Text member) { out.add(member); });
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SDiff& c, SDiff::Reply& r) {
  Refill out(r.items);
  subtract(open_sets(t, db, c.keys), t, [&](Text member) { out.add(member); });
}

/// The STORE variants: the result of `Read`, an operation on several sets, replaces the destination.
template <class Read, class S>
std::int64_t store_members(Tx<S>& t, std::uint16_t db, Text destination, List<Text> keys) {
  Members result;
  exec(t, db, Read{keys}, result);
  auto e = t.open(db, destination);
  if (e.exists()) t.remove(e);
  for (const std::string& member : result.items) add_member(t, e, member);
  return static_cast<std::int64_t>(result.items.size());
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SInterStore& c, SInterStore::Reply& r) {
  r = store_members<SInter>(t, db, c.destination, c.keys);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SUnionStore& c, SUnionStore::Reply& r) {
  r = store_members<SUnion>(t, db, c.destination, c.keys);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SDiffStore& c, SDiffStore::Reply& r) {
  r = store_members<SDiff>(t, db, c.destination, c.keys);
}

}  // namespace playhead::embedded
