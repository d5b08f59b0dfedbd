// What the storage offers beside units: keys in the order of their hashes, counts, whole databases, and the
// expiry index.
#include <map>

#include "backends/rocksdb/catalog.h"
#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/reclaimer.h"
#include "backends/rocksdb/rocks_storage.h"
#include "backends/rocksdb/status.h"
#include "backends/rocksdb/uniform_pick.h"

namespace playhead::rocks {
namespace {

constexpr std::uint64_t indexed_pick = 64;  ///< stripes with so few keys are picked from by index

/// The keys of one stripe of one database.
class StripeRows {
 public:
  StripeRows(Disk& disk, DatabaseId db, std::size_t stripe) : disk_(disk) {
    metadata_bound(begin_, db, stripe);
    metadata_bound(end_, db, stripe + 1);
    bound_ = end_;
    options_.iterate_upper_bound = &bound_;
    rows_ = disk.rows(Family::metadata, options_);
  }
  void first() { rows_->Seek(begin_); }
  void seek(DatabaseId db, std::uint64_t hash) {
    std::string from;
    metadata_key(from, db, hash, {});
    rows_->Seek(std::max(from, begin_));
  }
  bool valid() {
    if (rows_->Valid()) return true;
    disk_.check(*rows_);
    return false;
  }
  void next() { rows_->Next(); }
  Key key(std::uint16_t db) const {
    auto parsed = parse_metadata_key(text(rows_->key()));
    if (!parsed) corrupt("the key of a metadata row is damaged", disk_.path());
    return Key(db, parsed->name, parsed->hash);
  }
  std::uint64_t hash() const { return key(0).hash; }
  Metadata row() const {
    auto row = decode(text(rows_->value()));
    if (!row) corrupt("a metadata row is damaged", disk_.path());
    return *row;
  }

 private:
  Disk& disk_;
  std::string begin_, end_;
  rocksdb::Slice bound_;
  rocksdb::ReadOptions options_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

/// For pick_uniformly.
struct HashedRows {
  StripeRows& rows;
  DatabaseId db;
  void seek(std::uint64_t hash) { rows.seek(db, hash); }
  bool valid() { return rows.valid(); }
  std::uint64_t hash() const { return rows.hash(); }
  void next() { rows.next(); }
};

}  // namespace

std::uint64_t RocksStorage::scan(std::uint16_t db, std::size_t stripe, std::uint64_t from_hash,
                                 std::size_t count, KeyVisitor f) {
  Inside inside(gate_);
  return scan(catalog_->physical(db), db, stripe, from_hash, count, f);
}

std::uint64_t RocksStorage::scan(DatabaseId physical, std::uint16_t db, std::size_t stripe,
                                 std::uint64_t from_hash, std::size_t count, KeyVisitor f) {
  if (auto* known = known_count(stripes_[stripe], physical); known && *known == 0) return 0;
  StripeRows rows(*disk_, physical, stripe);
  std::uint64_t last = 0;
  std::size_t seen = 0;
  for (rows.seek(physical, from_hash); rows.valid(); rows.next(), ++seen) {
    Key key = rows.key(db);
    if (seen >= count && seen && key.hash != last) return key.hash;
    last = key.hash;
    Metadata row = rows.row();
    f(key, row.type, row.deadline);
  }
  return 0;
}

bool RocksStorage::pick(std::uint16_t db, std::size_t stripe, std::uint64_t random, KeyVisitor f) {
  Inside inside(gate_);
  return pick(catalog_->physical(db), db, stripe, random, f);
}

bool RocksStorage::pick(DatabaseId physical, std::uint16_t db, std::size_t stripe, std::uint64_t random,
                        KeyVisitor f) {
  StripeRows rows(*disk_, physical, stripe);
  const std::uint64_t size = count_physical(physical, stripe);
  if (size == 0) return false;
  if (size <= indexed_pick) {
    rows.first();
    for (std::uint64_t steps = random % size; steps > 0 && rows.valid(); --steps) rows.next();
  } else {
    constexpr unsigned low_bits = 64 - embedded::stripe_bits;
    HashedRows hashed{rows, physical};
    if (!pick_uniformly(hashed, std::uint64_t{stripe} << low_bits, low_bits, size, random)) rows.first();
  }
  if (!rows.valid()) return false;
  Metadata row = rows.row();
  f(rows.key(db), row.type, row.deadline);
  return true;
}

bool RocksStorage::begins_empty(DatabaseId db) const {
  return counts_complete_ || catalog_->fresh(db);
}

std::int64_t* RocksStorage::known_count(Stripe& stripe, DatabaseId db) {
  if (auto found = stripe.counts.find(db); found != stripe.counts.end()) return &found->second;
  return begins_empty(db) ? &stripe.counts[db] : nullptr;
}

std::size_t RocksStorage::count(std::uint16_t db, std::size_t stripe) {
  Inside inside(gate_);
  return count_physical(catalog_->physical(db), stripe);
}

std::size_t RocksStorage::count_physical(DatabaseId physical, std::size_t stripe) {
  Stripe& s = stripes_[stripe];
  if (auto* known = known_count(s, physical)) return static_cast<std::size_t>(*known);
  std::int64_t count = 0;
  StripeRows rows(*disk_, physical, stripe);
  for (rows.first(); rows.valid(); rows.next()) ++count;
  s.counts[physical] = count;
  return static_cast<std::size_t>(count);
}

// A unit has flushed or swapped databases, and is on disk.
void RocksStorage::adopt(Databases&& changed) {
  for (DatabaseId old : changed.dead())
    for (std::size_t i = 0; i < embedded::stripe_count; ++i) {
      stripes_[i].counts.erase(old);
      std::erase_if(stripes_[i].directories, [old](const auto& entry) { return entry.second.db == old; });
    }
  if (!changed.dead().empty()) reclaimer_->wake();
  catalog_->adopt(std::move(changed));
}

// The expiry index of a stripe is read from a cursor. Nothing below the cursor is due, except what
// index_expiry lowers it to.
void RocksStorage::index_expiry(std::size_t stripe, Millis deadline, const std::string& row) {
  Stripe& s = stripes_[stripe];
  s.next_due = std::min(s.next_due, deadline);
  if (row < s.expiry_cursor) s.expiry_cursor = row;
}

namespace {

/// What a walk over due rows of the expiry index leads to.
struct Due {
  std::map<std::pair<std::uint16_t, std::string>, Millis>
      keys;  ///< handed out, each once, with their deadlines
  rocksdb::WriteBatch batch;
  Millis first = std::numeric_limits<Millis>::max();  ///< of the rows that are written: the earliest
  std::string first_row;

