// Lists: consecutive positions from `head` on, so that pushes and trims touch only the ends.
#include "backends/rocksdb/catalog.h"
#include "backends/rocksdb/packed.h"
#include "backends/rocksdb/rocks_storage.h"
#include "backends/rocksdb/rows.h"

namespace playhead::rocks {
namespace {

constexpr std::int64_t blind_deletes = 512;  ///< longer trims look for something cheaper

std::int64_t elements(const Meta& meta) {
  return meta.row.packed ? static_cast<std::int64_t>(packed_size(meta.row.body))
                         : static_cast<std::int64_t>(meta.row.size);
}

}  // namespace

void Unit::write_element(const Meta& meta, std::int64_t position, Text value) {
  list_row(context_->key, meta.row.id, position);
  put_row(context_->key, row_mark(meta.row.id, static_cast<std::uint64_t>(position)), value);
}

void Unit::erase_element(const Meta& meta, std::int64_t position) {
  list_row(context_->key, meta.row.id, position);
  erase_row(context_->key, row_mark(meta.row.id, static_cast<std::uint64_t>(position)));
}

void Unit::lpush(Slot& slot, bool front, Text value) {
  Meta& m = *slot.meta_;
  if (!m.exists) create(m, Type::list);
  if (m.row.packed) {
    encode_value(context_->element, value);
    std::size_t at = front || m.row.body.empty() ? 1 : m.row.body.size();
    if (insert_packed(m, at, at, context_->element, 1)) return;
    unpack(m);
  }
  if (front) --m.row.head;
  write_element(m, front ? m.row.head : m.row.head + static_cast<std::int64_t>(m.row.size), value);
  ++m.row.size;
  m.dirty = true;
}

void Unit::trim_packed(Meta& meta, std::int64_t front, std::int64_t back) {
  std::int64_t size = elements(meta);
  std::size_t begin = packed_at(Type::list, meta.row.body, static_cast<std::size_t>(front)).begin;
  std::size_t end = packed_at(Type::list, meta.row.body, static_cast<std::size_t>(size - back)).begin;
  std::string kept(meta.row.body.substr(begin, end - begin));
  insert_packed(meta, 1, meta.row.body.size(), kept, static_cast<int>(-front - back));
}

// Writes the few elements that stay under a new id; the old rows are reclaimed behind.
void Unit::keep_middle(Meta& meta, std::int64_t front, std::int64_t kept) {
  std::vector<std::string> values;
  {
    Rows rows(*this, meta, Kind::list);
    std::string from;
    append_be64(from, order_of(meta.row.head + front));
    for (rows.seek(from); rows.valid() && static_cast<std::int64_t>(values.size()) < kept; rows.next())
      values.emplace_back(rows.value());
  }
  if (static_cast<std::int64_t>(values.size()) < kept) damaged(meta);
  ObjectId id = storage_.catalog_->new_object();
  bury(meta);
  meta.row.id = id;
  meta.row.head = 0;
  meta.row.size = 0;
  meta.fresh = meta.dirty = true;
  for (auto& value : values) write_element(meta, static_cast<std::int64_t>(meta.row.size++), value);
}

void Unit::ltrim(Slot& slot, std::int64_t front, std::int64_t back) {
  Meta& m = *slot.meta_;
  std::int64_t size = elements(m), kept = size - front - back;
  if (front + back <= 0) return;
  if (kept <= 0) return remove(slot);
  if (m.row.packed) return trim_packed(m, front, back);
  if (front + back > blind_deletes && kept < front + back) return keep_middle(m, front, kept);
  for (std::int64_t i = 0; i < front; ++i) erase_element(m, m.row.head + i);
  for (std::int64_t i = 1; i <= back; ++i) erase_element(m, m.row.head + size - i);
  m.row.head += front;
  m.row.size = static_cast<std::uint64_t>(kept);
  m.dirty = true;
}

void Unit::lwalk(const Slot& slot, std::int64_t from, bool reverse, FunctionRef<bool(Text)> f) {
  const Meta& m = *slot.meta_;
  if (m.row.packed) {
    std::vector<Text> values;
    PackedReader reader(Type::list, m.row.body);
    for (Element element; reader.next(element);) values.push_back(element.value);
    auto size = static_cast<std::int64_t>(values.size());
    for (std::int64_t i = from; i >= 0 && i < size; reverse ? --i : ++i)
      if (!f(values[static_cast<std::size_t>(i)])) return;
    return;
  }
  if (from < 0 || from >= elements(m)) return;
  Rows rows(*this, m, Kind::list);
  std::string position;
  append_be64(position, order_of(m.row.head + from + reverse));
  reverse ? rows.seek_before(position) : rows.seek(position);
  for (; rows.valid(); reverse ? rows.previous() : rows.next())
    if (!f(context_->arena.keep(rows.value()))) return;
}

Text Unit::lget(const Slot& slot, std::int64_t at) {
  const Meta& m = *slot.meta_;
  if (m.row.packed) return packed_at(Type::list, m.row.body, static_cast<std::size_t>(at)).value;
  std::int64_t position = m.row.head + at;
  list_row(context_->key, m.row.id, position);
  if (!read_row(m, context_->key, row_mark(m.row.id, static_cast<std::uint64_t>(position)), context_->old))
    damaged(m);
  return keep(context_->old);
}

void Unit::lset(Slot& slot, std::int64_t at, Text value) {
  Meta& m = *slot.meta_;
  if (m.row.packed) {
    Element old = packed_at(Type::list, m.row.body, static_cast<std::size_t>(at));
    encode_value(context_->element, value);
    if (insert_packed(m, old.begin, old.end, context_->element, 0)) return;
    unpack(m);
  }
  write_element(m, m.row.head + at, value);
}

void Unit::linsert(Slot& slot, std::int64_t at, Text value) {
  Meta& m = *slot.meta_;
  std::int64_t size = elements(m);
  if (at <= 0 || at >= size) return lpush(slot, at <= 0, value);
  if (m.row.packed) {
    std::size_t place = packed_at(Type::list, m.row.body, static_cast<std::size_t>(at)).begin;
    encode_value(context_->element, value);
    if (insert_packed(m, place, place, context_->element, 1)) return;
    unpack(m);
  }
  bool front = at < size - at;
  std::vector<std::string> moved;
  auto collect = [&](Text element) {
    moved.emplace_back(element);
    return static_cast<std::int64_t>(moved.size()) < (front ? at : size - at);
  };
  std::string held(value);  // may be a view of the list
  lwalk(slot, front ? 0 : at, false, collect);
  if (front) --m.row.head;
  std::int64_t place = m.row.head + (front ? 0 : at + 1);
  for (auto& element : moved) write_element(m, place++, element);
  write_element(m, m.row.head + at, held);
  ++m.row.size;
  m.dirty = true;
}

void Unit::erase_packed(Meta& meta, std::span<const std::int64_t> at) {
  for (std::size_t i = at.size(); i--;) {
    Element element = packed_at(Type::list, meta.row.body, static_cast<std::size_t>(at[i]));
    insert_packed(meta, element.begin, element.end, {}, -1);
  }
}

void Unit::lerase(Slot& slot, std::span<const std::int64_t> at) {
  Meta& m = *slot.meta_;
  std::int64_t size = elements(m), erased = static_cast<std::int64_t>(at.size());
  if (at.empty()) return;
  if (erased >= size) return remove(slot);
  if (m.row.packed) return erase_packed(m, at);
  // Either what stands before the last erased one moves up, or what stands behind the first one moves down.
  bool front = at.back() + 1 < size - at.front();
  std::int64_t begin = front ? 0 : at.front(), end = front ? at.back() + 1 : size;
  std::vector<std::string> kept;
  std::int64_t index = begin;
  std::size_t next = 0;
  lwalk(slot, begin, false, [&](Text element) {
    if (next < at.size() && at[next] == index)
      ++next;
    else
      kept.emplace_back(element);
    return ++index < end;
  });
  if (index != end) damaged(m);
  std::int64_t place = m.row.head + begin + (front ? erased : 0);
  for (auto& element : kept) write_element(m, place++, element);
  std::int64_t vacated = m.row.head + (front ? 0 : size - erased);
  for (std::int64_t i = 0; i < erased; ++i) erase_element(m, vacated + i);
  if (front) m.row.head += erased;
  m.row.size -= static_cast<std::uint64_t>(erased);
  m.dirty = true;
}

}  // namespace playhead::rocks
