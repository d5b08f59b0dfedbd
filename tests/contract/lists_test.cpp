#include "playhead/views/lists.h"

#include <catch2/catch.hpp>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;
using Items = Lists::Items;

const std::string wrong_type = "(error) WRONGTYPE Operation against a key holding the wrong kind of value";
const std::string not_an_integer = "(error) ERR value is not an integer or out of range";
const std::string not_positive = "(error) ERR value is out of range, must be positive";
const std::string syntax_error = "(error) ERR syntax error";

std::string element(int i) {
  return "element:" + std::to_string(i);
}

// Of a size that no store keeps packed.
void fill(Lists& lists, Text key, int elements) {
  for (int i = 0; i < elements; ++i) lists.rpush(key, {element(i)});
}

}  // namespace

TEST_CASE("LPUSH puts the last element named in front", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    CHECK(l.lpush("l", {"a", "b"}) == 2);
    CHECK(l.lpush("l", {"c"}) == 3);
    CHECK(l.lrange("l", 0, -1) == Items{"c", "b", "a"});
  });
}

TEST_CASE("RPUSH appends in the order named", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    CHECK(l.rpush("l", {"a", "b"}) == 2);
    CHECK(l.rpush("l", {"c"}) == 3);
    CHECK(l.lrange("l", 0, -1) == Items{"a", "b", "c"});
  });
}

TEST_CASE("LPUSHX and RPUSHX create nothing", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    CHECK(l.lpushx("l", {"a"}) == 0);
    CHECK(l.rpushx("l", {"a"}) == 0);
    CHECK(run(s, {"EXISTS", "l"}) == "0");
    l.rpush("l", {"m"});
    CHECK(l.lpushx("l", {"a", "b"}) == 3);
    CHECK(l.rpushx("l", {"z"}) == 4);
    CHECK(l.lrange("l", 0, -1) == Items{"b", "a", "m", "z"});
  });
}

TEST_CASE("Elements are any bytes, the empty one too", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    const std::string bytes("\0\xff\r\n", 4), large(100'000, 'x');
    l.rpush("l", {"", bytes, large});
    CHECK(l.lrange("l", 0, -1) == Items{"", bytes, large});
    CHECK(l.lindex("l", 0) == "");
    CHECK(l.lpos("l", bytes) == 1);
    CHECK(l.rpop("l") == large);
  });
}

TEST_CASE("Every list command refuses a key of another type", "[lists]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "s", "v"});
    run(s, {"RPUSH", "l", "a"});
    const std::vector<std::vector<std::string>> commands = {{"LPUSH", "s", "a"},
                                                            {"RPUSH", "s", "a"},
                                                            {"LPUSHX", "s", "a"},
                                                            {"RPUSHX", "s", "a"},
                                                            {"LPOP", "s"},
                                                            {"RPOP", "s", "2"},
                                                            {"LLEN", "s"},
                                                            {"LRANGE", "s", "0", "1"},
                                                            {"LINDEX", "s", "0"},
                                                            {"LSET", "s", "0", "a"},
                                                            {"LINSERT", "s", "BEFORE", "a", "b"},
                                                            {"LREM", "s", "0", "a"},
                                                            {"LTRIM", "s", "0", "1"},
                                                            {"LPOS", "s", "a"},
                                                            {"LMOVE", "s", "l", "LEFT", "LEFT"},
                                                            {"LMOVE", "l", "s", "LEFT", "LEFT"},
                                                            {"RPOPLPUSH", "l", "s"},
                                                            {"LMPOP", "2", "s", "l", "LEFT"},
                                                            {"BLPOP", "s", "l", "0"},
                                                            {"BRPOP", "s", "0"},
                                                            {"BLMOVE", "l", "s", "LEFT", "LEFT", "0"},
                                                            {"BRPOPLPUSH", "s", "l", "0"},
                                                            {"BLMPOP", "0", "1", "s", "LEFT"}};
    for (const auto& command : commands) {
      CAPTURE(command[0], command[1]);
      CHECK(run(s, command) == wrong_type);
    }
    CHECK(run(s, {"LRANGE", "l", "0", "-1"}) == "[\"a\"]");
  });
}

TEST_CASE("LLEN counts elements", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    CHECK(l.llen("l") == 0);
    fill(l, "l", 1000);
    CHECK(l.llen("l") == 1000);
  });
}

