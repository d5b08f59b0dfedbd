#include "playhead/modules/page_cache.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "playhead/error.h"
#include "playhead/modules/cache.h"
#include "playhead/open.h"
#include "tests/modules/interleaving.h"
#include "tests/modules/page_requests.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

using State = PageVisit::State;

/// An application that counts the pages it makes.
struct Site {
  PageCache& pages;
  int made = 0;
  PageHeaders headers = {{"Content-Type", "text/plain"}};
  int status = 200;
  std::string body = {};

  /// What is sent, with the state of the cache in front of it.
  std::string ask(const PageRequest& request) {
    PageResponse page = pages.serve(request, [&](const PageRequest& r) -> PageResponse {
      ++made;
      return {status, headers, body.empty() ? r.path + " " + std::to_string(made) : body};
    });
    return page.header("x-video-cache") + " " + page.body;
  }
  std::string state(const PageRequest& request) {
    std::string all = ask(request);
    return all.substr(0, all.find(' '));
  }
};

/// A store that fails as soon as it is told so.
struct Failing final : StoreWrapper {
  using StoreWrapper::StoreWrapper;
  void check() const {
    if (down) throw Error(ErrorCode::unavailable, "no connection");
  }
  void perform(const Call& call) override {
    check();
    StoreWrapper::perform(call);
  }
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override {
    check();
    return StoreWrapper::invoke(p, db, keys, args);
  }
  std::atomic<bool> down = false;
};

}  // namespace

TEST_CASE("a page is made once until its time is over", "[pages]") {
  for_each_space([](Space& s) {
    PageCache pages(s.space, some_rules());
    Site site{pages};
    REQUIRE(site.ask(get("/videos/1")) == "MISS /videos/1 1");
    REQUIRE(site.ask(get("/videos/1")) == "HIT /videos/1 1");
    s.clock->advance(299'999);
    REQUIRE(site.ask(get("/videos/1")) == "HIT /videos/1 1");
    s.clock->advance(1);
    REQUIRE(site.ask(get("/videos/1")) == "MISS /videos/1 2");
    PageStatistics counts = pages.statistics();
    REQUIRE(counts.hits == 2);
    REQUIRE(counts.misses == 2);
    REQUIRE(counts.kept == 2);
    REQUIRE(counts.errors == 0);
  });
}

TEST_CASE("a page that is there is one round trip, one that is made two", "[pages]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    PageCache pages(Namespace(counting, {}, "ph", s.clock), some_rules());
    Site site{pages};
    site.ask(get("/videos/1"));
    REQUIRE(counting->trips == 2);
    site.ask(get("/videos/1"));
    REQUIRE(counting->trips == 3);
    site.ask(get("/private"));
    REQUIRE(counting->trips == 3);
  });
}

TEST_CASE("who is logged in gets and leaves nothing in the cache", "[pages]") {
  for_each_space([](Space& s) {
    PageCache pages(s.space, some_rules());
    Site site{pages};
    REQUIRE(site.state(get("/videos/1", "", {{"Authorization", "a"}})) == "BYPASS");
    REQUIRE(site.ask(get("/videos/1")) == "MISS /videos/1 2");
    REQUIRE(site.ask(get("/videos/1", "", {{"cookie", "session=b"}})) == "BYPASS /videos/1 3");
    REQUIRE(site.state(get("/videos/1")) == "HIT");
    PageCache other(s.space, some_rules(),
                    {.personal = [](const PageRequest& r) { return r.has("x-user"); }});
    Site own{other};
    REQUIRE(own.state(get("/videos/1", "", {{"Cookie", "c"}})) == "HIT");
    REQUIRE(own.state(get("/videos/1", "", {{"X-User", "u"}})) == "BYPASS");
  });
}

