#include "playhead/views/zsets.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;

constexpr double infinity = std::numeric_limits<double>::infinity();
const std::string wrong_type = "(error) WRONGTYPE Operation against a key holding the wrong kind of value";

std::string member(int i) {
  return "member:" + std::to_string(1000000 + i);
}

// From 129 members on no store keeps them packed.
void fill(Store& s, Text key, int n) {
  std::vector<std::string> names;
  std::vector<ScoreMember> items;
  for (int i = 0; i < n; ++i) names.push_back(member(i));
  for (int i = 0; i < n; ++i) items.push_back({static_cast<double>(i), names[static_cast<std::size_t>(i)]});
  Zsets(s).zadd(key, items);
}

}  // namespace

TEST_CASE("ZADD counts the members that are new", "[zsets]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"ZADD", "z", "1", "a", "2", "b"}) == "2");
    CHECK(run(s, {"ZADD", "z", "5", "a", "3", "c"}) == "1");
    CHECK(run(s, {"ZRANGE", "z", "0", "-1", "WITHSCORES"}) == "[\"b\": 2, \"c\": 3, \"a\": 5]");
  });
}

TEST_CASE("ZADD with CH counts changed members too, but not equal scores", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "1", "a", "2", "b"});
    CHECK(run(s, {"ZADD", "z", "CH", "1", "a", "5", "b", "3", "c"}) == "2");
  });
}

TEST_CASE("ZADD of a member named twice keeps the last score", "[zsets]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"ZADD", "z", "1", "a", "2", "a", "3", "a"}) == "1");
    CHECK(Zsets(s).zscore("z", "a") == 3);
    CHECK(Zsets(s).zcard("z") == 1);
  });
}

TEST_CASE("ZADD NX leaves present members alone", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "1", "a"});
    CHECK(run(s, {"ZADD", "z", "NX", "CH", "9", "a", "2", "b"}) == "1");
    CHECK(Zsets(s).zscore("z", "a") == 1);
  });
}

TEST_CASE("ZADD XX adds no members and creates no key", "[zsets]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"ZADD", "z", "XX", "1", "a"}) == "0");
    CHECK(run(s, {"EXISTS", "z"}) == "0");
    run(s, {"ZADD", "z", "1", "a"});
    CHECK(run(s, {"ZADD", "z", "XX", "CH", "2", "a", "3", "b"}) == "1");
    CHECK(run(s, {"ZRANGE", "z", "0", "-1", "WITHSCORES"}) == "[\"a\": 2]");
  });
}

TEST_CASE("ZADD GT and LT change present members in one direction and add missing ones", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "5", "a", "5", "b"});
    CHECK(run(s, {"ZADD", "z", "GT", "CH", "4", "a", "6", "b", "1", "c"}) == "2");
    CHECK(run(s, {"ZADD", "z", "LT", "CH", "4", "a", "7", "b", "2", "c"}) == "1");
    CHECK(run(s, {"ZRANGE", "z", "0", "-1", "WITHSCORES"}) == "[\"c\": 1, \"a\": 4, \"b\": 6]");
    CHECK(run(s, {"ZADD", "z", "XX", "GT", "9", "d"}) == "0");
  });
}

TEST_CASE("ZADD INCR gives the new score, or nothing if a condition prevents it", "[zsets]") {
  for_each_store([](Store& s) {
    Zsets z(s);
    CHECK(z.zadd_incr("z", 2.5, "a") == 2.5);
    CHECK(z.zadd_incr("z", 1, "a") == 3.5);
    CHECK(z.zadd_incr("z", 1, "a", {.nx = true}) == std::nullopt);
    CHECK(z.zadd_incr("z", 1, "b", {.xx = true}) == std::nullopt);
    CHECK(z.zadd_incr("z", -1, "a", {.gt = true}) == std::nullopt);
    CHECK(z.zadd_incr("z", 0, "a", {.lt = true}) == std::nullopt);
    CHECK(z.zadd_incr("z", 1, "a", {.gt = true}) == 4.5);
    CHECK(reply(s, {"ZADD", "z", "NX", "INCR", "1", "a"}).kind == Value::Kind::null);
  });
}

