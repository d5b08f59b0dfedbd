// Keys: how records come, go, grow and move.
#include "backends/memory/unit.h"

#include <algorithm>
#include <new>

#include "engine/store/numbers.h"

namespace playhead::memory {
namespace {

unsigned tag_of(const Record& record) {
  return record.has(Record::timed) ? timed_tag : 0;
}

/// Collections of more elements, and strings of more bytes, are freed behind.
constexpr std::size_t freed_at_once = 64;
constexpr std::size_t bytes_freed_at_once = 1 << 20;

}  // namespace

// Puts the record of a key that does not exist into the table.
void Unit::link(Slot& slot, Record* record) {
  slot.record();
  KeyTable& table = *slot.table_;
  std::size_t before = table.records.memory();
  slot.place_.at = table.records.insert(slot.key_.hash, slot.place_, record, tag_of(*record));
  slot.place_.entry = record;
  slot.generation_ = ++table.generation;
  if (storage_.tracks_access()) storage_.note_access(table, slot.key_, *record);
  count_bytes(slot, before, table.records.memory() + record->memory() + big_memory(*record));
  if (record->has(Record::timed)) {
    ++table.deadlines;
    storage_.note_deadline(slot.key_.hash, record->deadline());
  }
}

// Takes the key's record, which stays, out of the table.
Record* Unit::unlink(Slot& slot) {
  Record* record = slot.record();
  KeyTable& table = *slot.table_;
  std::size_t before = table.records.memory() + record->memory() + big_memory(*record);
  table.records.erase(slot.place_.at);
  count_bytes(slot, before, table.records.memory());
  if (record->has(Record::timed)) --table.deadlines;
  ++table.generation;
  return record;
}

// Puts another record of the same key into the old one's place; the old one stays.
void Unit::exchange(Slot& slot, Record* made) {
  Record* old = slot.record();
  KeyTable& table = *slot.table_;
  table.records.replace(slot.place_.at, made, tag_of(*made));
  slot.place_.entry = made;
  slot.generation_ = ++table.generation;
  count_bytes(slot, old->memory() + big_memory(*old), made->memory() + big_memory(*made));
  table.deadlines += made->has(Record::timed);
  table.deadlines -= old->has(Record::timed);
  if (made->has(Record::timed)) storage_.note_deadline(slot.key_.hash, made->deadline());
}

void Unit::dispose(Record* record) {
  bool later = record->has(Record::big) &&
               (record->type() == Type::string ? record->pointer<LongString>()->capacity > bytes_freed_at_once
                                               : big_size(*record) > freed_at_once);
  if (later) {
    storage_.reclaimer_.add(record, [](void* it) { destroy(static_cast<Record*>(it)); });
  } else {
    destroy(record);
  }
}

void Unit::create(Slot& slot, Record* made) {
  if (undo_) {
    log(Undo::Kind::absent, slot);
    made->set(Record::saved);
  }
  link(slot, made);
}

void Unit::replace(Slot& slot, Record* made) {
  Record* old = slot.record();
  bool keep = logs(*old);
  if (undo_) made->set(Record::saved);
  made->access(old->access());
  if (keep) log(Undo::Kind::record, slot);
  exchange(slot, made);
  if (keep) {
    log_.back().record = old;
  } else {
    dispose(old);
  }
}

// Called before a string or a small collection is changed in place.
void Unit::touch(Slot& slot) {
  Record* record = slot.record();
  if (!logs(*record)) return;
  bool is_long = record->has(Record::big);
  std::size_t value = record->type() == Type::string ? record->length() : record->packed_size();
  std::size_t bytes = record->value_offset() + (is_long ? sizeof(void*) : value);
  LongString* copied = nullptr;
  auto* copy = static_cast<Record*>(allocate(bytes));
  std::memcpy(static_cast<void*>(copy), record, bytes);
  try {
    if (is_long) {
      auto* string = record->pointer<LongString>();
      copied = LongString::make(string->size, string->size);
      put_bytes(copied->bytes(), {string->bytes(), string->size});
      copy->pointer(copied);
    }
    log(Undo::Kind::record, slot).record = copy;
  } catch (...) {
    LongString::free(copied);
    Record::free(copy);
    throw;
  }
  record->set(Record::saved);
}

// The record with room for a value of that size; the length is the caller's to set. Blocks grow with an
// eighth in reserve once they are large, and shrink when less than half would be used.
Record* Unit::resized(Slot& slot, std::size_t value_size) {
  Record* record = slot.record();
  std::size_t room = record->room();
  if (value_size <= room && room / 2 <= value_size + 64) return record;
  std::size_t offset = record->value_offset(),
              reserve = value_size > room && value_size > 256 ? value_size / 8 : 0;
  std::size_t before = record->memory();
  auto* moved = static_cast<Record*>(std::realloc(static_cast<void*>(record), offset + value_size + reserve));
  if (moved == nullptr) throw std::bad_alloc();
  KeyTable& table = *slot.table_;
  count_bytes(slot, before, moved->memory());
  if (moved != record) {
    table.records.replace(slot.place_.at, moved, tag_of(*moved));
    slot.place_.entry = moved;
    slot.generation_ = ++table.generation;
  }
  return moved;
}

// The record of a key whose value has become an object of its own.
Record* Unit::enlarged(Slot& slot, void* object) {
  Record* old = slot.record();
  Record* made = Record::make(old->type(), old->key(), old->deadline(), sizeof(void*), Record::big);
  made->pointer(object);
  for (auto flag : {Record::saved, Record::integers, Record::edited}) made->set(flag, old->has(flag));
  made->access(old->access());
  exchange(slot, made);
  Record::free(old);
  return made;
}

void Unit::remove(Slot& slot) {
  Record* record = slot.record();
  bool keep = logs(*record);
  if (keep) log(Undo::Kind::record, slot);
  unlink(slot);
  if (keep) {
    log_.back().record = record;
  } else {
    dispose(record);
  }
}

void Unit::move(Slot& from, const Key& to) {
  Record* old = from.record();
  if (undo_) {
    // A big value is not copied: the move itself is undone. A small one stays in the log.
    bool keep = logs(*old);
    if (keep && old->has(Record::big)) {
      Undo& entry = log(Undo::Kind::moved, to);
      entry.name = from.key_.name;
      entry.at = static_cast<std::int64_t>(from.key_.hash);
      entry.score = from.key_.db;
    } else {
      touch(from);
      log(Undo::Kind::absent, to);
    }
  }
  move_record(from, to);
}

void Unit::move_record(Slot& from, const Key& to) {
  Record* old = from.record();
  std::size_t bytes = old->has(Record::big)         ? sizeof(void*)
                      : old->type() == Type::string ? old->length()
                                                    : old->packed_size();
  Record* made = Record::make(old->type(), to.name, old->deadline(), bytes, old->flags() & Record::big);
  std::memcpy(made->value(), old->value(), bytes);
  for (auto flag : {Record::saved, Record::integers, Record::edited}) made->set(flag, old->has(flag));
  if (old->type() == Type::string || old->has(Record::big)) {
    made->length(bytes);
  } else {
    made->packed(old->packed_size(), old->packed_count());
  }
  made->access(old->access());
  Record::free(unlink(from));
  from = Slot(storage_.table(to), to);
  link(from, made);
}

void Unit::deadline(Slot& slot, Millis deadline) {
  Record* record = slot.record();
  if (record->deadline() == deadline) return;
  if (logs(*record)) log(Undo::Kind::deadline, slot).at = record->deadline();
  change_deadline(slot, deadline);
}

void Unit::change_deadline(Slot& slot, Millis deadline) {
  Record* old = slot.record();
  if (old->has(Record::timed) && deadline != 0) {
    old->deadline(deadline);
    storage_.note_deadline(slot.key_.hash, deadline);
    return;
  }
  std::size_t bytes = old->has(Record::big)         ? sizeof(void*)
                      : old->type() == Type::string ? old->length()
                                                    : old->packed_size();
  auto flags = static_cast<std::uint8_t>(old->flags() & ~(Record::timed | Record::long_key));
  Record* made = Record::make(old->type(), old->key(), deadline, bytes, flags);
  std::memcpy(made->value(), old->value(), bytes);
  if (old->type() == Type::string || old->has(Record::big)) {
    made->length(bytes);
  } else {
    made->packed(old->packed_size(), old->packed_count());
  }
  made->access(old->access());
  exchange(slot, made);
  Record::free(old);
}

std::size_t Unit::size(Slot& slot) {
  const Record* record = slot.record();
  if (record->type() == Type::string) return value(slot).size();
  return record->has(Record::big) ? big_size(*record) : record->packed_count();
}

std::size_t Unit::memory(Slot& slot) {
  const Record* record = slot.record();
  return record->memory() + big_memory(*record) + sizeof(std::uint64_t);
}

Text Unit::encoding(Slot& slot) {
  const Record* record = slot.record();
  bool is_big = record->has(Record::big);
  switch (record->type()) {
    case Type::string: {
      Text text = value(slot);
      std::int64_t number;
      if (record->has(Record::edited)) return "raw";
      if (text.size() <= 20 && parse_int64(text, number)) return "int";
      return text.size() <= 44 ? "embstr" : "raw";
    }
    case Type::list:
      return "quicklist";
    case Type::set:
      return record->has(Record::integers) ? "intset" : "hashtable";
    case Type::zset:
      return is_big ? "skiplist" : "listpack";
    case Type::hash:
      return is_big ? "hashtable" : "listpack";
    default:
      return "stream";
  }
}

}  // namespace playhead::memory
