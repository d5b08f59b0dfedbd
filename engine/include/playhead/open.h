#pragma once
#include <memory>

#include "playhead/clock.h"
#include "playhead/statistics.h"
#include "playhead/store.h"

namespace playhead {

struct OpenOptions {
  /// Null: the machine's clock; on Redis the server's TIME.
  std::shared_ptr<const Clock> clock = {};
  /// Counts what goes through the store that open() gives: see statistics.h. The URL's parameters say the
  /// same.
  std::optional<StatisticsOptions> statistics = {};
};

// clang-format off
/// Opens a store.
///
///   memory://                a private, empty store in this process
///   memory://name            the store of that name, shared by everybody in this process; it lives as long as
///                            somebody has it open
///     databases=16           number of databases
///     maxmemory=bytes        limit; beyond it keys are evicted, or writes refused
///     eviction=noeviction    noeviction, allkeys-lru, allkeys-lfu, allkeys-random, volatile-lru, volatile-lfu,
///                            volatile-random, volatile-ttl
///   rocksdb:///path          a directory on this machine's disk, owned by one process at a time
///     durability=periodic    sync: an acknowledged write is on disk; periodic: at most sync_ms of writes are
///                            lost with the power; none
///     sync_ms=200  cache=bytes  databases=16
///   redis://[user:password@]host:port/db
///   redis+unix:///socket
///     client_name=name  timeout_ms=5000  pool=16
///
/// The indented lines are parameters (?name=value&...). Every scheme also knows
///     db=0                   the default database (Store::database()); for redis:// the path says the same
///     statistics=1           counts calls and times (statistics.h)
///     slowlog_us=10000       the least time of a call that is kept as slow, negative: none
///     slowlog_length=128     how many of them are kept
///
/// Throws Error{invalid} for a URL that makes no sense, Error{unavailable} if the store cannot be reached or
/// is owned by another process, Error{corrupt}, Error{unsupported} if this build leaves the store out.
/// Thread-safe.
// clang-format on
std::shared_ptr<Store> open(Text url, const OpenOptions& options = {});

}  // namespace playhead
