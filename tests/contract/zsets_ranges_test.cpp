#include <catch2/catch.hpp>
#include <limits>

#include "playhead/views/zsets.h"
#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;
using Names = std::vector<std::string>;

constexpr double infinity = std::numeric_limits<double>::infinity();

// Members a to e with scores 1 to 5.
void five(Store& s) {
  run(s, {"ZADD", "z", "1", "a", "2", "b", "3", "c", "4", "d", "5", "e"});
}
// Members a to e, all with score 0.
void letters(Store& s) {
  run(s, {"ZADD", "l", "0", "a", "0", "b", "0", "c", "0", "d", "0", "e"});
}

std::string member(int i) {
  return "member:" + std::to_string(1000000 + i);
}

// Member i has score i / 2: two members a score. From 129 members on no store keeps them packed.
void fill(Store& s, Text key, int n, double divisor = 2) {
  Names names;
  std::vector<ScoreMember> items;
  for (int i = 0; i < n; ++i) names.push_back(member(i));
  for (int i = 0; i < n; ++i)
    items.push_back({divisor == 0 ? 0 : static_cast<double>(static_cast<int>(i / divisor)),
                     names[static_cast<std::size_t>(i)]});
  Zsets(s).zadd(key, items);
}

Names members(int from, int to) {
  Names r;
  for (int i = from; i < to; ++i) r.push_back(member(i));
  return r;
}
Names reversed(Names names) {
  return {names.rbegin(), names.rend()};
}

Lex from(Text name) {
  return {Lex::Kind::inclusive, name};
}
Lex behind(Text name) {
  return {Lex::Kind::exclusive, name};
}

}  // namespace

TEST_CASE("ZRANGE takes ranks from either end and cuts them to what there is", "[zsets]") {
  for_each_store([](Store& s) {
    five(s);
    Zsets z(s);
    CHECK(z.zrange("z", 0, -1) == Names{"a", "b", "c", "d", "e"});
    CHECK(z.zrange("z", 1, 2) == Names{"b", "c"});
    CHECK(z.zrange("z", -2, 100) == Names{"d", "e"});
    CHECK(z.zrange("z", -100, 0) == Names{"a"});
    CHECK(z.zrange("z", 3, 1).empty());
    CHECK(z.zrange("z", 5, 9).empty());
    CHECK(z.zrange("z", 0, -6).empty());
    CHECK(z.zrange("missing", 0, -1).empty());
    CHECK(z.zrange("z", std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max())
              .size() == 5);
  });
}

TEST_CASE("ZRANGE REV and ZREVRANGE count ranks from the greatest", "[zsets]") {
  for_each_store([](Store& s) {
    five(s);
    Zsets z(s);
    CHECK(z.zrange("z", 0, 1, true) == Names{"e", "d"});
    CHECK(z.zrevrange("z", 0, 1) == Names{"e", "d"});
    CHECK(z.zrevrange("z", -2, -1) == Names{"b", "a"});
    CHECK(run(s, {"ZREVRANGE", "z", "0", "0", "WITHSCORES"}) == "[\"e\": 5]");
  });
}

TEST_CASE("Scores are told with WITHSCORES only", "[zsets]") {
  for_each_store([](Store& s) {
    five(s);
    CHECK(run(s, {"ZRANGE", "z", "0", "1"}) == "[\"a\", \"b\"]");
    CHECK(run(s, {"ZRANGE", "z", "0", "1", "withscores"}) == "[\"a\": 1, \"b\": 2]");
    CHECK(reply(s, {"ZRANGE", "z", "0", "1", "WITHSCORES"}).kind == Value::Kind::pairs);
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "2", "3", "WITHSCORES"}) == "[\"b\": 2, \"c\": 3]");
    CHECK(Zsets(s).zrangebyscore_withscores("z", {4}, {5}) == std::vector<ScoredMember>{{"d", 4}, {"e", 5}});
  });
}

