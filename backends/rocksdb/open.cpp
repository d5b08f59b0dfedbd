// The stores of this process by their directories: a second open of one shares the first.
#include "backends/rocksdb/open.h"

#include <rocksdb/env.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>

#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/owner.h"
#include "backends/rocksdb/registry.h"
#include "playhead/error.h"

namespace playhead::rocks {
namespace {

struct Entry {
  std::weak_ptr<RocksStorage> storage;
  const RocksStorage* address = nullptr;
  RocksOptions options;
  Hooks hooks;
};

struct Registry {
  std::mutex mutex;
  std::condition_variable released;
  std::map<std::string, Entry> entries;                      ///< open, or being closed; guarded by mutex
  std::atomic<std::uint64_t> generation{~std::uint64_t{0}};  ///< fork generation of the first open
};

// Never destroyed: a store may be closed by the destructor of a static object.
Registry& registry() {
  static auto* one = new Registry;
  return *one;
}

std::string canonical(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  auto result = std::filesystem::canonical(path, error);
  if (error || !std::filesystem::is_directory(result))
    throw Error(ErrorCode::unavailable, "The directory " + path + " can not be made or opened (" +
                                            (error ? error.message() : "it is no directory") +
                                            "); check the path and its rights");
  return result.string();
}

// RocksDB's threads did not come along, and its locks may be held by them: nothing of it works here.
[[noreturn]] void refuse_after_fork(const std::string& path) {
  throw Error(
      ErrorCode::closed,
      "RocksDB store " + path +
          " can not be opened in this process: it was forked from one that had a RocksDB store open; fork "
          "before the first store is opened, start processes by spawn, or use a redis:// store");
}

bool same(const Entry& entry, const RocksOptions& options, const Hooks& hooks) {
  return entry.options == options && entry.hooks == hooks;
}

}  // namespace

void release(const std::string& path, const RocksStorage* storage) noexcept {
  auto& r = registry();
  {
    std::lock_guard guard(r.mutex);
    if (auto found = r.entries.find(path); found != r.entries.end() && found->second.address == storage)
      r.entries.erase(found);
  }
  r.released.notify_all();
}

std::shared_ptr<RocksStorage> RocksStorage::open(const std::string& given, const RocksOptions& options,
                                                 const Hooks& hooks) {
  auto& r = registry();
  std::uint64_t none = ~std::uint64_t{0};
  if (!r.generation.compare_exchange_strong(none, fork_generation()) && none != fork_generation())
    refuse_after_fork(given);
  rocksdb_is_used();
  std::string path = canonical(given);
  std::unique_lock lock(r.mutex);
  for (auto found = r.entries.find(path); found != r.entries.end(); found = r.entries.find(path)) {
    auto present = found->second.storage.lock();
    if (present && !present->gate_.closed()) {
      if (same(found->second, options, hooks)) return present;
      throw Error(ErrorCode::invalid,
                  "RocksDB store " + path +
                      " is open in this process with other options; close it first or use the same ones");
    }
    const RocksStorage* closing = found->second.address;
    lock.unlock();
    present.reset();  // perhaps the last reference
    lock.lock();
    r.released.wait(lock, [&] {
      auto entry = r.entries.find(path);
      return entry == r.entries.end() || entry->second.address != closing;
    });
  }
  auto& env = env_of(hooks);
  bool created = claim_directory(env, path);
  std::shared_ptr<RocksStorage> storage;
  try {
    storage.reset(new RocksStorage(path, options, hooks, created));
  } catch (const LockedError&) {
    refuse_locked(env, path);
  }
  r.entries[path] = {storage, storage.get(), options, hooks};
  return storage;
}

}  // namespace playhead::rocks
