// The golden bytes were read with GET from Redis 7.0.15 after the same PFADD and PFMERGE.
#include "engine/store/hyperloglog.h"

#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>
#include <vector>

#include "engine/store/sha1.h"
#include "hex.h"

namespace playhead::hyperloglog {
namespace {

using test::from_hex;
using test::to_hex;

void pfadd(std::string& sketch, Text element) {
  const int changed = add(sketch, element);
  REQUIRE(changed >= 0);
  if (changed == 1) invalidate_cache(sketch);
}

std::string sketch_of(int first, int last) {
  std::string sketch = create();
  invalidate_cache(sketch);
  for (int i = first; i < last; ++i) pfadd(sketch, "element:" + std::to_string(i));
  return sketch;
}

TEST_CASE("a new sketch is one run of zeros") {
  std::string sketch = create();
  CHECK(cached_count(sketch) == 0U);
  CHECK(count(sketch) == 0U);
  invalidate_cache(sketch);
  CHECK(to_hex(sketch) == "48594c4c0100000000000000000000807fff");
}

TEST_CASE("adding splits runs as Redis does") {
  std::string sketch = create();
  pfadd(sketch, "a");
  CHECK(to_hex(sketch) == "48594c4c01000000000000000000008071a6844e57");
  pfadd(sketch, "b");
  pfadd(sketch, "c");
  CHECK(to_hex(sketch) == "48594c4c01000000000000000000008060f38050b1844bfb80425a");
  CHECK(add(sketch, "b") == 0);
}

TEST_CASE("counting stores the cardinality in the header once") {
  std::string sketch = from_hex("48594c4c01000000000000000000008060f38050b1844bfb80425a");
  bool changed = false;
  CHECK(count_cached(sketch, changed) == 3U);
  CHECK(changed);
  CHECK(to_hex(sketch) == "48594c4c01000000030000000000000060f38050b1844bfb80425a");
  CHECK(count_cached(sketch, changed) == 3U);
  CHECK_FALSE(changed);
}

TEST_CASE("sparse and dense sketches have Redis's bytes and cardinalities") {
  struct Golden {
    int elements;
    std::size_t size;
    const char* digest;
    std::uint64_t cardinality;
    const char* counted_digest;
  };
  const auto golden = GENERATE(Golden{10, 48, "dd7cf3784918baa4c956f1723b1cebdb193228f7", 10,
                                      "e3e04df1a81a6ff6519b7fbb700d7061cc170f4c"},
                               Golden{1000, 1897, "0e960765508b760a1d14e0dbf53a47cda116bf34", 997,
                                      "600cc26e1c0791fccdb3cde0fabfa0c84550674a"},
                               Golden{100000, 12304, "e93ddd40b895726dee7091c32a113a2d5fc36aa8", 100039,
                                      "869bb2bd20736740dcdce657313393121906696b"});
  std::string sketch = sketch_of(0, golden.elements);
  CHECK(sketch.size() == golden.size);
  CHECK(sha1_hex(sketch) == golden.digest);
  bool changed = false;
  CHECK(count_cached(sketch, changed) == golden.cardinality);
  CHECK(sha1_hex(sketch) == golden.counted_digest);
}

TEST_CASE("a sparse sketch becomes dense when it would exceed 3000 bytes") {
  std::string sketch = create();
  for (int i = 0; !is_dense(sketch); ++i) {
    REQUIRE(sketch.size() <= sparse_limit);
    pfadd(sketch, "element:" + std::to_string(i));
  }
  CHECK(sketch.size() == dense_size);
}

TEST_CASE("promotion keeps registers and cache") {
  std::string sketch = sketch_of(0, 500);
  const std::string before = sketch;
  REQUIRE(promote_to_dense(sketch));
  CHECK(sketch.size() == dense_size);
  CHECK(sketch.substr(8, 8) == before.substr(8, 8));
  CHECK(count(sketch) == count(before));
}

TEST_CASE("the union of sketches is counted and merged as by Redis") {
  const std::string x = sketch_of(0, 600);
  const std::string y = sketch_of(300, 900);
  const std::vector<Text> sketches{x, y};
  CHECK(count(sketches) == 897U);
  std::string merged = create();
  REQUIRE(merge(merged, sketches));
  CHECK(merged.size() == 1736);
  CHECK(sha1_hex(merged) == "3a3ce4f211d5f61b8921e3f2302c058415380414");
}

TEST_CASE("a merge with a dense sketch is dense") {
  std::string target = sketch_of(0, 10);
  const std::string big = sketch_of(0, 20'000);
  REQUIRE(is_dense(big));
  REQUIRE(merge(target, std::vector<Text>{big}));
  CHECK(is_dense(target));
  CHECK(count(target) == count(big));
}

TEST_CASE("foreign strings are no sketches") {
  CHECK_FALSE(is_valid(""));
  CHECK_FALSE(is_valid("HYLL"));
  CHECK_FALSE(is_valid("HYLM" + create().substr(4)));
  std::string unknown = create();
  unknown[4] = 2;
  CHECK_FALSE(is_valid(unknown));
  std::string short_dense = create();
  REQUIRE(promote_to_dense(short_dense));
  short_dense.pop_back();
  CHECK_FALSE(is_valid(short_dense));
  CHECK(add(short_dense, "a") == -1);
}

TEST_CASE("runs that do not cover the registers exactly are refused and leave the target alone") {
  for (const char* runs : {"", "7f", "7ffe", "7fff00", "7fff7fff", "fc7fff"}) {
    INFO(runs);
    std::string corrupt = create().substr(0, 16) + from_hex(runs);
    REQUIRE(is_valid(corrupt));
    CHECK(count(corrupt) == std::nullopt);
    CHECK(count(std::vector<Text>{corrupt}) == std::nullopt);
    CHECK_FALSE(promote_to_dense(corrupt));
    std::string target = sketch_of(0, 5);
    const std::string before = target;
    CHECK_FALSE(merge(target, std::vector<Text>{corrupt}));
    CHECK(target == before);
  }
}

TEST_CASE("adding behind the end of cut-off runs is refused") {
  std::string corrupt = create().substr(0, 16);
  CHECK(add(corrupt, "a") == -1);
  corrupt += from_hex("40");
  CHECK(add(corrupt, "a") == -1);
}

TEST_CASE("registers no hash can produce give the largest cardinality") {
  std::string sketch = create();
  REQUIRE(promote_to_dense(sketch));
  sketch.replace(16, std::string::npos, dense_size - 16, '\xff');
  CHECK(count(sketch) == 0x7fffffffffffffffU);
}

}  // namespace
}  // namespace playhead::hyperloglog
