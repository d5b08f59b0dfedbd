#include "playhead/modules/row_caches.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "playhead/error.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// A table of rows that counts reads.
struct Table {
  std::map<std::string, Row, std::less<>> rows;
  int reads = 0;
  bool down = false;

  RowReader reader() {
    return [this](Text id, List<Text>) -> std::optional<Row> {
      ++reads;
      auto row = rows.find(id);
      if (row == rows.end()) return std::nullopt;
      return row->second;
    };
  }
  RowWriter writer() {
    return [this](Text id, const Row& change) {
      for (const auto& [name, value] : change)
        for (auto& [column, kept] : rows.at(std::string(id)))
          if (column == name) kept = value;
      if (down) throw std::runtime_error("the database is gone");
    };
  }
};

Table videos() {
  return {{{"v", {{"id", "v"}, {"title", "old"}, {"views", "7"}, {"category", std::string("c\0\xff", 3)}}}}};
}

std::string title(const std::optional<Row>& row) {
  for (const auto& [name, value] : row.value_or(Row()))
    if (name == "title") return value;
  return "none";
}

PageRequest page_of_video() {
  return {"/videos/v", "", "GET", {}, ""};
}

}  // namespace

TEST_CASE("metadata of a video are the same on a miss and on a hit, without counts", "[rows]") {
  // The original gives the whole row on a miss.
  Table original = videos();
  REQUIRE(original.rows["v"].size() == 4);

  for_each_space([](Space& s) {
    Table table = videos();
    VideoMetadataCache cache(s.space, table.reader());
    Row expected = {{"id", "v"}, {"title", "old"}, {"category", std::string("c\0\xff", 3)}};
    REQUIRE(cache.get_video_metadata("v") == expected);
    REQUIRE(cache.get_video_metadata("v") == expected);
    REQUIRE(table.reads == 1);
    for (int i = 0; i < 2; ++i) REQUIRE_FALSE(cache.get_video_metadata("none"));
    REQUIRE(table.reads == 2);
    s.clock->advance(1'800'000);
    REQUIRE(cache.get_video_metadata("v"));
    REQUIRE(table.reads == 3);
    REQUIRE(cache.invalidate_video_cache("v"));
    REQUIRE_FALSE(cache.invalidate_video_cache("v"));
  });
}

TEST_CASE("readers are told which columns are needed", "[rows]") {
  for_each_space([](Space& s) {
    std::vector<std::string> asked;
    RowReader reader = [&](Text, List<Text> columns) -> std::optional<Row> {
      asked.assign(columns.begin(), columns.end());
      return Row{};
    };
    UserProfileCache cache(s.space, reader);
    REQUIRE(cache.get_user_profile("u") == Row{});
    REQUIRE(asked == UserProfileCache::columns());
    REQUIRE_THROWS_AS(RowCache(s.space, {}, {"x", {}}), Error);
  });
}

TEST_CASE("profiles have no secrets", "[rows]") {
  for_each_space([](Space& s) {
    Table table{{{"u", {{"id", "u"}, {"username", "n"}, {"password", "secret"}}}}};
    UserProfileCache cache(s.space, table.reader());
    for (int i = 0; i < 2; ++i) REQUIRE(cache.get_user_profile("u") == Row{{"id", "u"}, {"username", "n"}});
    REQUIRE(table.reads == 1);
    REQUIRE(cache.invalidate_user_cache("u"));
    cache.get_user_profile("u");
    REQUIRE(table.reads == 2);
  });
}

TEST_CASE("a change of a video's text drops its pages, another change does not", "[rows]") {
  for_each_space([](Space& s) {
    Table table = videos();
    PageCache pages(s.space);
    VideoMetadataCache cache(s.space, table.reader(), &pages);
    auto fill = [&] {
      pages.serve(page_of_video(), [](const PageRequest&) { return PageResponse{200, {}, "page"}; });
      cache.get_video_metadata("v");
    };
    fill();
    cache.update_video_metadata("v", {{"views", "8"}}, table.writer());
    REQUIRE(pages.contains(page_of_video()));
    cache.update_video_metadata("v", {{"title", "new"}}, table.writer());
    REQUIRE_FALSE(pages.contains(page_of_video()));
    REQUIRE(title(cache.get_video_metadata("v")) == "new");
    fill();
    table.down = true;
    REQUIRE_THROWS_WITH(cache.update_video_metadata("v", {{"title", "newer"}}, table.writer()),
                        "the database is gone");
    REQUIRE_FALSE(pages.contains(page_of_video()));
    REQUIRE(title(cache.get_video_metadata("v")) == "newer");
    fill();
    REQUIRE(cache.invalidate_video_cache("v"));
    REQUIRE_FALSE(pages.contains(page_of_video()));
  });
}

TEST_CASE("rows that are there are one round trip", "[rows]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Namespace space(counting, {}, "ph", s.clock);
    Table table = videos();
    VideoMetadataCache cache(space, table.reader());
    cache.get_video_metadata("v");
    REQUIRE(counting->trips == 2);
    cache.get_video_metadata("v");
    REQUIRE(counting->trips == 3);
    cache.update_video_metadata("v", {{"title", "new"}}, table.writer());
    REQUIRE(counting->trips == 5);
  });
}

