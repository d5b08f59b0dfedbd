// Which requests get the same page, and which pages are kept.
#include <catch2/catch.hpp>

#include "playhead/modules/page_cache.h"
#include "tests/modules/page_requests.h"

using namespace playhead;
using namespace playhead::test;

TEST_CASE("a pattern's star is a part of one segment, two are any rest", "[pages]") {
  auto matches = [](const char* pattern, Text path) { return PageRule{pattern}.matches(path); };
  REQUIRE(matches("/videos/*", "/videos/1"));
  REQUIRE_FALSE(matches("/videos/*", "/videos/"));
  REQUIRE_FALSE(matches("/videos/*", "/videos/1/2"));
  REQUIRE(matches("/v*s/*.html", "/videos/a.html"));
  REQUIRE_FALSE(matches("/videos", "/videos/"));
  REQUIRE(matches("/**", "/"));
  REQUIRE_FALSE(matches("/**", ""));
  REQUIRE(matches("**/history**", "/users/1/history/2\n"));
  REQUIRE_FALSE(matches("**/history**", "/histories"));
  REQUIRE(matches("***", "a"));
  REQUIRE_FALSE(matches("***", "/"));
  REQUIRE(matches("", ""));
  REQUIRE(matches("/a.b", "/a.b"));
  REQUIRE_FALSE(matches("/a.b", "/axb"));
  // Exponential for who tries one way after the other.
  REQUIRE_FALSE(matches("**a**a**a**a**a**a**a**a**a**a**a**a**a**a**a**b", std::string(2000, 'a')));
}

TEST_CASE("a query is split and decoded as forms are", "[pages]") {
  using All = std::vector<std::pair<std::string, std::string>>;
  const std::pair<const char*, All> corpus[] = {
      {"", {}},
      {"a=1", {{"a", "1"}}},
      {"a=1&b=2&a=3", {{"a", "1"}, {"b", "2"}, {"a", "3"}}},
      {"a", {{"a", ""}}},
      {"a=", {{"a", ""}}},
      {"=1", {{"", "1"}}},
      {"=", {{"", ""}}},
      {"&&a=1&", {{"a", "1"}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"a+b=c+d", {{"a b", "c d"}}},
      {"%61=%26%3d%2B", {{"a", "&=+"}}},
      {"a=%", {{"a", "%"}}},
      {"a=%4", {{"a", "%4"}}},
      {"a=%zz%4g%41", {{"a", "%zz%4gA"}}},
      {"a=%2541", {{"a", "%41"}}},
      {"a=%c3%A4%ff", {{"a", "\xc3\xa4\xff"}}},
      {"a;b=1", {{"a;b", "1"}}},
  };
  for (const auto& [query, expected] : corpus) {
    INFO(query);
    REQUIRE(query_parameters(query) == expected);
  }
  REQUIRE(query_parameters("a=%00").front().second == std::string(1, '\0'));
}

TEST_CASE("requests have the same name if and only if they get the same page", "[pages]") {
  auto rules = some_rules();
  const PageRule &search = rules[2], &language = rules[3], &all = rules[5];
  auto key = [](const PageRule& rule, std::string query, PageHeaders headers = {}) {
    return page_key(get("/search", std::move(query), std::move(headers)), rule);
  };
  REQUIRE(key(search, "q=a&sort=b&utm=1") == key(search, "sort=b&q=%61"));
  REQUIRE(key(search, "q=a&q=b") != key(search, "q=b&q=a"));
  REQUIRE(key(search, "q=a&sort=b") != key(search, "q=asort&sort=b"));
  REQUIRE(key(search, "q=") != key(search, ""));
  REQUIRE(key(search, "q=1%3A") != key(search, "q=1&1:="));
  REQUIRE(key(all, "x=1") != key(all, "x=2"));
  REQUIRE(key(language, "", {{"accept-language", "de"}}) == key(language, "", {{"ACCEPT-LANGUAGE", "de"}}));
  REQUIRE(key(language, "", {{"accept-language", "de"}}) != key(language, ""));
  PageRequest elsewhere = get("/search");
  elsewhere.host = "https://example.org";
  REQUIRE(page_key(elsewhere, search) != page_key(get("/search"), search));
  std::string longer(2000, 'x');
  REQUIRE(key(search, "q=" + longer).size() == 64);
  REQUIRE(key(search, "q=" + longer) != key(search, "q=" + longer + "y"));
}

TEST_CASE("the rules of a video platform decide after it is known who asks", "[pages]") {
  // The original looks at the path before the login, so that a user's own page is shown to all.
  auto original = [](const std::string& path, bool known) {
    return path.starts_with("/channels/") || !known;
  };
  PageRequest own = get("/channels/1", "", {{"Cookie", "session=1"}});
  REQUIRE(original(own.path, true));
  REQUIRE_FALSE(should_cache_video_request(own));

  REQUIRE(should_cache_video_request(get("/channels/1")));
  REQUIRE_FALSE(should_cache_video_request(get("/videos/recommendations")));
  REQUIRE_FALSE(should_cache_video_request(get("/users/1/history")));
  PageRequest post = get("/videos/1");
  post.method = "POST";
  REQUIRE_FALSE(should_cache_video_request(post));
  REQUIRE(get_cache_time_for_content("/videos/1") == 300'000);
  REQUIRE(get_cache_time_for_content("/channels/1/videos") == 600'000);
  REQUIRE(get_cache_time_for_content("/categories/a") == 900'000);
  REQUIRE(get_cache_time_for_content("/other") == 0);
  REQUIRE(generate_video_cache_key(get("/videos/1", "utm=1")) == generate_video_cache_key(get("/videos/1")));
}
