#include "backends/rocksdb/rocks_store.h"

#include <filesystem>
#include <map>
#include <mutex>

#include "backends/embedded/store_impl.h"
#include "backends/rocksdb/rocks_storage.h"

namespace playhead {

template class embedded::EmbeddedStore<rocks::RocksStorage>;
template const std::array<embedded::Thunk<rocks::RocksStorage>, operation_count>&
embedded::thunks<rocks::RocksStorage>();

namespace rocks {

namespace {

using EmbeddedRocks = embedded::EmbeddedStore<RocksStorage>;

struct Shared {
  std::weak_ptr<EmbeddedRocks> users;  ///< what open_rocks_store() gave
  std::weak_ptr<EmbeddedRocks> store;  ///< the same store until it is closed, when nobody uses it any more
  RocksStoreOptions options;
};

// The last of its users closes the store, while the table above can still find it.
std::shared_ptr<EmbeddedRocks> for_users(const std::shared_ptr<EmbeddedRocks>& store) {
  return {store.get(), [store](EmbeddedRocks* used) { used->close_unasked(); }};
}

bool same(const RocksStoreOptions& is, const RocksStoreOptions& wanted) {
  return is.storage == wanted.storage && is.databases == wanted.databases &&
         (!wanted.clock || is.clock == wanted.clock);
}

std::shared_ptr<EmbeddedRocks> make_store(const std::string& path, const RocksStoreOptions& options) {
  auto storage = RocksStorage::open(path, options.storage);
  Capabilities capabilities;
  capabilities.name = "rocksdb";
  capabilities.persistent = true;
  EmbeddedRocks::Options embedded;
  if (options.clock) embedded.clock = options.clock;
  embedded.databases = options.databases;
  embedded.in_child =
      "a directory belongs to one process: use the store in the parent only (and start other processes "
      "before "
      "it is opened, or by spawn), or use a redis:// store for several processes";
  return std::make_shared<EmbeddedRocks>(std::move(storage), capabilities, std::move(embedded));
}

}  // namespace

Durability durability_named(const std::string& name) {
  if (name == "sync") return Durability::sync;
  if (name == "periodic") return Durability::periodic;
  if (name == "none") return Durability::none;
  throw Error(ErrorCode::invalid, "durability=" + name + " is unknown; use sync, periodic or none");
}

bool backup_rocks_store(Store& store, const std::string& directory) {
  auto* rocks = layer<EmbeddedRocks>(store);
  if (rocks == nullptr) return false;
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(directory, error).lexically_normal();
  if (error || directory.empty())
    throw Error(ErrorCode::invalid, "\"" + directory + "\" names no directory for a backup");
  if (!path.has_filename()) path = path.parent_path();  // "copy/"
  std::filesystem::create_directories(path.parent_path(), error);
  if (error)
    throw Error(ErrorCode::unavailable, "The directory " + path.parent_path().string() +
                                            " can not be made (" + error.message() +
                                            "); check the path and its rights");
  rocks->storage().checkpoint(path.string());
  return true;
}

// Watches, waiters and locks belong to the embedded store, so that is what is shared, not only the storage
// below it.
std::shared_ptr<Store> open_rocks_store(const std::string& path, RocksStoreOptions options) {
  static std::mutex mutex;
  static auto* const open_stores = new std::map<std::string, Shared>;
  std::error_code ignored;
  std::filesystem::path canonical = std::filesystem::weakly_canonical(path, ignored);
  std::string key = ignored ? path : canonical.string();
  std::unique_lock lock(mutex);
  for (auto at = open_stores->find(key); at != open_stores->end(); at = open_stores->find(key)) {
    if (auto shared = at->second.users.lock(); shared && shared->is_open()) {
      if (same(at->second.options, options)) return shared;
      throw Error(ErrorCode::invalid,
                  "rocksdb://" + path +
                      " is open in this process with other options; use the same options, or close it first");
    }
    // Perhaps another thread is closing it: its storage must not be taken for the new store, by nobody.
    auto closing = at->second.store.lock();
    lock.unlock();
    if (closing) closing->close_unasked();
    lock.lock();
    at = open_stores->find(key);
    if (at != open_stores->end() && at->second.store.lock() == closing) open_stores->erase(at);
  }
  auto store = make_store(path, options);
  auto users = for_users(store);
  (*open_stores)[key] = {users, store, std::move(options)};
  return users;
}

}  // namespace rocks
}  // namespace playhead
