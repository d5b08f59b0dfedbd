#include <catch2/catch.hpp>
#include <future>

#include "playhead/views/lists.h"
#include "tests/contract/parked.h"

namespace {

using namespace playhead;
using namespace playhead::test;

}  // namespace

TEST_CASE("Blocking list commands answer at once if there are elements", "[lists][blocking]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "l", "a", "b", "c", "d", "e", "f"});
    CHECK(run(s, {"BLPOP", "m", "l", "0"}) == "[\"l\", \"a\"]");
    CHECK(run(s, {"BRPOP", "l", "0"}) == "[\"l\", \"f\"]");
    CHECK(run(s, {"BLMOVE", "l", "d", "LEFT", "RIGHT", "0"}) == "\"b\"");
    CHECK(run(s, {"BRPOPLPUSH", "l", "d", "0"}) == "\"e\"");
    CHECK(run(s, {"BLMPOP", "0", "2", "m", "l", "LEFT", "COUNT", "5"}) == "[\"l\", [\"c\", \"d\"]]");
    CHECK(run(s, {"LRANGE", "d", "0", "-1"}) == "[\"e\", \"b\"]");
  });
}

TEST_CASE("Performed without waiting, blocking list commands answer nothing as inside MULTI",
          "[lists][blocking]") {
  for_each_store([](Store& s) {
    CHECK(reply(s, {"BLPOP", "l", "0"}).kind == Value::Kind::null_array);
    CHECK(reply(s, {"BRPOP", "l", "0"}).kind == Value::Kind::null_array);
    CHECK(reply(s, {"BLMPOP", "0", "1", "l", "LEFT"}).kind == Value::Kind::null_array);
    CHECK(reply(s, {"BLMOVE", "l", "d", "LEFT", "LEFT", "0"}).kind == Value::Kind::null);
    CHECK(reply(s, {"BRPOPLPUSH", "l", "d", "0"}).kind == Value::Kind::null);
  });
}

TEST_CASE("Blocking list commands refuse a bad timeout", "[lists][blocking]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"BLPOP", "l", "x"}) == "(error) ERR timeout is not a float or out of range");
    CHECK(run(s, {"BRPOP", "l", "-1"}) == "(error) ERR timeout is negative");
    CHECK(run(s, {"BLMOVE", "l", "d", "LEFT", "LEFT", "-0.1"}) == "(error) ERR timeout is negative");
    CHECK(run(s, {"BLMOVE", "l", "d", "UP", "LEFT", "x"}) == "(error) ERR syntax error");
  });
}

TEST_CASE("A push serves a parked BLPOP, which leaves no key behind", "[lists][blocking]") {
  for_each_store([](Store& s) {
    std::vector<Text> keys = {"a", "b"};
    Parked<BLPop> waiting(s, BLPop{keys, {}});
    CHECK_FALSE(waiting.finished());
    CHECK(run(s, {"RPUSH", "b", "1"}) == "1");
    CHECK(waiting.served() == PoppedElement{"b", "1"});
    CHECK(run(s, {"EXISTS", "b"}) == "0");
  });
}

TEST_CASE("Of a push of several elements a waiter takes one after all were pushed", "[lists][blocking]") {
  for_each_store([](Store& s) {
    std::vector<Text> keys = {"l"};
    Parked<BLPop> waiting(s, BLPop{keys, {}});
    run(s, {"LPUSH", "l", "1", "2", "3"});
    CHECK(waiting.served() == PoppedElement{"l", "3"});
    CHECK(run(s, {"LRANGE", "l", "0", "-1"}) == "[\"2\", \"1\"]");
  });
}

TEST_CASE("Waiters of a key are served in the order they came", "[lists][blocking]") {
  for_each_store([](Store& s) {
    std::vector<Text> keys = {"l"};
    Parked<BRPop> first(s, BRPop{{keys, {}}});
    Parked<BLPop> second(s, BLPop{keys, {}});
    run(s, {"RPUSH", "l", "1"});
    CHECK(first.served() == PoppedElement{"l", "1"});
    CHECK_FALSE(second.finished());
    run(s, {"RPUSH", "l", "2"});
    CHECK(second.served() == PoppedElement{"l", "2"});
  });
}