  void put(rocksdb::ColumnFamilyHandle* family, const std::string& row, Millis at) {
    batch.Put(family, row, {}).PermitUncheckedError();
    note(row, at);
  }
  void note(const std::string& row, Millis at) {
    if (first_row.empty() || row < first_row) first = at, first_row = row;
  }
};

}  // namespace

std::size_t RocksStorage::expired(std::size_t stripe, Millis now, std::size_t budget,
                                  FunctionRef<void(const Key&)> f) {
  Inside inside(gate_);
  Stripe& s = stripes_[stripe];
  if (s.next_due >= now) return 0;
  auto* expiry = disk_->family(Family::expiry);
  std::string start(1, static_cast<char>(stripe)), key;
  std::string cursor = std::max(s.expiry_cursor, start);
  Millis next_due = std::numeric_limits<Millis>::max();
  std::size_t looked = 0;
  Due due;
  auto rows = disk_->rows(Family::expiry);
  for (rows->Seek(cursor); rows->Valid() && rows->key().starts_with(start);
       rows->Next(), cursor.push_back('\0')) {
    auto row = parse_expiry_key(text(rows->key()));
    if (!row) corrupt("a row of the expiry index is damaged", path_);
    cursor = rows->key().ToString();
    if (row->deadline >= now || looked == budget) {
      next_due = row->deadline;
      break;
    }
    ++looked;
    auto number = catalog_->number(row->db);
    Millis deadline = number ? deadline_of(row->db, row->name) : 0;
    if (deadline) expiry_row(key, stripe, deadline, row->db, row->name);
    if (deadline !=
        row->deadline) {  // put off, taken away, or the key is gone: the row moves to the deadline, or goes
      due.batch.Delete(expiry, rows->key()).PermitUncheckedError();
      if (deadline) due.put(expiry, key, deadline);
    }
    // A key that is handed out keeps its row until the caller has removed it: the next call begins there.
    if (deadline && deadline < now &&
        due.keys.try_emplace({*number, std::string(row->name)}, deadline).second)
      due.note(key, deadline);
  }
  disk_->check(*rows);
  if (due.batch.Count()) disk_->write_behind(due.batch);
  s.expiry_cursor = cursor;
  s.next_due = next_due;
  if (!due.first_row.empty()) index_expiry(stripe, due.first, due.first_row);
  for (auto& [handed, deadline] : due.keys) f(Key(handed.first, handed.second));
  return looked;
}

Millis RocksStorage::deadline_of(DatabaseId db, Text name) const {
  std::string key;
  metadata_key(key, db, embedded::hash_of(name), name);
  rocksdb::PinnableSlice value;
  if (!disk_->get(Family::metadata, key, value)) return 0;
  auto row = decode(text(value));
  if (!row) corrupt("a metadata row is damaged", path_);
  return row->deadline;
}

}  // namespace playhead::rocks
