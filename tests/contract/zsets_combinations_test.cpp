#include <catch2/catch.hpp>
#include <limits>

#include "playhead/views/zsets.h"
#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;
using Names = std::vector<std::string>;

// a: x 1, y 2, z 3; b: y 20, z 10, w 5.
void two(Store& s) {
  run(s, {"ZADD", "a", "1", "x", "2", "y", "3", "z"});
  run(s, {"ZADD", "b", "20", "y", "10", "z", "5", "w"});
}

}  // namespace

TEST_CASE("ZUNION adds scores up and stands in their order", "[zsets]") {
  for_each_store([](Store& s) {
    two(s);
    CHECK(run(s, {"ZUNION", "2", "a", "b", "WITHSCORES"}) == "[\"x\": 1, \"w\": 5, \"z\": 13, \"y\": 22]");
    CHECK(run(s, {"ZUNION", "3", "a", "b", "missing"}) == "[\"x\", \"w\", \"z\", \"y\"]");
    CHECK(run(s, {"ZUNION", "1", "missing"}) == "[]");
  });
}

TEST_CASE("ZINTER gives what is in all keys", "[zsets]") {
  for_each_store([](Store& s) {
    two(s);
    CHECK(run(s, {"ZINTER", "2", "a", "b", "WITHSCORES"}) == "[\"z\": 13, \"y\": 22]");
    CHECK(run(s, {"ZINTER", "3", "a", "b", "missing"}) == "[]");
    CHECK(run(s, {"ZINTER", "2", "a", "a", "WITHSCORES"}) == "[\"x\": 2, \"y\": 4, \"z\": 6]");
  });
}

TEST_CASE("ZDIFF gives the first key's members that no other key has", "[zsets]") {
  for_each_store([](Store& s) {
    two(s);
    CHECK(run(s, {"ZDIFF", "2", "a", "b", "WITHSCORES"}) == "[\"x\": 1]");
    CHECK(run(s, {"ZDIFF", "2", "b", "a"}) == "[\"w\"]");
    CHECK(run(s, {"ZDIFF", "2", "a", "a"}) == "[]");
    CHECK(run(s, {"ZDIFF", "2", "missing", "a"}) == "[]");
    CHECK(run(s, {"ZDIFF", "2", "a", "missing"}) == "[\"x\", \"y\", \"z\"]");
  });
}

TEST_CASE("WEIGHTS multiply the scores of their key, AGGREGATE chooses among them", "[zsets]") {
  for_each_store([](Store& s) {
    two(s);
    CHECK(run(s, {"ZUNION", "2", "a", "b", "WEIGHTS", "10", "-1", "WITHSCORES"}) ==
          "[\"w\": -5, \"y\": 0, \"x\": 10, \"z\": 20]");
    CHECK(run(s, {"ZINTER", "2", "a", "b", "AGGREGATE", "MIN", "WITHSCORES"}) == "[\"y\": 2, \"z\": 3]");
    CHECK(run(s, {"ZINTER", "2", "a", "b", "aggregate", "max", "WITHSCORES"}) == "[\"z\": 10, \"y\": 20]");
    CHECK(run(s, {"ZUNION", "2", "a", "b", "AGGREGATE", "SUM", "WEIGHTS", "2", "0", "WITHSCORES"}) ==
          "[\"w\": 0, \"x\": 2, \"y\": 4, \"z\": 6]");
    const std::vector<double> weights = {1, 0.5};
    CHECK(Zsets(s).zinter_withscores({"a", "b"}, {weights, Aggregate::max}) ==
          std::vector<ScoredMember>{{"z", 5}, {"y", 10}});
  });
}

TEST_CASE("Infinite scores combine to numbers", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "a", "inf", "x"});
    run(s, {"ZADD", "b", "-inf", "x"});
    CHECK(run(s, {"ZUNION", "2", "a", "b", "WITHSCORES"}) == "[\"x\": 0]");
    CHECK(run(s, {"ZINTER", "2", "a", "b", "WITHSCORES"}) == "[\"x\": 0]");
    CHECK(run(s, {"ZUNION", "1", "a", "WEIGHTS", "0", "WITHSCORES"}) == "[\"x\": 0]");
  });
}

