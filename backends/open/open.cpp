#include "playhead/open.h"

#include <map>
#include <mutex>

#include "backends/memory/memory_store.h"
#include "backends/open/url.h"
#ifdef PLAYHEAD_HAS_REDIS
#include "backends/redis/redis_store.h"
#endif
#ifdef PLAYHEAD_HAS_ROCKSDB
#include "backends/rocksdb/rocks_store.h"
#endif

namespace playhead {

namespace {

std::shared_ptr<Store> open_memory(Url& url, const OpenOptions& options) {
  memory::MemoryOptions o;
  if (options.clock) o.clock = options.clock;
  o.databases = static_cast<std::uint16_t>(url.take_number("databases", 16, 1, 10000));
  o.memory_limit = static_cast<std::uint64_t>(url.take_number("maxmemory", 0, 0, INT64_MAX));
  o.eviction = url.take("eviction").value_or("noeviction");
  url.finish();
  url.refuse_credentials_and_port();
  if (!url.path.empty())
    throw Error(ErrorCode::invalid, "the store URL memory://" + url.host + url.path +
                                        " has a path; a memory store has only a name");
  if (url.host.empty()) return memory::make_memory_store(std::move(o));

  struct Named {
    std::weak_ptr<Store> store;
    memory::MemoryOptions options;
  };
  static std::mutex mutex;
  static auto* const named = new std::map<std::string, Named>;
  std::lock_guard lock(mutex);
  Named& entry = (*named)[url.host];
  if (auto store = entry.store.lock(); store && !memory::is_closed(*store)) {
    bool same = entry.options.databases == o.databases && entry.options.memory_limit == o.memory_limit &&
                entry.options.eviction == o.eviction &&
                (!options.clock || entry.options.clock == options.clock);
    if (!same)
      throw Error(
          ErrorCode::invalid,
          "memory://" + url.host + " is open with other options; use the same options or another name");
    return store;
  }
  auto store = memory::make_memory_store(o);
  entry = {store, std::move(o)};
  return store;
}

std::shared_ptr<Store> open_rocksdb(Url& url, const OpenOptions& options) {
#ifdef PLAYHEAD_HAS_ROCKSDB
  const std::string& directory = rocksdb_directory(url);
  rocks::RocksStoreOptions o;
  o.clock = options.clock;
  o.storage.durability = rocks::durability_named(url.take("durability").value_or("periodic"));
  o.storage.sync_interval_ms =
      static_cast<unsigned>(url.take_number("sync_ms", o.storage.sync_interval_ms, 1, 3'600'000));
  o.storage.cache_bytes = static_cast<std::size_t>(
      url.take_number("cache", static_cast<std::int64_t>(o.storage.cache_bytes), 0, INT64_MAX));
  o.databases = static_cast<std::uint16_t>(url.take_number("databases", 16, 1, 10000));
  url.finish();
  return rocks::open_rocks_store(directory, std::move(o));
#else
  (void)url, (void)options;
  refuse_left_out("RocksDB", "PLAYHEAD_ROCKSDB");
#endif
}

std::shared_ptr<Store> open_redis(Url& url, std::uint16_t db, const OpenOptions& options) {
#ifdef PLAYHEAD_HAS_REDIS
  redis::RedisOptions o;
  o.clock = options.clock;
  o.user = url.user;
  o.password = url.password;
  o.client_name = url.take("client_name").value_or("");
  o.timeout_ms = url.take_number("timeout_ms", o.timeout_ms, 1, 3'600'000);
  o.pool_size =
      static_cast<std::size_t>(url.take_number("pool", static_cast<std::int64_t>(o.pool_size), 1, 10'000));
  o.db = db;
  if (url.has_user && url.password.empty())
    throw Error(ErrorCode::invalid, "the store URL has a user without a password; write user:password@");
  if (url.scheme == "redis+unix") {
    if (url.path.empty() || !url.host.empty() || url.port != 0)
      throw Error(ErrorCode::invalid,
                  "a Redis server's socket is named by an absolute path: redis+unix:///path/to/socket");
    o.unix_socket = url.path;
  } else {
    if (!url.host.empty()) o.host = url.host;
    if (url.port != 0) o.port = url.port;
  }
  url.finish();
  return std::make_shared<redis::RedisStore>(std::move(o));
#else
  (void)url, (void)db, (void)options;
  refuse_left_out("Redis", "PLAYHEAD_REDIS");
#endif
}

bool is_redis(const Url& url) {
  return url.scheme == "redis" || url.scheme == "redis+unix";
}

std::shared_ptr<Store> open_scheme(Url& url, std::uint16_t db, const OpenOptions& options) {
  if (url.scheme == "memory") return open_memory(url, options);
  if (url.scheme == "rocksdb") return open_rocksdb(url, options);
  if (is_redis(url)) return open_redis(url, db, options);
  if (url.scheme == "rediss")
    throw Error(ErrorCode::unsupported,
                "rediss:// needs a hiredis with TLS (1.0 or later), which this build does not have; use "
                "redis:// through a TLS tunnel");
  refuse_scheme(url);
}

std::optional<StatisticsOptions> take_statistics(Url& url, const OpenOptions& options) {
  StatisticsOptions o = options.statistics.value_or(StatisticsOptions());
  bool wanted = url.take_number("statistics", options.statistics ? 1 : 0, 0, 1) != 0;
  bool named = url.query.count("slowlog_us") != 0 || url.query.count("slowlog_length") != 0;
  if (named && !wanted)
    throw Error(ErrorCode::invalid, "the store URL has a slow log but no statistics; add statistics=1");
  o.slowlog_us = url.take_number("slowlog_us", o.slowlog_us, -1, INT64_MAX / 1000);
  o.slowlog_length = static_cast<std::size_t>(
      url.take_number("slowlog_length", static_cast<std::int64_t>(o.slowlog_length), 0, 1'000'000));
  if (!wanted) return {};
  return o;
}

// Of memory and RocksDB the databases are known; a Redis server is asked when first used.
std::shared_ptr<Store> with_database(std::shared_ptr<Store> store, std::uint16_t db, bool is_known) {
  if (db == 0) return store;
  if (is_known && db >= store->capabilities().databases)
    throw Error(ErrorCode::invalid,
                "the store URL has db=" + std::to_string(db) + ", but the store's databases are 0 to " +
                    std::to_string(store->capabilities().databases - 1) + "; raise databases=");
  return std::make_shared<StoreWrapper>(std::move(store), db);
}

}  // namespace

std::shared_ptr<Store> open(Text text, const OpenOptions& options) {
  Url url = Url::parse(text);
  if (url.scheme == "redis" && url.path.size() > 1) {
    if (url.query.count("db") != 0)
      throw Error(ErrorCode::invalid,
                  "the store URL names its database twice, by its path and by db=; use one");
    url.query["db"] = url.path.substr(1);
  }
  auto db = static_cast<std::uint16_t>(url.take_number("db", 0, 0, 65535));
  auto counted = take_statistics(url, options);
  auto store = with_database(open_scheme(url, db, options), db, !is_redis(url));
  if (!counted) return store;
  return std::make_shared<StatisticsStore>(std::move(store), *counted);
}

}  // namespace playhead