TEST_CASE("what must not be kept is neither kept nor waited for", "[pages]") {
  for_each_space([](Space& s) {
    PageCache pages(s.space, some_rules(), {.max_body = 1000});
    auto states = [&](const std::string& path, PageHeaders headers, int status = 200, std::string body = "") {
      Site site{pages, 0, std::move(headers), status, std::move(body)};
      std::string out = site.state(get(path)).append(" ");
      out.append(site.state(get(path))).append(" ");
      s.clock->advance(10'000);
      return out.append(site.state(get(path)));
    };
    const std::string never = "MISS BYPASS MISS";
    REQUIRE(states("/error", {}, 500) == never);
    REQUIRE(states("/login", {{"set-cookie", "a=1"}}) == never);
    REQUIRE(states("/private page", {{"Cache-Control", "max-age=5, Private"}}) == never);
    REQUIRE(states("/no store", {{"Cache-Control", "no-store"}}) == never);
    REQUIRE(states("/no cache", {{"Cache-Control", "no-cache=\"x\""}}) == never);
    REQUIRE(states("/varies", {{"Vary", "Accept-Language"}}) == never);
    REQUIRE(states("/torn", {{"Content-Length", "99"}}) == never);
    REQUIRE(states("/large", {}, 200, std::string(1001, 'x')) == never);
    REQUIRE(states("/right", {{"Cache-Control", "public"}}, 200, std::string(1000, 'x')) == "MISS HIT HIT");
    REQUIRE(states("/language", {{"Vary", "accept-language"}}) == "MISS HIT HIT");
  });
}

TEST_CASE("a page comes back byte by byte, made of all its chunks", "[pages]") {
  // The original keeps the last chunk that was captured.
  std::string captured;
  for (const char* chunk : {"first ", "second"}) captured = chunk;
  REQUIRE(captured == "second");

  for_each_space([](Space& s) {
    PageCache pages(s.space, some_rules());
    PageVisit visit = pages.begin(get("/stream"));
    REQUIRE(visit.recording());
    PageHeaders sent =
        visit.start(200, {{"A", "1:2"}, {"a", std::string("\0\xff", 2)}, {"Surrogate-Key", "k"}});
    REQUIRE(sent.size() == 3);
    REQUIRE(sent.back() == std::pair<std::string, std::string>("X-Video-Cache", "MISS"));
    visit.add("first ");
    visit.add(std::string("\0second", 7));
    REQUIRE_FALSE(pages.contains(get("/stream")));
    visit.finish();
    REQUIRE(pages.contains(get("/stream")));
    auto page = pages.begin(get("/stream")).response();
    REQUIRE(page);
    REQUIRE(page->status == 200);
    REQUIRE(page->body == std::string("first \0second", 13));
    REQUIRE(page->headers.at(1).second == std::string("\0\xff", 2));
    REQUIRE(page->header("a") == std::string("1:2, \0\xff", 7));
    REQUIRE(page->header("content-length") == "13");
    REQUIRE(page->header("etag").size() == 34);
  });
}

TEST_CASE("a client that has the page is told so", "[pages]") {
  for_each_space([](Space& s) {
    PageCache pages(s.space, some_rules());
    Site site{pages};
    site.headers.emplace_back("Last-Modified", "Mon");
    site.ask(get("/a"));
    std::string tag = pages.begin(get("/a")).response()->header("etag");
    auto answer = [&](const char* name, const std::string& value) {
      auto page = pages.begin(get("/a", "", {{name, value}})).response();
      if (page->status == 304) REQUIRE(page->body.empty());
      if (page->status == 304) REQUIRE(page->header("content-type").empty());
      REQUIRE(page->header("etag") == tag);
      return page->status;
    };
    REQUIRE(answer("If-None-Match", tag) == 304);
    REQUIRE(answer("If-None-Match", "\"x\", W/" + tag) == 304);
    REQUIRE(answer("If-None-Match", "*") == 304);
    REQUIRE(answer("If-None-Match", "\"x\"") == 200);
    REQUIRE(answer("If-Modified-Since", "Mon") == 304);
    REQUIRE(answer("If-Modified-Since", "Tue") == 200);
    PageRequest head = get("/a");
    head.method = "HEAD";
    auto page = pages.begin(head).response();
    REQUIRE(page->status == 200);
    REQUIRE(page->body.empty());
    REQUIRE(page->header("content-length") == "4");
    head.path = "/not there";
    REQUIRE_FALSE(pages.begin(head).recording());
    REQUIRE(pages.begin(get("/a", "", {{"Range", "bytes=0-1"}})).state() == State::bypass);
  });
}

TEST_CASE("pages are dropped by tags, of rules and of the application", "[pages]") {
  for_each_space([](Space& s) {
    PageCache pages(s.space, some_rules());
    Site site{pages};
    auto fill = [&] {
      site.headers = {};
      site.ask(get("/videos/1")), site.ask(get("/videos/2"));
      site.headers = {{"Surrogate-Key", "front, news"}};
      site.ask(get("/tagged"));
    };
    auto drop = [&](Text tag) {
      fill();
      Text tags[] = {tag};
      pages.invalidate_tags(tags);
      std::string left;
      for (const char* path : {"/videos/1", "/videos/2", "/tagged"})
        left.append(pages.contains(get(path)) ? "1" : "0");
      return left;
    };
    REQUIRE(drop("video:1") == "011");
    REQUIRE(drop("videos") == "001");
    REQUIRE(drop("x") == "001");
    REQUIRE(drop("news") == "110");
    REQUIRE(drop("other") == "111");
    REQUIRE(pages.invalidate(get("/videos/2")));
    REQUIRE_FALSE(pages.invalidate(get("/videos/2")));
    REQUIRE_FALSE(pages.contains(get("/videos/2")));
  });
}

TEST_CASE("a stale page is shown while it is made again", "[pages]") {
  for_each_space([](Space& s) {
    PageCache pages(s.space, some_rules(), {.stale_while_revalidate = 60'000});
    Site site{pages};
    site.ask(get("/a"));
    s.clock->advance(60'000);
    PageVisit again = pages.begin(get("/a"));
    REQUIRE(again.state() == State::miss);
    REQUIRE(site.ask(get("/a")) == "STALE /a 1");
    again.start(200, {});
    again.add("new");
    again.finish();
    REQUIRE(site.ask(get("/a")) == "HIT new");
  });
}

TEST_CASE("requests that meet make a page once, or at last each its own", "[pages]") {
  for_each_space([](Space& s) {
    PageCache pages(s.space, some_rules()), hasty(s.space, some_rules(), {.max_wait = 0});
    PageVisit maker = pages.begin(get("/a"));
    REQUIRE(hasty.begin(get("/a")).state() == State::bypass);
    std::atomic<int> hits = 0, looked = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        PageVisit visit = pages.visit(get("/a"));
        visit.look();
        if (visit.waiting()) ++looked;
        while (visit.waiting()) visit.wait();
        hits += visit.state() == State::hit;
      });
    while (looked < 4) std::this_thread::yield();
    maker.start(200, {});
    maker.add("page");
    maker.finish();
    for (auto& t : threads) t.join();
    REQUIRE(hits == 4);
  });
}

TEST_CASE("a page that was not finished is made by the next request", "[pages]") {
  for_each_space([](Space& s) {
    PageCache pages(s.space, some_rules(), {.max_wait = 0});
    Site site{pages};
    {
      PageVisit left = pages.begin(get("/a"));
    }
    PageVisit torn = pages.begin(get("/a"));
    REQUIRE(torn.state() == State::miss);
    torn.start(200, {});
    torn.add("half");
    torn.abandon();
    torn.finish();
    REQUIRE_THROWS_WITH(
        pages.serve(get("/a"),
                    [](const PageRequest&) -> PageResponse { throw std::runtime_error("made no page"); }),
        "made no page");
    REQUIRE(site.ask(get("/a")) == "MISS /a 1");
  });
}

TEST_CASE("an error in the cache never breaks a page, and is told", "[pages]") {
  for_each_space([](Space& s) {
    auto store = std::make_shared<Failing>(s.store);
    std::vector<std::string> told;
    PageCache pages(Namespace(store, {}, "ph", s.clock), some_rules(),
                    {.on_error = [&](const std::exception& e) { told.emplace_back(e.what()); }});
    Site site{pages};
    store->down = true;
    REQUIRE(site.ask(get("/a")) == "BYPASS /a 1");
    store->down = false;
    PageVisit visit = pages.begin(get("/a"));
    store->down = true;
    visit.start(200, {});
    visit.finish();
    REQUIRE(told == std::vector<std::string>{"no connection", "no connection", "no connection"});
    store->down = false;
    REQUIRE(site.ask(get("/broken")) == "BYPASS /broken 2");
    REQUIRE(told.back() == "no lifetime");
    REQUIRE(pages.statistics().errors == 4);
  });
}

TEST_CASE("a page that cannot be stored does not keep the others waiting", "[pages]") {
  for_each_space([](Space& s) {
    PageCache pages(s.space, some_rules(), {.max_wait = 0});
    Site site{pages};
    site.headers = {{"Surrogate-Key", std::string(2000, 'x')}};
    REQUIRE(site.state(get("/a")) == "MISS");
    REQUIRE(pages.statistics().errors == 1);
    site.headers = {};
    REQUIRE(site.state(get("/a")) == "MISS");
    REQUIRE(site.state(get("/a")) == "HIT");
  });
}

TEST_CASE("what somebody else stored under a page's name is passed by", "[pages]") {
  for_each_space([](Space& s) {
    PageCache pages(s.space, some_rules());
    Cache raw(s.space, {.name = "pages"});
    std::string key = page_key(get("/a"), some_rules().back());
    Site site{pages};
    for (const char* bytes :
         {"", "x", "3:200", "3:2001:1", "3:2001:11:a9:b", "3:20x1:0", "99999999999999999999:"}) {
      raw.set(key, {bytes});
      INFO(bytes);
      REQUIRE(site.state(get("/a")) == "BYPASS");
    }
    REQUIRE(pages.statistics().errors == 7);
  });
}

TEST_CASE("options and rules out of range are refused", "[pages]") {
  auto space = Namespace(open("memory://"));
  auto make = [&](PageCacheOptions o) { PageCache(space, some_rules(), std::move(o)); };
  REQUIRE_THROWS_AS(make({.name = ""}), Error);
  REQUIRE_THROWS_AS(make({.max_body = 0}), Error);
  REQUIRE_THROWS_AS(make({.max_wait = -1}), Error);
  REQUIRE_THROWS_AS(make({.pass_ttl = -1}), Error);
  REQUIRE_THROWS_AS(make({.lease = 0}), Error);
  REQUIRE_THROWS_AS(PageCache(space, {{"/a", -1}}), Error);
}

TEST_CASE("a page whose making began before its tag was invalidated is never kept", "[pages]") {
  std::size_t kept = 0;
  std::size_t orders = for_each_interleaving([&](Stage& stage) {
    std::string row = "old";
    auto store = open("memory://");
    PageCache pages(Namespace(stage.stepped(store)), some_rules(), {.max_wait = 0});
    auto visit = [&] {
      PageVisit v = pages.begin(get("/videos/1"));
      if (!v.recording()) return;
      std::string seen = row;  // NOLINT(performance-unnecessary-copy-initialization): the row changes
      stage.step();
      v.start(200, {});
      v.add(seen);
      v.finish();
    };
    stage.program(visit);
    stage.program(visit);
    stage.program([&] {
      stage.step();
      row = "new";
      pages.invalidate(get("/videos/1"));
    });
    stage.run();
    auto page = PageCache(Namespace(store), some_rules()).begin(get("/videos/1")).response();
    if (page && page->body != row) throw std::runtime_error("an old page was kept");
    if (page) ++kept;
  });
  REQUIRE(orders > 20);
  REQUIRE(kept > 0);
}
