#include "engine/store/crc64.h"

#include <catch2/catch.hpp>
#include <string>

TEST_CASE("crc64 gives the check value of the Jones polynomial") {
  CHECK(playhead::crc64("123456789") == 0xe9c6d914c4b8d9ca);
  CHECK(playhead::crc64("") == 0);
}

TEST_CASE("crc64 of a text continues that of its beginning") {
  std::string text;
  for (int i = 0; i < 100; ++i) text.push_back(static_cast<char>(i * 37));
  for (std::size_t split = 0; split <= text.size(); ++split)
    CHECK(playhead::crc64(text.substr(split), playhead::crc64(text.substr(0, split))) ==
          playhead::crc64(text));
}
