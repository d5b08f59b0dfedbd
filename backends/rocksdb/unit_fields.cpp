// Fields of hashes and members of sets.
#include <rocksdb/slice.h>

#include "backends/rocksdb/packed.h"
#include "backends/rocksdb/rocks_storage.h"
#include "backends/rocksdb/rows.h"

namespace playhead::rocks {

using embedded::hash_of;

std::optional<Text> Unit::hget(const Slot& slot, Text field) {
  const Meta& m = *slot.meta_;
  if (m.row.packed) {
    auto found = packed_find(m.row.type, m.row.body, field);
    return found ? std::optional<Text>(found->value) : std::nullopt;
  }
  Context& c = *context_;
  std::uint64_t hash = hash_of(field);
  hashed_row(c.key, m.row.id, Kind::field, hash, field);
  if (!read_row(m, c.key, row_mark(m.row.id, hash), c.old)) return {};
  return keep(c.old);
}

bool Unit::hput(Slot& slot, Type type, Text field, FieldPut f) {
  Meta& m = *slot.meta_;
  Context& c = *context_;
  std::uint64_t hash = 0;
  if (!m.exists || m.row.packed) {
    auto found = m.exists ? packed_find(type, m.row.body, field) : std::nullopt;
    auto value = f(found ? &found->value : nullptr);
    if (!value || (found && *value == found->value)) return false;
    if (!m.exists) create(m, type);
    encode_field(c.element, type, field, *value);
    std::size_t end = m.row.body.empty() ? 1 : m.row.body.size();
    if (insert_packed(m, found ? found->begin : end, found ? found->end : end, c.element, found ? 0 : 1))
      return !found;
    unpack(m);
    hash = hash_of(field);
    hashed_row(c.key, m.row.id, Kind::field, hash, field);
    put_row(c.key, row_mark(m.row.id, hash), *value);
    m.row.size += !found;
    return !found;
  }
  hash = hash_of(field);
  hashed_row(c.key, m.row.id, Kind::field, hash, field);
  rocksdb::PinnableSlice pinned;  // of its own: the callback may read other rows
  bool had = read_row(m, c.key, row_mark(m.row.id, hash), pinned);
  Text old(pinned.data(), pinned.size());
  auto value = f(had ? &old : nullptr);
  if (!value || (had && *value == old)) return false;
  hashed_row(c.key, m.row.id, Kind::field, hash, field);
  put_row(c.key, row_mark(m.row.id, hash), *value);
  if (had) return false;
  ++m.row.size;
  m.dirty = true;
  return true;
}

bool Unit::herase(Slot& slot, Text field) {
  Meta& m = *slot.meta_;
  Context& c = *context_;
  if (!m.exists) return false;
  if (m.row.packed) {
    auto found = packed_find(m.row.type, m.row.body, field);
    if (!found) return false;
    insert_packed(m, found->begin, found->end, {}, -1);
    if (!packed_size(m.row.body)) emptied(m);
    return true;
  }
  std::uint64_t hash = hash_of(field);
  hashed_row(c.key, m.row.id, Kind::field, hash, field);
  if (!read_row(m, c.key, row_mark(m.row.id, hash), c.old)) return false;
  erase_row(c.key, row_mark(m.row.id, hash));
  m.dirty = true;
  if (--m.row.size == 0) emptied(m);
  return true;
}

void Unit::hwalk(const Slot& slot, FieldWalk f) {
  const Meta& m = *slot.meta_;
  if (m.row.packed) {
    PackedReader reader(m.row.type, m.row.body);
    for (Element element; reader.next(element);)
      if (!f(element.name, element.value)) return;
    return;
  }
  Rows rows(*this, m, Kind::field);
  for (rows.first(); rows.valid(); rows.next()) {
    if (rows.name().size() < hash_bytes) damaged(m);
    if (!f(context_->arena.keep(rows.name().substr(hash_bytes)), context_->arena.keep(rows.value()))) return;
  }
}

std::uint64_t Unit::hscan(const Slot& slot, std::uint64_t cursor, std::size_t count, FieldVisit f) {
  const Meta& m = *slot.meta_;
  if (!m.row.packed) return scan_rows(m, Kind::field, cursor, count, f);
  // All at once: also right for a cursor of a larger collection that the key held before.
  PackedReader reader(m.row.type, m.row.body);
  for (Element element; reader.next(element);) f(element.name, element.value);
  return 0;
}

void Unit::hpick(const Slot& slot, std::uint64_t random, FieldVisit f) {
  const Meta& m = *slot.meta_;
  if (!m.row.packed) return pick_row(m, Kind::field, random, f);
  Element element = packed_at(m.row.type, m.row.body, random % packed_size(m.row.body));
  f(element.name, element.value);
}

}  // namespace playhead::rocks
