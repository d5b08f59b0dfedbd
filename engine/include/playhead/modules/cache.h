#pragma once
// A cache before a slower source, for several processes.
#include <functional>
#include <memory>
#include <vector>

#include "playhead/modules/background.h"
#include "playhead/modules/namespace.h"

namespace playhead {

struct CacheOptions {
  std::string name =
      "cache";           ///< caches of the same name share their entries; they should have the same options
  Millis ttl = 300'000;  ///< how long an entry is fresh; 1 ms to longest_ttl
  Millis null_ttl = 60'000;         ///< the same for "there is no such thing"; 0: that is not cached
  std::int64_t jitter_percent = 0;  ///< each lifetime is longer or shorter by up to so much, at random; 0..90
  Millis jitter_add = 0;            ///< and longer by up to so much, at random
  Millis stale_while_revalidate =
      0;                       ///< an entry is shown so long after its end while somebody loads it again
  Millis stale_if_error = 0;   ///< an entry is shown so long after its end if its load fails
  Millis error_pause = 1'000;  ///< after a failed load with something to show: no other load for so long
  double early_beta =
      0;  ///< probabilistic early refresh; 1 is the best in theory, more is earlier. 0..100, 0: none
  std::int64_t refresh_ahead_percent =
      0;                  ///< refreshed when less than so much of its lifetime is left; 0..90
  Millis lease = 30'000;  ///< others wait so long for a load or write under way; longer than one takes
  std::int64_t shards =
      16;  ///< parts that a cluster may place apart, and trips of a bulk call at most; 1..1024
  std::int64_t max_value = 16 << 20;       ///< longest value in bytes; 1 to 512 MiB
  Millis longest_ttl = 30LL * 86'400'000;  ///< longest lifetime with all that is added to it; up to 10 years
  Millis slack = 3'600'000;  ///< how much longer keys live than what they hold counts; 0 to 10 years
  bool fall_back = true;     ///< without a store that answers, get() asks the loader
  /// Refreshes before the end and while stale are done by step() or the background threads; otherwise by the caller
  /// who meets them.
  bool refresh_in_background = false;
  std::int64_t refresh_threads = 1;   ///< of run_in_background(); 1..64
  std::int64_t refresh_queue = 1000;  ///< refreshes that wait at most; those beyond are dropped. 1..10^6
  Millis write_delay = 1'000;         ///< write_behind() writes after so long, to join writes; 0 to 1 day
  std::int64_t write_batch = 100;     ///< writes given to the writer at once; 1..1000
  Millis write_lease = 60'000;  ///< writes of a writer that died are done again after so long; 1 ms to 1 day
  Millis write_pause = 1'000;   ///< before a failed write is tried again; doubled with each failure
  Millis longest_write_pause = 300'000;
  std::function<double()> random = {};  ///< uniform in [0, 1); for tests. Thread-safe
  std::function<void()> while_waiting =
      {};  ///< called about every 50 ms by who waits for another's load; may throw
};

/// What a loader gives.
struct Loaded {
  std::optional<std::string> value;  ///< nothing: there is no such thing
  std::optional<Millis> ttl = {};    ///< instead of the options' one
  std::vector<std::string> tags =
      {};  ///< what invalidate_tags() finds it by; each 1..1024 bytes, at most 100
};

/// Called without any lock held, on the thread of get() or of a refresh. What it throws is thrown by get().
using Loader = std::function<Loaded(Text key)>;
/// One result for each key, in their order.
using BulkLoader = std::function<std::vector<Loaded>(List<Text> keys)>;
/// Writes to the source; nothing: removes.
using SourceWriter = std::function<void(Text key, const std::optional<std::string>& value)>;

/// A write that is to be done.
struct PendingWrites {
  struct Write {
    std::string key;
    std::optional<std::string> value;  ///< nothing: it is removed
    std::int64_t version = 0;   ///< grows with each write_behind() of the key: a writer refuses older ones
    std::int64_t attempts = 0;  ///< that failed
  };
  std::vector<Write> writes;
  std::string receipt;
  std::int64_t shard = 0;
};
/// Writes a batch to the source. If it throws, all of them are tried again.
using BulkWriter = std::function<void(const std::vector<PendingWrites::Write>& writes)>;

/// What a look at an entry tells.
struct CacheLookup {
  enum class State : std::uint8_t {
    hit,
    early,    ///< a hit, and whoever gets this is to load it again: it has the lease
    expired,  ///< stale, and has the lease
    stale,    ///< may be shown: somebody else loads it, or the last load has failed a moment ago
    load,     ///< not there, and has the lease
    wait,     ///< not there: somebody else has the lease
    miss      ///< not there; by peek()
  };
  State state = State::miss;
  std::optional<std::string> value;  ///< nothing also for a cached "no such thing"
  Millis fresh_until = 0;
  Millis lease_left = 0;  ///< of somebody else's lease
  Millis now = 0;         ///< when this was so
  std::string receipt;    ///< of the lease

