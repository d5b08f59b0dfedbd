#include <catch2/catch.hpp>

#include "playhead/views/zsets.h"
#include "tests/contract/parked.h"

namespace {

using namespace playhead;
using namespace playhead::test;

const std::vector<Text> a_and_b = {"a", "b"};

}  // namespace

TEST_CASE("Blocking pops answer at once if there are members", "[zsets][blocking]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "b", "1", "x", "2", "y", "3.5", "z", "4", "w"});
    CHECK(run(s, {"BZPOPMIN", "a", "b", "0"}) == "[\"b\", \"x\", 1]");
    CHECK(run(s, {"BZPOPMAX", "a", "b", "0"}) == "[\"b\", \"w\", 4]");
    CHECK(run(s, {"BZMPOP", "0", "2", "a", "b", "MAX", "COUNT", "9"}) ==
          "[\"b\", [[\"z\", 3.5], [\"y\", 2]]]");
    CHECK(run(s, {"EXISTS", "b"}) == "0");
  });
}

TEST_CASE("Performed without waiting, blocking pops answer nothing as inside MULTI", "[zsets][blocking]") {
  for_each_store([](Store& s) {
    CHECK(reply(s, {"BZPOPMIN", "a", "0"}).kind == Value::Kind::null_array);
    CHECK(reply(s, {"BZPOPMAX", "a", "0"}).kind == Value::Kind::null_array);
    CHECK(reply(s, {"BZMPOP", "0", "1", "a", "MIN"}).kind == Value::Kind::null_array);
  });
}

TEST_CASE("Blocking pops refuse a bad timeout, BZMPOP after everything else", "[zsets][blocking]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"BZPOPMIN", "a", "x"}) == "(error) ERR timeout is not a float or out of range");
    CHECK(run(s, {"BZPOPMAX", "a", "-1"}) == "(error) ERR timeout is negative");
    CHECK(run(s, {"BZMPOP", "x", "1", "a", "MIN"}) == "(error) ERR timeout is not a float or out of range");
    CHECK(run(s, {"BZMPOP", "x", "0", "a", "MIN"}) == "(error) ERR numkeys should be greater than 0");
    CHECK(run(s, {"BZMPOP", "x", "1", "a", "FIRST"}) == "(error) ERR syntax error");
    CHECK(run(s, {"BZMPOP", "x", "1", "a", "MIN", "COUNT", "0"}) ==
          "(error) ERR count should be greater than 0");
  });
}

TEST_CASE("A new member serves a parked BZPOPMIN, which leaves no key behind", "[zsets][blocking]") {
  for_each_store([](Store& s) {
    Parked<BZPopMin> waiting(s, BZPopMin{a_and_b, {}});
    CHECK_FALSE(waiting.finished());
    CHECK(run(s, {"ZADD", "b", "2", "y", "1", "x"}) == "2");
    CHECK(waiting.served() == PoppedMember{"b", "x", 1});
    CHECK(run(s, {"ZRANGE", "b", "0", "-1"}) == "[\"y\"]");
  });
}

TEST_CASE("Parked pops are served in the order in which they came", "[zsets][blocking]") {
  for_each_store([](Store& s) {
    Parked<BZPopMax> first(s, BZPopMax{{a_and_b, {}}});
    Parked<BZPopMin> second(s, BZPopMin{a_and_b, {}});
    run(s, {"ZADD", "a", "1", "x", "2", "y", "3", "z"});
    CHECK(first.served() == PoppedMember{"a", "z", 3});
    CHECK(second.served() == PoppedMember{"a", "x", 1});
    CHECK(run(s, {"ZRANGE", "a", "0", "-1"}) == "[\"y\"]");
  });
}

TEST_CASE("A parked BZMPOP takes as many as its count", "[zsets][blocking]") {
  for_each_store([](Store& s) {
    Parked<BZMPop> waiting(s, BZMPop{{}, a_and_b, ZEnd::max, 2});
    run(s, {"ZADD", "b", "1", "x", "2", "y", "3", "z"});
    CHECK(waiting.served() == PoppedMembers{"b", {{"z", 3}, {"y", 2}}});
    CHECK(run(s, {"ZCARD", "b"}) == "1");
  });
}

TEST_CASE("A stored combination serves a parked pop, a value of another type does not", "[zsets][blocking]") {
  for_each_store([](Store& s) {
    Parked<BZPopMin> waiting(s, BZPopMin{a_and_b, {}});
    run(s, {"SET", "a", "v"});
    CHECK_FALSE(waiting.finished());
    run(s, {"SADD", "s", "m"});
    run(s, {"ZUNIONSTORE", "b", "1", "s", "WEIGHTS", "7"});
    CHECK(waiting.served() == PoppedMember{"b", "m", 7});
  });
}

TEST_CASE("A cancelled pop takes nothing", "[zsets][blocking]") {
  for_each_store([](Store& s) {
    Parked<BZPopMin> waiting(s, BZPopMin{a_and_b, {}});
    CHECK(waiting.ticket->cancel());
    run(s, {"ZADD", "a", "1", "x"});
    CHECK_FALSE(waiting.finished());
    CHECK(run(s, {"ZCARD", "a"}) == "1");
  });
}
