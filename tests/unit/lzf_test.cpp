#include "engine/store/lzf.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "hex.h"

namespace playhead {
namespace {

using test::from_hex;

TEST_CASE("compressed texts are restored") {
  std::mt19937 random(1);
  std::string packed;
  std::string restored;
  for (int round = 0; round < 300; ++round) {
    const std::size_t size = std::size_t{1} << (round % 18);
    const unsigned letters = 1 + round % 7;
    std::string text;
    while (text.size() < size) {
      if (round % 2 == 0 && text.size() > 10)
        text += text.substr(random() % text.size(), random() % 400);
      else
        text.push_back(static_cast<char>('a' + random() % letters));
    }
    if (!lzf_compress(text, packed)) continue;
    REQUIRE(packed.size() + 4 <= text.size());
    REQUIRE(lzf_decompress(packed, text.size(), restored));
    REQUIRE(restored == text);
  }
}

TEST_CASE("a repetitive text becomes much smaller") {
  std::string packed;
  REQUIRE(lzf_compress(std::string(100'000, 'x'), packed));
  CHECK(packed.size() < 1200);
}

TEST_CASE("short and random texts are not compressed") {
  std::string packed;
  CHECK_FALSE(lzf_compress("", packed));
  CHECK_FALSE(lzf_compress("abcd", packed));
  CHECK_FALSE(lzf_compress("abcdefghijklmnopqrstuvwxyz", packed));
}

TEST_CASE("malformed compressed bytes are refused") {
  std::string text;
  CHECK(lzf_decompress(from_hex("0061"), 1, text));
  CHECK_FALSE(lzf_decompress(from_hex("0061"), 2, text));
  CHECK_FALSE(lzf_decompress(from_hex("016162"), 1, text));
  CHECK_FALSE(lzf_decompress(from_hex("0161"), 2, text));
  CHECK_FALSE(lzf_decompress(from_hex("20"), 3, text));
  CHECK_FALSE(lzf_decompress(from_hex("00612001"), 4, text));
  CHECK_FALSE(lzf_decompress(from_hex("0061e000"), 10, text));
  CHECK_FALSE(lzf_decompress(from_hex("0061"), std::uint64_t{1} << 60, text));
}

}  // namespace
}  // namespace playhead
