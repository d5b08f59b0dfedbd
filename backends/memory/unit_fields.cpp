// Fields of hashes and members of sets.
#include <memory>

#include "backends/memory/unit.h"
#include "engine/store/numbers.h"

namespace playhead::memory {
namespace {

bool fits_packed(Text field, Text value) {
  return field.size() <= longest_packed && value.size() <= longest_packed;
}

bool is_integer(Text text) {
  std::int64_t number;
  return text.size() <= 20 && parse_int64(text, number);
}

}  // namespace

void Unit::create_field(Slot& slot, Type type, Text field, Text value) {
  const bool valued = type != Type::set;
  if (!valued) value = {};
  const std::uint8_t flags = !valued && is_integer(field) ? Record::integers : 0;
  if (fits_packed(field, value)) {
    std::size_t size = packed::field_size(valued, field, value);
    Record* made = Record::make(type, slot.key_.name, 0, size, flags);
    packed::put_field(made->value(), valued, field, value);
    made->packed(size, 1);
    create(slot, made);
    return;
  }
  auto hash = std::make_unique<BigHash>();
  const std::uint64_t hashed = embedded::hash_of(field);
  hash->insert(hashed, hash->find(hashed, field), field, value);
  Record* made = Record::make(type, slot.key_.name, 0, sizeof(void*), flags | Record::big);
  made->pointer(hash.release());
  create(slot, made);
}

// Adds a field that is not there to a small hash or set.
void Unit::add_field(Slot& slot, Text field, Text value) {
  Record* record = slot.record();
  const bool valued = record->type() != Type::set;
  if (!valued) value = {};
  if (record->packed_count() >= most_packed || !fits_packed(field, value)) {
    grow_hash(slot);
    insert_big_field(slot, field, value);
    return;
  }
  touch(slot);
  std::size_t old_size = record->packed_size(), count = record->packed_count();
  std::size_t size = old_size + packed::field_size(valued, field, value);
  record = resized(slot, size);
  packed::put_field(record->value() + old_size, valued, field, value);
  record->packed(size, count + 1);
  if (record->has(Record::integers)) note_integers(slot, field);
}

void Unit::insert_big_field(Slot& slot, Text field, Text value) {
  BigHash& hash = *slot.record()->pointer<BigHash>();
  Counting counting(*this, slot, hash);
  const std::uint64_t hashed = embedded::hash_of(field);
  hash.insert(hashed, hash.find(hashed, field), field, value);
  if (slot.record()->has(Record::integers)) note_integers(slot, field);
}

// Redis turns an intset into a hash table, for good, at the first member that is no integer and when it has
// grown too large.
void Unit::note_integers(Slot& slot, Text member) {
  if (!is_integer(member) || size(slot) > most_integers) slot.record()->set(Record::integers, false);
}

// Gives the field of a small hash, which starts at `offset`, another value.
void Unit::change_field(Slot& slot, std::size_t offset, Text value) {
  Record* record = slot.record();
  const Text old = packed::value_of_field(record->value() + offset, true);
  if (value.size() > longest_packed) {
    const Text field = packed::text_at(record->value() + offset);
    char name[longest_packed];
    put_bytes(name, field);
    BigHash& hash = *grow_hash(slot);
    Counting counting(*this, slot, hash);
    Text named(name, field.size());
    hash.assign(hash.find(embedded::hash_of(named), named), value);
    return;
  }
  touch(slot);
  std::size_t old_size = old.size(), count = record->packed_count(), used = record->packed_size();
  if (value.size() == old_size) {  // as counters mostly do; the new value may lie in the record
    char* at = record->value() + offset;
    at += 1 + packed::length_at(at);
    if (old_size > 0) std::memmove(at + 1, value.data(), old_size);
    return;
  }
  std::size_t size = used + value.size() - old_size;
  char copy[longest_packed];  // the new value may lie in the record
  put_bytes(copy, value);
  const bool shrinks = size < used;
  if (!shrinks) record = resized(slot, size);
  char* at = record->value() + offset;
  at += 1 + packed::length_at(at);
  packed::open_gap(at + 1, old_size, value.size(), record->value() + used);
  packed::put(at, {copy, value.size()});
  record->packed(size, count);
  if (shrinks) resized(slot, size);
}

bool Unit::herase(Slot& slot, Text field) {
  Record* record = slot.record();
  if (record->has(Record::big)) {
    BigHash& hash = *record->pointer<BigHash>();
    BigHash::Place place = hash.find(embedded::hash_of(field), field);
    if (place.entry == nullptr) return false;
    if (hash.size() == 1) {
      remove(slot);
      return true;
    }
    if (logs(*record)) {
      Undo& entry = log(Undo::Kind::field, slot);
      entry.name = field;
      entry.value = place.entry->value();
    }
    Counting counting(*this, slot, hash);
    hash.erase(place);
    return true;
  }
  const bool valued = record->type() != Type::set;
  const char* begin = record->value();
  const char* at = packed::find_field(begin, begin + record->packed_size(), valued, field);
  if (at == nullptr) return false;
  if (record->packed_count() == 1) {
    remove(slot);
    return true;
  }
  touch(slot);
  std::size_t gone = static_cast<std::size_t>(packed::after_field(at, valued) - at);
  packed::open_gap(record->value() + (at - begin), gone, 0, begin + record->packed_size());
  record->packed(record->packed_size() - gone, record->packed_count() - 1);
  resized(slot, record->packed_size());
  return true;
}

BigHash* Unit::grow_hash(Slot& slot) {
  touch(slot);
  auto hash = std::make_unique<BigHash>();
  hwalk(slot, [&](Text field, Text value) {
    const std::uint64_t hashed = embedded::hash_of(field);
    hash->insert(hashed, hash->find(hashed, field), field, value);
    return true;
  });
  enlarged(slot, hash.get());
  return hash.release();
}

}  // namespace playhead::memory