  bool found() const { return state <= State::stale; }
  bool leased() const { return state == State::early || state == State::expired || state == State::load; }
};

/// Counts of one Cache object.
struct CacheStatistics {
  std::int64_t hits = 0;        ///< fresh
  std::int64_t stale_hits = 0;  ///< shown after their end
  std::int64_t misses = 0;      ///< not there
  std::int64_t waits = 0;       ///< for somebody else's load
  std::int64_t loads = 0;       ///< calls of the loader that ended well
  std::int64_t load_failures = 0;
  std::int64_t refreshes = 0;  ///< loads before the end of an entry or while it was shown stale
  std::int64_t refused =
      0;  ///< loads whose result was not stored, since the entry was invalidated or written meanwhile
  std::int64_t invalidations = 0;
  std::int64_t store_errors = 0;       ///< the store did not answer
  std::int64_t dropped_refreshes = 0;  ///< the queue was full
  std::int64_t writes = 0;             ///< behind the cache, done
  std::int64_t write_failures = 0;
};

class CacheWork;

/// A cache. A key is loaded by one caller at a time, in all processes that share the store; the others wait for it
/// without polling. The result of a load that began before the key or one of its tags was invalidated, or the key
/// was written, is never stored. A hit is one round trip; a miss two, besides the loader. Thread-safe. Keys are opaque
/// bytes, 1..1024. Methods throw Error{invalid} for what is out of range, and what the store throws.
///
/// A loader must not ask this cache for the key that it loads: Error{invalid}. After a fork make another Cache.
class Cache {
 public:
  explicit Cache(Namespace space, CacheOptions options = {});
  /// Ends the background threads. What is pending stays in the store; see flush().
  ~Cache();
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  // ---- reading

  /// The value, loaded if it is not there; nothing: there is no such thing.
  std::optional<std::string> get(Text key, const Loader& loader);
  /// The same for several keys, in their order. The loader is called once, with those that are not there and that
  /// nobody else loads.
  std::vector<std::optional<std::string>> get_many(List<Text> keys, const BulkLoader& loader);
  /// Loads a key again, whatever is there, which others are shown until then. False: somebody else loads or writes it.
  /// If the loader throws, what is there stays. Two round trips.
  bool refresh(Text key, const Loader& loader);
  /// What is there; takes no lease. One round trip.
  CacheLookup peek(Text key);
  /// Whether an entry is there that may be shown, a cached "no such thing" included.
  bool contains(Text key) { return peek(key).found(); }

  // ---- writing the cache

  void set(Text key, const Loaded& what);
  /// Drops an entry; whether it was there. A load under way will not be stored.
  bool invalidate(Text key);
  std::int64_t invalidate_many(List<Text> keys);
  /// Drops all entries with one of the tags, and those whose load is under way. A round trip for each shard, O(tags).
  void invalidate_tags(List<Text> tags);

  // ---- writing the source

  /// Writes the source, then the cache. Meanwhile readers wait; writers that meet leave the cache empty. If the
  /// writer throws, the entry is dropped.
  void write_through(Text key, const Loaded& what, const SourceWriter& writer);
  /// Writes the source; the cache is empty then.
  void write_around(Text key, const std::optional<std::string>& value, const SourceWriter& writer);
  /// Writes the cache and a durable queue in one step; the source is written by step(), flush() or in the background.
  /// Until then readers get the value. The result is the version of the write.
  std::int64_t write_behind(Text key, const Loaded& what);
  /// How many keys are to be written.
  std::int64_t pending();
  /// Claims writes that are due (or become so within `ahead`), of one shard that has some.
  PendingWrites claim_writes(Millis ahead = 0);
  /// Tells that they were done, or failed; how many of them were still ours.
  std::int64_t settle(const PendingWrites& done, bool failed = false);
  /// Writes everything that is pending, due or not, unless somebody else is at it; stops at the first failure, which it
  /// throws. How many were written.
  std::int64_t flush(const BulkWriter& writer);

  // ---- leases, for loads that are no function call (coroutines)

  /// Looks up a key, taking the lease if it is free.
  CacheLookup claim(Text key);
  /// Stores what was loaded with the lease; false: it is no good any more, and nothing was stored. `took`: how long it
  /// took.
  bool complete(Text key, Text receipt, const Loaded& what, Millis took);
  /// Gives the lease back after a failed load.
  bool release(Text key, Text receipt);
  /// Waits until a lease ends in any way, at most so long; true: it has.
  bool wait(Text key, Millis at_most);

  // ---- background

  /// Does the refreshes that wait, and writes a batch of what is due; how many of both.
  std::int64_t step(const BulkWriter& writer = {});
  /// Does that on threads of its own until stop_background(). Errors go to `on_error`, which must not throw. To be
  /// started and stopped by one thread at a time.
  void run_in_background(BulkWriter writer = {}, const std::function<void(Text message)>& on_error = {});
  void stop_background();
  bool running() const;

  CacheStatistics statistics() const;
  const CacheOptions& options() const;
  static List<Procedure> procedures();

 private:
  std::unique_ptr<CacheWork> work_;
  BulkWriter writer_;                      // of the background; changed only while that does not run
  std::vector<BackgroundPtr> background_;  // the writer, then refreshers
};

}  // namespace playhead
