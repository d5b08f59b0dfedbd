// Caches before a slower source. Usage: caching [URL of a store]
#include <cstdio>
#include <exception>
#include <map>

#include "playhead/modules/bloom_filter.h"
#include "playhead/modules/cache.h"
#include "playhead/modules/consistent_hash.h"
#include "playhead/modules/popularity.h"
#include "playhead/open.h"

int main(int argc, char** argv) try {
  auto store = playhead::open(argc > 1 ? argv[1] : "memory://");
  playhead::Namespace space(store);
  std::map<std::string, std::string> table = {{"intro", "Introduction"}};

  playhead::Cache cache(space, {.ttl = 60'000, .jitter_percent = 20, .early_beta = 1});
  playhead::Loader load = [&](playhead::Text key) -> playhead::Loaded {
    std::printf("the table is read for %.*s\n", static_cast<int>(key.size()), key.data());
    auto row = table.find(std::string(key));
    if (row == table.end()) return {};
    return {row->second, {}, {"titles"}};
  };
  for (int i = 0; i < 2; ++i) std::printf("%s\n", cache.get("intro", load).value_or("nothing").c_str());
  for (int i = 0; i < 2; ++i) std::printf("%s\n", cache.get("none", load).value_or("nothing").c_str());
  auto write = [&](playhead::Text key, const std::optional<std::string>& value) {
    table[std::string(key)] = *value;
  };
  cache.write_through("intro", {"A new title", {}, {"titles"}}, write);
  std::printf("%s\n", cache.get("intro", load).value_or("nothing").c_str());

  cache.write_behind("outro", {"The end"});
  std::printf("to be written: %d\n", static_cast<int>(cache.pending()));
  cache.flush([&](const auto& writes) {
    for (const auto& w : writes) table[w.key] = w.value.value_or("");
  });
  std::printf("the table has %s\n", table.at("outro").c_str());

  playhead::BloomFilter known(space, {.name = "videos", .capacity = 10'000});
  known.add("intro");
  std::printf("perhaps: %d %d\n", known.might_contain("intro"), known.might_contain("other"));

  playhead::Popularity viewed(space);
  for (const char* id : {"intro", "intro", "outro"}) viewed.record(id);
  for (const auto& row : viewed.top()) std::printf("%s %.1f\n", row.id.c_str(), row.score);

  auto spread =
      playhead::sharded_store({{"a", playhead::open("memory://")}, {"b", playhead::open("memory://"), 2}});
  playhead::Cache wide{playhead::Namespace(spread)};
  std::printf("%s\n", wide.get("intro", load).value_or("nothing").c_str());
  store->close();
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