TEST_CASE("ZADD refuses options that exclude each other before it looks at scores", "[zsets]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"ZADD", "z", "NX", "XX", "x", "a"}) ==
          "(error) ERR XX and NX options at the same time are not compatible");
    const std::string gt_lt_nx = "(error) ERR GT, LT, and/or NX options at the same time are not compatible";
    CHECK(run(s, {"ZADD", "z", "NX", "GT", "1", "a"}) == gt_lt_nx);
    CHECK(run(s, {"ZADD", "z", "lt", "nx", "1", "a"}) == gt_lt_nx);
    CHECK(run(s, {"ZADD", "z", "GT", "LT", "1", "a"}) == gt_lt_nx);
    CHECK(run(s, {"ZADD", "z", "INCR", "1", "a", "2", "b"}) ==
          "(error) ERR INCR option supports a single increment-element pair");
    CHECK(run(s, {"ZADD", "z", "NX", "XX", "a"}) == "(error) ERR syntax error");
    CHECK(run(s, {"ZADD", "z", "CH", "INCR"}) == "(error) ERR syntax error");
    CHECK(run(s, {"ZADD", "z", "1"}) == "(error) ERR wrong number of arguments for 'zadd' command");
  });
}

TEST_CASE("ZADD changes nothing if one of its scores is no number", "[zsets]") {
  for_each_store([](Store& s) {
    for (std::string bad : {"nan", "x", "", " 1", "1e400", "1 "})
      CHECK(run(s, {"ZADD", "z", "1", "a", bad, "b"}) == "(error) ERR value is not a valid float");
    CHECK(run(s, {"EXISTS", "z"}) == "0");
    CHECK_THROWS_WITH(Zsets(s).zadd("z", std::nan(""), "a"), "ERR value is not a valid float");
  });
}

TEST_CASE("ZINCRBY adds to a score and creates what is missing", "[zsets]") {
  for_each_store([](Store& s) {
    Zsets z(s);
    CHECK(z.zincrby("z", 2.5, "a") == 2.5);
    CHECK(z.zincrby("z", -4, "a") == -1.5);
    CHECK(run(s, {"ZINCRBY", "z", "0.1", "b"}) == "0.10000000000000001");
    CHECK(z.zrange("z", 0, -1) == std::vector<std::string>{"a", "b"});
  });
}

TEST_CASE("An increment that would give NaN is refused and changes nothing", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "inf", "a"});
    const std::string nan = "(error) ERR resulting score is not a number (NaN)";
    CHECK(run(s, {"ZINCRBY", "z", "-inf", "a"}) == nan);
    CHECK(run(s, {"ZADD", "z", "INCR", "-inf", "a"}) == nan);
    CHECK(Zsets(s).zscore("z", "a") == infinity);
    CHECK(run(s, {"ZINCRBY", "z", "nan", "a"}) == "(error) ERR value is not a valid float");
  });
}

TEST_CASE("Minus zero becomes zero in a listpack and stays in a larger sorted set", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "-0", "a", "1", "b"});
    run(s, {"ZADD", "z", "-0", "b"});
    CHECK(run(s, {"ZMSCORE", "z", "a", "b"}) == "[0, 0]");
    fill(s, "big", 129);
    run(s, {"ZADD", "big", "-0", "a"});
    CHECK(run(s, {"ZSCORE", "big", "a"}) == "-0");
    run(s, {"ZADD", "big", "0", "a"});
    CHECK(run(s, {"ZSCORE", "big", "a"}) == "-0");
  });
}

TEST_CASE("Equal scores stand in the order of bytes", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "1", "b", "1", "", "1", "a", "1", "aa", "1", "\xff", "1", "Z", "0", "last"});
    CHECK(Zsets(s).zrange("z", 0, -1) == std::vector<std::string>{"last", "", "Z", "a", "aa", "b", "\xff"});
  });
}

TEST_CASE("ZSCORE and ZMSCORE give nothing for what is missing", "[zsets]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"ZSCORE", "z", "a"}) == "(nil)");
    CHECK(run(s, {"ZMSCORE", "z", "a", "b"}) == "[(nil), (nil)]");
    run(s, {"ZADD", "z", "1.5", "a", "-inf", "b"});
    CHECK(run(s, {"ZSCORE", "z", "a"}) == "1.5");
    CHECK(run(s, {"ZMSCORE", "z", "b", "c", "a"}) == "[-inf, (nil), 1.5]");
  });
}

