// Fields of hashes and members of sets: the primitives that take a callback.
#pragma once

#include "backends/memory/unit.h"

namespace playhead::memory {

inline std::optional<Text> Unit::hget(Slot& slot, Text field) {
  const Record* record = slot.record();
  if (record->has(Record::big)) {
    BigHash::Place place = record->pointer<BigHash>()->find(embedded::hash_of(field), field);
    if (place.entry == nullptr) return std::nullopt;
    return place.entry->value();
  }
  const bool valued = record->type() != Type::set;
  const char* begin = record->value();
  const char* at = packed::find_field(begin, begin + record->packed_size(), valued, field);
  if (at == nullptr) return std::nullopt;
  return packed::value_of_field(at, valued);
}

template <class F>
bool Unit::hput(Slot& slot, Type type, Text field, F&& change) {
  Record* record = slot.record();
  if (record == nullptr) {
    std::optional<Text> value = change(static_cast<const Text*>(nullptr));
    if (value) create_field(slot, type, field, *value);
    return value.has_value();
  }
  if (record->has(Record::big)) return put_big_field(slot, field, change);
  const bool valued = record->type() != Type::set;
  const char* begin = record->value();
  const char* at = packed::find_field(begin, begin + record->packed_size(), valued, field);
  if (at == nullptr) {
    std::optional<Text> value = change(static_cast<const Text*>(nullptr));
    if (value) add_field(slot, field, *value);
    return value.has_value();
  }
  const Text old = packed::value_of_field(at, valued);
  std::optional<Text> value = change(&old);
  if (value && valued) change_field(slot, static_cast<std::size_t>(at - begin), *value);
  return false;
}

template <class F>
bool Unit::put_big_field(Slot& slot, Text field, F&& change) {
  Record* record = slot.record();
  BigHash& hash = *record->pointer<BigHash>();
  const std::uint64_t hashed = embedded::hash_of(field);
  BigHash::Place place = hash.find(hashed, field);
  Counting counting(*this, slot, hash);
  if (place.entry == nullptr) {
    std::optional<Text> value = change(static_cast<const Text*>(nullptr));
    if (!value) return false;
    if (logs(*record)) {
      Undo& entry = log(Undo::Kind::field, slot);
      entry.name = field;
      entry.integers = record->has(Record::integers);
    }
    hash.insert(hashed, place, field, *value);
    if (record->has(Record::integers)) note_integers(slot, field);
    return true;
  }
  const Text old = place.entry->value();
  std::optional<Text> value = change(&old);
  if (value && record->type() != Type::set) {
    if (logs(*record)) {
      Undo& entry = log(Undo::Kind::field, slot);
      entry.name = field;
      entry.value = old;
    }
    hash.assign(place, *value);
  }
  return false;
}

template <class F>
void Unit::hwalk(Slot& slot, F&& f) {
  const Record* record = slot.record();
  if (record->has(Record::big)) {
    record->pointer<BigHash>()->table().walk(
        [&](const Field& field, unsigned) { return f(field.name(), field.value()); });
    return;
  }
  const bool valued = record->type() != Type::set;
  const char *at = record->value(), *end = at + record->packed_size();
  for (; at < end; at = packed::after_field(at, valued)) {
    if (!f(packed::text_at(at), packed::value_of_field(at, valued))) return;
  }
}

template <class F>
std::uint64_t Unit::hscan(Slot& slot, std::uint64_t cursor, std::size_t count, F&& f) {
  const Record* record = slot.record();
  if (record->has(Record::big)) {
    return record->pointer<BigHash>()->table().scan(
        cursor, count, [&](std::uint64_t, const Field& field) { f(field.name(), field.value()); });
  }
  hwalk(slot, [&](Text field, Text value) {
    f(field, value);
    return true;
  });
  return 0;
}

template <class F>
void Unit::hpick(Slot& slot, std::uint64_t random, F&& f) {
  const Record* record = slot.record();
  if (record->has(Record::big)) {
    const Field* field = record->pointer<BigHash>()->table().pick(random);
    f(field->name(), field->value());
    return;
  }
  std::uint64_t left = scaled(mixed(random), record->packed_count());
  const bool valued = record->type() != Type::set;
  const char* at = record->value();
  for (; left > 0; --left) at = packed::after_field(at, valued);
  f(packed::text_at(at), packed::value_of_field(at, valued));
}

}  // namespace playhead::memory