TEST_CASE("LRANGE takes inclusive bounds, negative ones from the end, and cuts them to the list", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("l", {"a", "b", "c", "d"});
    CHECK(l.lrange("l", 1, 2) == Items{"b", "c"});
    CHECK(l.lrange("l", -2, -1) == Items{"c", "d"});
    CHECK(l.lrange("l", -100, 100) == Items{"a", "b", "c", "d"});
    CHECK(l.lrange("l", 2, 1).empty());
    CHECK(l.lrange("l", 4, 10).empty());
    CHECK(l.lrange("l", 0, -5).empty());
    CHECK(l.lrange("l", INT64_MIN, INT64_MAX).size() == 4);
    CHECK(l.lrange("missing", 0, -1).empty());
  });
}

TEST_CASE("LRANGE refills the memory it is given", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("l", {"a", "b"});
    Items into = {"old", "old", "old"};
    l.lrange("l", 0, -1, into);
    CHECK(into == Items{"a", "b"});
    l.lrange("missing", 0, -1, into);
    CHECK(into.empty());
  });
}

TEST_CASE("A range in the middle of a long list is exact", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    fill(l, "l", 5000);
    Items middle = l.lrange("l", 2345, 2350);
    REQUIRE(middle.size() == 6);
    for (int i = 0; i < 6; ++i) CHECK(middle[static_cast<std::size_t>(i)] == element(2345 + i));
  });
}

TEST_CASE("LINDEX finds elements from both ends", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    fill(l, "l", 1000);
    CHECK(l.lindex("l", 0) == element(0));
    CHECK(l.lindex("l", 517) == element(517));
    CHECK(l.lindex("l", -1) == element(999));
    CHECK(l.lindex("l", -1000) == element(0));
    CHECK(l.lindex("l", 1000) == std::nullopt);
    CHECK(l.lindex("l", -1001) == std::nullopt);
  });
}

TEST_CASE("LINDEX and LSET look at the index only once they have found the key", "[lists]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"LINDEX", "l", "x"}) == "(nil)");
    CHECK(run(s, {"LSET", "l", "x", "v"}) == "(error) ERR no such key");
    run(s, {"RPUSH", "l", "a"});
    CHECK(run(s, {"LINDEX", "l", "x"}) == not_an_integer);
    CHECK(run(s, {"LSET", "l", "x", "v"}) == not_an_integer);
  });
}

TEST_CASE("LSET replaces an element and refuses an index outside the list", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    fill(l, "l", 600);
    l.lset("l", 300, "longer than the element that was there before");
    l.lset("l", -1, "");
    CHECK(l.lindex("l", 300) == "longer than the element that was there before");
    CHECK(l.lindex("l", 599) == "");
    CHECK(l.llen("l") == 600);
    CHECK(run(s, {"LSET", "l", "600", "v"}) == "(error) ERR index out of range");
    CHECK(run(s, {"LSET", "l", "-601", "v"}) == "(error) ERR index out of range");
  });
}

TEST_CASE("LINSERT puts an element beside the first match of the pivot", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("l", {"a", "p", "p"});
    CHECK(l.linsert("l", LInsert::Where::before, "p", "x") == 4);
    CHECK(l.linsert("l", LInsert::Where::after, "p", "y") == 5);
    CHECK(l.lrange("l", 0, -1) == Items{"a", "x", "p", "y", "p"});
  });
}

TEST_CASE("LINSERT tells a missing key from a missing pivot", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    CHECK(l.linsert("l", LInsert::Where::before, "p", "x") == 0);
    l.rpush("l", {"a"});
    CHECK(l.linsert("l", LInsert::Where::before, "p", "x") == -1);
    CHECK(run(s, {"LINSERT", "l", "beside", "a", "x"}) == syntax_error);
    CHECK(run(s, {"LINSERT", "l", "after", "a", "x"}) == "2");
  });
}

TEST_CASE("LINSERT works in the middle of a long list", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    fill(l, "l", 1000);
    CHECK(l.linsert("l", LInsert::Where::after, element(700), "x") == 1001);
    CHECK(l.linsert("l", LInsert::Where::before, element(100), "y") == 1002);
    CHECK(l.lrange("l", 99, 101) == Items{element(99), "y", element(100)});
    CHECK(l.lrange("l", 701, 703) == Items{element(700), "x", element(701)});
  });
}