TEST_CASE("ZRANK and ZREVRANK count from either end", "[zsets]") {
  for_each_store([](Store& s) {
    Zsets z(s);
    CHECK(z.zrank("z", "a") == std::nullopt);
    fill(s, "z", 3);
    CHECK(z.zrank("z", member(0)) == 0);
    CHECK(z.zrevrank("z", member(0)) == 2);
    CHECK(z.zrank("z", "a") == std::nullopt);
    CHECK(z.zrevrank("z", "a") == std::nullopt);
  });
}

TEST_CASE("Ranks follow the scores in a large sorted set", "[zsets]") {
  for_each_store([](Store& s) {
    Zsets z(s);
    fill(s, "z", 3000);
    CHECK(z.zrank("z", member(1234)) == 1234);
    CHECK(z.zrevrank("z", member(1234)) == 1765);
    z.zincrby("z", -5000, member(1234));
    CHECK(z.zrank("z", member(1234)) == 0);
    CHECK(z.zrank("z", member(1000)) == 1001);
    z.zrem("z", {member(1234), member(1)});
    CHECK(z.zrank("z", member(1000)) == 999);
    CHECK(z.zcard("z") == 2998);
  });
}

TEST_CASE("ZREM counts what was there, each once, and the key goes with its last member", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "1", "a", "2", "b", "3", "c"});
    CHECK(run(s, {"ZREM", "z", "a", "a", "x"}) == "1");
    CHECK(run(s, {"ZREM", "z", "b", "c", "d"}) == "2");
    CHECK(run(s, {"EXISTS", "z"}) == "0");
    CHECK(run(s, {"ZREM", "z", "a"}) == "0");
  });
}

TEST_CASE("Changing members keeps the time to live", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "1", "a", "2", "b"});
    run(s, {"EXPIRE", "z", "100"});
    run(s, {"ZADD", "z", "3", "c"});
    run(s, {"ZINCRBY", "z", "1", "a"});
    run(s, {"ZPOPMIN", "z"});
    CHECK(run(s, {"TTL", "z"}) == "100");
    fill(s, "z", 200);
    CHECK(run(s, {"TTL", "z"}) == "100");
  });
}

TEST_CASE("An expired sorted set is gone for every command", "[zsets]") {
  for_each_store([](Store& s, ManualClock& clock) {
    fill(s, "z", 200);
    run(s, {"PEXPIRE", "z", "50"});
    clock.advance(60);
    CHECK(run(s, {"ZCARD", "z"}) == "0");
    CHECK(run(s, {"ZRANGE", "z", "0", "-1"}) == "[]");
    CHECK(run(s, {"ZCOUNT", "z", "-inf", "inf"}) == "0");
    CHECK(run(s, {"ZSCORE", "z", member(1)}) == "(nil)");
    CHECK(run(s, {"ZRANK", "z", member(1)}) == "(nil)");
    CHECK(run(s, {"ZADD", "z", "1", "a"}) == "1");
    CHECK(run(s, {"ZCARD", "z"}) == "1");
    CHECK(run(s, {"TTL", "z"}) == "-1");
  });
}

TEST_CASE("ZPOPMIN and ZPOPMAX take from either end in order", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "1", "a", "2", "b", "3", "c", "4", "d", "5", "e"});
    CHECK(run(s, {"ZPOPMIN", "z"}) == "[\"a\", 1]");
    CHECK(run(s, {"ZPOPMAX", "z", "2"}) == "[\"e\": 5, \"d\": 4]");
    CHECK(run(s, {"ZPOPMIN", "z", "0"}) == "[]");
    CHECK(run(s, {"ZPOPMIN", "z", "10"}) == "[\"b\": 2, \"c\": 3]");
    CHECK(run(s, {"EXISTS", "z"}) == "0");
    CHECK(run(s, {"ZPOPMIN", "z"}) == "[]");
  });
}

