// HRANDFIELD and HSCAN.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "playhead/views/hashes.h"
#include "tests/contract/sampling.h"
#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;

std::string field(int i) {
  return "field:" + std::to_string(i);
}

void fill(Hashes& hashes, Text key, int fields) {
  for (int i = 0; i < fields; ++i) hashes.hset(key, field(i), "value of " + field(i));
}

std::string refusal(Store& s, const std::vector<std::string>& command) {
  Value v = reply(s, command);
  return v.kind == Value::Kind::error ? v.text : "no error";
}

}  // namespace

TEST_CASE("HRANDFIELD without a count is a field, or null", "[hashes]") {
  for_each_store([](Store& s) {
    reply(s, {"HSET", "h", "a", "1"});
    CHECK(reply(s, {"HRANDFIELD", "h"}) == Value::bulk("a"));
    CHECK(reply(s, {"HRANDFIELD", "missing"}) == Value());
    CHECK(Hashes(s).hrandfield("missing") == std::nullopt);
  });
}

TEST_CASE("HRANDFIELD with a count of a missing key, or of 0, is empty", "[hashes]") {
  for_each_store([](Store& s) {
    reply(s, {"HSET", "h", "a", "1"});
    CHECK(reply(s, {"HRANDFIELD", "missing", "3"}) == Value::array());
    CHECK(reply(s, {"HRANDFIELD", "missing", "-3"}) == Value::array());
    CHECK(reply(s, {"HRANDFIELD", "h", "0"}) == Value::array());
    CHECK(reply(s, {"HRANDFIELD", "h", "0", "WITHVALUES"}).items.empty());
  });
}

TEST_CASE("HRANDFIELD with a count gives so many different fields", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    for (int size : {1, 7, 40, 1000}) {
      std::string key = "h" + std::to_string(size);
      fill(h, key, size);
      for (int count : {1, 2, size / 10, size / 2, size - 1, size, size + 1, 100000}) {
        CAPTURE(size, count);
        auto fields = h.hrandfield(key, count);
        CHECK(fields.size() == static_cast<std::size_t>(std::min(count, size)));
        CHECK(std::set<std::string>(fields.begin(), fields.end()).size() == fields.size());
        for (const auto& name : fields) CHECK(h.hexists(key, name));
      }
    }
  });
}

TEST_CASE("HRANDFIELD with a negative count gives exactly so many fields, which may repeat", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    fill(h, "small", 3);
    fill(h, "big", 1000);
    CHECK(h.hrandfield("small", -5000).size() == 5000);
    CHECK(h.hrandfield("big", -5).size() == 5);
    auto many = h.hrandfield("big", -2500);
    CHECK(many.size() == 2500);
    CHECK(std::set<std::string>(many.begin(), many.end()).size() > 800);
    for (const auto& name : many) REQUIRE(h.hexists("big", name));
  });
}

TEST_CASE("HRANDFIELD WITHVALUES gives each field with its value", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    fill(h, "h", 300);
    for (int count : {3, 200, 300, -3, -900}) {
      for (const auto& [name, value] : h.hrandfield_withvalues("h", count))
        REQUIRE(value == "value of " + name);
    }
    Value pairs = reply(s, {"HRANDFIELD", "h", "2", "withvalues"});
    CHECK(pairs.kind == Value::Kind::pairs);
    CHECK(pairs.items.size() == 4);
    CHECK(reply(s, {"HRANDFIELD", "h", "2"}).kind == Value::Kind::array);
  });
}

TEST_CASE("HRANDFIELD refuses counts out of range and wrong options", "[hashes]") {
  for_each_store([](Store& s) {
    reply(s, {"HSET", "h", "a", "1"});
    CHECK(refusal(s, {"HRANDFIELD", "h", "x"}) == "ERR value is not an integer or out of range");
    CHECK(refusal(s, {"HRANDFIELD", "h", "WITHVALUES"}) == "ERR value is not an integer or out of range");
    CHECK(refusal(s, {"HRANDFIELD", "h", "1", "VALUES"}) == "ERR syntax error");
    CHECK(refusal(s, {"HRANDFIELD", "h", "1", "WITHVALUES", "WITHVALUES"}) == "ERR syntax error");
    CHECK(refusal(s, {"HRANDFIELD", "h", "9223372036854775807", "WITHVALUES"}) ==
          "ERR value is out of range");
    CHECK(refusal(s, {"HRANDFIELD", "h", "-9223372036854775808"}) ==
          "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");
    CHECK(reply(s, {"HRANDFIELD", "h", "9223372036854775807"}) == Value::array({Value::bulk("a")}));
  });
}

