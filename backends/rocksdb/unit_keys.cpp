// Keys and strings.
#include "backends/rocksdb/catalog.h"
#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/packed.h"
#include "backends/rocksdb/rocks_storage.h"
#include "backends/rocksdb/rows.h"
#include "backends/rocksdb/status.h"

namespace playhead::rocks {
namespace {
constexpr std::size_t linear_metas = 8;  ///< so many keys of a unit are searched without an index
}

bool Slot::exists() const {
  return meta_->exists;
}
Type Slot::type() const {
  return meta_->exists ? meta_->row.type : Type::none;
}
Millis Slot::deadline() const {
  return meta_->exists ? meta_->row.deadline : 0;
}
const Key& Slot::key() const {
  return meta_->key;
}

Meta* Unit::cached(const Key& key, DatabaseId db) const {
  Context& c = *context_;
  auto same = [&](const Meta& m) { return m.key.hash == key.hash && m.db == db && m.name == key.name; };
  if (c.index.empty()) {
    for (std::size_t i = 0; i < c.used; ++i)
      if (same(c.metas[i])) return &c.metas[i];
    return nullptr;
  }
  for (std::size_t i = key.hash & (c.index.size() - 1); c.index[i]; i = (i + 1) & (c.index.size() - 1))
    if (same(c.metas[c.index[i] - 1])) return &c.metas[c.index[i] - 1];
  return nullptr;
}

// The meta at `used`, which the caller counts once it is filled.
Meta& Unit::new_meta(const Key& key, DatabaseId db) {
  Context& c = *context_;
  if (c.used == c.metas.size()) c.metas.emplace_back();
  Meta& m = c.metas[c.used];
  m.name.assign(key.name);
  m.key = key;
  m.key.name = m.name;
  m.db = db;
  m.existed = m.exists = m.dirty = m.fresh = false;
  m.row = {};
  m.indexed = m.unindexed = 0;
  return m;
}

Slot Unit::find(const Key& key) {
  Context& c = *context_;
  DatabaseId db = databases().physical(key.db);
  if (Meta* m = cached(key, db)) {
    m->key.db = key.db;  // databases may have been swapped since
    return Slot(m);
  }
  Meta& m = new_meta(key, db);
  metadata_key(c.key, db, key.hash, key.name);
  if (storage_.disk_->get(Family::metadata, c.key, m.pinned)) {
    auto row = decode(text(m.pinned));
    if (!row) damaged(m);
    m.row = *row;
    m.existed = m.exists = true;
    m.indexed = row->deadline;
  }
  ++c.used;
  if (c.used <= linear_metas) return Slot(&m);
  auto place = [&c](std::size_t number) {
    std::size_t i = c.metas[number].key.hash & (c.index.size() - 1);
    while (c.index[i]) i = (i + 1) & (c.index.size() - 1);
    c.index[i] = static_cast<std::uint32_t>(number + 1);
  };
  if (2 * c.used > c.index.size()) {
    c.index.assign(c.index.empty() ? 8 * linear_metas : 2 * c.index.size(), 0);
    for (std::size_t i = 0; i < c.used; ++i) place(i);
  } else {
    place(c.used - 1);
  }
  return Slot(&m);
}

void Unit::create(Meta& meta, Type type) {
  meta.row = {};
  meta.row.type = type;
  meta.row.packed = true;
  meta.exists = meta.dirty = true;
  meta.fresh = false;
}

// The rows of the key's value are dead.
void Unit::bury(const Meta& meta) {
  if (!meta.exists || !meta.row.rows()) return;
  context_->dead.emplace_back(meta.row.id, meta.row.rows());
  context_->dropped.emplace_back(meta.stripe(), meta.row.id);
}

// The key is gone; what becomes of its rows is the caller's affair.
void Unit::forget(Meta& meta) {
  if (meta.indexed) meta.unindexed = meta.indexed;
  meta.indexed = 0;
  meta.exists = false;
  meta.dirty = true;
  meta.fresh = false;
  meta.row = {};
}

// The last element was erased.
void Unit::emptied(Meta& meta) {
  if (!meta.row.packed) context_->dropped.emplace_back(meta.stripe(), meta.row.id);
  forget(meta);
}

void Unit::remove(Slot& slot) {
  Meta& m = *slot.meta_;
  if (!m.exists) return;
  bury(m);
  forget(m);
}

void Unit::move(Slot& from, const Key& to) {
  Meta& a = *from.meta_;
  Meta& b = *find(to).meta_;
  b.row = a.row;
  b.buffer.assign(a.row.body);
  b.row.body = b.buffer;
  b.exists = b.dirty = true;
  b.fresh = a.fresh;
  if (!a.row.packed && a.row.type == Type::zset) {
    storage_.stripes_[a.stripe()].fronts.erase(a.row.id);
    auto& source = storage_.stripes_[a.stripe()].directories;
    if (auto entry = source.extract(a.row.id); !entry.empty()) {
      entry.mapped().db = b.db;
      storage_.stripes_[b.stripe()].directories.insert(std::move(entry));
      context_->changes.push_back({DirectoryChange::What::moved, a.row.id, a.stripe(), b.stripe(), {}, a.db});
    }
  }
  forget(a);
  from.meta_ = &b;
}

void Unit::deadline(Slot& slot, Millis at) {
  Meta& m = *slot.meta_;
  if (m.row.deadline == at) return;
  m.row.deadline = at;
  m.dirty = true;
}

std::size_t Unit::size(const Slot& slot) const {
  const Metadata& row = slot.meta_->row;
  return row.type == Type::string ? row.body.size() : row.packed ? packed_size(row.body) : row.size;
}

Text Unit::value(const Slot& slot) const {
  return slot.meta_->row.body;
}

void Unit::set(Slot& slot, Text value, Millis deadline) {
  Meta& m = *slot.meta_;
  bury(m);
  m.buffer.assign(value);
  m.row = {};
  m.row.type = Type::string;
  m.row.deadline = deadline;
  m.row.body = m.buffer;
  m.exists = m.dirty = true;
  m.fresh = false;
}

char* Unit::edit(Slot& slot, std::size_t new_size) {
  Meta& m = *slot.meta_;
  if (!m.exists) {
    m.row = {};
    m.row.type = Type::string;
    m.exists = true;
    m.buffer.clear();
  } else if (m.row.body.data() != m.buffer.data()) {
    m.buffer.reserve(new_size);
    m.buffer.assign(m.row.body.substr(0, new_size));
  }
  m.buffer.resize(new_size);
  m.row.body = m.buffer;
  m.dirty = true;
  return m.buffer.data();
}

}  // namespace playhead::rocks
