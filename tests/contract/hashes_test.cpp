#include "playhead/views/hashes.h"

#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <set>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;

const std::string wrong_type = "WRONGTYPE Operation against a key holding the wrong kind of value";

std::string refusal(Store& s, const std::vector<std::string>& command) {
  Value v = reply(s, command);
  return v.kind == Value::Kind::error ? v.text : "no error";
}

std::map<std::string, std::string> as_map(const Hashes::Items& items) {
  std::map<std::string, std::string> map(items.begin(), items.end());
  REQUIRE(map.size() == items.size());
  return map;
}

std::string field(int i) {
  return "field:" + std::to_string(i);
}

// Of a size that no store keeps packed.
void fill(Hashes& hashes, Text key, int fields) {
  for (int i = 0; i < fields; ++i) hashes.hset(key, field(i), std::to_string(i));
}

}  // namespace

TEST_CASE("HSET counts the fields that are new", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    CHECK(h.hset("h", {{"a", "1"}, {"b", "2"}}) == 2);
    CHECK(h.hset("h", {{"b", "3"}, {"c", "4"}}) == 1);
    CHECK(as_map(h.hgetall("h")) == std::map<std::string, std::string>{{"a", "1"}, {"b", "3"}, {"c", "4"}});
  });
}

TEST_CASE("HSET with a field named twice keeps the last value and counts it once", "[hashes]") {
  for_each_store([](Store& s) {
    CHECK(reply(s, {"HSET", "h", "a", "1", "b", "2", "a", "3"}) == Value::integer(2));
    CHECK(reply(s, {"HGET", "h", "a"}) == Value::bulk("3"));
    CHECK(reply(s, {"HLEN", "h"}) == Value::integer(2));
  });
}

TEST_CASE("HSET takes hundreds of fields, some of them twice", "[hashes]") {
  for_each_store([](Store& s) {
    std::vector<std::string> command = {"HSET", "h"};
    for (int i = 0; i < 600; ++i) command.insert(command.end(), {field(i % 500), std::to_string(i)});
    CHECK(reply(s, command) == Value::integer(500));
    CHECK(reply(s, {"HGET", "h", field(99)}) == Value::bulk("599"));
    CHECK(reply(s, {"HLEN", "h"}) == Value::integer(500));
  });
}

TEST_CASE("HSET refuses a field without a value", "[hashes]") {
  for_each_store([](Store& s) {
    CHECK(refusal(s, {"HSET", "h", "a"}) == "ERR wrong number of arguments for 'hset' command");
    CHECK(refusal(s, {"HSET", "h", "a", "1", "b"}) == "ERR wrong number of arguments for 'hset' command");
    CHECK(refusal(s, {"HMSET", "h", "a", "1", "b"}) == "ERR wrong number of arguments for 'hmset' command");
    CHECK(reply(s, {"EXISTS", "h"}) == Value::integer(0));
  });
}

TEST_CASE("HMSET sets fields and says OK", "[hashes]") {
  for_each_store([](Store& s) {
    CHECK(reply(s, {"HMSET", "h", "a", "1", "b", "2"}) == Value::status("OK"));
    CHECK(Hashes(s).hget("h", "b") == "2");
  });
}

TEST_CASE("HSETNX sets a missing field only", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    CHECK(h.hsetnx("h", "a", "1"));
    CHECK_FALSE(h.hsetnx("h", "a", "2"));
    CHECK(h.hget("h", "a") == "1");
  });
}

TEST_CASE("HGET of a missing field or key is nothing", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    h.hset("h", "a", "1");
    CHECK(h.hget("h", "b") == std::nullopt);
    CHECK(h.hget("missing", "a") == std::nullopt);
    CHECK(reply(s, {"HGET", "h", "b"}) == Value());
  });
}

TEST_CASE("HGET into a used reply clears it when the field is missing", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    h.hset("h", "a", "1");
    std::optional<std::string> into = "old";
    h.hget("h", "a", into);
    CHECK(into == "1");
    h.hget("h", "b", into);
    CHECK(into == std::nullopt);
  });
}

TEST_CASE("fields and values are arbitrary bytes", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    std::string name("\0\xff\r\n", 4), value(300, '\0'), empty;
    h.hset("h", {{name, value}, {empty, empty}});
    CHECK(h.hget("h", name) == value);
    CHECK(h.hget("h", empty) == empty);
    CHECK(h.hstrlen("h", name) == 300);
    CHECK(h.hdel("h", {empty}) == 1);
  });
}

TEST_CASE("HMGET gives nothing for missing fields, in the order asked", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    h.hset("h", {{"a", "1"}, {"b", "2"}});
    CHECK(h.hmget("h", {"b", "x", "a", "b"}) ==
          std::vector<std::optional<std::string>>{"2", std::nullopt, "1", "2"});
    CHECK(h.hmget("missing", {"a", "b"}) ==
          std::vector<std::optional<std::string>>{std::nullopt, std::nullopt});
  });
}

