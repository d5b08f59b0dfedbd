#include "backends/rocksdb/disk.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "backends/rocksdb/ordered_logs.h"
#include "backends/rocksdb/status.h"
#include "playhead/error.h"

namespace playhead::rocks {
namespace {

constexpr std::array<const char*, family_count> family_names = {"default", "metadata", "data", "dead",
                                                                "expiry"};
constexpr std::size_t log_files_limit = 64
                                        << 20;  ///< bytes of write-ahead log that an open may have to replay

/// RocksDB stops writing after an error of the disk. The next write tries to start it again (Disk::resume):
/// that gives up the damaged log, flushes what is in memory, and begins a new log, which is right after a
/// full disk and after a failed fsync alike. Errors that only hold up compactions are left to RocksDB's own
/// recovery.
class Listener : public rocksdb::EventListener {
 public:
  explicit Listener(std::shared_ptr<DiskState> state) : state_(std::move(state)) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override {
    if (error->IsIOError() && error->severity() == rocksdb::Status::Severity::kFatalError)
      *error = rocksdb::Status(*error, rocksdb::Status::Severity::kHardError);
    if (error->severity() < rocksdb::Status::Severity::kHardError) return;
    if (reason == rocksdb::BackgroundErrorReason::kWriteCallback) let_flushes_begin();
    state_->stopped.store(true);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status error, bool* automatic) override {
    if (error.severity() >= rocksdb::Status::Severity::kHardError) *automatic = false;
  }
  void OnMemTableSealed(const rocksdb::MemTableInfo& info) override {
    if (info.cf_name == family_names[0]) state_->memory_empty.store(true);
  }

