#include "playhead/views/hyperloglog.h"

#include <catch2/catch.hpp>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;

const std::string wrong_type = "(error) WRONGTYPE Operation against a key holding the wrong kind of value";
const std::string not_a_sketch = "(error) WRONGTYPE Key is not a valid HyperLogLog string value.";
const std::string corrupt = "(error) INVALIDOBJ Corrupted HLL object detected";

void add(HyperLogLogs& h, Text key, int from, int to) {
  for (int i = from; i < to; ++i) h.pfadd(key, {"element:" + std::to_string(i)});
}

std::string bytes_of(Store& s, const std::string& key) {
  return reply(s, {"GET", key}).text;
}

}  // namespace

TEST_CASE("PFADD tells whether the estimate may have changed", "[hyperloglog]") {
  for_each_store([](Store& s) {
    HyperLogLogs h(s);
    CHECK(h.pfadd("h", {"a", "b", "c"}));
    CHECK_FALSE(h.pfadd("h", {"a", "b"}));
    CHECK(h.pfadd("h", {"a", "d"}));
    CHECK(h.pfcount({"h"}) == 4);
  });
}

TEST_CASE("PFADD without elements creates an empty sketch once", "[hyperloglog]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"PFADD", "h"}) == "1");
    CHECK(run(s, {"PFADD", "h"}) == "0");
    CHECK(run(s, {"TYPE", "h"}) == "string");
    CHECK(run(s, {"PFCOUNT", "h"}) == "0");
  });
}

TEST_CASE("PFCOUNT of a few elements is exact, of many within two per cent", "[hyperloglog]") {
  for_each_store([](Store& s) {
    HyperLogLogs h(s);
    CHECK(h.pfcount({"missing"}) == 0);
    add(h, "h", 0, 10);
    CHECK(h.pfcount({"h"}) == 10);
    add(h, "h", 10, 5000);
    CHECK(h.pfcount({"h"}) == Approx(5000).epsilon(0.02));
  });
}

TEST_CASE("PFCOUNT of several keys estimates their union", "[hyperloglog]") {
  for_each_store([](Store& s) {
    HyperLogLogs h(s);
    add(h, "a", 0, 600);
    add(h, "b", 300, 900);
    CHECK(h.pfcount({"a", "missing", "b"}) == Approx(900).epsilon(0.03));
    CHECK(h.pfcount({"a", "a"}) == h.pfcount({"a"}));
  });
}

TEST_CASE("PFCOUNT of one key keeps the estimate in it until elements are added", "[hyperloglog]") {
  for_each_store([](Store& s) {
    HyperLogLogs h(s);
    add(h, "h", 0, 100);
    CHECK((bytes_of(s, "h")[15] & 0x80) != 0);
    auto n = h.pfcount({"h"});
    CHECK((bytes_of(s, "h")[15] & 0x80) == 0);
    CHECK(static_cast<unsigned char>(bytes_of(s, "h")[8]) == n);
    CHECK(h.pfcount({"h"}) == n);
    add(h, "h", 100, 200);
    CHECK((bytes_of(s, "h")[15] & 0x80) != 0);
  });
}

TEST_CASE("PFMERGE adds the sources to the destination", "[hyperloglog]") {
  for_each_store([](Store& s) {
    HyperLogLogs h(s);
    add(h, "a", 0, 10);
    add(h, "b", 5, 20);
    add(h, "d", 20, 25);
    h.pfmerge("d", {"a", "b", "missing"});
    CHECK(h.pfcount({"d"}) == 25);
    CHECK(h.pfcount({"a"}) == 10);
  });
}

TEST_CASE("PFMERGE of nothing creates an empty sketch", "[hyperloglog]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"PFMERGE", "d"}) == "OK");
    CHECK(run(s, {"PFCOUNT", "d"}) == "0");
    CHECK(run(s, {"EXISTS", "d"}) == "1");
  });
}

TEST_CASE("PFMERGE with a large source gives a sketch of the full size", "[hyperloglog]") {
  for_each_store([](Store& s) {
    HyperLogLogs h(s);
    add(h, "a", 0, 5000);
    h.pfadd("d", {"x"});
    h.pfmerge("d", {"a"});
    CHECK(run(s, {"STRLEN", "d"}) == "12304");
    CHECK(h.pfcount({"d"}) == Approx(5001).epsilon(0.02));
  });
}

TEST_CASE("HyperLogLog commands keep the deadline", "[hyperloglog]") {
  for_each_store([](Store& s) {
    run(s, {"PFADD", "h", "a"});
    run(s, {"EXPIRE", "h", "100"});
    run(s, {"PFADD", "h", "b"});
    run(s, {"PFCOUNT", "h"});
    run(s, {"PFMERGE", "h", "h"});
    CHECK(run(s, {"TTL", "h"}) == "100");
  });
}

TEST_CASE("HyperLogLog commands tell another type from a string that is no sketch", "[hyperloglog]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "l", "a"});
    run(s, {"SET", "s", "v"});
    for (const auto& [key, refusal] :
         {std::pair<std::string, std::string>{"l", wrong_type}, {"s", not_a_sketch}}) {
      CHECK(run(s, {"PFADD", key, "a"}) == refusal);
      CHECK(run(s, {"PFCOUNT", key}) == refusal);
      CHECK(run(s, {"PFCOUNT", "missing", key}) == refusal);
      CHECK(run(s, {"PFMERGE", key}) == refusal);
      CHECK(run(s, {"PFMERGE", "d", key}) == refusal);
    }
    CHECK(run(s, {"EXISTS", "d"}) == "0");
  });
}

TEST_CASE("A sketch whose runs do not add up is told to be corrupt", "[hyperloglog]") {
  for_each_store([](Store& s) {
    run(s, {"PFADD", "h", "a", "b", "c"});
    run(s, {"APPEND", "h", "hello"});
    CHECK(run(s, {"PFCOUNT", "h"}) == corrupt);
    CHECK(run(s, {"PFCOUNT", "h", "missing"}) == corrupt);
    CHECK(run(s, {"PFMERGE", "d", "h"}) == corrupt);
    CHECK(run(s, {"EXISTS", "d"}) == "0");
  });
}

TEST_CASE("PFADD to a corrupt sketch keeps what it added before it found that out", "[hyperloglog]") {
  for_each_store([](Store& s) {
    run(s, {"PFADD", "h", "3429233917"});
    run(s, {"SETRANGE", "h", "8", "75.670000"});
    CHECK(run(s, {"PFADD", "h", "m2", "m5"}) == corrupt);
    CHECK(reply(s, {"GET", "h"}).text == std::string("HYLL\x01\0\0\0"
                                                     "75.6700\xb0"
                                                     "0\xc3\x80H\xa2\x80"
                                                     "A\x96",
                                                     24));
  });
}