TEST_CASE("HGETALL, HKEYS and HVALS give everything once", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    fill(h, "big", 1000);
    auto all = as_map(h.hgetall("big"));
    CHECK(all.size() == 1000);
    CHECK(all.at(field(777)) == "777");
    auto keys = h.hkeys("big"), values = h.hvals("big");
    CHECK(std::set<std::string>(keys.begin(), keys.end()).size() == 1000);
    CHECK(std::set<std::string>(values.begin(), values.end()).size() == 1000);
    CHECK(keys.size() == 1000);
    CHECK(values.size() == 1000);
  });
}

TEST_CASE("HGETALL into a reply that held more leaves no old fields", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    h.hset("two", {{"a", "1"}, {"b", "2"}});
    h.hset("one", "c", "3");
    Fields into;
    s.run(HGetAll{"two"}, into);
    s.run(HGetAll{"one"}, into);
    CHECK(into.items == Hashes::Items{{"c", "3"}});
    s.run(HGetAll{"missing"}, into);
    CHECK(into.items.empty());
  });
}

TEST_CASE("HGETALL is a map, HKEYS and HVALS are arrays", "[hashes]") {
  for_each_store([](Store& s) {
    reply(s, {"HSET", "h", "a", "1"});
    CHECK(reply(s, {"HGETALL", "h"}).kind == Value::Kind::map);
    CHECK(reply(s, {"HGETALL", "missing"}) == Value(Value::Kind::map));
    CHECK(reply(s, {"HKEYS", "h"}) == Value::array({Value::bulk("a")}));
    CHECK(reply(s, {"HVALS", "h"}) == Value::array({Value::bulk("1")}));
    CHECK(reply(s, {"HKEYS", "missing"}) == Value::array());
  });
}

TEST_CASE("HEXISTS, HLEN and HSTRLEN of what is missing are 0", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    h.hset("h", "a", "12345");
    CHECK(h.hexists("h", "a"));
    CHECK_FALSE(h.hexists("h", "b"));
    CHECK_FALSE(h.hexists("missing", "a"));
    CHECK(h.hlen("h") == 1);
    CHECK(h.hlen("missing") == 0);
    CHECK(h.hstrlen("h", "a") == 5);
    CHECK(h.hstrlen("h", "b") == 0);
    CHECK(h.hstrlen("missing", "a") == 0);
  });
}

TEST_CASE("HDEL counts the fields that existed, each once", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    h.hset("h", {{"a", "1"}, {"b", "2"}, {"c", "3"}});
    CHECK(h.hdel("h", {"a", "x", "a", "b"}) == 2);
    CHECK(h.hkeys("h") == std::vector<std::string>{"c"});
    CHECK(h.hdel("missing", {"a"}) == 0);
  });
}

TEST_CASE("a hash vanishes with its last field", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    fill(h, "h", 700);
    for (int i = 0; i < 700; ++i) CHECK(h.hdel("h", {field(i), "x"}) == 1);
    CHECK(reply(s, {"EXISTS", "h"}) == Value::integer(0));
    CHECK(h.hset("h", "a", "1"));
    CHECK(h.hlen("h") == 1);
  });
}

TEST_CASE("HDEL of all fields at once removes the key", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    h.hset("h", {{"a", "1"}, {"b", "2"}});
    CHECK(h.hdel("h", {"a", "b", "c"}) == 2);
    CHECK(reply(s, {"TYPE", "h"}) == Value::status("none"));
  });
}

TEST_CASE("writing and deleting fields keeps the time to live", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    h.hset("h", {{"a", "1"}, {"n", "1"}});
    reply(s, {"PEXPIREAT", "h", "99999999999999"});
    h.hset("h", {{"a", "2"}, {"b", std::string(1000, 'x')}});
    h.hincrby("h", "n", 1);
    h.hincrbyfloat("h", "n", "0.5");
    h.hdel("h", {"a"});
    fill(h, "h", 600);
    CHECK(reply(s, {"PEXPIRETIME", "h"}) == Value::integer(99999999999999));
  });
}

TEST_CASE("HINCRBY counts from 0 and adds", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    CHECK(h.hincrby("h", "n") == 1);
    CHECK(h.hincrby("h", "n", -11) == -10);
    CHECK(h.hget("h", "n") == "-10");
  });
}

TEST_CASE("HINCRBY refuses to overflow and changes nothing", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    CHECK(h.hincrby("h", "n", most) == most);
    CHECK(refusal(s, {"HINCRBY", "h", "n", "1"}) == "ERR increment or decrement would overflow");
    CHECK(h.hget("h", "n") == "9223372036854775807");
    CHECK(h.hincrby("h", "m", std::numeric_limits<std::int64_t>::min()) ==
          std::numeric_limits<std::int64_t>::min());
    CHECK(refusal(s, {"HINCRBY", "h", "m", "-1"}) == "ERR increment or decrement would overflow");
  });
}

