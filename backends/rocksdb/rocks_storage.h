#pragma once
// The storage of EmbeddedStore on a local disk, over RocksDB. The contract is backends/embedded/storage.h,
// the bytes are in format.h.
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "backends/embedded/storage.h"
#include "backends/rocksdb/directory.h"
#include "backends/rocksdb/function_ref.h"
#include "backends/rocksdb/gate.h"
#include "backends/rocksdb/options.h"
#include "backends/rocksdb/unit.h"

namespace playhead::rocks {

class Building;
class Catalog;
class ContextPool;
class Databases;
class Disk;
class Flusher;
class Reclaimer;
class Unit;

/// What the stripe's lock guards in memory.
struct alignas(64) Stripe {
  /// Keys of a physical database; absent: not known, or none if RocksStorage::begins_empty.
  std::unordered_map<DatabaseId, std::int64_t> counts;
  /// The expiry index: no row before this one is due, and none at all before this time.
  std::string expiry_cursor;
  Millis next_due = std::numeric_limits<Millis>::min();
  struct Ranked {
    DatabaseId db = 0;
    std::unique_ptr<Directory> directory = nullptr;                  ///< null: it is being built
    std::weak_ptr<Building> building = {};                           ///< kept by those who wait for it
    std::vector<std::pair<std::string, std::int64_t>> changes = {};  ///< of rows since then
    /// A row came (1) or went (-1).
    void add(const std::string& row, std::int64_t change);
  };
  std::unordered_map<ObjectId, Ranked> directories;
  /// Of ordered sets that were read from the beginning: no score row stands before this one.
  std::unordered_map<ObjectId, std::string> fronts;
};

/// One open directory. Every call needs the stripes that the contract names; close() and the destructor may
/// come from any thread that is not inside a unit.
class RocksStorage {
 public:
  using Slot = rocks::Slot;
  using Unit = rocks::Unit;

  /// Opens or creates the store in a directory. A store that this process has open already is shared;
  /// Error{invalid} if it was opened with other options or hooks. Error{unavailable} if another process owns
  /// it (the message names the process), Error{unsupported} for a format this version does not know,
  /// Error{closed} in a child forked off after a store was opened.
  static std::shared_ptr<RocksStorage> open(const std::string& path, const RocksOptions& options = {},
                                            const Hooks& hooks = {});

  ~RocksStorage();
  RocksStorage(const RocksStorage&) = delete;
  RocksStorage& operator=(const RocksStorage&) = delete;

  // ---- beside units, see the contract
  using KeyVisitor = Unit::KeyVisitor;
  std::uint64_t scan(std::uint16_t db, std::size_t stripe, std::uint64_t from_hash, std::size_t count,
                     KeyVisitor f);
  bool pick(std::uint16_t db, std::size_t stripe, std::uint64_t random, KeyVisitor f);
  /// Counts by reading the stripe's keys once after a death of the process; O(1) afterwards and after a clean
  /// close.
  std::size_t count(std::uint16_t db, std::size_t stripe);
  /// O(1) when nothing is due. f may open units on the keys of this stripe.
  std::size_t expired(std::size_t stripe, Millis now, std::size_t budget, FunctionRef<void(const Key&)> f);

  // ---- the store as a whole
  const std::string& path() const { return path_; }
  /// Makes all commits so far durable, whatever the mode. Throws Error{unavailable}.
  void sync();
  /// A consistent copy in a directory that does not exist yet, sharing files by hard links where it can; open
  /// it like any store.
  void checkpoint(const std::string& directory);
  /// Reclaims everything that is dead now, without pauses. Thread-safe.
  void reclaim_all();
  /// Refuses further calls, waits for the running ones, stops the workers, saves counts and directories, and
  /// leaves the directory to others. Error{unavailable} if the last commits could not be made durable; the
  /// store is closed all the same. Repeating it does nothing.
  void close();

 private:
  friend rocks::Unit;
  friend class Rows;
  RocksStorage(std::string path, const RocksOptions& options, const Hooks& hooks, bool created);

  // The same of a physical database; `db` is the number that goes into the keys.
  std::uint64_t scan(DatabaseId physical, std::uint16_t db, std::size_t stripe, std::uint64_t from_hash,
                     std::size_t count, KeyVisitor f);
  bool pick(DatabaseId physical, std::uint16_t db, std::size_t stripe, std::uint64_t random, KeyVisitor f);
  std::size_t count_physical(DatabaseId physical, std::size_t stripe);
  Millis deadline_of(DatabaseId db, Text name) const;
  bool begins_empty(DatabaseId db) const;
  std::int64_t* known_count(Stripe& stripe, DatabaseId db);
  void adopt(Databases&& changed);
  void load_saved(bool created);
  void save();
  void index_expiry(std::size_t stripe, Millis deadline, const std::string& row);

  const std::string path_;
  const RocksOptions options_;
  const Hooks hooks_;
  Gate gate_;
  bool counts_complete_ = false;  ///< an absent count is zero
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<Stripe[]> stripes_;
  std::unique_ptr<ContextPool> contexts_;
  std::unique_ptr<Reclaimer> reclaimer_;
  std::unique_ptr<Flusher> flusher_;
  std::mutex close_mutex_;
  bool closed_ = false;  ///< guarded by close_mutex_
};

}  // namespace playhead::rocks