TEST_CASE("Members of a plain set count 1", "[zsets]") {
  for_each_store([](Store& s) {
    two(s);
    run(s, {"SADD", "s", "x", "y", "q"});
    CHECK(run(s, {"ZUNION", "2", "a", "s", "WEIGHTS", "1", "10", "WITHSCORES"}) ==
          "[\"z\": 3, \"q\": 10, \"x\": 11, \"y\": 12]");
    CHECK(run(s, {"ZINTER", "2", "s", "a", "WITHSCORES"}) == "[\"x\": 2, \"y\": 3]");
    CHECK(run(s, {"ZDIFF", "2", "s", "a", "WITHSCORES"}) == "[\"q\": 1]");
    CHECK(run(s, {"ZINTERCARD", "2", "s", "a"}) == "2");
    CHECK(run(s, {"ZUNIONSTORE", "s", "1", "s"}) == "3");
    CHECK(run(s, {"TYPE", "s"}) == "zset");
  });
}

TEST_CASE("ZUNIONSTORE, ZINTERSTORE and ZDIFFSTORE replace the destination, and its time to live",
          "[zsets]") {
  for_each_store([](Store& s) {
    two(s);
    Zsets z(s);
    run(s, {"SET", "d", "v", "EX", "100"});
    CHECK(z.zunionstore("d", {"a", "b"}) == 4);
    CHECK(run(s, {"TTL", "d"}) == "-1");
    CHECK(run(s, {"ZRANGE", "d", "0", "-1", "WITHSCORES"}) == "[\"x\": 1, \"w\": 5, \"z\": 13, \"y\": 22]");
    CHECK(z.zinterstore("d", {"a", "b"}, {{}, Aggregate::min}) == 2);
    CHECK(run(s, {"ZRANGE", "d", "0", "-1", "WITHSCORES"}) == "[\"y\": 2, \"z\": 3]");
    CHECK(z.zdiffstore("d", {"a", "b"}) == 1);
    CHECK(run(s, {"ZRANGE", "d", "0", "-1", "WITHSCORES"}) == "[\"x\": 1]");
  });
}

TEST_CASE("Storing an empty combination deletes the destination", "[zsets]") {
  for_each_store([](Store& s) {
    two(s);
    run(s, {"SET", "d", "v"});
    CHECK(run(s, {"ZINTERSTORE", "d", "2", "a", "missing"}) == "0");
    CHECK(run(s, {"EXISTS", "d"}) == "0");
    CHECK(run(s, {"ZDIFFSTORE", "a", "2", "a", "a"}) == "0");
    CHECK(run(s, {"EXISTS", "a"}) == "0");
  });
}

TEST_CASE("A destination may be one of the inputs", "[zsets]") {
  for_each_store([](Store& s) {
    two(s);
    CHECK(run(s, {"ZUNIONSTORE", "a", "2", "a", "b"}) == "4");
    CHECK(run(s, {"ZRANGE", "a", "0", "-1", "WITHSCORES"}) == "[\"x\": 1, \"w\": 5, \"z\": 13, \"y\": 22]");
  });
}

TEST_CASE("A refused combination leaves the destination as it was", "[zsets]") {
  for_each_store([](Store& s) {
    two(s);
    run(s, {"SET", "k", "v"});
    CHECK(run(s, {"ZUNIONSTORE", "a", "2", "b", "k"}) ==
          "(error) WRONGTYPE Operation against a key holding the wrong kind of value");
    CHECK(run(s, {"ZCARD", "a"}) == "3");
  });
}