TEST_CASE("HINCRBY refuses values that are not canonical integers", "[hashes]") {
  for_each_store([](Store& s) {
    for (const char* value : {"x", "", " 1", "1 ", "01", "+1", "1.0", "9223372036854775808"}) {
      CAPTURE(value);
      reply(s, {"HSET", "h", "f", value});
      CHECK(refusal(s, {"HINCRBY", "h", "f", "1"}) == "ERR hash value is not an integer");
      CHECK(reply(s, {"HGET", "h", "f"}) == Value::bulk(value));
    }
    CHECK(refusal(s, {"HINCRBY", "h", "f", "1.5"}) == "ERR value is not an integer or out of range");
    CHECK(refusal(s, {"HINCRBY", "h", "f", "9223372036854775808"}) ==
          "ERR value is not an integer or out of range");
  });
}

TEST_CASE("HINCRBYFLOAT computes in long doubles and prints as Redis does", "[hashes]") {
  for_each_store([](Store& s) {
    Hashes h(s);
    CHECK(h.hincrbyfloat("h", "x", "10.50") == "10.5");
    CHECK(h.hincrbyfloat("h", "x", "0.1") == "10.6");
    CHECK(h.hincrbyfloat("h", "x", "-5") == "5.6");
    h.hset("h", "x", "5.0e3");
    CHECK(h.hincrbyfloat("h", "x", "2.0e2") == "5200");
    CHECK(h.hincrbyfloat("h", "x", 0.5) == 5200.5);
    CHECK(h.hget("h", "x") == "5200.5");
    CHECK(h.hincrbyfloat("h", "y", "1.23456789012345678") == "1.23456789012345678");
  });
}

TEST_CASE("HINCRBYFLOAT refuses what is not a finite number", "[hashes]") {
  for_each_store([](Store& s) {
    reply(s, {"HSET", "h", "f", "abc", "space", " 1"});
    CHECK(refusal(s, {"HINCRBYFLOAT", "h", "f", "1"}) == "ERR hash value is not a float");
    CHECK(refusal(s, {"HINCRBYFLOAT", "h", "space", "1"}) == "ERR hash value is not a float");
    CHECK(refusal(s, {"HINCRBYFLOAT", "h", "n", "x"}) == "ERR value is not a valid float");
    CHECK(refusal(s, {"HINCRBYFLOAT", "h", "n", " 1"}) == "ERR value is not a valid float");
    CHECK(refusal(s, {"HINCRBYFLOAT", "h", "n", "nan"}) == "ERR value is not a valid float");
    CHECK(refusal(s, {"HINCRBYFLOAT", "h", "n", "inf"}) == "ERR value is NaN or Infinity");
    CHECK(refusal(s, {"HINCRBYFLOAT", "h", "n", "-inf"}) == "ERR value is NaN or Infinity");
    CHECK_FALSE(Hashes(s).hexists("h", "n"));
    reply(s, {"HSET", "h", "i", "inf"});
    CHECK(refusal(s, {"HINCRBYFLOAT", "h", "i", "1"}) == "ERR increment would produce NaN or Infinity");
  });
}

TEST_CASE("a refused increment of a missing key does not create it", "[hashes]") {
  for_each_store([](Store& s) {
    CHECK(refusal(s, {"HINCRBY", "h", "f", "x"}) != "no error");
    CHECK(refusal(s, {"HINCRBYFLOAT", "h", "f", "inf"}) != "no error");
    CHECK(reply(s, {"EXISTS", "h"}) == Value::integer(0));
  });
}

TEST_CASE("hash commands refuse keys of other types", "[hashes]") {
  for_each_store([](Store& s) {
    reply(s, {"SET", "str", "x"});
    for (const auto& command : std::vector<std::vector<std::string>>{{"HSET", "str", "f", "v"},
                                                                     {"HMSET", "str", "f", "v"},
                                                                     {"HSETNX", "str", "f", "v"},
                                                                     {"HGET", "str", "f"},
                                                                     {"HMGET", "str", "f"},
                                                                     {"HGETALL", "str"},
                                                                     {"HKEYS", "str"},
                                                                     {"HVALS", "str"},
                                                                     {"HLEN", "str"},
                                                                     {"HSTRLEN", "str", "f"},
                                                                     {"HEXISTS", "str", "f"},
                                                                     {"HDEL", "str", "f"},
                                                                     {"HINCRBY", "str", "f", "1"},
                                                                     {"HINCRBYFLOAT", "str", "f", "1"},
                                                                     {"HRANDFIELD", "str"},
                                                                     {"HRANDFIELD", "str", "0"},
                                                                     {"HSCAN", "str", "0"}}) {
      CAPTURE(command[0]);
      CHECK(refusal(s, command) == wrong_type);
    }
    CHECK(reply(s, {"GET", "str"}) == Value::bulk("x"));
  });
}
