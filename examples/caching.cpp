// Caches before a slower source. Usage: caching [URL of a store]
#include <cstdio>
#include <exception>
#include <map>

#include "playhead/modules/bloom_filter.h"
#include "playhead/modules/cache.h"
#include "playhead/modules/consistent_hash.h"
#include "playhead/modules/page_cache.h"
#include "playhead/modules/popularity.h"
#include "playhead/modules/ranking_cache.h"
#include "playhead/modules/row_caches.h"
#include "playhead/open.h"

namespace {

void show_pages(const playhead::Namespace& space) {
  playhead::PageCache pages(space);
  auto reader = [](playhead::Text id, auto) -> std::optional<playhead::Row> {
    return playhead::Row{{"id", std::string(id)}, {"title", "A title"}, {"views", "7"}};
  };
  playhead::VideoMetadataCache videos(space, reader, &pages);
  playhead::PageRequest request{"/videos/intro", "utm_source=x"};
  auto make = [&](const playhead::PageRequest&) {
    std::string page;
    for (const auto& [column, value] : videos.get_video_metadata("intro").value_or(playhead::Row()))
      page.append(column).append("=").append(value).append(" ");
    return playhead::PageResponse{200, {{"Content-Type", "text/plain"}}, page};
  };
  for (int i = 0; i < 2; ++i) {
    auto page = pages.serve(request, make);
    std::printf("%s: %s\n", page.header("X-Video-Cache").c_str(), page.body.c_str());
  }
  videos.update_video_metadata("intro", {{"title", "Another title"}}, [](auto, const auto&) {});
  std::printf("the page is there: %d\n", pages.contains(request));
}

void show_ranking(const playhead::Namespace& space) {
  playhead::RankingSource source;
  source.top = [](std::int64_t) { return std::vector<playhead::RankedId>{{"intro", 30}, {"outro", 2}}; };
  source.rows = [](playhead::List<playhead::Text> ids) {
    return std::vector<std::optional<std::string>>(ids.begin(), ids.end());
  };
  playhead::RankingCache ranking(space, source);
  for (const auto& row : ranking.get_top_viewed_videos(10))
    std::printf("%s: %.0f\n", row.row.c_str(), row.views);
}

}  // namespace

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

  show_pages(space);
  show_ranking(space);

  auto spread =
      playhead::sharded_store({{"a", playhead::open("memory://")}, {"b", playhead::open("memory://"), 2}});
  playhead::Cache wide{playhead::Namespace(spread)};
  std::printf("%s\n", wide.get("intro", load).value_or("nothing").c_str());
  store->close();
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