TEST_CASE("A parked BLMOVE feeds whoever waits for its destination", "[lists][blocking]") {
  for_each_store([](Store& s) {
    std::vector<Text> keys = {"b"};
    Parked<BLMove> mover(s, BLMove{"a", "b", ListEnd::left, ListEnd::right, {}});
    Parked<BLPop> popper(s, BLPop{keys, {}});
    run(s, {"RPUSH", "a", "1"});
    CHECK(mover.served() == "1");
    CHECK(popper.served() == PoppedElement{"b", "1"});
  });
}

TEST_CASE("A parked BLMOVE to a key of another type is refused and the element stays", "[lists][blocking]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "s", "v"});
    Parked<BRPopLPush> mover(s, BRPopLPush{"a", "s", {}});
    run(s, {"RPUSH", "a", "1"});
    CHECK_THROWS_WITH(mover.served(), "WRONGTYPE Operation against a key holding the wrong kind of value");
    CHECK(run(s, {"LRANGE", "a", "0", "-1"}) == "[\"1\"]");
  });
}

TEST_CASE("A parked BLMPOP takes its count from the key that was fed", "[lists][blocking]") {
  for_each_store([](Store& s) {
    std::vector<Text> keys = {"a", "b"};
    Parked<BLMPop> waiting(s, BLMPop{{}, keys, ListEnd::right, 2});
    run(s, {"RPUSH", "b", "1", "2", "3"});
    CHECK(waiting.served() == PoppedElements{"b", {"3", "2"}});
    CHECK(run(s, {"LRANGE", "b", "0", "-1"}) == "[\"1\"]");
  });
}

TEST_CASE("A key of another type does not serve a waiter for a list", "[lists][blocking]") {
  for_each_store([](Store& s) {
    std::vector<Text> keys = {"k"};
    Parked<BLPop> waiting(s, BLPop{keys, {}});
    run(s, {"SET", "k", "v"});
    CHECK_FALSE(waiting.finished());
    run(s, {"DEL", "k"});
    run(s, {"RPUSH", "k", "1"});
    CHECK(waiting.served() == PoppedElement{"k", "1"});
  });
}

TEST_CASE("A cancelled BLPOP takes nothing", "[lists][blocking]") {
  for_each_store([](Store& s) {
    std::vector<Text> keys = {"l"};
    Parked<BLPop> waiting(s, BLPop{keys, {}});
    CHECK(waiting.ticket->cancel());
    run(s, {"RPUSH", "l", "1"});
    CHECK_FALSE(waiting.finished());
    CHECK(run(s, {"LLEN", "l"}) == "1");
  });
}

TEST_CASE("The view's blpop gives nothing when its timeout has passed", "[lists][blocking]") {
  for_each_store([](Store& s) {
    Lists l(s);
    CHECK(l.blpop({"l"}, 1) == std::nullopt);
    CHECK(l.blmove("l", "d", ListEnd::left, ListEnd::left, 1) == std::nullopt);
    l.rpush("l", {"a"});
    CHECK(l.llen("l") == 1);
  });
}

TEST_CASE("The view's blpop gives what another thread pushes", "[lists][blocking]") {
  for_each_store([](Store& s) {
    Lists l(s);
    auto popped = std::async(std::launch::async, [&] { return l.blpop({"l"}); });
    l.rpush("l", {"a"});
    CHECK(popped.get() == PoppedElement{"l", "a"});
    CHECK(l.llen("l") == 0);
  });
}

TEST_CASE("The view's blpop is refused for a key of another type", "[lists][blocking]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "s", "v"});
    CHECK_THROWS_WITH(Lists(s).blpop({"s"}, 1),
                      "WRONGTYPE Operation against a key holding the wrong kind of value");
  });
}
