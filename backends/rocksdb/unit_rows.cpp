// Rows of collections: reading them through the unit's own writes, writing them, and the way out of the
// metadata row.
#include <rocksdb/db.h>

#include "backends/rocksdb/catalog.h"
#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/packed.h"
#include "backends/rocksdb/rocks_storage.h"
#include "backends/rocksdb/rows.h"
#include "backends/rocksdb/status.h"
#include "backends/rocksdb/uniform_pick.h"

namespace playhead::rocks {
namespace {

constexpr std::size_t copied_bytes = 256;   ///< values up to this size are copied rather than pinned
constexpr std::uint64_t indexed_pick = 64;  ///< collections up to this size are picked from by index

/// Rows whose names begin with a hash.
struct HashedRows {
  Rows& rows;
  std::string from;
  void seek(std::uint64_t hash) {
    from.clear();
    append_be64(from, hash);
    rows.seek(from);
  }
  bool valid() { return rows.valid(); }
  std::uint64_t hash() const { return rows.name().size() < hash_bytes ? 0 : load_be64(rows.name().data()); }
  void next() { rows.next(); }
};

/// Writes of a plain batch into an indexed one; a unit writes only rows of `data` before it ends.
struct Replay : rocksdb::WriteBatch::Handler {
  Replay(rocksdb::WriteBatchWithIndex& to, rocksdb::ColumnFamilyHandle* family) : overlay(to), data(family) {}
  rocksdb::Status PutCF(std::uint32_t, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    return overlay.Put(data, key, value);
  }
  rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice& key) override {
    return overlay.Delete(data, key);
  }
  rocksdb::WriteBatchWithIndex& overlay;
  rocksdb::ColumnFamilyHandle* data;
};

}  // namespace

Rows::Rows(Unit& unit, const Meta& meta, Kind kind) : unit_(unit) {
  if (unit.mode_ == Mode::once && !unit.context_->written.empty()) unit.read_own_writes();
  row_start(prefix_, meta.row.id, kind);
  upper_ = prefix_;
  ++upper_.back();
  upper_slice_ = upper_;
  options_.iterate_upper_bound = &upper_slice_;
  Disk& disk = *unit.storage_.disk_;
  rows_ = disk.rows(Family::data, options_);
  // The overlay's iterator ignores the bound: valid() looks at the prefix.
  if (unit.mode_ == Mode::many && unit.context_->overlay.GetWriteBatch()->Count())
    rows_.reset(
        unit.context_->overlay.NewIteratorWithBase(disk.family(Family::data), rows_.release(), &options_));
}

bool Rows::valid() {
  if (rows_->Valid()) return rows_->key().starts_with(prefix_);
  unit_.storage_.disk_->check(*rows_);
  return false;
}

void Rows::first() {
  rows_->Seek(prefix_);
}
void Rows::last() {
  rows_->SeekForPrev(upper_);
}

void Rows::seek(Text from) {
  target_.assign(prefix_).append(from);
  rows_->Seek(target_);
}

void Rows::seek_before(Text from) {
  target_.assign(prefix_).append(from);
  rows_->SeekForPrev(target_);
  if (rows_->Valid() && rows_->key() == rocksdb::Slice(target_)) rows_->Prev();
}

bool Unit::read_row(const Meta& meta, const std::string& key, std::uint64_t mark,
                    rocksdb::PinnableSlice& value) {
  Disk& disk = *storage_.disk_;
  if (mode_ == Mode::once) {
    if (context_->written.contains(mark))
      read_own_writes();
    else if (meta.fresh)
      return false;
  }
  if (mode_ != Mode::many || !context_->overlay.GetWriteBatch()->Count())
    return disk.get(Family::data, key, value);
  value.Reset();
  auto status = context_->overlay.GetFromBatchAndDB(&disk.db(), rocksdb::ReadOptions(),
                                                    disk.family(Family::data), key, &value);
  if (!status.ok() && !status.IsNotFound()) fail(status, "reading a row", storage_.path_);
  return status.ok();
}

// The batches are in memory: adding to them can only fail for want of it.
void Unit::put_row(const std::string& key, std::uint64_t mark, Text value) {
  auto* data = storage_.disk_->family(Family::data);
  if (mode_ == Mode::many) {
    context_->overlay.Put(data, key, slice(value)).PermitUncheckedError();
    return;
  }
  context_->batch.Put(data, key, slice(value)).PermitUncheckedError();
  context_->written.insert(mark);
}

