#include "playhead/views/sets.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;
using Strings = std::set<std::string>;

const std::string wrong_type = "WRONGTYPE Operation against a key holding the wrong kind of value";

std::string refusal(Store& s, const std::vector<std::string>& command) {
  Value v = reply(s, command);
  return v.kind == Value::Kind::error ? v.text : "no error";
}

Strings as_set(const std::vector<std::string>& items) {
  Strings set(items.begin(), items.end());
  REQUIRE(set.size() == items.size());
  return set;
}

Strings members(Store& s, Text key) {
  return as_set(Sets(s).smembers(key));
}

std::string member(int i) {
  return "member:" + std::to_string(i);
}

/// from <= i < to; from a few hundred on no store keeps them packed.
void fill(Sets& sets, Text key, int from, int to) {
  std::vector<std::string> names;
  for (int i = from; i < to; ++i) names.push_back(member(i));
  sets.sadd(key, std::vector<Text>(names.begin(), names.end()));
}

Strings range(int from, int to) {
  Strings set;
  for (int i = from; i < to; ++i) set.insert(member(i));
  return set;
}

}  // namespace

TEST_CASE("SADD counts the members that are new, each once", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    CHECK(sets.sadd("s", {"a", "b", "a"}) == 2);
    CHECK(sets.sadd("s", {"b", "c"}) == 1);
    CHECK(members(s, "s") == Strings{"a", "b", "c"});
  });
}

TEST_CASE("SADD takes hundreds of members, some of them twice", "[sets]") {
  for_each_store([](Store& s) {
    std::vector<std::string> command = {"SADD", "s"};
    for (int i = 0; i < 900; ++i) command.push_back(member(i % 700));
    CHECK(reply(s, command) == Value::integer(700));
    CHECK(members(s, "s") == range(0, 700));
  });
}

TEST_CASE("integers and other members live in one set", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    CHECK(sets.sadd("s", {"1", "-2", "9223372036854775807"}) == 3);
    CHECK(sets.sadd("s", {"1", "01", "x"}) == 2);
    CHECK(members(s, "s") == Strings{"1", "-2", "9223372036854775807", "01", "x"});
    CHECK(sets.srem("s", {"x", "01"}) == 2);
    CHECK(sets.sismember("s", "-2"));
    CHECK_FALSE(sets.sismember("s", "01"));
  });
}

TEST_CASE("members are arbitrary bytes", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    std::string odd("\0\xff\r\n", 4), empty, large(100000, 'x');
    CHECK(sets.sadd("s", {odd, empty, large}) == 3);
    CHECK(members(s, "s") == Strings{odd, empty, large});
    CHECK(sets.srem("s", {empty, large}) == 2);
    CHECK(members(s, "s") == Strings{odd});
  });
}

TEST_CASE("SREM counts the members that were there, each once", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    sets.sadd("s", {"a", "b", "c"});
    CHECK(sets.srem("s", {"a", "x", "a", "b"}) == 2);
    CHECK(members(s, "s") == Strings{"c"});
    CHECK(sets.srem("missing", {"a"}) == 0);
  });
}

TEST_CASE("a set vanishes with its last member", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    fill(sets, "s", 0, 700);
    for (int i = 0; i < 700; ++i) REQUIRE(sets.srem("s", {member(i), "x"}) == 1);
    CHECK(reply(s, {"EXISTS", "s"}) == Value::integer(0));
    sets.sadd("t", {"a", "b"});
    CHECK(sets.srem("t", {"b", "a", "b"}) == 2);
    CHECK(reply(s, {"TYPE", "t"}) == Value::status("none"));
  });
}

TEST_CASE("SISMEMBER, SMISMEMBER and SCARD of what is missing are 0", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    sets.sadd("s", {"a", "b"});
    CHECK(sets.sismember("s", "a"));
    CHECK_FALSE(sets.sismember("s", "x"));
    CHECK_FALSE(sets.sismember("missing", "a"));
    CHECK(sets.smismember("s", {"b", "x", "a", "b"}) == std::vector<bool>{true, false, true, true});
    CHECK(reply(s, {"SMISMEMBER", "missing", "a", "b"}) ==
          Value::array({Value::integer(0), Value::integer(0)}));
    CHECK(sets.scard("s") == 2);
    CHECK(sets.scard("missing") == 0);
  });
}

TEST_CASE("SMEMBERS and the set operations answer with sets", "[sets]") {
  for_each_store([](Store& s) {
    reply(s, {"SADD", "s", "a"});
    for (const char* command : {"SMEMBERS", "SINTER", "SUNION", "SDIFF"}) {
      CAPTURE(command);
      CHECK(reply(s, {command, "s"}).kind == Value::Kind::set);
      CHECK(reply(s, {command, "missing"}) == Value(Value::Kind::set));
    }
  });
}

