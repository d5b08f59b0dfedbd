#pragma once
#include <memory>
#include <string>

#include "backends/rocksdb/options.h"
#include "playhead/clock.h"
#include "playhead/store.h"

namespace playhead::rocks {

struct RocksStoreOptions {
  RocksOptions storage;
  std::shared_ptr<const Clock> clock;  ///< null: the machine's
  std::uint16_t databases = 16;
};

/// The store in a directory. A directory that this process has open already is shared: Error{invalid} if it
/// was opened with other options. Otherwise as RocksStorage::open.
std::shared_ptr<Store> open_rocks_store(const std::string& path, RocksStoreOptions options);

/// Writes a consistent copy of the store into a new directory, as RocksStorage::checkpoint; missing parents
/// are made. False: it is no RocksDB store.
bool backup_rocks_store(Store& store, const std::string& directory);

/// "sync", "periodic" or "none"; throws Error{invalid} for another name.
Durability durability_named(const std::string& name);

}  // namespace playhead::rocks
