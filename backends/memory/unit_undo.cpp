// The end of a unit: keeping its writes or taking them back.
#include <utility>

#include "backends/memory/unit.h"

namespace playhead::memory {

// The keys that entries name are still found by these names only until databases are flushed or swapped.
void Unit::forget_marks() {
  for (; unmarked_ < log_.size(); ++unmarked_) {
    const Undo& entry = log_[unmarked_];
    if (entry.kind != Undo::Kind::absent && entry.kind != Undo::Kind::record) continue;
    Slot slot(storage_.table(entry.where()), entry.where());
    if (slot.exists()) slot.record()->set(Record::saved, false);
  }
}

void Unit::forget_log() {
  forget_marks();
  for (Undo& entry : log_) {
    if (entry.record != nullptr) dispose(entry.record);
    if (entry.database != nullptr) storage_.reclaimer_.add(entry.database);
  }
  log_.clear();
  unmarked_ = 0;
}

void Unit::flush(std::uint16_t db) {
  if (undo_) {
    forget_marks();
    Undo& entry = log(Undo::Kind::flushed, Key(db, {}));
    entry.database = storage_.exchange(db, nullptr);
  } else if (Database* old = storage_.exchange(db, nullptr)) {
    storage_.reclaimer_.add(old);
  }
}

void Unit::swap(std::uint16_t a, std::uint16_t b) {
  if (undo_) {
    forget_marks();
    log(Undo::Kind::swapped, Key(a, {})).at = b;
  }
  storage_.swap(a, b);
}

void Unit::abort() {
  undo_ = false;
  unmarked_ = 0;
  while (!log_.empty()) {
    Undo entry = std::move(log_.back());
    log_.pop_back();
    undo(entry);
  }
}

void Unit::undo(Undo& entry) {
  if (entry.kind == Undo::Kind::flushed) {
    if (Database* made = storage_.exchange(entry.db, entry.database)) storage_.reclaimer_.add(made);
    return;
  }
  if (entry.kind == Undo::Kind::swapped) return storage_.swap(entry.db, static_cast<std::uint16_t>(entry.at));
  const Key key = entry.where();
  Slot slot(storage_.table(key), key);
  switch (entry.kind) {
    case Undo::Kind::absent:
      if (slot.exists()) dispose(unlink(slot));
      break;
    case Undo::Kind::record:
      if (slot.exists()) dispose(unlink(slot));
      link(slot, entry.record);
      break;
    case Undo::Kind::deadline:
      change_deadline(slot, entry.at);
      break;
    case Undo::Kind::moved:
      move_record(slot, Key(static_cast<std::uint16_t>(*entry.score), entry.name,
                            static_cast<std::uint64_t>(entry.at)));
      break;
    case Undo::Kind::field:
      undo_field(slot, entry);
      break;
    case Undo::Kind::member:
      undo_member(slot, entry);
      break;
    default:
      undo_list(slot, entry);
  }
}

void Unit::undo_field(Slot& slot, const Undo& entry) {
  BigHash& hash = *slot.record()->pointer<BigHash>();
  const std::uint64_t hashed = embedded::hash_of(entry.name);
  BigHash::Place place = hash.find(hashed, entry.name);
  Counting counting(*this, slot, hash);
  if (!entry.value) {
    hash.erase(place);
    slot.record()->set(Record::integers, entry.integers);
  } else if (place.entry == nullptr) {
    hash.insert(hashed, place, entry.name, *entry.value);
  } else {
    hash.assign(place, *entry.value);
  }
}

void Unit::undo_member(Slot& slot, const Undo& entry) {
  BigZset& zset = *slot.record()->pointer<BigZset>();
  const std::uint64_t hashed = embedded::hash_of(entry.name);
  BigZset::Place place = zset.find(hashed, entry.name);
  Counting counting(*this, slot, zset);
  if (!entry.score) {
    zset.erase(place);
  } else if (place.entry == nullptr) {
    zset.insert(hashed, place, entry.name, *entry.score);
  } else {
    zset.update(place, *entry.score);
  }
}

void Unit::undo_list(Slot& slot, const Undo& entry) {
  BigList& list = *slot.record()->pointer<BigList>();
  Counting counting(*this, slot, list);
  switch (entry.kind) {
    case Undo::Kind::pushed:
      list.pop(entry.front);
      break;
    case Undo::Kind::trimmed:
      for (auto value = entry.values.rbegin(); value != entry.values.rend(); ++value)
        list.push(entry.front, *value);
      break;
    case Undo::Kind::assigned:
      list.assign(static_cast<std::size_t>(entry.at), *entry.value);
      break;
    case Undo::Kind::inserted:
      list.erase(static_cast<std::size_t>(entry.at));
      break;
    case Undo::Kind::erased:
      list.insert(static_cast<std::size_t>(entry.at), *entry.value);
      break;
    default:
      break;
  }
}

}  // namespace playhead::memory