TEST_CASE("Ranges of scores include their ends unless these are exclusive", "[zsets]") {
  for_each_store([](Store& s) {
    five(s);
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "2", "4"}) == "[\"b\", \"c\", \"d\"]");
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "(2", "(4"}) == "[\"c\"]");
    CHECK(run(s, {"ZRANGE", "z", "-inf", "(2", "BYSCORE"}) == "[\"a\"]");
    CHECK(run(s, {"ZRANGE", "z", "(3", "(3", "BYSCORE"}) == "[]");
    CHECK(run(s, {"ZRANGE", "z", "4", "2", "BYSCORE"}) == "[]");
    CHECK(run(s, {"ZREVRANGEBYSCORE", "z", "(5", "3"}) == "[\"d\", \"c\"]");
    CHECK(run(s, {"ZRANGE", "z", "+inf", "4", "BYSCORE", "REV"}) == "[\"e\", \"d\"]");
    CHECK(run(s, {"ZRANGE", "z", "4", "+inf", "BYSCORE", "REV"}) == "[]");
  });
}

TEST_CASE("Infinite scores lie within ranges that reach to infinity", "[zsets]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "-inf", "low", "0", "zero", "inf", "high"});
    CHECK(Zsets(s).zcount("z", {-infinity}, {infinity}) == 3);
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "(-inf", "(inf"}) == "[\"zero\"]");
    CHECK(run(s, {"ZREVRANGEBYSCORE", "z", "+inf", "1"}) == "[\"high\"]");
  });
}

TEST_CASE("Ranges of names include their ends unless these are exclusive", "[zsets]") {
  for_each_store([](Store& s) {
    letters(s);
    Zsets z(s);
    CHECK(z.zrangebylex("l", from("b"), from("d")) == Names{"b", "c", "d"});
    CHECK(z.zrangebylex("l", behind("b"), behind("d")) == Names{"c"});
    CHECK(z.zrangebylex("l", {}, behind("c")) == Names{"a", "b"});
    CHECK(z.zrangebylex("l", from("bb"), {Lex::Kind::max, {}}) == Names{"c", "d", "e"});
    CHECK(z.zrangebylex("l", from("b"), from("d"), {.rev = true}) == Names{"d", "c", "b"});
    CHECK(run(s, {"ZRANGE", "l", "+", "(c", "BYLEX", "REV"}) == "[\"e\", \"d\"]");
    CHECK(run(s, {"ZRANGEBYLEX", "l", "+", "-"}) == "[]");
    CHECK(run(s, {"ZRANGEBYLEX", "l", "[", "(a"}) == "[]");
    CHECK(run(s, {"ZREVRANGEBYLEX", "l", "[b", "-"}) == "[\"b\", \"a\"]");
  });
}

TEST_CASE("LIMIT leaves out members before and behind", "[zsets]") {
  for_each_store([](Store& s) {
    five(s);
    letters(s);
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "2", "5", "LIMIT", "1", "2"}) == "[\"c\", \"d\"]");
    CHECK(run(s, {"ZREVRANGEBYSCORE", "z", "4", "1", "LIMIT", "1", "2"}) == "[\"c\", \"b\"]");
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "2", "3", "LIMIT", "1", "-1"}) == "[\"c\"]");
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "2", "3", "LIMIT", "2", "5"}) == "[]");
    CHECK(run(s, {"ZREVRANGEBYSCORE", "z", "2", "1", "LIMIT", "2", "5"}) == "[]");
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "1", "5", "LIMIT", "0", "0"}) == "[]");
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "1", "5", "LIMIT", "-1", "3"}) == "[]");
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "1", "5", "LIMIT", "9223372036854775807", "3"}) == "[]");
    CHECK(run(s, {"ZRANGEBYLEX", "l", "-", "+", "LIMIT", "3", "9"}) == "[\"d\", \"e\"]");
    CHECK(run(s, {"ZRANGE", "l", "[d", "-", "BYLEX", "REV", "LIMIT", "1", "2"}) == "[\"c\", \"b\"]");
  });
}

