#pragma once
// What Cache does.
#include <atomic>
#include <deque>
#include <mutex>

#include "engine/modules/caching/flights.h"
#include "playhead/modules/cache.h"

namespace playhead {

class CacheWork {
 public:
  CacheWork(Namespace space, CacheOptions options);
  /// Gives back the leases of refreshes that were not done.
  ~CacheWork();

  // reading: cache_reading.cpp
  std::optional<std::string> get(Text key, const Loader& loader);
  std::vector<std::optional<std::string>> get_many(List<Text> keys, const BulkLoader& loader);
  bool refresh(Text key, const Loader& loader);
  /// `mode` as in cache_procedures.h.
  CacheLookup look(Text key, Text mode);
  bool wait(Text key, Millis at_most);
  /// Takes a refresh that waits and does it; false: there is none.
  bool refresh_one();

  // writing: cache_writing.cpp
  bool complete(Text key, Text receipt, const Loaded& what, Millis took);
  bool release(Text key, Text receipt, Millis pause);
  void set(Text key, const Loaded& what);
  std::int64_t invalidate(List<Text> keys);
  void invalidate_tags(List<Text> tags);
  void write(Text key, const std::optional<std::string>& value, const SourceWriter& writer,
             const Loaded* cached);
  std::int64_t write_behind(Text key, const Loaded& what);
  std::int64_t pending();
  PendingWrites claim_writes(Millis ahead);
  std::int64_t settle(const PendingWrites& done, bool failed);
  /// Writes one batch; 0: nothing is due. What the writer throws leaves it, the batch being due again.
  std::int64_t write_batch(const BulkWriter& writer, Millis ahead);

  const CacheOptions options;
  std::function<void()> wake = [] {};  ///< there is something for the background

  struct Counts {
    std::atomic<std::int64_t> hits = 0, stale_hits = 0, misses = 0, waits = 0, loads = 0, load_failures = 0,
                              refreshes = 0, refused = 0, invalidations = 0, store_errors = 0,
                              dropped_refreshes = 0, writes = 0, write_failures = 0;
  };
  Counts counts;

 private:
  /// A load with the lease: of a caller, or of the queue.
  struct Task {
    std::string key;
    CacheLookup seen;
    Loader loader;
  };
  struct Shard {
    std::uint16_t bucket;
    std::string tags, pending, due, claims;
  };

  std::size_t shard_of(Text key) const;
  std::string entry_key(const Shard& shard, Text key) const;
  std::string signal_key(const Shard& shard, Text key) const;
  std::string new_receipt();
  Millis lifetime(const Loaded& what);
  void check(const Loaded& what) const;
  void add_storing(ArgumentWriter& args, Text receipt, const Loaded& what, Millis took);
  Millis ticks() const;

  std::vector<CacheLookup> look(const Shard& shard, List<Text> keys, Text mode);
  std::vector<bool> store(const Shard& shard, List<Text> keys, List<Text> receipts, List<Loaded> what,
                          Millis took);
  std::optional<std::string> load(const Task& task);
  std::optional<std::string> fly(const Task& task, caching::Flight* flight);
  std::optional<std::string> after_failure(const Task& task, caching::Flight* flight);
  std::optional<std::string> load_without_store(Text key, const Loader& loader);
  bool defer(const Task& task);
  bool usable(const CacheLookup& seen, Millis window) const {
    return seen.found() && seen.now < seen.fresh_until + window;
  }
  void count_lookup(const CacheLookup& seen);
  void wait_for_others(Text key, Millis at_most);
  void load_granted(std::vector<std::size_t>& granted, List<Text> keys, std::vector<CacheLookup>& seen,
                    const BulkLoader& loader);
  /// Runs a call of the store; false: it did not answer, and that may be overlooked.
  bool try_store(const std::function<void()>& call);

  Namespace space_;
  std::vector<Shard> shards_;
  std::string receipt_begin_;
  std::atomic<std::uint64_t> receipts_ = 0;
  caching::Flights flights_;
  std::mutex queue_mutex_;
  std::deque<Task> queue_;  // under queue_mutex_
};

}  // namespace playhead
