// The beginning and the end of a unit.
#include "backends/rocksdb/catalog.h"
#include "backends/rocksdb/context.h"
#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/reclaimer.h"
#include "backends/rocksdb/rocks_storage.h"

namespace playhead::rocks {

Unit::Unit(RocksStorage& storage, Mode mode, bool)
    : storage_(storage), inside_(storage.gate_), mode_(mode), context_(storage.contexts_->take()) {}

Unit::~Unit() {
  abort();
  storage_.contexts_->give(std::move(context_));
}

void Unit::abort() {
  take_back_directories();
  clear();
}

void Unit::clear() noexcept {
  context_->clear();
}

namespace {

rocksdb::WriteBatch& batch_of(Context& context, Mode mode) {
  return mode == Mode::many ? *context.overlay.GetWriteBatch() : context.batch;
}

// An expiry row is due only if none stands at the deadline or earlier.
bool wants_expiry_row(const Meta& meta) {
  return meta.exists && meta.row.deadline && (!meta.indexed || meta.row.deadline < meta.indexed);
}

}  // namespace

void Unit::write_expiry(Meta& meta) {
  auto& batch = batch_of(*context_, mode_);
  auto* expiry = storage_.disk_->family(Family::expiry);
  std::string& key = context_->key;
  if (meta.unindexed) {
    expiry_row(key, meta.stripe(), meta.unindexed, meta.db, meta.name);
    batch.Delete(expiry, key).PermitUncheckedError();
  }
  if (wants_expiry_row(meta)) {
    expiry_row(key, meta.stripe(), meta.row.deadline, meta.db, meta.name);
    batch.Put(expiry, key, {}).PermitUncheckedError();
  }
}

// The rows of metadata, dead and expiry go straight into the batch: nothing in the unit reads them again.
void Unit::write_metadata() {
  Context& c = *context_;
  auto& batch = batch_of(c, mode_);
  auto* metadata = storage_.disk_->family(Family::metadata);
  for (std::size_t i = 0; i < c.used; ++i) {
    Meta& m = c.metas[i];
    if (!m.dirty) continue;
    // Flushed since the unit changed it: its row must go at once, for it may name rows that moved elsewhere.
    if (!databases().number(m.db)) {
      bury(m);
      forget(m);
    }
    metadata_key(c.key, m.db, m.key.hash, m.name);
    if (m.exists) {
      encode_head(c.value, m.row);
      rocksdb::Slice key(c.key), parts[] = {rocksdb::Slice(c.value), slice(m.row.body)};
      batch.Put(metadata, rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(parts, 2)).PermitUncheckedError();
    } else if (m.existed) {
      batch.Delete(metadata, c.key).PermitUncheckedError();
    }
    write_expiry(m);
  }
  for (auto& [id, rows] : c.dead) {
    dead_object(c.key, id);
    c.value.clear();
    append_le64(c.value, rows);
    batch.Put(storage_.disk_->family(Family::dead), c.key, c.value).PermitUncheckedError();
  }
  if (c.databases) storage_.catalog_->write(*c.databases, batch);
}

void Unit::commit() {
  if (mode_ == Mode::read) return clear();
  try {
    write_metadata();
    auto& batch = batch_of(*context_, mode_);
    if (batch.Count()) storage_.disk_->write(batch);
  } catch (...) {
    abort();
    throw;
  }
  committed();
  clear();
}

// What memory knows follows the disk.
void Unit::committed() noexcept {
  Context& c = *context_;
  for (std::size_t i = 0; i < c.used; ++i) {
    Meta& m = c.metas[i];
    if (!m.dirty || !databases().number(m.db)) continue;
    Stripe& stripe = storage_.stripes_[m.stripe()];
    if (m.exists != m.existed)
      if (auto* count = storage_.known_count(stripe, m.db)) *count += m.exists ? 1 : -1;
    if (wants_expiry_row(m)) {
      expiry_row(c.key, m.stripe(), m.row.deadline, m.db, m.name);
      storage_.index_expiry(m.stripe(), m.row.deadline, c.key);
    }
  }
  if (c.databases) storage_.adopt(std::move(*c.databases));
  for (auto& [stripe, id] : c.dropped) storage_.stripes_[stripe].directories.erase(id);
  if (!c.changes.empty()) {
    c.batch.Clear();
    c.overlay.Clear();
    c.written.clear();
    tidy_directories();
    c.changes.clear();
  }
  if (!c.dead.empty()) storage_.reclaimer_->wake();
}

}  // namespace playhead::rocks