TEST_CASE("more repeated fields than memory could hold are refused", "[hashes]") {
  for_each_store([](Store& s) {
    if (s.capabilities().shared) return skip(s, "a Redis server tries to make so many");
    reply(s, {"HSET", "h", "a", "1"});
    CHECK(refusal(s, {"HRANDFIELD", "h", "-9223372036854775807"}) == "ERR value is out of range");
  });
}

TEST_CASE("HRANDFIELD chooses every field with the same probability", "[hashes][random]") {
  for_each_layout([](Store& s) {
    if (s.capabilities().shared) return skip(s, "Redis is only nearly fair");
    Hashes h(s);
    for (int size : {8, 64, 600}) {
      std::string key = "h" + std::to_string(size);
      fill(h, key, size);
      for (int count : {1, size / 16 + 1, size / 2, size - 1, -1, -size / 16 - 1, -3 * size}) {
        CAPTURE(size, count);
        check_uniform(static_cast<std::size_t>(size), count, [&] { return h.hrandfield(key, count); });
      }
    }
  });
}

TEST_CASE("HSCAN gives all fields with their values", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    for (int size : {0, 5, 2000}) {
      std::string key = "h" + std::to_string(size);
      fill(h, key, size);
      std::map<std::string, std::string> seen;
      std::uint64_t cursor = 0;
      do {
        auto page = h.hscan(key, cursor, {}, 7);
        cursor = page.cursor;
        seen.insert(page.items.begin(), page.items.end());
      } while (cursor != 0);
      CHECK(seen.size() == static_cast<std::size_t>(size));
      for (const auto& [name, value] : seen) REQUIRE(value == "value of " + name);
    }
  });
}

TEST_CASE("HSCAN gives every field that stays, while others come and go", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    fill(h, "h", 1500);
    std::set<std::string> seen;
    std::uint64_t cursor = 0;
    int changes = 0;
    do {
      auto page = h.hscan("h", cursor, {}, 20);
      cursor = page.cursor;
      for (const auto& item : page.items) seen.insert(item.first);
      for (int i = 0; i < 50 && changes < 1000; ++i, ++changes) {
        h.hset("h", field(10000 + changes), "new");
        h.hdel("h", {field(500 + changes)});
      }
    } while (cursor != 0);
    for (int i = 0; i < 500; ++i) REQUIRE(seen.count(field(i)) == 1);
  });
}

TEST_CASE("HSCAN MATCH filters by the field's name", "[hashes]") {
  for_each_store([](Store& s) {
    reply(s, {"HSET", "h", "aa", "1", "ab", "2", "ba", "a"});
    auto page = Hashes(s).hscan("h", 0, "a*", 100);
    std::map<std::string, std::string> found(page.items.begin(), page.items.end());
    CHECK(page.cursor == 0);
    CHECK(found == std::map<std::string, std::string>{{"aa", "1"}, {"ab", "2"}});
    CHECK(Hashes(s).hscan("h", 0, "*").items.size() == 3);
  });
}

TEST_CASE("HSCAN of a missing key is an empty last page", "[hashes]") {
  for_each_store([](Store& s) {
    CHECK(reply(s, {"HSCAN", "missing", "0"}) == Value::array({Value::bulk("0"), Value::array()}));
  });
}

TEST_CASE("HSCAN refuses bad cursors and options", "[hashes]") {
  for_each_store([](Store& s) {
    reply(s, {"HSET", "h", "a", "1"});
    CHECK(refusal(s, {"HSCAN", "h", "x"}) == "ERR invalid cursor");
    CHECK(refusal(s, {"HSCAN", "h", "18446744073709551616"}) == "ERR invalid cursor");
    CHECK(refusal(s, {"HSCAN", "h", "0", "COUNT", "0"}) == "ERR syntax error");
    CHECK(refusal(s, {"HSCAN", "h", "0", "COUNT", "x"}) == "ERR value is not an integer or out of range");
    CHECK(refusal(s, {"HSCAN", "h", "0", "MATCH"}) == "ERR syntax error");
    CHECK(refusal(s, {"HSCAN", "h", "0", "BAD", "1"}) == "ERR syntax error");
  });
}