 private:
  // A flush that begins only after the error is known to RocksDB is forgotten (see Patience). This is called
  // before, by the thread whose write failed: others cannot ask for flushes meanwhile.
  void let_flushes_begin() {
    rocksdb::DB* db = state_->db.load();
    if (db == nullptr) return;
    constexpr int most_looks = 200;
    for (int look = 0; look < most_looks; ++look) {
      std::uint64_t pending = 0;
      db->GetAggregatedIntProperty(rocksdb::DB::Properties::kMemTableFlushPending, &pending);
      if (pending == 0) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  std::shared_ptr<DiskState> state_;
};

/// RocksDB 7.8 forgets a flush that was about to begin as the disk failed: Resume() then waits for it for ever,
/// and so would every later flush. A database that does not come back in time is told to end, which ends the
/// waiting; what it holds can still be read.
class Patience {
 public:
  Patience(rocksdb::DB& db, std::chrono::milliseconds limit)
      : thread_([this, &db, limit] { wait(db, limit); }) {}
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;
  ~Patience() { static_cast<void>(ended()); }

  /// Stops waiting; whether the database was told to end.
  bool ended() {
    {
      std::lock_guard lock(mutex_);
      is_back_ = true;
    }
    back_.notify_all();
    if (thread_.joinable()) thread_.join();
    return ended_;
  }

 private:
  void wait(rocksdb::DB& db, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (back_.wait_for(lock, limit, [this] { return is_back_; })) return;
    ended_ = true;
    lock.unlock();
    rocksdb::CancelAllBackgroundWork(&db, false);
  }

  std::mutex mutex_;
  std::condition_variable back_;
  bool is_back_ = false, ended_ = false;
  std::thread thread_;
};

}  // namespace

// RocksDB gives an I/O error for everything that can go wrong with its lock file. Paths may contain anything.
bool locked(const rocksdb::Status& status) {
  std::string text = status.ToString();
  auto ends_with = [&](int error) { return text.ends_with(std::strerror(error)); };
  return status.IsIOError() &&
         (text.starts_with("IO error: lock hold by current process") ||
          (text.starts_with("IO error: While lock file") && (ends_with(EAGAIN) || ends_with(EACCES))));
}

rocksdb::Options database_options(const RocksOptions& options, const Hooks& hooks) {
  rocksdb::Options o;
  if (hooks.env) o.env = hooks.env;
  o.create_if_missing = true;
  o.create_missing_column_families = true;
  o.write_buffer_size = options.write_buffer_bytes;
  o.max_background_jobs = 2;
  o.max_total_wal_size = log_files_limit;
  o.compression = rocksdb::kLZ4Compression;
  o.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  o.max_log_file_size = 1 << 20;
  o.keep_log_file_num = 2;
  o.avoid_flush_during_shutdown = true;
  o.recycle_log_file_num = 0;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 4 << 10;
  table.block_cache = rocksdb::NewLRUCache(options.cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;
  table.format_version = 5;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return o;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(const rocksdb::Options& options) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : family_names) families.emplace_back(name, rocksdb::ColumnFamilyOptions(options));
  return families;
}

Disk::Disk(std::string path, const RocksOptions& options, const Hooks& hooks, Access access)
    : path_(std::move(path)),
      periodic_(options.durability == Durability::periodic),
      resume_patience_(options.resume_patience_ms) {
  write_options_.sync = options.durability == Durability::sync;
  behind_options_.low_pri = true;
  rocksdb::Options o = database_options(options, hooks);
  if (hooks.ordered_logs) {
    env_ = rocksdb::NewCompositeEnv(ordered_logs(o.env->GetFileSystem(), path_));
    o.env = env_.get();
  }
  o.listeners.push_back(std::make_shared<Listener>(state_));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  auto families = family_descriptors(o);
  auto status = access == Access::write ? rocksdb::DB::Open(o, path_, families, &handles, &db)
                                        : rocksdb::DB::OpenForReadOnly(o, path_, families, &handles, &db);
  if (locked(status)) throw LockedError{status.ToString()};
  if (!status.ok()) fail(status, "opening it", path_);
  db_.reset(db);
  state_->db.store(db);
  std::copy(handles.begin(), handles.end(), families_.begin());
}

Disk::~Disk() {
  if (!db_) return;
  state_->db.store(nullptr);
  for (auto* handle : families_) db_->DestroyColumnFamilyHandle(handle);
  // What Close() could report was reported by the sync() before; the destructor releases the rest.
  db_->Close().PermitUncheckedError();
}

void Disk::abandon() {
  static_cast<void>(db_.release());
}

bool Disk::get(Family f, Text key, rocksdb::PinnableSlice& value) {
  value.Reset();
  auto status = db_->Get(rocksdb::ReadOptions(), family(f), slice(key), &value);
  if (status.ok()) return true;
  if (!status.IsNotFound()) fail(status, "reading a row", path_);
  return false;
}

std::unique_ptr<rocksdb::Iterator> Disk::rows(Family f, const rocksdb::ReadOptions& bounds) {
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(bounds, family(f)));
}

void Disk::check(const rocksdb::Iterator& rows) const {
  if (auto status = rows.status(); !status.ok()) fail(status, "reading rows", path_);
}

void Disk::write(rocksdb::WriteBatch& batch) {
  write(write_options_, batch);
}
void Disk::write_behind(rocksdb::WriteBatch& batch) {
  write(behind_options_, batch);
}

void Disk::write(const rocksdb::WriteOptions& how, rocksdb::WriteBatch& batch) {
  perform(how, batch);
  if (periodic_ && !unsynced_.load(std::memory_order_relaxed)) unsynced_.store(true);
}

rocksdb::Status Disk::attempt(const rocksdb::WriteOptions& how, rocksdb::WriteBatch& batch) {
  std::shared_lock guard(writing_);
  if (given_up_.load(std::memory_order_relaxed)) return rocksdb::Status::Aborted();
  if (state_->memory_empty.load(std::memory_order_relaxed)) fill_memory();
  return db_->Write(how, &batch);
}

void Disk::perform(const rocksdb::WriteOptions& how, rocksdb::WriteBatch& batch) {
  auto status = attempt(how, batch);
  // Once more, since a flush in the background may have failed between the two steps.
  for (int round = 0; round < 2 && status.IsIOError(); ++round) {
    if (!resume().ok()) break;
    status = attempt(how, batch);
  }
  if (given_up_.load())
    throw Error(ErrorCode::unavailable,
                "RocksDB store " + path_ +
                    ": writes did not go on after an error of the disk; nothing was "
                    "written, reads go on; close the store and open it again to write");
  if (!status.ok()) fail(status, "writing", path_);
}

// Resume() begins a new log only if there is something in memory to flush; if there is not, it goes on with
// the damaged log. So there nearly always is: a deletion of a row that never exists, which needs no log.
void Disk::fill_memory() {
  if (!state_->memory_empty.exchange(false)) return;
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  if (!db_->Delete(unlogged, family(Family::own), "memory").ok()) state_->memory_empty.store(true);
}

rocksdb::SequenceNumber Disk::next_sequence() {
  std::shared_lock guard(writing_);
  fill_memory();  // takes a number of its own
  return db_->GetLatestSequenceNumber() + 1;
}

// Resume() leaves two things undone. If nothing was in memory it goes on with the damaged log. And a family that was
// being flushed as the disk failed, and was not written since, stays at the damaged log: at the next open nothing
// behind that log could be read. A row in every family and a flush move all of them to a new log.
rocksdb::Status Disk::resume() {
  std::unique_lock guard(writing_);
  if (given_up_.load()) return rocksdb::Status::Aborted();
  if (!state_->stopped.load()) return {};  // another thread brought it back
  state_->stopped.store(false);
  Patience patience(*db_, resume_patience_);
  auto status = db_->Resume();
  if (status.ok()) status = begin_new_log();
  if (patience.ended()) {
    given_up_.store(true);
    return rocksdb::Status::Aborted();
  }
  if (!status.ok()) state_->stopped.store(true);
  return status;
}

rocksdb::Status Disk::begin_new_log() {
  rocksdb::Status status;
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  for (auto* handle : families_)
    if (status.ok()) status = db_->Delete(unlogged, handle, "memory");
  if (status.ok()) status = db_->Flush(rocksdb::FlushOptions(), {families_.begin(), families_.end()});
  if (status.ok()) fill_memory();
  return status;
}

void Disk::sync() {
  if (unsynced_.exchange(false)) sync_always();
}

// An empty write that waits for the fsync: unlike SyncWAL() it keeps away from a log in which a write has
// just failed.
void Disk::sync_always() {
  unsynced_.store(false);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  rocksdb::WriteBatch nothing;
  try {
    perform(synced, nothing);
  } catch (...) {
    unsynced_.store(true);
    throw;
  }
}

void Disk::flush_if_over(std::uint64_t rows) {
  std::uint64_t held = 0;
  db_->GetAggregatedIntProperty(rocksdb::DB::Properties::kNumEntriesActiveMemTable, &held);
  if (held <= rows) return;
  std::vector<rocksdb::ColumnFamilyHandle*> all(families_.begin(), families_.end());
  if (auto status = db_->Flush(rocksdb::FlushOptions(), all); !status.ok()) fail(status, "flushing", path_);
}

}  // namespace playhead::rocks
