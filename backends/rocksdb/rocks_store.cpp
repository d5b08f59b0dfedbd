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
  std::weak_ptr<EmbeddedRocks> store;
  RocksStoreOptions options;
};

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
  std::lock_guard lock(mutex);
  if (auto at = open_stores->find(key); at != open_stores->end()) {
    auto store = at->second.store.lock();
    if (store && store->is_open()) {
      const RocksStoreOptions& other = at->second.options;
      bool same = other.storage == options.storage && other.databases == options.databases &&
                  (!options.clock || other.clock == options.clock);
      if (!same)
        throw Error(
            ErrorCode::invalid,
            "rocksdb://" + path +
                " is open in this process with other options; use the same options, or close it first");
      return store;
    }
    open_stores->erase(at);
  }
  auto storage = RocksStorage::open(path, options.storage);
  Capabilities capabilities;
  capabilities.name = "rocksdb";
  capabilities.persistent = true;
  EmbeddedRocks::Options embedded;
  if (options.clock) embedded.clock = options.clock;
  embedded.databases = options.databases;
  auto store = std::make_shared<EmbeddedRocks>(std::move(storage), capabilities, std::move(embedded));
  (*open_stores)[key] = {store, std::move(options)};
  return store;
}

}  // namespace rocks
}  // namespace playhead