TEST_CASE("SMEMBERS into a reply that held more leaves no old members", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    sets.sadd("three", {"a", "b", "c"});
    sets.sadd("one", {"d"});
    Members into;
    s.run(SMembers{"three"}, into);
    s.run(SMembers{"one"}, into);
    CHECK(into.items == std::vector<std::string>{"d"});
    s.run(SMembers{"missing"}, into);
    CHECK(into.items.empty());
  });
}

TEST_CASE("SMOVE moves a member, making and emptying sets", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    sets.sadd("from", {"a", "b"});
    CHECK(sets.smove("from", "to", "a"));
    CHECK(sets.smove("from", "to", "b"));
    CHECK_FALSE(sets.smove("from", "to", "b"));
    CHECK(reply(s, {"EXISTS", "from"}) == Value::integer(0));
    CHECK(members(s, "to") == Strings{"a", "b"});
  });
}

TEST_CASE("SMOVE of a member that the destination has leaves one", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    sets.sadd("from", {"a", "b"});
    sets.sadd("to", {"a"});
    CHECK(sets.smove("from", "to", "a"));
    CHECK(members(s, "from") == Strings{"b"});
    CHECK(members(s, "to") == Strings{"a"});
  });
}

TEST_CASE("SMOVE of what is not there changes nothing", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    sets.sadd("from", {"a"});
    CHECK_FALSE(sets.smove("from", "to", "x"));
    CHECK(reply(s, {"EXISTS", "to"}) == Value::integer(0));
    CHECK(sets.smove("from", "from", "a"));
    CHECK_FALSE(sets.smove("from", "from", "x"));
    CHECK(members(s, "from") == Strings{"a"});
  });
}

TEST_CASE("SMOVE looks at the source first, then at both types", "[sets]") {
  for_each_store([](Store& s) {
    reply(s, {"SET", "str", "x"});
    reply(s, {"SADD", "s", "a"});
    CHECK_FALSE(Sets(s).smove("missing", "str", "a"));
    CHECK(refusal(s, {"SMOVE", "s", "str", "absent"}) == wrong_type);
    CHECK(refusal(s, {"SMOVE", "str", "s", "a"}) == wrong_type);
    CHECK(refusal(s, {"SMOVE", "str", "missing", "a"}) == wrong_type);
    CHECK(members(s, "s") == Strings{"a"});
  });
}

TEST_CASE("SINTER gives what all sets have", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    fill(sets, "a", 0, 600);
    fill(sets, "b", 300, 900);
    fill(sets, "c", 595, 610);
    CHECK(as_set(sets.sinter({"a", "b"})) == range(300, 600));
    CHECK(as_set(sets.sinter({"a", "b", "c"})) == range(595, 600));
    CHECK(as_set(sets.sinter({"c", "a"})) == range(595, 600));
    CHECK(as_set(sets.sinter({"a", "a"})) == range(0, 600));
    CHECK(as_set(sets.sinter({"c"})) == range(595, 610));
    CHECK(sets.sinter({"a", "missing", "b"}).empty());
  });
}

TEST_CASE("SUNION gives each member of any set once", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    fill(sets, "a", 0, 600);
    fill(sets, "b", 300, 900);
    CHECK(as_set(sets.sunion({"a", "missing", "b", "a"})) == range(0, 900));
    CHECK(as_set(sets.sunion({"b"})) == range(300, 900));
    CHECK(sets.sunion({"missing", "none"}).empty());
  });
}

TEST_CASE("SDIFF gives what only the first set has", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    fill(sets, "big", 0, 900);
    fill(sets, "mid", 300, 600);
    fill(sets, "few", 0, 5);
    CHECK(as_set(sets.sdiff({"big", "mid"})) == [] {
      Strings expected = range(0, 300);
      expected.merge(range(600, 900));
      return expected;
    }());
    CHECK(as_set(sets.sdiff({"few", "big"})) == Strings{});
    CHECK(as_set(sets.sdiff({"few", "mid", "missing"})) == range(0, 5));
    CHECK(as_set(sets.sdiff({"big", "few", "few", "few", "few"})) == range(5, 900));
    CHECK(sets.sdiff({"big", "few", "mid", "big"}).empty());
    CHECK(sets.sdiff({"missing", "big"}).empty());
  });
}

TEST_CASE("the STORE variants replace the destination, whatever it held", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    sets.sadd("a", {"1", "2", "3"});
    sets.sadd("b", {"2", "3", "4"});
    reply(s, {"SET", "str", "x"});
    CHECK(sets.sinterstore("str", {"a", "b"}) == 2);
    CHECK(members(s, "str") == Strings{"2", "3"});
    CHECK(sets.sunionstore("str", {"a", "b"}) == 4);
    CHECK(members(s, "str") == Strings{"1", "2", "3", "4"});
    CHECK(sets.sdiffstore("str", {"a", "b"}) == 1);
    CHECK(members(s, "str") == Strings{"1"});
  });
}

