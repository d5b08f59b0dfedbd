#include "backends/rocksdb/reclaimer.h"

#include <chrono>

#include "backends/rocksdb/status.h"
#include "playhead/error.h"

namespace playhead::rocks {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t page_ids = 256;
constexpr std::size_t page_keys = 4096;
constexpr auto shortest_pause = std::chrono::milliseconds(1);
constexpr auto retry_pause = std::chrono::seconds(1);

std::string object_start(ObjectId id) {
  std::string key;
  append_be64(key, id);
  return key;
}

}  // namespace

Reclaimer::Reclaimer(Disk& disk, bool worker) : disk_(disk) {
  if (worker) worker_ = std::thread([this] { work(); });
}

void Reclaimer::wake() {
  {
    std::lock_guard guard(mutex_);
    dead_ = true;
  }
  changed_.notify_all();
}

void Reclaimer::run_all() {
  while (step()) {
  }
}

void Reclaimer::stop() {
  cancel_.store(true);
  {
    std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (worker_.joinable()) worker_.join();
}

void Reclaimer::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!dead_) {
      changed_.wait(lock);
      continue;
    }
    dead_ = false;
    lock.unlock();
    auto began = Clock::now();
    bool more = true;
    Clock::duration pause = shortest_pause;
    try {
      more = step();
      pause = std::max<Clock::duration>(Clock::now() - began, shortest_pause);
    } catch (const Error&) {
      pause = retry_pause;  // the records are still there; whoever uses the store sees what is wrong with the
                            // disk himself
    }
    lock.lock();
    dead_ = dead_ || more;
    if (more) changed_.wait_for(lock, pause, [this] { return stopping_; });
  }
}

bool Reclaimer::step() {
  std::lock_guard guard(step_mutex_);
  if (step_objects() || step_database()) return true;
  compact_dead();
  return false;
}

// The next dead ids from the cursor on, neighbours joined; from the beginning again when there is none behind
// it.
std::vector<Reclaimer::Run> Reclaimer::page() {
  std::vector<Run> runs;
  for (bool again = true; again && runs.empty();) {
    std::string from;
    dead_object(from, next_object_);
    auto rows = disk_.rows(Family::dead);
    std::size_t ids = 0;
    for (rows->Seek(from); rows->Valid() && rows->key().starts_with("o") && ids < page_ids;
         rows->Next(), ++ids) {
      if (rows->key().size() != 9 || rows->value().size() != 8)
        corrupt("a record of a dead object is damaged", disk_.path());
      ObjectId id = load_be64(rows->key().data() + 1);
      if (runs.empty() || runs.back().last + 1 != id) runs.push_back({id, id, 0});
      runs.back().last = id;
      runs.back().rows += load_le64(rows->value().data());
    }
    disk_.check(*rows);
    again = runs.empty() && next_object_;
    if (again) next_object_ = 0;
  }
  return runs;
}

bool Reclaimer::step_objects() {
  auto runs = page();
  if (runs.empty()) return false;
  if (runs.front().rows >= short_run) {
    delete_range(runs.front());
    next_object_ = runs.front().last + 1;
    return true;
  }
  rocksdb::WriteBatch batch;
  ObjectId next = next_object_;
  for (auto& run : runs) {
    if (run.rows >= short_run || !delete_rows(run, batch)) break;
    delete_records(run, batch);
    next = run.last + 1;
  }
  disk_.write_behind(batch);
  next_object_ = next;
  return true;
}

void Reclaimer::delete_records(const Run& run, rocksdb::WriteBatch& batch) {
  std::string key;
  for (ObjectId id = run.first; id <= run.last; ++id) {
    dead_object(key, id);
    batch.Delete(disk_.family(Family::dead), key).PermitUncheckedError();
  }
}