TEST_CASE("LREM removes from the front, from the end, or all", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("l", {"x", "a", "x", "b", "x", "c", "x"});
    CHECK(l.lrem("l", 1, "x") == 1);
    CHECK(l.lrange("l", 0, -1) == Items{"a", "x", "b", "x", "c", "x"});
    CHECK(l.lrem("l", -2, "x") == 2);
    CHECK(l.lrange("l", 0, -1) == Items{"a", "x", "b", "c"});
    CHECK(l.lrem("l", 0, "nothing") == 0);
    CHECK(l.lrem("l", 0, "x") == 1);
    CHECK(l.lrem("missing", 0, "x") == 0);
  });
}

TEST_CASE("LREM takes the smallest integer as all from the end", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("l", {"x", "a", "x"});
    CHECK(l.lrem("l", INT64_MIN, "x") == 2);
  });
}

TEST_CASE("LREM in a long list leaves the others in order", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    for (int i = 0; i < 900; ++i) l.rpush("l", {i % 3 == 0 ? "x" : element(i)});
    CHECK(l.lrem("l", 0, "x") == 300);
    Items left = l.lrange("l", 0, -1);
    REQUIRE(left.size() == 600);
    for (int i = 0; i < 600; ++i) CHECK(left[static_cast<std::size_t>(i)] == element(i / 2 * 3 + i % 2 + 1));
  });
}

TEST_CASE("LTRIM keeps a range, and the key goes if nothing is left", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("l", {"a", "b", "c", "d"});
    l.ltrim("l", 1, -2);
    CHECK(l.lrange("l", 0, -1) == Items{"b", "c"});
    l.ltrim("l", -100, 100);
    CHECK(l.llen("l") == 2);
    l.ltrim("l", 5, 10);
    CHECK(run(s, {"EXISTS", "l"}) == "0");
    l.ltrim("missing", 0, 0);
    CHECK(run(s, {"EXISTS", "missing"}) == "0");
  });
}

TEST_CASE("LTRIM keeps the newest of a long list", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    for (int i = 0; i < 2000; ++i) {
      l.lpush("l", {element(i)});
      l.ltrim("l", 0, 99);
    }
    CHECK(l.llen("l") == 100);
    CHECK(l.lindex("l", 0) == element(1999));
    CHECK(l.lindex("l", -1) == element(1900));
  });
}

TEST_CASE("LPOP and RPOP take one element from an end", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("l", {"a", "b", "c"});
    CHECK(l.lpop("l") == "a");
    CHECK(l.rpop("l") == "c");
    CHECK(l.lpop("l") == "b");
    CHECK(l.lpop("l") == std::nullopt);
    CHECK(run(s, {"EXISTS", "l"}) == "0");
  });
}

TEST_CASE("LPOP and RPOP with a count take at most so many, in the order taken", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    fill(l, "l", 500);
    CHECK(l.lpop("l", 2) == Items{element(0), element(1)});
    CHECK(l.rpop("l", 2) == Items{element(499), element(498)});
    CHECK(l.lpop("l", 10'000).size() == 496);
    CHECK(run(s, {"EXISTS", "l"}) == "0");
  });
}

TEST_CASE("LPOP with a count tells an absent list from an empty take", "[lists]") {
  for_each_store([](Store& s) {
    CHECK(reply(s, {"LPOP", "l"}).kind == Value::Kind::null);
    CHECK(reply(s, {"LPOP", "l", "0"}).kind == Value::Kind::null_array);
    CHECK(reply(s, {"LPOP", "l", "5"}).kind == Value::Kind::null_array);
    run(s, {"RPUSH", "l", "a"});
    CHECK(reply(s, {"LPOP", "l", "0"}) == Value::array());
    CHECK(run(s, {"LLEN", "l"}) == "1");
  });
}

TEST_CASE("LPOP refuses a negative count and more arguments", "[lists]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"LPOP", "l", "-1"}) == not_positive);
    CHECK(run(s, {"RPOP", "l", "x"}) == not_positive);
    CHECK(run(s, {"LPOP", "l", "x", "2"}) == "(error) ERR wrong number of arguments for 'lpop' command");
    CHECK(run(s, {"RPOP", "l", "1", "2"}) == "(error) ERR wrong number of arguments for 'rpop' command");
  });
}

