// Processes that write behind a cache, and write what is pending to a source, are killed at random moments: every
// write that was acknowledged must reach the source, and no older one may come after it. The source is a file that is
// appended to, so that it outlives them. PLAYHEAD_KILLS=2000 kills so often; PLAYHEAD_SEED replays.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "playhead/modules/cache.h"
#include "playhead/open.h"
#include "tests/modules/kills.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_store.h"

using namespace playhead;
using namespace playhead::test;

namespace {

using Rows = std::map<std::string, std::int64_t>;

CacheOptions options() {
  return {.shards = 2, .write_delay = 0, .write_batch = 3, .write_lease = 1, .write_pause = 1};
}

/// Writes to the source, one line for a row.
BulkWriter writer_to(int file) {
  return [file](const std::vector<PendingWrites::Write>& writes) {
    for (const auto& w : writes)
      append(file, w.key + " " + std::to_string(w.version) + " " + w.value.value_or("-") + "\n");
  };
}

/// Lines "key version value": the value of the highest version of each key. A torn last line does not count.
std::map<std::string, std::pair<std::int64_t, std::string>> rows_of(const std::string& path) {
  std::map<std::string, std::pair<std::int64_t, std::string>> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line) && !file.eof();) {
    std::istringstream words(line);
    std::string key, value;
    std::int64_t version = 0;
    words >> key >> version >> value;
    if (version > rows[key].first) rows[key] = {version, value};
  }
  return rows;
}

void kill_and_look(const std::string& url, const std::string& directory) {
  Kills run("[.write_behind_child]", url, directory, 16, 25);
  INFO("PLAYHEAD_SEED=" << run.seed);
  for (int i = 0; i < run.kills; ++i) REQUIRE(run.kill_one(12, 3000));
  auto store = open(url);
  Cache cache(Namespace(store), options());
  int file = open_to_append(directory, "source");
  while (cache.pending() > 0) cache.flush(writer_to(file));
  ::close(file);
  auto acknowledged = rows_of(directory + "/acknowledged"), source = rows_of(directory + "/source");
  REQUIRE(run.acknowledged() > static_cast<std::size_t>(run.kills));
  for (const auto& [key, last] : acknowledged) {
    INFO(key << " " << last.first << " " << last.second);
    REQUIRE(source[key].first >= last.first);
    if (source[key].first == last.first) REQUIRE(source[key].second == last.second);
  }
  WARN(run.kills << " kills, " << run.acknowledged() << " acknowledged writes, 0 lost");
  store->close();
}

}  // namespace

TEST_CASE("works until it is killed", "[.write_behind_child]") {
  KilledProcess self;
  auto store = open(self.url);
  Cache cache(Namespace(store), options());
  int source = open_to_append(self.directory, "source"),
      acknowledged = open_to_append(self.directory, "acknowledged");
  auto& random = self.random;
  for (;;) {
    std::string key(1, static_cast<char>('a' + random() % 5)), value = std::to_string(1000 + random() % 9000);
    std::int64_t version = cache.write_behind(key, {value});
    char line[17];
    std::snprintf(line, sizeof line, "%s %8d %4s\n", key.c_str(), static_cast<int>(version), value.c_str());
    append(acknowledged, line);
    if (random() % 3 == 0) cache.step(writer_to(source));
  }
}

TEST_CASE("no write behind a cache on RocksDB is lost to kills", "[write_behind][kills]") {
  TemporaryDirectory directory(fast_place());
  std::filesystem::create_directory(directory / "files");
  kill_and_look("rocksdb://" + (directory / "store"), directory / "files");
}

TEST_CASE("no write behind a cache on a Redis server is lost to kills", "[write_behind][kills][redis]") {
  TemporaryDirectory directory;
  RedisServer server;
  std::filesystem::create_directory(directory / "files");
  kill_and_look("redis://127.0.0.1:" + std::to_string(server.port()), directory / "files");
}
