#include "engine/store/glob.h"

#include <catch2/catch.hpp>
#include <string>

namespace playhead {
namespace {

TEST_CASE("a star matches any bytes and a question mark one") {
  CHECK(glob_match("h*llo", "hllo"));
  CHECK(glob_match("h*llo", "heeeello"));
  CHECK(glob_match("h?llo", "hello"));
  CHECK_FALSE(glob_match("h?llo", "hllo"));
  CHECK(glob_match("*a*b*", "xxaxxbxx"));
  CHECK_FALSE(glob_match("*a*b*", "xxbxxaxx"));
  CHECK(glob_match("a**", "a"));
  CHECK(glob_match(Text("a?b", 3), Text("a\0b", 3)));
}

TEST_CASE("the empty string matches only the empty pattern and a single star") {
  CHECK(glob_match("", ""));
  CHECK(glob_match("*", ""));
  CHECK_FALSE(glob_match("**", ""));
  CHECK_FALSE(glob_match("?", ""));
  CHECK_FALSE(glob_match("", "a"));
}

TEST_CASE("a class matches one of its bytes, a range or their complement") {
  CHECK(glob_match("h[ae]llo", "hallo"));
  CHECK_FALSE(glob_match("h[ae]llo", "hillo"));
  CHECK(glob_match("[a-c]x", "bx"));
  CHECK(glob_match("[c-a]x", "bx"));
  CHECK_FALSE(glob_match("[^a-c]x", "bx"));
  CHECK(glob_match("[^a-c]x", "dx"));
  CHECK(glob_match("[\\]]", "]"));
  CHECK_FALSE(glob_match("[]a]", "a"));
  CHECK_FALSE(glob_match("[a-]", "-"));
}

TEST_CASE("a class without an end lasts to the end of the pattern") {
  CHECK(glob_match("[ab", "b"));
  CHECK_FALSE(glob_match("[ab", "c"));
  CHECK_FALSE(glob_match("[", "["));
  CHECK(glob_match("[^", "x"));
  CHECK(glob_match("[\\", "\\"));
}

TEST_CASE("ranges compare signed bytes") {
  CHECK(glob_match("[a-\xff]", "A"));
  CHECK_FALSE(glob_match("[a-\xff]", "b"));
  CHECK(glob_match("[\x80-\xff]", "\xe9"));
}

TEST_CASE("a backslash takes the next byte literally and a final one stands for itself") {
  CHECK(glob_match("a\\*b", "a*b"));
  CHECK_FALSE(glob_match("a\\*b", "axb"));
  CHECK(glob_match("a\\", "a\\"));
}

TEST_CASE("case is ignored on demand except for escapes in a class") {
  CHECK(glob_match("HeL[L]O", "hello", true));
  CHECK(glob_match("[A-C]", "b", true));
  CHECK_FALSE(glob_match("[\\A]", "a", true));
  CHECK_FALSE(glob_match("HELLO", "hello"));
}

TEST_CASE("a hostile pattern takes no exponential time") {
  std::string pattern;
  for (int i = 0; i < 1000; ++i) pattern += "a*";
  CHECK_FALSE(glob_match(pattern + "b", std::string(20'000, 'a')));
  CHECK(glob_match(pattern + "b", std::string(20'000, 'a') + "b"));
}

}  // namespace
}  // namespace playhead