TEST_CASE("ZPOPMIN refuses a count that is negative or no number", "[zsets]") {
  for_each_store([](Store& s) {
    for (std::string bad : {"-1", "x", "99999999999999999999"})
      CHECK(run(s, {"ZPOPMIN", "z", bad}) == "(error) ERR value is out of range, must be positive");
    CHECK(run(s, {"ZPOPMAX", "z", "1", "2"}) == "(error) ERR syntax error");
  });
}

TEST_CASE("ZMPOP takes from the first key that has members", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "b", "1", "x", "2", "y", "3", "z"});
    CHECK(run(s, {"ZMPOP", "2", "a", "b", "MAX"}) == "[\"b\", [[\"z\", 3]]]");
    CHECK(run(s, {"ZMPOP", "2", "a", "b", "min", "COUNT", "5"}) == "[\"b\", [[\"x\", 1], [\"y\", 2]]]");
    CHECK(reply(s, {"ZMPOP", "2", "a", "b", "MIN"}).kind == Value::Kind::null_array);
    CHECK(run(s, {"EXISTS", "b"}) == "0");
  });
}

TEST_CASE("ZMPOP refuses bad counts and words in Redis's order", "[zsets]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"ZMPOP", "0", "z", "MIN"}) == "(error) ERR numkeys should be greater than 0");
    CHECK(run(s, {"ZMPOP", "x", "z", "MIN"}) == "(error) ERR numkeys should be greater than 0");
    CHECK(run(s, {"ZMPOP", "2", "z", "MIN"}) == "(error) ERR syntax error");
    CHECK(run(s, {"ZMPOP", "1", "z", "FIRST"}) == "(error) ERR syntax error");
    CHECK(run(s, {"ZMPOP", "1", "z", "MIN", "COUNT", "0"}) == "(error) ERR count should be greater than 0");
    CHECK(run(s, {"ZMPOP", "1", "z", "MIN", "COUNT", "1", "COUNT", "1"}) == "(error) ERR syntax error");
  });
}

TEST_CASE("ZRANDMEMBER without a count gives one member or nothing", "[zsets]") {
  for_each_store([](Store& s) {
    Zsets z(s);
    CHECK(reply(s, {"ZRANDMEMBER", "z"}).kind == Value::Kind::null);
    CHECK(run(s, {"ZRANDMEMBER", "z", "3"}) == "[]");
    run(s, {"ZADD", "z", "1", "a"});
    CHECK(run(s, {"ZRANDMEMBER", "z"}) == "\"a\"");
  });
}

TEST_CASE("ZRANDMEMBER gives different members for a positive count, repeated ones for a negative count",
          "[zsets]") {
  for_each_store([](Store& s) {
    Zsets z(s);
    for (int size : {20, 400}) {
      fill(s, "z", size);
      for (int count : {1, 7, 15, size, size + 5}) {
        auto chosen = z.zrandmember_withscores("z", count);
        std::map<std::string, double> distinct;
        for (const ScoredMember& m : chosen) distinct[m.member] = m.score;
        CHECK(distinct.size() == static_cast<std::size_t>(std::min(count, size)));
        CHECK(chosen.size() == distinct.size());
        for (const auto& [name, score] : distinct) CHECK(z.zscore("z", name) == score);
      }
      CHECK(z.zrandmember("z", -1000).size() == 1000);
    }
    CHECK(z.zcard("z") == 400);
  });
}

TEST_CASE("ZRANDMEMBER refuses counts out of range", "[zsets]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"ZRANDMEMBER", "z", "WITHSCORES"}) ==
          "(error) ERR value is not an integer or out of range");
    CHECK(
        run(s, {"ZRANDMEMBER", "z", "-9223372036854775808"}) ==
        "(error) ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");
    CHECK(run(s, {"ZRANDMEMBER", "z", "4611686018427387904", "WITHSCORES"}) ==
          "(error) ERR value is out of range");
    CHECK(run(s, {"ZRANDMEMBER", "z", "1", "WITHSCORES", "WITHSCORES"}) == "(error) ERR syntax error");
  });
}

