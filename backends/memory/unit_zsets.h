// Members of ordered sets: the primitives that take a callback.
#pragma once

#include "backends/memory/unit.h"

namespace playhead::memory {

/// Calls f with a function (score, name) -> bool: whether an element stands before the bound.
template <class F>
auto with_bound(const ZBound& bound, F&& f) {
  const double score = bound.score;
  const Text member = bound.member;
  if (bound.by == ZBound::By::score) {
    if (bound.after) return f([score](double s, const auto&) { return s <= score; });
    return f([score](double s, const auto&) { return s < score; });
  }
  if (bound.after) return f([member](double, const auto& name) { return Text(name) <= member; });
  return f([member](double, const auto& name) { return Text(name) < member; });
}

inline std::optional<double> Unit::zget(Slot& slot, Text member) {
  const Record* record = slot.record();
  if (record->has(Record::big)) {
    BigZset::Place place = record->pointer<BigZset>()->find(embedded::hash_of(member), member);
    if (place.entry == nullptr) return std::nullopt;
    return place.entry->score;
  }
  const char* begin = record->value();
  const char* at = packed::find_member(begin, begin + record->packed_size(), member).at;
  if (at == nullptr) return std::nullopt;
  return packed::score_at(at);
}

template <class F>
ZPut Unit::zput(Slot& slot, Text member, F&& change) {
  Record* record = slot.record();
  if (record == nullptr) {
    std::optional<double> score = change(static_cast<const double*>(nullptr));
    if (!score) return ZPut::unchanged;
    create_member(slot, member, *score);
    return ZPut::added;
  }
  if (record->has(Record::big)) return put_big_member(slot, member, change);
  const char* begin = record->value();
  const char* at = packed::find_member(begin, begin + record->packed_size(), member).at;
  if (at == nullptr) {
    std::optional<double> score = change(static_cast<const double*>(nullptr));
    if (!score) return ZPut::unchanged;
    add_member(slot, member, *score);
    return ZPut::added;
  }
  const double old = packed::score_at(at);
  std::optional<double> score = change(&old);
  if (!score || *score == old) return ZPut::unchanged;
  change_member(slot, static_cast<std::size_t>(at - begin), *score);
  return ZPut::changed;
}

template <class F>
ZPut Unit::put_big_member(Slot& slot, Text member, F&& change) {
  Record* record = slot.record();
  BigZset& zset = *record->pointer<BigZset>();
  const std::uint64_t hashed = embedded::hash_of(member);
  BigZset::Place place = zset.find(hashed, member);
  const bool known = place.entry != nullptr;
  const double old = known ? place.entry->score : 0;
  std::optional<double> score = change(known ? &old : nullptr);
  if (!score || (known && *score == old)) return ZPut::unchanged;
  if (logs(*record)) {
    Undo& entry = log(Undo::Kind::member, slot);
    entry.name = member;
    if (known) entry.score = old;
  }
  Counting counting(*this, slot, zset);
  if (known) {
    zset.update(place, *score);
    return ZPut::changed;
  }
  zset.insert(hashed, place, member, *score);
  return ZPut::added;
}

template <class F>
void Unit::zwalk_rank(Slot& slot, std::int64_t rank, bool reverse, F&& f) {
  const Record* record = slot.record();
  if (rank < 0) return;
  auto from = static_cast<std::size_t>(rank);
  if (record->has(Record::big)) {
    record->pointer<BigZset>()->tree().walk(
        from, reverse, [&](const Member& member) { return f(member.name(), member.score); });
    return;
  }
  const char *at = record->value(), *end = at + record->packed_size();
  if (!reverse) {
    for (; from > 0 && at < end; --from) at = packed::after_member(at);
    for (; at < end; at = packed::after_member(at)) {
      if (!f(packed::member_at(at), packed::score_at(at))) return;
    }
    return;
  }
  const std::size_t count = record->packed_count();
  if (from >= count) return;
  std::uint16_t offsets[most_packed];
  for (std::size_t i = 0; i <= from; at = packed::after_member(at), ++i) {
    offsets[i] = static_cast<std::uint16_t>(at - record->value());
  }
  for (std::size_t i = from + 1; i > 0; --i) {
    at = record->value() + offsets[i - 1];
    if (!f(packed::member_at(at), packed::score_at(at))) return;
  }
}

template <class F>
void Unit::zwalk_bound(Slot& slot, const ZBound& bound, bool reverse, F&& f) {
  zwalk_rank(slot, zcount_before(slot, bound) - reverse, reverse, f);
}

template <class F>
std::uint64_t Unit::zscan(Slot& slot, std::uint64_t cursor, std::size_t count, F&& f) {
  const Record* record = slot.record();
  if (record->has(Record::big)) {
    return record->pointer<BigZset>()->table().scan(
        cursor, count, [&](std::uint64_t, const Member& member) { f(member.name(), member.score); });
  }
  zwalk_rank(slot, 0, false, [&](Text member, double score) {
    f(member, score);
    return true;
  });
  return 0;
}

template <class F>
void Unit::zpick(Slot& slot, std::uint64_t random, F&& f) {
  const Record* record = slot.record();
  if (record->has(Record::big)) {
    const Member* member = record->pointer<BigZset>()->table().pick(random);
    f(member->name(), member->score);
    return;
  }
  const char* at = record->value();
  for (std::uint64_t left = scaled(mixed(random), record->packed_count()); left > 0; --left) {
    at = packed::after_member(at);
  }
  f(packed::member_at(at), packed::score_at(at));
}

}  // namespace playhead::memory