TEST_CASE("LPOS with the smallest rank goes backwards, skips nothing and finds all", "[lists]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "l", "a", "a", "a"});
    CHECK(run(s, {"LPOS", "l", "a", "RANK", "-9223372036854775808"}) == "2");
    CHECK(run(s, {"LPOS", "l", "a", "RANK", "-9223372036854775808", "COUNT", "1"}) == "[2, 1, 0]");
    CHECK(run(s, {"LPOS", "l", "a", "RANK", "-9223372036854775807", "COUNT", "1"}) == "[]");
  });
}

TEST_CASE("LPOS searches from either end and skips matches by rank", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("l", {"a", "b", "a", "c", "a"});
    CHECK(l.lpos("l", "a") == 0);
    CHECK(l.lpos("l", "a", 2) == 2);
    CHECK(l.lpos("l", "a", -1) == 4);
    CHECK(l.lpos("l", "a", -3) == 0);
    CHECK(l.lpos("l", "a", 4) == std::nullopt);
    CHECK(l.lpos("missing", "a") == std::nullopt);
  });
}

TEST_CASE("LPOS COUNT gives several matches, 0 all", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("l", {"a", "b", "a", "c", "a"});
    CHECK(l.lpos_all("l", "a") == std::vector<std::int64_t>{0, 2, 4});
    CHECK(l.lpos_all("l", "a", 2, -1) == std::vector<std::int64_t>{4, 2});
    CHECK(l.lpos_all("l", "a", 0, 2) == std::vector<std::int64_t>{2, 4});
    CHECK(reply(s, {"LPOS", "missing", "a", "COUNT", "0"}) == Value::array());
    CHECK(reply(s, {"LPOS", "missing", "a"}).kind == Value::Kind::null);
  });
}

TEST_CASE("LPOS MAXLEN bounds the comparisons from the end where the search begins", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("l", {"a", "b", "c", "a"});
    CHECK(l.lpos_all("l", "a", 0, 1, 3) == std::vector<std::int64_t>{0});
    CHECK(l.lpos_all("l", "a", 0, -1, 3) == std::vector<std::int64_t>{3});
    CHECK(l.lpos("l", "c", 1, 2) == std::nullopt);
  });
}

TEST_CASE("LPOS refuses bad options in Redis's words", "[lists]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"LPOS", "l", "a", "RANK", "0"}) ==
          "(error) ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use "
          "negative to start from the end of "
          "the list");
    CHECK(run(s, {"LPOS", "l", "a", "RANK", "x"}) == not_an_integer);
    CHECK(run(s, {"LPOS", "l", "a", "COUNT", "-1"}) == "(error) ERR COUNT can't be negative");
    CHECK(run(s, {"LPOS", "l", "a", "MAXLEN", "x"}) == "(error) ERR MAXLEN can't be negative");
    CHECK(run(s, {"LPOS", "l", "a", "RANK"}) == syntax_error);
  });
}

TEST_CASE("LMOVE moves between all ends", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("a", {"1", "2", "3", "4"});
    CHECK(l.lmove("a", "b", ListEnd::left, ListEnd::left) == "1");
    CHECK(l.lmove("a", "b", ListEnd::right, ListEnd::left) == "4");
    CHECK(l.lmove("a", "b", ListEnd::left, ListEnd::right) == "2");
    CHECK(l.rpoplpush("a", "b") == "3");
    CHECK(l.lrange("b", 0, -1) == Items{"3", "4", "1", "2"});
    CHECK(run(s, {"EXISTS", "a"}) == "0");
    CHECK(l.lmove("a", "b", ListEnd::left, ListEnd::left) == std::nullopt);
  });
}

TEST_CASE("LMOVE rotates a list, short or long", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    for (int n : {1, 3, 700}) {
      run(s, {"DEL", "l"});
      fill(l, "l", n);
      CHECK(l.lmove("l", "l", ListEnd::left, ListEnd::right) == element(0));
      CHECK(l.lindex("l", -1) == element(0));
      CHECK(l.rpoplpush("l", "l") == element(0));
      CHECK(l.lmove("l", "l", ListEnd::left, ListEnd::left) == element(0));
      CHECK(l.lindex("l", 0) == element(0));
      CHECK(l.llen("l") == n);
    }
  });
}

TEST_CASE("Rotating a list of one keeps its deadline", "[lists]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "l", "a"});
    run(s, {"EXPIRE", "l", "100"});
    CHECK(run(s, {"LMOVE", "l", "l", "LEFT", "RIGHT"}) == "\"a\"");
    CHECK(run(s, {"RPOPLPUSH", "l", "l"}) == "\"a\"");
    CHECK(run(s, {"TTL", "l"}) == "100");
  });
}