TEST_CASE("neither metadata nor pages show what a change has replaced", "[rows]") {
  std::size_t pages_kept = 0;
  std::size_t orders = for_each_interleaving([&](Stage& stage) {
    Table table = videos();
    auto store = open("memory://");
    Namespace space(stage.stepped(store));
    std::vector<PageRule> rules = {{"/videos/*", 300'000}};
    rules[0].tags = {"video:{2}"};
    PageCache pages(space, rules, {.max_wait = 0});
    Cache row(space, {.name = "video_meta"});
    stage.program([&] {
      PageVisit visit = pages.begin(page_of_video());
      if (!visit.recording()) return;
      // What get_video_metadata() does, but for the wait for a writer.
      std::string shown = title(table.rows.at("v"));
      stage.step();
      visit.start(200, {});
      visit.add(shown);
      visit.finish();
    });
    stage.program([&] {
      Text tags[] = {"video:v"};
      SourceWriter write = [&](Text, const std::optional<std::string>&) {
        stage.step();
        table.writer()("v", {{"title", "new"}});
      };
      row.write_around("v", std::nullopt, write);
      pages.invalidate_tags(tags);
    });
    stage.run();
    auto page = PageCache(Namespace(store), rules).begin(page_of_video()).response();
    if (page && page->body != "new") throw std::runtime_error("a page shows the old title");
    if (page) ++pages_kept;
  });
  REQUIRE(orders > 20);
  REQUIRE(pages_kept > 0);
}

// ---- users

TEST_CASE("a user is saved, got, cleared and known to exist", "[rows]") {
  for_each_space([](Space& s) {
    std::map<std::string, std::string> rows = {{"1", "a"}};
    int reads = 0;
    UserCache::Reader reader = [&](Text id) -> std::optional<std::string> {
      ++reads;
      auto row = rows.find(std::string(id));
      if (row == rows.end()) return std::nullopt;
      return row->second;
    };
    UserCache one(s.space, "1", reader), two(s.space, "2", reader);
    for (int i = 0; i < 2; ++i) REQUIRE(one.get() == "a");
    REQUIRE(one.exists());
    REQUIRE_FALSE(two.get());
    REQUIRE_FALSE(two.exists());
    REQUIRE(reads == 2);
    rows["1"] = "b";
    REQUIRE(one.get() == "a");
    REQUIRE(one.save() == "b");
    REQUIRE(one.clear());
    REQUIRE_FALSE(one.clear());
    rows["2"] = "c";
    s.clock->advance(360'000);
    REQUIRE(two.get() == "c");
    REQUIRE_THROWS_AS(UserCache(s.space, "", reader), Error);
    REQUIRE_THROWS_AS(UserCache(s.space, "1", {}), Error);
  });
}

TEST_CASE("users' lifetimes are a base and a random part", "[rows]") {
  for_each_space([](Space& s) {
    Cache raw(s.space, {.name = "user"});
    std::vector<Millis> ends;
    for (int i = 0; i < 20; ++i) {
      std::string id = std::to_string(i);
      UserCache(s.space, id, [&](Text) { return i % 2 == 0 ? std::nullopt : std::optional("row"); }).get();
      Millis left = raw.peek(id).fresh_until - s.clock->now();
      Millis base = i % 2 == 0 ? 300'000 : 7'200'000, spread = i % 2 == 0 ? 60'000 : 600'000;
      REQUIRE(left >= base);
      REQUIRE(left < base + spread);
      ends.push_back(left - base);
    }
    REQUIRE(std::set<Millis>(ends.begin(), ends.end()).size() > 10);
  });
  REQUIRE(SpreadLifetime{5, 0}.value() == 5);
}

// ---- what does not exist

TEST_CASE("what does not exist reaches the source at the filter's error rate, and once", "[rows]") {
  // The original's filter is made of hash(), which differs between processes: one does not know the other's ids.
  for_each_space([](Space& s) {
    int reads = 0;
    Loader loader = [&](Text key) -> Loaded {
      ++reads;
      if (key == "1") return {"a"};
      return {};
    };
    FilteredCache one(s.space, {.name = "ids", .capacity = 1000}, {.name = "rows"});
    Text ids[] = {"1", "gone"};
    one.filter().add_many(ids);
    FilteredCache two(s.space, {.name = "ids", .capacity = 1000}, {.name = "rows"});
    REQUIRE(two.might_exist("1"));
    REQUIRE(two.get("1", loader) == "a");
    for (int i = 0; i < 5; ++i) REQUIRE_FALSE(two.get("gone", loader));
    REQUIRE(reads == 2);
    for (int i = 0; i < 100; ++i) REQUIRE_FALSE(two.get("x" + std::to_string(i), loader));
    REQUIRE(reads <= 12);
  });
}