void Unit::erase_row(const std::string& key, std::uint64_t mark) {
  auto* data = storage_.disk_->family(Family::data);
  if (mode_ == Mode::many) {
    context_->overlay.Delete(data, key).PermitUncheckedError();
    return;
  }
  context_->batch.Delete(data, key).PermitUncheckedError();
  context_->written.insert(mark);
}

void Unit::read_own_writes() {
  Replay replay(context_->overlay, storage_.disk_->family(Family::data));
  auto status = context_->batch.Iterate(&replay);
  if (!status.ok()) fail(status, "reading a unit's own writes", storage_.path_);
  context_->batch.Clear();
  context_->written.clear();
  mode_ = Mode::many;
}

Text Unit::keep(rocksdb::PinnableSlice& value) {
  if (value.size() <= copied_bytes) return context_->arena.keep(text(value));
  if (context_->pinned == context_->pins.size()) context_->pins.emplace_back();
  auto& pin = context_->pins[context_->pinned++];
  pin = std::move(value);
  return text(pin);
}

void Unit::damaged(const Meta& meta) const {
  corrupt("a row of the key \"" + meta.name + "\" is damaged", storage_.path_);
}

void Unit::set_body(Meta& meta, std::string& built) {
  meta.buffer.swap(built);
  meta.row.body = meta.buffer;
  meta.dirty = true;
}

// False: it would be too large for the metadata row; nothing was done.
bool Unit::insert_packed(Meta& meta, std::size_t begin, std::size_t end, Text element, int change) {
  if (packed_size(meta.row.body) + static_cast<std::size_t>(change) > packed_elements) return false;
  splice(context_->scratch, meta.row.body, begin, end, element, change);
  if (context_->scratch.size() > packed_bytes) return false;
  set_body(meta, context_->scratch);
  return true;
}

void Unit::unpack(Meta& meta) {
  Text body = meta.row.body;  // stays in place: neither `pinned` nor `buffer` is touched here
  meta.row.id = storage_.catalog_->new_object();
  meta.row.packed = false;
  meta.row.body = {};
  meta.row.size = packed_size(body);
  meta.row.head = 0;
  meta.fresh = meta.dirty = true;
  PackedReader reader(meta.row.type, body);
  Element element;
  for (std::int64_t position = 0; reader.next(element); ++position) {
    if (meta.row.type == Type::list) {
      write_element(meta, position, element.value);
      continue;
    }
    std::uint64_t hash = embedded::hash_of(element.name);
    if (meta.row.type == Type::zset) {
      write_member(meta, element.name, hash, nullptr, element.score);
    } else {
      hashed_row(context_->key, meta.row.id, Kind::field, hash, element.name);
      put_row(context_->key, row_mark(meta.row.id, hash), element.value);
    }
  }
}

std::uint64_t Unit::scan_rows(const Meta& meta, Kind kind, std::uint64_t cursor, std::size_t count,
                              FieldVisit f) {
  Rows rows(*this, meta, kind);
  std::string from;
  append_be64(from, cursor);
  std::uint64_t last = 0;
  std::size_t seen = 0;
  // Rows of equal hash go together: a cursor cannot stand between them.
  for (rows.seek(from); rows.valid(); rows.next(), ++seen) {
    Text name = rows.name();
    if (name.size() < hash_bytes) damaged(meta);
    std::uint64_t hash = load_be64(name.data());
    if (seen >= count && seen && hash != last) return hash;
    last = hash;
    f(context_->arena.keep(name.substr(hash_bytes)), context_->arena.keep(rows.value()));
  }
  return 0;
}

void Unit::pick_row(const Meta& meta, Kind kind, std::uint64_t random, FieldVisit f) {
  Rows rows(*this, meta, kind);
  if (meta.row.size <= indexed_pick) {
    rows.first();
    for (std::uint64_t steps = random % meta.row.size; steps > 0 && rows.valid(); --steps) rows.next();
    if (!rows.valid()) damaged(meta);
  } else {
    HashedRows hashed{rows, {}};
    if (!pick_uniformly(hashed, 0, 64, meta.row.size, random)) damaged(meta);
  }
  Text name = rows.name();
  if (name.size() < hash_bytes) damaged(meta);
  f(context_->arena.keep(name.substr(hash_bytes)), context_->arena.keep(rows.value()));
}

}  // namespace playhead::rocks