TEST_CASE("ZSCAN returns every member in the end", "[zsets]") {
  for_each_store([](Store& s) {
    fill(s, "z", 1000);
    Zsets z(s);
    std::map<std::string, double> seen;
    std::uint64_t cursor = 0;
    do {
      auto page = z.zscan("z", cursor, {}, 50);
      for (const ScoredMember& m : page.items) seen[m.member] = m.score;
      cursor = page.cursor;
    } while (cursor != 0);
    CHECK(seen.size() == 1000);
    CHECK(seen[member(500)] == 500);
  });
}

TEST_CASE("ZSCAN gives only members that match", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "1", "apple", "2", "pear", "3.5", "apricot"});
    CHECK(run(s, {"ZSCAN", "z", "0", "MATCH", "ap*"}) == "[\"0\", [\"apple\", \"1\", \"apricot\", \"3.5\"]]");
    CHECK(run(s, {"ZSCAN", "missing", "0"}) == "[\"0\", []]");
  });
}

TEST_CASE("ZSCAN refuses bad cursors and options", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "1", "a"});
    CHECK(run(s, {"ZSCAN", "z", "x"}) == "(error) ERR invalid cursor");
    CHECK(run(s, {"ZSCAN", "z", "0", "COUNT", "0"}) == "(error) ERR syntax error");
    CHECK(run(s, {"ZSCAN", "z", "0", "COUNT", "x"}) == "(error) ERR value is not an integer or out of range");
    if (s.capabilities().shared) return skip(s, "the arguments are checked before the server sees them");
    CHECK(run(s, {"ZSCAN", "missing", "0", "COUNT", "0"}) == "[\"0\", []]");
  });
}

TEST_CASE("Every command of sorted sets refuses a key of another type", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "k", "v"});
    const std::vector<std::vector<std::string>> calls = {{"ZADD", "k", "1", "a"},
                                                         {"ZADD", "k", "XX", "1", "a"},
                                                         {"ZINCRBY", "k", "1", "a"},
                                                         {"ZREM", "k", "a"},
                                                         {"ZCARD", "k"},
                                                         {"ZSCORE", "k", "a"},
                                                         {"ZMSCORE", "k", "a"},
                                                         {"ZRANK", "k", "a"},
                                                         {"ZREVRANK", "k", "a"},
                                                         {"ZCOUNT", "k", "0", "1"},
                                                         {"ZLEXCOUNT", "k", "-", "+"},
                                                         {"ZRANGE", "k", "0", "1"},
                                                         {"ZREVRANGE", "k", "0", "1"},
                                                         {"ZRANGEBYSCORE", "k", "0", "1"},
                                                         {"ZREVRANGEBYSCORE", "k", "1", "0"},
                                                         {"ZRANGEBYLEX", "k", "-", "+"},
                                                         {"ZREVRANGEBYLEX", "k", "+", "-"},
                                                         {"ZRANGESTORE", "d", "k", "0", "1"},
                                                         {"ZREMRANGEBYRANK", "k", "0", "1"},
                                                         {"ZREMRANGEBYSCORE", "k", "0", "1"},
                                                         {"ZREMRANGEBYLEX", "k", "-", "+"},
                                                         {"ZPOPMIN", "k"},
                                                         {"ZPOPMAX", "k", "0"},
                                                         {"ZMPOP", "1", "k", "MIN"},
                                                         {"BZPOPMIN", "k", "0"},
                                                         {"BZPOPMAX", "k", "0"},
                                                         {"BZMPOP", "0", "1", "k", "MIN"},
                                                         {"ZUNION", "1", "k"},
                                                         {"ZINTER", "2", "missing", "k"},
                                                         {"ZDIFF", "1", "k"},
                                                         {"ZUNIONSTORE", "d", "1", "k"},
                                                         {"ZINTERSTORE", "d", "1", "k"},
                                                         {"ZDIFFSTORE", "d", "1", "k"},
                                                         {"ZINTERCARD", "1", "k"},
                                                         {"ZRANDMEMBER", "k"},
                                                         {"ZSCAN", "k", "0"}};
    for (const auto& call : calls) {
      INFO(call[0]);
      CHECK(run(s, call) == wrong_type);
    }
    CHECK(run(s, {"GET", "k"}) == "\"v\"");
  });
}