// False: the batch is full before the run's end.
bool Reclaimer::delete_rows(const Run& run, rocksdb::WriteBatch& batch) {
  std::string begin = object_start(run.first), end = object_start(run.last + 1);
  rocksdb::Slice bound(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound;
  auto rows = disk_.rows(Family::data, options);
  std::size_t room = batch_operations - static_cast<std::size_t>(run.last - run.first + 1);
  for (rows->Seek(begin); rows->Valid(); rows->Next()) {
    if (batch.Count() >= room) return false;
    batch.Delete(disk_.family(Family::data), rows->key()).PermitUncheckedError();
  }
  disk_.check(*rows);
  return batch.Count() <= room;
}

void Reclaimer::range_deleted(Family family, std::uint64_t rows, std::string begin, std::string end) {
  if (rows >= compact_run)
    compactions_.push_back({family, std::move(begin), std::move(end), disk_.db().GetLatestSequenceNumber()});
  if (++ranges_ < flush_ranges) return;
  ranges_ = 0;
  for (Family f : {Family::data, Family::metadata}) flush(f);
}

void Reclaimer::flush(Family family) {
  auto status = disk_.db().Flush(rocksdb::FlushOptions(), disk_.family(family));
  if (!status.ok()) fail(status, "flushing", disk_.path());
}

void Reclaimer::delete_range(const Run& run) {
  std::string begin = object_start(run.first), end = object_start(run.last + 1);
  rocksdb::WriteBatch batch;
  batch.DeleteRange(disk_.family(Family::data), begin, end).PermitUncheckedError();
  delete_records(run, batch);
  disk_.write_behind(batch);
  range_deleted(Family::data, run.rows, std::move(begin), std::move(end));
}

// The next keys of the first dead database; their objects die with them.
bool Reclaimer::step_database() {
  auto record = disk_.rows(Family::dead);
  record->Seek("d");
  if (!record->Valid() || !record->key().starts_with("d")) {
    disk_.check(*record);
    return false;
  }
  if (record->key().size() != 5) corrupt("a record of a dead database is damaged", disk_.path());
  DatabaseId db = load_be32(record->key().data() + 1);
  std::string begin, end;
  metadata_bound(begin, db, 0);
  metadata_bound(end, db, embedded::stripe_count);
  if (next_key_ > begin && next_key_ < end) begin = next_key_;
  rocksdb::Slice bound(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound;
  auto rows = disk_.rows(Family::metadata, options);
  rocksdb::WriteBatch batch;
  std::vector<std::string> keys;
  std::string key, value;
  for (rows->Seek(begin); rows->Valid() && keys.size() < page_keys && batch.Count() < batch_operations / 2;
       rows->Next()) {
    keys.push_back(rows->key().ToString());
    auto row = decode(text(rows->value()));
    if (!row || !row->rows()) continue;
    dead_object(key, row->id);
    value.clear();
    append_le64(value, row->rows());
    batch.Put(disk_.family(Family::dead), key, value).PermitUncheckedError();
  }
  disk_.check(*rows);
  bool done = !rows->Valid();
  delete_keys(keys, batch);
  if (done) batch.Delete(disk_.family(Family::dead), record->key()).PermitUncheckedError();
  disk_.write_behind(batch);
  database_keys_ += keys.size();
  next_key_ = keys.empty() || done ? std::string() : keys.back();
  if (keys.size() >= short_run) range_deleted(Family::metadata, 0, {}, {});
  if (done) {
    metadata_bound(begin, db, 0);
    if (database_keys_ >= compact_run) range_deleted(Family::metadata, database_keys_, begin, end);
    database_keys_ = 0;
  }
  return true;
}

void Reclaimer::delete_keys(const std::vector<std::string>& keys, rocksdb::WriteBatch& batch) {
  auto* metadata = disk_.family(Family::metadata);
  if (keys.size() >= short_run) {
    batch.DeleteRange(metadata, keys.front(), keys.back() + '\0').PermitUncheckedError();
    return;
  }
  for (auto& key : keys) batch.Delete(metadata, key).PermitUncheckedError();
}

// Those whose rows no snapshot needs; the others wait for the next death.
void Reclaimer::compact_dead() {
  while (!compactions_.empty()) {
    auto& next = compactions_.front();
    std::uint64_t oldest = 0;
    disk_.db().GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest);
    if (cancel_.load() || (oldest && oldest <= next.after)) return;
    flush(next.family);
    rocksdb::CompactRangeOptions options;
    options.exclusive_manual_compaction = false;
    options.canceled = &cancel_;
    rocksdb::Slice begin(next.begin), end(next.end);
    auto status = disk_.db().CompactRange(options, disk_.family(next.family), &begin, &end);
    if (!status.ok() && !status.IsIncomplete()) fail(status, "compacting", disk_.path());
    compactions_.erase(compactions_.begin());
  }
}

}  // namespace playhead::rocks
