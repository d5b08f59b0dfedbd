// Lists.
#include <memory>

#include "backends/memory/unit.h"

namespace playhead::memory {

// The list as a big one.
BigList* Unit::big_list(Slot& slot) {
  if (slot.record()->has(Record::big)) return slot.record()->pointer<BigList>();
  touch(slot);
  auto list = std::make_unique<BigList>();
  lwalk(slot, 0, false, [&](Text element) {
    list->push(false, element);
    return true;
  });
  enlarged(slot, list.get());
  return list.release();
}

// Writes an element at `offset` of a small list, where `removed` bytes of an old one stood (none: it is new).
void Unit::put_packed(Slot& slot, std::size_t offset, std::size_t removed, Text element) {
  touch(slot);
  Record* record = slot.record();
  std::size_t used = record->packed_size(), count = record->packed_count() + (removed == 0);
  std::size_t wanted = packed::element_size(element), size = used + wanted - removed;
  if (size > used) record = resized(slot, size);
  char* at = record->value() + offset;
  packed::open_gap(at, removed, wanted, record->value() + used);
  packed::put_element(at, element);
  record->packed(size, count);
  if (size < used) resized(slot, size);
}

void Unit::lpush(Slot& slot, bool front, Text element) {
  Record* record = slot.record();
  if (record == nullptr) {
    if (element.size() <= longest_packed) {
      std::size_t size = packed::element_size(element);
      Record* made = Record::make(Type::list, slot.key_.name, 0, size);
      packed::put_element(made->value(), element);
      made->packed(size, 1);
      create(slot, made);
      return;
    }
    auto list = std::make_unique<BigList>();
    list->push(front, element);
    Record* made = Record::make(Type::list, slot.key_.name, 0, sizeof(void*), Record::big);
    made->pointer(list.release());
    create(slot, made);
    return;
  }
  if (!record->has(Record::big) && record->packed_count() < most_packed && element.size() <= longest_packed) {
    put_packed(slot, front ? 0 : record->packed_size(), 0, element);
    return;
  }
  BigList& list = *big_list(slot);
  if (logs(*slot.record())) log(Undo::Kind::pushed, slot).front = front;
  Counting counting(*this, slot, list);
  list.push(front, element);
}

void Unit::ltrim(Slot& slot, std::int64_t front, std::int64_t back) {
  auto first = static_cast<std::size_t>(front), last = static_cast<std::size_t>(back);
  if (first + last == 0) return;
  if (first + last >= size(slot)) {
    remove(slot);
    return;
  }
  Record* record = slot.record();
  if (!record->has(Record::big)) {
    touch(slot);
    char* begin = record->value();
    const char* end = begin + record->packed_size();
    std::size_t count = record->packed_count();
    const char* from = packed::element(begin, end, count, first);
    const char* to = packed::element(begin, end, count, count - last);
    auto size = static_cast<std::size_t>(to - from);
    if (first > 0) std::memmove(begin, from, size);
    record->packed(size, count - first - last);
    resized(slot, size);
    return;
  }
  BigList& list = *record->pointer<BigList>();
  Counting counting(*this, slot, list);
  for (bool at_front : {true, false}) {
    std::size_t dropped = at_front ? first : last;
    if (dropped == 0) continue;
    if (logs(*record)) {
      Undo& entry = log(Undo::Kind::trimmed, slot);
      entry.front = at_front;
      entry.values.reserve(dropped);
      list.walk(at_front ? 0 : list.size() - 1, !at_front, [&](Text element) {
        entry.values.emplace_back(element);
        return entry.values.size() < dropped;
      });
    }
    list.drop(at_front, dropped);
  }
}

Text Unit::lget(Slot& slot, std::int64_t at) {
  const Record* record = slot.record();
  auto index = static_cast<std::size_t>(at);
  if (record->has(Record::big)) return record->pointer<BigList>()->at(index);
  const char *begin = record->value(), *end = begin + record->packed_size();
  return packed::text_at(packed::element(begin, end, record->packed_count(), index));
}

void Unit::lset(Slot& slot, std::int64_t at, Text element) {
  Record* record = slot.record();
  auto index = static_cast<std::size_t>(at);
  if (!record->has(Record::big) && element.size() <= longest_packed) {
    const char *begin = record->value(), *end = begin + record->packed_size();
    const char* place = packed::element(begin, end, record->packed_count(), index);
    put_packed(slot, static_cast<std::size_t>(place - begin), packed::element_size(packed::text_at(place)),
               element);
    return;
  }
  BigList& list = *big_list(slot);
  if (logs(*slot.record())) {
    Undo& entry = log(Undo::Kind::assigned, slot);
    entry.at = at;
    entry.value = list.at(index);
  }
  Counting counting(*this, slot, list);
  list.assign(index, element);
}

void Unit::linsert(Slot& slot, std::int64_t at, Text element) {
  Record* record = slot.record();
  auto index = static_cast<std::size_t>(at);
  if (!record->has(Record::big) && record->packed_count() < most_packed && element.size() <= longest_packed) {
    const char *begin = record->value(), *end = begin + record->packed_size();
    const char* place = packed::element(begin, end, record->packed_count(), index);
    put_packed(slot, static_cast<std::size_t>(place - begin), 0, element);
    return;
  }
  BigList& list = *big_list(slot);
  if (logs(*slot.record())) log(Undo::Kind::inserted, slot).at = at;
  Counting counting(*this, slot, list);
  list.insert(index, element);
}

void Unit::lerase(Slot& slot, std::span<const std::int64_t> at) {
  if (at.empty()) return;
  if (at.size() >= size(slot)) {
    remove(slot);
    return;
  }
  Record* record = slot.record();
  if (record->has(Record::big)) {
    BigList& list = *record->pointer<BigList>();
    Counting counting(*this, slot, list);
    for (auto position = at.rbegin(); position != at.rend(); ++position) {
      auto index = static_cast<std::size_t>(*position);
      if (logs(*record)) {
        Undo& entry = log(Undo::Kind::erased, slot);
        entry.at = *position;
        entry.value = list.at(index);
      }
      list.erase(index);
    }
    return;
  }
  touch(slot);
  char *from = record->value(), *to = from, *end = from + record->packed_size();
  auto gone = at.begin();
  for (std::int64_t index = 0; from < end; ++index) {
    std::size_t size = packed::element_size(packed::text_at(from));
    if (gone != at.end() && *gone == index) {
      ++gone;
    } else {
      if (to != from) std::memmove(to, from, size);
      to += size;
    }
    from += size;
  }
  record->packed(static_cast<std::size_t>(to - record->value()), record->packed_count() - at.size());
  resized(slot, record->packed_size());
}

}  // namespace playhead::memory