TEST_CASE("the STORE variants may write to one of their sources", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    fill(sets, "a", 0, 600);
    fill(sets, "b", 300, 900);
    CHECK(sets.sunionstore("a", {"a", "b"}) == 900);
    CHECK(members(s, "a") == range(0, 900));
    CHECK(sets.sinterstore("a", {"a", "b"}) == 600);
    CHECK(members(s, "a") == range(300, 900));
    CHECK(sets.sdiffstore("b", {"b", "a"}) == 0);
    CHECK(reply(s, {"EXISTS", "b"}) == Value::integer(0));
  });
}

TEST_CASE("a STORE variant with an empty result deletes the destination", "[sets]") {
  for_each_store([](Store& s) {
    for (const char* command : {"SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"}) {
      CAPTURE(command);
      reply(s, {"SET", "to", "x"});
      CHECK(reply(s, {command, "to", "missing"}) == Value::integer(0));
      CHECK(reply(s, {"EXISTS", "to"}) == Value::integer(0));
    }
  });
}

TEST_CASE("a STORE variant takes the destination's time to live away, SADD keeps it", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    sets.sadd("a", {"1"});
    reply(s, {"PEXPIREAT", "a", "99999999999999"});
    sets.sadd("a", {"2"});
    sets.srem("a", {"1"});
    CHECK(reply(s, {"PEXPIRETIME", "a"}) == Value::integer(99999999999999));
    sets.sunionstore("a", {"a"});
    CHECK(reply(s, {"PEXPIRETIME", "a"}) == Value::integer(-1));
  });
}

TEST_CASE("SINTERCARD counts the intersection up to its limit", "[sets]") {
  for_each_store([](Store& s) {
    Sets sets(s);
    fill(sets, "a", 0, 600);
    fill(sets, "b", 300, 900);
    CHECK(sets.sintercard({"a", "b"}) == 300);
    CHECK(sets.sintercard({"a", "b"}, 10) == 10);
    CHECK(sets.sintercard({"a", "b"}, 1000) == 300);
    CHECK(sets.sintercard({"a"}) == 600);
    CHECK(sets.sintercard({"a", "missing"}) == 0);
    CHECK(reply(s, {"SINTERCARD", "1", "a", "LIMIT", "1", "limit", "2"}) == Value::integer(2));
  });
}

TEST_CASE("SINTERCARD refuses bad counts and options in Redis's words", "[sets]") {
  for_each_store([](Store& s) {
    reply(s, {"SADD", "s", "a"});
    CHECK(refusal(s, {"SINTERCARD", "0", "s"}) == "ERR numkeys should be greater than 0");
    CHECK(refusal(s, {"SINTERCARD", "x", "s"}) == "ERR numkeys should be greater than 0");
    CHECK(refusal(s, {"SINTERCARD", "2", "s"}) == "ERR Number of keys can't be greater than number of args");
    CHECK(refusal(s, {"SINTERCARD", "1", "s", "s"}) == "ERR syntax error");
    CHECK(refusal(s, {"SINTERCARD", "1", "s", "LIMIT"}) == "ERR syntax error");
    CHECK(refusal(s, {"SINTERCARD", "1", "s", "LIMIT", "-1"}) == "ERR LIMIT can't be negative");
    CHECK(refusal(s, {"SINTERCARD", "1", "s", "LIMIT", "x"}) == "ERR LIMIT can't be negative");
    CHECK(refusal(s, {"SINTERCARD", "1"}) == "ERR wrong number of arguments for 'sintercard' command");
  });
}

TEST_CASE("set commands refuse keys of other types, wherever they stand", "[sets]") {
  for_each_store([](Store& s) {
    reply(s, {"SET", "str", "x"});
    reply(s, {"SADD", "s", "a"});
    for (const auto& command : std::vector<std::vector<std::string>>{{"SADD", "str", "a"},
                                                                     {"SREM", "str", "a"},
                                                                     {"SISMEMBER", "str", "a"},
                                                                     {"SMISMEMBER", "str", "a"},
                                                                     {"SMEMBERS", "str"},
                                                                     {"SCARD", "str"},
                                                                     {"SPOP", "str"},
                                                                     {"SPOP", "str", "0"},
                                                                     {"SRANDMEMBER", "str"},
                                                                     {"SRANDMEMBER", "str", "0"},
                                                                     {"SINTER", "missing", "str"},
                                                                     {"SINTER", "s", "str"},
                                                                     {"SUNION", "s", "str"},
                                                                     {"SDIFF", "missing", "str"},
                                                                     {"SINTERSTORE", "to", "missing", "str"},
                                                                     {"SUNIONSTORE", "to", "str"},
                                                                     {"SDIFFSTORE", "to", "s", "str"},
                                                                     {"SINTERCARD", "2", "missing", "str"},
                                                                     {"SSCAN", "str", "0"}}) {
      CAPTURE(command[0]);
      CHECK(refusal(s, command) == wrong_type);
    }
    CHECK(reply(s, {"GET", "str"}) == Value::bulk("x"));
  });
}
