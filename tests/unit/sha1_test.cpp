#include "engine/store/sha1.h"

#include <catch2/catch.hpp>

TEST_CASE("sha1_hex gives the digests SCRIPT LOAD gives") {
  CHECK(playhead::sha1_hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(playhead::sha1_hex("return 1") == "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
}
