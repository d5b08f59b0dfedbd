// Strings.
#include <algorithm>

#include "backends/memory/unit.h"

namespace playhead::memory {
namespace {

/// A LongString with more room and the same bytes; takes the old one.
LongString* with_capacity(LongString* string, std::size_t capacity) {
  auto* moved =
      static_cast<LongString*>(std::realloc(static_cast<void*>(string), sizeof(LongString) + capacity));
  if (moved == nullptr) throw std::bad_alloc();
  moved->capacity = capacity;
  return moved;
}

}  // namespace

Record* Unit::make_string(Text key, Text value, Millis deadline) {
  if (value.size() <= longest_inline_string) {
    Record* made = Record::make(Type::string, key, deadline, value.size());
    put_bytes(made->value(), value);
    return made;
  }
  Record* made = Record::make(Type::string, key, deadline, sizeof(void*), Record::big);
  try {
    LongString* string = LongString::make(value.size(), value.size());
    put_bytes(string->bytes(), value);
    made->pointer(string);
  } catch (...) {
    Record::free(made);
    throw;
  }
  return made;
}

// What set() does not do at once: not merely other bytes of the same length.
void Unit::set_otherwise(Slot& slot, Text value, Millis deadline) {
  Record* record = slot.record();
  if (record == nullptr) {
    create(slot, make_string(slot.key_.name, value, deadline));
    return;
  }
  bool in_place =
      !record->has(Record::big) && record->has(Record::timed) == (deadline != 0) && !logs(*record);
  if (in_place) {
    std::size_t room = record->room();
    if (value.size() <= room && room / 2 <= value.size() + 64) {
      record->type(Type::string);
      record->set(Record::edited, false);
      record->set(Record::integers, false);
      if (!value.empty()) std::memmove(record->value(), value.data(), value.size());
      record->length(value.size());
      if (deadline != 0) {
        record->deadline(deadline);
        storage_.note_deadline(slot.key_.hash, deadline);
      }
      return;
    }
  }
  replace(slot, make_string(slot.key_.name, value, deadline));
}

char* Unit::edit(Slot& slot, std::size_t new_size) {
  Record* record = slot.record();
  if (record == nullptr) {
    create(slot, make_string(slot.key_.name, {}, 0));
  } else {
    touch(slot);
  }
  record = slot.record();
  record->set(Record::edited);
  if (record->has(Record::big)) return edit_long(slot, new_size);
  if (new_size > longest_inline_string) return lengthen(slot, new_size);
  std::size_t old_size = record->length();
  record = resized(slot, new_size);
  if (new_size > old_size) std::memset(record->value() + old_size, 0, new_size - old_size);
  record->length(new_size);
  return record->value();
}

// A string that does not fit the record any more.
char* Unit::lengthen(Slot& slot, std::size_t new_size) {
  Record* record = slot.record();
  LongString* string = LongString::make(new_size, new_size);
  char* end = put_bytes(string->bytes(), {record->value(), record->length()});
  std::memset(end, 0, new_size - record->length());
  try {
    enlarged(slot, string);
  } catch (...) {
    LongString::free(string);
    throw;
  }
  return string->bytes();
}

// Growing reserves as much again, up to 1 MiB, as Redis does; shrinking gives back what is more than half.
char* Unit::edit_long(Slot& slot, std::size_t new_size) {
  Record* record = slot.record();
  auto* string = record->pointer<LongString>();
  std::size_t before = string->memory(), old_size = string->size;
  if (new_size > string->capacity) {
    string = with_capacity(string, new_size + std::min<std::size_t>(new_size, 1 << 20));
  } else if (new_size < string->capacity / 2) {
    string = with_capacity(string, std::max<std::size_t>(new_size, longest_inline_string));
  }
  record->pointer(string);
  string->size = new_size;
  if (new_size > old_size) std::memset(string->bytes() + old_size, 0, new_size - old_size);
  count_bytes(slot, before, string->memory());
  return string->bytes();
}

}  // namespace playhead::memory
