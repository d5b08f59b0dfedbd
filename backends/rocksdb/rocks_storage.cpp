#include "backends/rocksdb/rocks_storage.h"

#include <rocksdb/utilities/checkpoint.h>

#include <filesystem>

#include "backends/rocksdb/catalog.h"
#include "backends/rocksdb/context.h"
#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/flusher.h"
#include "backends/rocksdb/owner.h"
#include "backends/rocksdb/reclaimer.h"
#include "backends/rocksdb/registry.h"
#include "backends/rocksdb/status.h"
#include "playhead/error.h"

namespace playhead::rocks {
namespace {
constexpr std::uint64_t replayed_quickly = 20000;  ///< so many rows are left to the log at a close
}

RocksStorage::RocksStorage(std::string path, const RocksOptions& options, const Hooks& hooks, bool created)
    : path_(std::move(path)), options_(options), hooks_(hooks), gate_(path_) {
  disk_ = std::make_unique<Disk>(path_, options_, hooks_, Disk::Access::write);
  write_owner(env_of(hooks_), path_);
  catalog_ = std::make_unique<Catalog>(*disk_);
  stripes_ = std::make_unique<Stripe[]>(embedded::stripe_count);
  contexts_ = std::make_unique<ContextPool>();
  load_saved(created);
  reclaimer_ = std::make_unique<Reclaimer>(*disk_, hooks_.workers);
  if (options_.durability == Durability::periodic)
    flusher_ = std::make_unique<Flusher>(*disk_, std::chrono::milliseconds(options_.sync_interval_ms));
}

RocksStorage::~RocksStorage() {
  if (gate_.forked()) {  // RocksDB's threads and locks stayed in the parent: nothing may be touched
    if (disk_) disk_->abandon();
    static_cast<void>(disk_.release());
    static_cast<void>(reclaimer_.release());
    static_cast<void>(flusher_.release());
    return;
  }
  try {
    close();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
    // Who wants to know whether the last commits are durable calls close() himself.
  }
}

void RocksStorage::sync() {
  Inside inside(gate_);
  disk_->sync_always();
}

void RocksStorage::checkpoint(const std::string& directory) {
  Inside inside(gate_);
  auto& env = env_of(hooks_);
  disk_->sync_always();  // and starts a database again that had stopped
  if (env.FileExists(directory).ok())
    throw Error(ErrorCode::invalid, "The directory " + directory + " exists; a checkpoint makes a new one");
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(&disk_->db(), &made);
  std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  // Under another name first: a directory that carries the name is complete.
  std::string unfinished = directory + ".unfinished";
  std::error_code ignored;
  std::filesystem::remove_all(unfinished, ignored);
  if (status.ok()) status = checkpoint->CreateCheckpoint(unfinished);
  if (!status.ok()) fail(status, "making the checkpoint " + directory, path_);
  write_format(env, unfinished);
  status = env.RenameFile(unfinished, directory);
  if (!status.ok()) fail(status, "making the checkpoint " + directory, path_);
}

void RocksStorage::reclaim_all() {
  Inside inside(gate_);
  reclaimer_->run_all();
}

void RocksStorage::close() {
  if (gate_.forked()) refuse_in_child(path_);
  std::lock_guard guard(close_mutex_);
  if (closed_) return;
  closed_ = true;
  gate_.close();
  reclaimer_->stop();
  if (flusher_) flusher_->stop();
  std::exception_ptr failure;
  try {
    save();
    disk_->sync_always();
    disk_->flush_if_over(replayed_quickly);
  } catch (const Error&) {
    failure = std::current_exception();
  }
  for (std::size_t i = 0; i < embedded::stripe_count; ++i) stripes_[i] = {};
  reclaimer_.reset();
  flusher_.reset();
  catalog_.reset();
  disk_.reset();
  release(path_, this);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace playhead::rocks