TEST_CASE("LMOVE refuses a destination of another type only if there is something to move", "[lists]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "s", "v"});
    CHECK(run(s, {"LMOVE", "missing", "s", "LEFT", "LEFT"}) == "(nil)");
    CHECK(run(s, {"LMOVE", "missing", "s", "UP", "LEFT"}) == syntax_error);
  });
}

TEST_CASE("LMPOP takes from the first list that has elements", "[lists]") {
  for_each_store([](Store& s) {
    Lists l(s);
    l.rpush("b", {"1", "2", "3"});
    CHECK(l.lmpop({"a", "b"}, ListEnd::left) == PoppedElements{"b", {"1"}});
    CHECK(l.lmpop({"a", "b"}, ListEnd::right, 5) == PoppedElements{"b", {"3", "2"}});
    CHECK(l.lmpop({"a", "b"}, ListEnd::right) == std::nullopt);
    CHECK(reply(s, {"LMPOP", "1", "a", "LEFT"}).kind == Value::Kind::null_array);
    run(s, {"RPUSH", "a", "x", "y"});
    CHECK(run(s, {"LMPOP", "1", "a", "left", "count", "9"}) == "[\"a\", [\"x\", \"y\"]]");
  });
}

TEST_CASE("LMPOP and BLMPOP refuse bad arguments in Redis's words", "[lists]") {
  for_each_store([](Store& s) {
    const std::string numkeys = "(error) ERR numkeys should be greater than 0",
                      count = "(error) ERR count should be greater than 0";
    for (std::vector<std::string> start : {std::vector<std::string>{"LMPOP"}, {"BLMPOP", "0"}}) {
      auto refused = [&](std::vector<std::string> words) {
        words.insert(words.begin(), start.begin(), start.end());
        return run(s, words);
      };
      CHECK(refused({"0", "k", "LEFT"}) == numkeys);
      CHECK(refused({"x", "k", "LEFT"}) == numkeys);
      CHECK(refused({"2", "k", "LEFT"}) == syntax_error);
      CHECK(refused({"1", "k", "UP"}) == syntax_error);
      CHECK(refused({"1", "k", "LEFT", "COUNT", "0"}) == count);
      CHECK(refused({"1", "k", "LEFT", "COUNT", "x"}) == count);
      CHECK(refused({"1", "k", "LEFT", "COUNT"}) == syntax_error);
      CHECK(refused({"1", "k", "LEFT", "COUNT", "1", "COUNT", "1"}) == syntax_error);
    }
  });
}

TEST_CASE("Changes of a list keep its deadline, and a list that emptied forgets it", "[lists]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "l", "a", "b", "c"});
    run(s, {"EXPIRE", "l", "100"});
    run(s, {"LPUSH", "l", "x"});
    run(s, {"LPOP", "l"});
    run(s, {"LSET", "l", "0", "y"});
    run(s, {"LINSERT", "l", "AFTER", "y", "z"});
    run(s, {"LREM", "l", "1", "z"});
    run(s, {"LTRIM", "l", "0", "1"});
    CHECK(run(s, {"TTL", "l"}) == "100");
    run(s, {"RPOP", "l", "9"});
    run(s, {"RPUSH", "l", "a"});
    CHECK(run(s, {"TTL", "l"}) == "-1");
  });
}

TEST_CASE("An expired list is gone for every command", "[lists]") {
  for_each_store([](Store& s, ManualClock& clock) {
    run(s, {"RPUSH", "l", "a"});
    run(s, {"PEXPIRE", "l", "50"});
    clock.advance(51);
    CHECK(run(s, {"LLEN", "l"}) == "0");
    CHECK(run(s, {"LRANGE", "l", "0", "-1"}) == "[]");
    CHECK(run(s, {"LPUSHX", "l", "b"}) == "0");
    CHECK(run(s, {"LPOP", "l"}) == "(nil)");
    CHECK(run(s, {"RPUSH", "l", "b"}) == "1");
    CHECK(run(s, {"TTL", "l"}) == "-1");
  });
}

TEST_CASE("Lists of different databases are apart", "[lists]") {
  for_each_store([](Store& s) {
    Lists zero(s, 0), one(s, 1);
    zero.rpush("l", {"a"});
    CHECK(one.llen("l") == 0);
    one.rpush("l", {"b"});
    CHECK(zero.lrange("l", 0, -1) == Items{"a"});
  });
}
