// Counts and rank directories, saved at a clean close so that they need not be made again. They are true only
// for the sequence number they were saved with, and are removed by the open that loads them, before anything
// else is written.
#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/rocks_storage.h"

namespace playhead::rocks {
namespace {

constexpr Text clean_row = "clean", counts = "count", directories = "rank";

struct SavedDirectory {
  std::size_t stripe;
  DatabaseId db;
  std::unique_ptr<Directory> directory;
};

void encode_directory(std::string& out, std::size_t stripe, DatabaseId db, const Directory& directory) {
  out.assign(1, static_cast<char>(stripe));
  append_be32(out, db);
  directory.each([&out](Text low, std::int64_t rows) {
    append_le64(out, static_cast<std::uint64_t>(rows));
    append_len(out, low.size());
    out += low;
  });
}

/// Nothing if the bytes are damaged: the directory is then built again when it is needed.
std::optional<SavedDirectory> decode_directory(Text bytes) {
  if (bytes.size() < 5) return {};
  SavedDirectory saved{static_cast<unsigned char>(bytes[0]), load_be32(bytes.data() + 1),
                       std::make_unique<Directory>()};
  for (std::size_t at = 5; at < bytes.size();) {
    if (bytes.size() - at < 8) return {};
    auto rows = static_cast<std::int64_t>(load_le64(bytes.data() + at));
    at += 8;
    auto length = load_len(bytes, at);
    if (!length || *length > bytes.size() - at || rows < 0) return {};
    saved.directory->append(bytes.substr(at, *length), rows);
    at += *length;
  }
  if (!saved.directory->runs()) return {};
  return saved;
}

}  // namespace

void RocksStorage::load_saved(bool created) {
  counts_complete_ = created;
  rocksdb::PinnableSlice clean;
  bool saved = disk_->get(Family::own, clean_row, clean);
  bool trusted =
      saved && clean.size() == 9 && load_le64(clean.data()) == disk_->db().GetLatestSequenceNumber();
  if (trusted) counts_complete_ = clean[8] == 1;
  rocksdb::WriteBatch batch;
  auto* own = disk_->family(Family::own);
  if (saved) batch.Delete(own, slice(clean_row)).PermitUncheckedError();
  auto rows = disk_->rows(Family::own);
  for (rows->Seek(slice(counts)); rows->Valid() && rows->key().starts_with(slice(counts)); rows->Next()) {
    batch.Delete(own, rows->key()).PermitUncheckedError();
    if (!trusted || rows->key().size() != counts.size() + 5 || rows->value().size() != 8) continue;
    const char* key = rows->key().data() + counts.size();
    auto stripe = static_cast<unsigned char>(key[4]);
    stripes_[stripe].counts[load_be32(key)] = static_cast<std::int64_t>(load_le64(rows->value().data()));
  }
  for (rows->Seek(slice(directories)); rows->Valid() && rows->key().starts_with(slice(directories));
       rows->Next()) {
    batch.Delete(own, rows->key()).PermitUncheckedError();
    if (!trusted || rows->key().size() != directories.size() + 8) continue;
    if (auto one = decode_directory(text(rows->value())))
      stripes_[one->stripe].directories[load_be64(rows->key().data() + directories.size())] = {
          one->db, std::move(one->directory)};
  }
  disk_->check(*rows);
  if (batch.Count()) disk_->write(batch);
}

void RocksStorage::save() {
  rocksdb::WriteBatch batch;
  auto* own = disk_->family(Family::own);
  std::string key, value;
  for (std::size_t i = 0; i < embedded::stripe_count; ++i) {
    for (auto& [db, count] : stripes_[i].counts) {
      if (count == 0 && begins_empty(db)) continue;
      saved_count(key, db, i);
      value.clear();
      append_le64(value, static_cast<std::uint64_t>(count));
      batch.Put(own, key, value).PermitUncheckedError();
    }
    for (auto& [id, ranked] : stripes_[i].directories) {
      if (!ranked.directory) continue;
      saved_directory(key, id);
      encode_directory(value, i, ranked.db, *ranked.directory);
      batch.Put(own, key, value).PermitUncheckedError();
    }
  }
  // Every row of a batch takes one sequence number, this one the last.
  value.clear();
  append_le64(value, disk_->next_sequence() + batch.Count());
  value.push_back(counts_complete_ ? 1 : 0);
  batch.Put(own, slice(clean_row), value).PermitUncheckedError();
  disk_->write(batch);
}

}  // namespace playhead::rocks
