// Members of ordered sets.
#include <memory>

#include "backends/memory/unit.h"

namespace playhead::memory {

std::optional<std::int64_t> Unit::zrank(Slot& slot, Text member) {
  const Record* record = slot.record();
  if (record->has(Record::big)) {
    auto* zset = record->pointer<BigZset>();
    BigZset::Place place = zset->find(embedded::hash_of(member), member);
    if (place.entry == nullptr) return std::nullopt;
    return static_cast<std::int64_t>(zset->tree().rank(place.entry));
  }
  const char* begin = record->value();
  packed::Found found = packed::find_member(begin, begin + record->packed_size(), member);
  if (found.at == nullptr) return std::nullopt;
  return static_cast<std::int64_t>(found.rank);
}

std::int64_t Unit::zcount_before(Slot& slot, const ZBound& bound) {
  if (bound.end == ZBound::End::min) return 0;
  if (bound.end == ZBound::End::max) return static_cast<std::int64_t>(size(slot));
  const Record* record = slot.record();
  std::size_t count = with_bound(bound, [&](auto&& before) {
    if (record->has(Record::big)) return record->pointer<BigZset>()->tree().count(before);
    const char* begin = record->value();
    return packed::first_not(begin, begin + record->packed_size(), before).rank;
  });
  return static_cast<std::int64_t>(count);
}

void Unit::create_member(Slot& slot, Text member, double score) {
  if (member.size() <= longest_packed) {
    std::size_t size = packed::member_size(member);
    Record* made = Record::make(Type::zset, slot.key_.name, 0, size);
    packed::put_member(made->value(), score, member);
    made->packed(size, 1);
    create(slot, made);
    return;
  }
  auto zset = std::make_unique<BigZset>();
  const std::uint64_t hashed = embedded::hash_of(member);
  zset->insert(hashed, zset->find(hashed, member), member, score);
  Record* made = Record::make(Type::zset, slot.key_.name, 0, sizeof(void*), Record::big);
  made->pointer(zset.release());
  create(slot, made);
}

// Adds a member that is not there to a small ordered set.
void Unit::add_member(Slot& slot, Text member, double score) {
  Record* record = slot.record();
  if (record->packed_count() >= most_packed || member.size() > longest_packed) {
    BigZset& zset = *grow_zset(slot);
    Counting counting(*this, slot, zset);
    const std::uint64_t hashed = embedded::hash_of(member);
    zset.insert(hashed, zset.find(hashed, member), member, score);
    return;
  }
  touch(slot);
  std::size_t used = record->packed_size(), count = record->packed_count(),
              added = packed::member_size(member);
  record = resized(slot, used + added);
  char *begin = record->value(), *end = begin + used;
  const char* place = packed::first_not(begin, end, [&](double s, Text name) {
                        return s < score || (s == score && name < member);
                      }).at;
  char* at = begin + (place - begin);
  packed::open_gap(at, 0, added, end);
  packed::put_member(at, score, member);
  record->packed(used + added, count + 1);
}

// Gives the member of a small ordered set that starts at `offset` another score and its new place.
void Unit::change_member(Slot& slot, std::size_t offset, double score) {
  touch(slot);
  Record* record = slot.record();
  char *begin = record->value(), *end = begin + record->packed_size(), *at = begin + offset;
  std::size_t size = static_cast<std::size_t>(packed::after_member(at) - at);
  char element[9 + longest_packed];
  std::memcpy(element, at, size);
  store(element, score);
  const Text name = packed::member_at(element);
  // Its own old position does no harm: the element is passed over, or is the place, in the order of the
  // others.
  const bool down = score < packed::score_at(at);
  auto before = [&](double s, Text other) { return s < score || (s == score && other < name); };
  if (down) {
    char* to = begin + (packed::first_not(begin, at, before).at - begin);
    std::memmove(to + size, to, static_cast<std::size_t>(at - to));
    std::memcpy(to, element, size);
    return;
  }
  const char* behind = at + size;
  char* to = begin + (packed::first_not(behind, end, before).at - begin);
  std::memmove(at, behind, static_cast<std::size_t>(to - behind));
  std::memcpy(to - size, element, size);
}

bool Unit::zerase(Slot& slot, Text member) {
  Record* record = slot.record();
  if (record->has(Record::big)) {
    BigZset& zset = *record->pointer<BigZset>();
    BigZset::Place place = zset.find(embedded::hash_of(member), member);
    if (place.entry == nullptr) return false;
    if (zset.size() == 1) {
      remove(slot);
      return true;
    }
    if (logs(*record)) {
      Undo& entry = log(Undo::Kind::member, slot);
      entry.name = member;
      entry.score = place.entry->score;
    }
    Counting counting(*this, slot, zset);
    zset.erase(place);
    return true;
  }
  char *begin = record->value(), *end = begin + record->packed_size();
  const char* found = packed::find_member(begin, end, member).at;
  if (found == nullptr) return false;
  if (record->packed_count() == 1) {
    remove(slot);
    return true;
  }
  touch(slot);
  std::size_t gone = static_cast<std::size_t>(packed::after_member(found) - found);
  packed::open_gap(begin + (found - begin), gone, 0, end);
  record->packed(record->packed_size() - gone, record->packed_count() - 1);
  resized(slot, record->packed_size());
  return true;
}

BigZset* Unit::grow_zset(Slot& slot) {
  touch(slot);
  auto zset = std::make_unique<BigZset>();
  zwalk_rank(slot, 0, false, [&](Text member, double score) {
    const std::uint64_t hashed = embedded::hash_of(member);
    zset->insert(hashed, zset->find(hashed, member), member, score);
    return true;
  });
  enlarged(slot, zset.get());
  return zset.release();
}

}  // namespace playhead::memory
