#include "engine/store/lcs.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

namespace playhead {
namespace {

// The plain table, walked as Redis walks it.
std::string table_lcs(Text a, Text b) {
  std::vector<std::vector<unsigned>> table(a.size() + 1, std::vector<unsigned>(b.size() + 1));
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j)
      table[i][j] =
          a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1 : std::max(table[i - 1][j], table[i][j - 1]);
  std::string found;
  for (std::size_t i = a.size(), j = b.size(); i > 0 && j > 0;) {
    if (a[i - 1] == b[j - 1]) {
      found.insert(found.begin(), a[i - 1]);
      --i;
      --j;
    } else if (table[i - 1][j] > table[i][j - 1]) {
      --i;
    } else {
      --j;
    }
  }
  return found;
}

TEST_CASE("LCS answers the example of the command page") {
  const LcsResult lcs = longest_common_subsequence("ohmytext", "mynewtext");
  CHECK(lcs.length == 6);
  CHECK(lcs.string == "mytext");
  CHECK(lcs.matches == std::vector<LcsStretch>{{4, 7, 5, 8}, {2, 3, 0, 1}});
  CHECK(longest_common_subsequence("ohmytext", "mynewtext", 4).matches ==
        std::vector<LcsStretch>{{4, 7, 5, 8}});
  CHECK(lcs_length("ohmytext", "mynewtext") == 6);
}

TEST_CASE("strings without a common byte have no matches") {
  CHECK(longest_common_subsequence("abc", "xyz").length == 0);
  CHECK(longest_common_subsequence("abc", "xyz").matches.empty());
  CHECK(longest_common_subsequence("", "x").string.empty());
  CHECK(lcs_length("x", "") == 0);
}

TEST_CASE("equal strings are one match") {
  const std::string text(130, 'x');
  const LcsResult lcs = longest_common_subsequence(text, text, 130);
  CHECK(lcs.string == text);
  CHECK(lcs.matches == std::vector<LcsStretch>{{0, 129, 0, 129}});
}

TEST_CASE("random strings give the subsequence of the plain table") {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    std::string a(random() % 200, '\0');
    std::string b(random() % 200, '\0');
    const unsigned letters = 1 + round % 5;
    for (char& c : a) c = static_cast<char>(0xfe + random() % letters);
    for (char& c : b) c = static_cast<char>(0xfe + random() % letters);
    const LcsResult lcs = longest_common_subsequence(a, b);
    REQUIRE(lcs.string == table_lcs(a, b));
    REQUIRE(lcs.length == lcs.string.size());
    REQUIRE(lcs_length(a, b) == lcs.length);
    std::string joined;
    for (auto match = lcs.matches.rbegin(); match != lcs.matches.rend(); ++match) {
      const std::string part = a.substr(match->a_first, match->length());
      REQUIRE(part == b.substr(match->b_first, match->length()));
      joined += part;
    }
    REQUIRE(joined == lcs.string);
  }
}

}  // namespace
}  // namespace playhead