TEST_CASE("ZINTERCARD stops at its limit", "[zsets]") {
  for_each_store([](Store& s) {
    two(s);
    CHECK(run(s, {"ZINTERCARD", "2", "a", "b"}) == "2");
    CHECK(run(s, {"ZINTERCARD", "2", "a", "b", "LIMIT", "1"}) == "1");
    CHECK(run(s, {"ZINTERCARD", "2", "a", "b", "LIMIT", "0"}) == "2");
    CHECK(run(s, {"ZINTERCARD", "2", "a", "missing"}) == "0");
    CHECK(run(s, {"ZINTERCARD", "1", "a", "LIMIT", "-1"}) == "(error) ERR LIMIT can't be negative");
    CHECK(run(s, {"ZINTERCARD", "1", "a", "LIMIT", "x"}) == "(error) ERR LIMIT can't be negative");
  });
}

TEST_CASE("Combinations refuse bad numbers of keys in their own name", "[zsets]") {
  for_each_store([](Store& s) {
    for (std::string name : {"zunion", "zinter", "zdiff", "zintercard"}) {
      CHECK(run(s, {name, "0", "a"}) ==
            "(error) ERR at least 1 input key is needed for '" + name + "' command");
      CHECK(run(s, {name, "x", "a"}) == "(error) ERR value is not an integer or out of range");
      CHECK(run(s, {name, "2", "a"}) == "(error) ERR syntax error");
    }
    for (std::string name : {"zunionstore", "zinterstore", "zdiffstore"})
      CHECK(run(s, {name, "d", "0", "a"}) ==
            "(error) ERR at least 1 input key is needed for '" + name + "' command");
    CHECK_THROWS_WITH(Zsets(s).zunion({}), "ERR at least 1 input key is needed for 'zunion' command");
  });
}

TEST_CASE("Combinations refuse options that are wrong or not theirs", "[zsets]") {
  for_each_store([](Store& s) {
    two(s);
    const std::string syntax = "(error) ERR syntax error";
    CHECK(run(s, {"ZUNION", "2", "a", "b", "WEIGHTS", "1"}) == syntax);
    CHECK(run(s, {"ZUNION", "1", "a", "WEIGHTS", "1", "2"}) == syntax);
    CHECK(run(s, {"ZUNION", "1", "a", "WEIGHTS", "x"}) == "(error) ERR weight value is not a float");
    CHECK(run(s, {"ZUNION", "1", "a", "WEIGHTS", "nan"}) == "(error) ERR weight value is not a float");
    CHECK(run(s, {"ZUNION", "1", "a", "AGGREGATE", "AVG"}) == syntax);
    CHECK(run(s, {"ZUNIONSTORE", "d", "1", "a", "WITHSCORES"}) == syntax);
    CHECK(run(s, {"ZDIFF", "1", "a", "WEIGHTS", "1"}) == syntax);
    CHECK(run(s, {"ZINTERCARD", "1", "a", "WITHSCORES"}) == syntax);
  });
}

TEST_CASE("Large sorted sets combine as small ones do", "[zsets]") {
  for_each_store([](Store& s) {
    Zsets z(s);
    Names names;
    for (int i = 0; i < 3000; ++i) names.push_back("member:" + std::to_string(1000000 + i));
    auto fill = [&](Text key, std::size_t from, std::size_t to) {
      std::vector<ScoreMember> items;
      for (std::size_t i = from; i < to; ++i) items.push_back({static_cast<double>(i), names[i]});
      z.zadd(key, items);
    };
    fill("a", 0, 2000);
    fill("b", 1500, 3000);
    CHECK(z.zunion({"a", "b"}).size() == 3000);
    auto both = z.zinter_withscores({"a", "b"});
    REQUIRE(both.size() == 500);
    CHECK(both.front() == ScoredMember{names[1500], 3000});
    CHECK(z.zdiffstore("d", {"a", "b"}) == 1500);
    CHECK(z.zrange("d", 0, -1) == Names(names.begin(), names.begin() + 1500));
    CHECK(z.zintercard({"a", "b"}, 100) == 100);
  });
}