TEST_CASE("Ranges of a large sorted set start and end where they should", "[zsets]") {
  for_each_store([](Store& s) {
    fill(s, "z", 3000);
    fill(s, "l", 1000, 0);
    Zsets z(s);
    CHECK(z.zrange("z", 1490, 1499) == members(1490, 1500));
    CHECK(z.zrevrange("z", 0, 9) == reversed(members(2990, 3000)));
    CHECK(z.zrangebyscore("z", {500}, {501, true}) == members(1000, 1002));
    CHECK(z.zrangebyscore("z", {100}, {900}, {.limit = Limit{1000, 4}}) == members(1200, 1204));
    CHECK(z.zrangebyscore("z", {100}, {900}, {.rev = true, .limit = Limit{1000, 4}}) ==
          reversed(members(798, 802)));
    CHECK(z.zcount("z", {100}, {200}) == 202);
    CHECK(z.zcount("z", {100, true}, {200, true}) == 198);
    CHECK(z.zrangebylex("l", behind(member(500)), from(member(510))) == members(501, 511));
    CHECK(z.zlexcount("l", behind(member(500)), from(member(510))) == 10);
    CHECK(z.zrangebylex("l", {}, {Lex::Kind::max, {}}, {.rev = true, .limit = Limit{990, 20}}) ==
          reversed(members(0, 10)));
  });
}

TEST_CASE("ZCOUNT and ZLEXCOUNT of a range turned round are 0", "[zsets]") {
  for_each_store([](Store& s) {
    five(s);
    letters(s);
    CHECK(run(s, {"ZCOUNT", "z", "4", "2"}) == "0");
    CHECK(run(s, {"ZLEXCOUNT", "l", "[d", "[b"}) == "0");
    CHECK(run(s, {"ZLEXCOUNT", "l", "+", "-"}) == "0");
    CHECK(run(s, {"ZLEXCOUNT", "l", "-", "+"}) == "5");
    CHECK(run(s, {"ZCOUNT", "missing", "-inf", "inf"}) == "0");
  });
}

TEST_CASE("A bound of scores is read as strtod does", "[zsets]") {
  for_each_store([](Store& s) {
    five(s);
    CHECK(run(s, {"ZCOUNT", "z", "", "2"}) == "2");
    CHECK(run(s, {"ZCOUNT", "z", " 2", "1e999"}) == "4");
    CHECK(run(s, {"ZCOUNT", "z", "(", "0x2"}) == "2");
    for (std::string bad : {"x", "nan", "(nan", "1 ", "((1"})
      CHECK(run(s, {"ZCOUNT", "z", bad, "2"}) == "(error) ERR min or max is not a float");
  });
}

TEST_CASE("A bound of names must begin with a bracket", "[zsets]") {
  for_each_store([](Store& s) {
    for (std::string bad : {"a", "", "-a", "++"})
      CHECK(run(s, {"ZRANGEBYLEX", "l", "-", bad}) == "(error) ERR min or max not valid string range item");
  });
}

TEST_CASE("ZRANGE reads its bounds as its options say", "[zsets]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"ZRANGE", "z", "a", "1"}) == "(error) ERR value is not an integer or out of range");
    CHECK(run(s, {"ZRANGE", "z", "a", "1", "BYSCORE"}) == "(error) ERR min or max is not a float");
    CHECK(run(s, {"ZRANGE", "z", "a", "1", "BYLEX"}) == "(error) ERR min or max not valid string range item");
    CHECK(run(s, {"ZRANGESTORE", "d", "z", "a", "1"}) ==
          "(error) ERR value is not an integer or out of range");
  });
}

TEST_CASE("ZRANGE refuses options that do not fit together", "[zsets]") {
  for_each_store([](Store& s) {
    const std::string syntax = "(error) ERR syntax error";
    const std::string limit =
        syntax + ", LIMIT is only supported in combination with either BYSCORE or BYLEX";
    const std::string withscores = syntax + ", WITHSCORES not supported in combination with BYLEX";
    CHECK(run(s, {"ZRANGE", "z", "0", "1", "BYLEX", "BYSCORE"}) == syntax);
    CHECK(run(s, {"ZRANGE", "z", "0", "1", "REV", "REV"}) == syntax);
    CHECK(run(s, {"ZRANGE", "z", "x", "1", "FOO"}) == syntax);
    CHECK(run(s, {"ZRANGE", "z", "0", "1", "LIMIT", "0"}) == syntax);
    CHECK(run(s, {"ZRANGE", "z", "0", "1", "LIMIT", "0", "1"}) == limit);
    CHECK(run(s, {"ZRANGE", "z", "0", "1", "LIMIT", "0", "-1"}) == "[]");
    CHECK(run(s, {"ZREVRANGE", "z", "x", "1", "LIMIT", "0", "1"}) == limit);
    CHECK(run(s, {"ZRANGE", "z", "-", "+", "BYLEX", "WITHSCORES"}) == withscores);
    CHECK(run(s, {"ZRANGEBYLEX", "z", "x", "+", "WITHSCORES"}) == withscores);
    CHECK(run(s, {"ZRANGESTORE", "d", "z", "0", "1", "WITHSCORES"}) == syntax);
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "x", "1", "BYSCORE"}) == syntax);
    CHECK(run(s, {"ZRANGEBYSCORE", "z", "0", "1", "LIMIT", "x", "1"}) ==
          "(error) ERR value is not an integer or out of range");
  });
}

