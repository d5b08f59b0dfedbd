#include "playhead/maintenance.h"

#include "backends/open/url.h"
#ifdef PLAYHEAD_HAS_ROCKSDB
#include "backends/rocksdb/check.h"
#include "backends/rocksdb/rocks_store.h"
#endif

namespace playhead {

namespace {

[[noreturn]] void nothing_to_check(const std::string& why) {
  throw Error(ErrorCode::unsupported, "there is nothing to check: " + why);
}

StoreReport check_directory(const Url& url) {
#ifdef PLAYHEAD_HAS_ROCKSDB
  rocks::CheckReport found = rocks::check(rocksdb_directory(url));
  StoreReport report;
  report.counts = {{"keys", found.keys},
                   {"strings", found.strings},
                   {"small collections", found.packed},
                   {"large collections", found.objects},
                   {"rows of large collections", found.rows},
                   {"deleted collections not yet reclaimed", found.dead_objects},
                   {"deleted databases not yet reclaimed", found.dead_databases},
                   {"rows of the expiry index", found.expiry_rows},
                   {"records of the log", found.log_records}};
  report.problems = found.problems;
  report.findings = std::move(found.findings);
  return report;
#else
  (void)url;
  refuse_left_out("RocksDB", "PLAYHEAD_ROCKSDB");
#endif
}

}  // namespace

std::optional<std::string> directory_of(Text text) {
  Url url = Url::parse(text);
  if (url.scheme == "rocksdb") return rocksdb_directory(url);
  return std::nullopt;
}

StoreReport check(Text text) {
  Url url = Url::parse(text);
  if (url.scheme == "rocksdb") return check_directory(url);
  if (url.scheme == "memory") nothing_to_check("a memory store keeps nothing on disk");
  if (url.scheme == "redis" || url.scheme == "redis+unix" || url.scheme == "rediss")
    nothing_to_check("the data are the Redis server's; redis-check-rdb and redis-check-aof check its files");
  refuse_scheme(url);
}

void backup(Store& store, const std::string& directory) {
#ifdef PLAYHEAD_HAS_ROCKSDB
  if (rocks::backup_rocks_store(store, directory)) return;
#endif
  std::string name(store.capabilities().name);
  throw Error(ErrorCode::unsupported, "a " + name + " store has no backup of its own" +
                                          (name == "redis" ? "; the server's BGSAVE makes one" : ""));
}

}  // namespace playhead
