#pragma once
#include <rocksdb/slice.h>
#include <rocksdb/utilities/write_batch_with_index.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/rocksdb/arena.h"
#include "backends/rocksdb/catalog.h"
#include "backends/rocksdb/directory.h"
#include "backends/rocksdb/format.h"

namespace playhead::rocks {

/// A key's metadata row as one unit sees it: read once, written back by commit() if it changed.
struct Meta {
  std::string name;
  Key key;  ///< its name is `name`
  DatabaseId db = 0;
  bool existed = false;  ///< in the database when the unit began
  bool exists = false;
  bool dirty = false;
  bool fresh = false;    ///< the object id was taken in this unit: no row of it is in the database
  Metadata row;          ///< its body is in `pinned` or `buffer`
  Millis indexed = 0;    ///< an expiry row stands at this time or before it; 0: none is known
  Millis unindexed = 0;  ///< the expiry row at this time goes; 0: none
  rocksdb::PinnableSlice pinned;
  std::string buffer;

  std::size_t stripe() const { return embedded::stripe_of(key.hash); }
};

/// What abort() takes back in the rank directories and fronts, last first.
struct DirectoryChange {
  enum class What : std::uint8_t { rows, built, moved, front } what;
  ObjectId id;
  std::size_t stripe;   ///< of the key; for moved: where it was before
  std::size_t now_in;   ///< for moved
  std::string row;      ///< for rows: (score, member)
  std::int64_t change;  ///< for rows; for moved: the database of the key before
};

/// The memory of one unit, kept for the next one. It holds nothing of the database between units.
struct Context {
  rocksdb::WriteBatch batch;
  rocksdb::WriteBatchWithIndex overlay{rocksdb::BytewiseComparator(), 0, true};
  std::deque<Meta> metas;
  std::size_t used = 0;              ///< metas of this unit
  std::vector<std::uint32_t> index;  ///< hash table of metas, once they are many: number + 1
  MarkSet written;                   ///< rows of `data` in `batch`
  Arena arena;
  std::deque<rocksdb::PinnableSlice> pins;
  std::size_t pinned = 0;
  rocksdb::PinnableSlice old;
  std::string key, other_key, value, element, scratch;
  std::vector<DirectoryChange> changes;
  std::vector<std::pair<ObjectId, std::uint64_t>> dead;   ///< ids and their rows
  std::vector<std::pair<std::size_t, ObjectId>> dropped;  ///< directories that commit() forgets: stripe, id
  std::optional<Databases> databases;  ///< as commit() will make them; nothing: as they are

  void clear();
};

/// Contexts of units that are not running. Thread-safe, without locks; units may be nested (each gets its
/// own).
class ContextPool {
 public:
  ~ContextPool();
  std::unique_ptr<Context> take();
  void give(std::unique_ptr<Context> context);

 private:
  std::array<std::atomic<Context*>, 64> idle_{};
};

}  // namespace playhead::rocks