TEST_CASE("ZRANGESTORE replaces what the destination held, and its time to live", "[zsets]") {
  for_each_store([](Store& s) {
    five(s);
    run(s, {"SET", "d", "v", "EX", "100"});
    CHECK(run(s, {"ZRANGESTORE", "d", "z", "1", "2"}) == "2");
    CHECK(run(s, {"ZRANGE", "d", "0", "-1", "WITHSCORES"}) == "[\"b\": 2, \"c\": 3]");
    CHECK(run(s, {"TTL", "d"}) == "-1");
    CHECK(run(s, {"ZRANGESTORE", "d", "z", "(5", "2", "BYSCORE", "REV", "LIMIT", "1", "5"}) == "2");
    CHECK(run(s, {"ZRANGE", "d", "0", "-1"}) == "[\"b\", \"c\"]");
  });
}

TEST_CASE("ZRANGESTORE of nothing deletes the destination", "[zsets]") {
  for_each_store([](Store& s) {
    five(s);
    CHECK(run(s, {"ZRANGESTORE", "z", "missing", "0", "-1"}) == "0");
    CHECK(run(s, {"EXISTS", "z"}) == "0");
  });
}

TEST_CASE("ZRANGESTORE may store a sorted set's part in itself", "[zsets]") {
  for_each_store([](Store& s) {
    fill(s, "z", 1000);
    Zsets z(s);
    CHECK(z.zrangestore("z", "z", {.start = "500", .stop = "-1"}) == 500);
    CHECK(z.zrange("z", 0, -1) == members(500, 1000));
  });
}

TEST_CASE("ZREMRANGEBYRANK, BYSCORE and BYLEX remove what the range names", "[zsets]") {
  for_each_store([](Store& s) {
    five(s);
    letters(s);
    Zsets z(s);
    CHECK(z.zremrangebyrank("z", 1, 1) == 1);
    CHECK(z.zremrangebyrank("z", 4, 9) == 0);
    CHECK(z.zremrangebyscore("z", {3}, {4}) == 2);
    CHECK(z.zrange("z", 0, -1) == Names{"a", "e"});
    CHECK(z.zremrangebylex("l", behind("a"), from("c")) == 2);
    CHECK(z.zrange("l", 0, -1) == Names{"a", "d", "e"});
    CHECK(run(s, {"ZREMRANGEBYRANK", "missing", "0", "-1"}) == "0");
  });
}

TEST_CASE("A key goes when a range of all its members is removed", "[zsets]") {
  for_each_store([](Store& s) {
    Zsets z(s);
    for (int n : {5, 500}) {
      fill(s, "z", n);
      CHECK(z.zremrangebyrank("z", 0, -1) == n);
      CHECK(run(s, {"EXISTS", "z"}) == "0");
      fill(s, "z", n);
      CHECK(z.zremrangebyscore("z", {-infinity}, {infinity}) == n);
      CHECK(run(s, {"EXISTS", "z"}) == "0");
      fill(s, "z", n, 0);
      CHECK(z.zremrangebylex("z", {}, {Lex::Kind::max, {}}) == n);
      CHECK(run(s, {"EXISTS", "z"}) == "0");
    }
  });
}

TEST_CASE("Removing a range of a large sorted set leaves the rest in order", "[zsets]") {
  for_each_store([](Store& s) {
    fill(s, "z", 2000);
    Zsets z(s);
    CHECK(z.zremrangebyrank("z", 100, 1899) == 1800);
    CHECK(z.zcard("z") == 200);
    CHECK(z.zrange("z", 98, 101) == Names{member(98), member(99), member(1900), member(1901)});
    CHECK(z.zrank("z", member(1999)) == 199);
  });
}
