#include "playhead/put_back.h"

#include <catch2/catch.hpp>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;

AnyCall performed(Store& store, const std::vector<std::string>& words) {
  std::vector<Text> texts(words.begin(), words.end());
  AnyCall call = AnyCall::parse(texts, 0, true);
  store.perform(call.call());
  return call;
}

}  // namespace

TEST_CASE("What a blocking operation took returns to where it was", "[blocking]") {
  const std::vector<std::vector<std::string>> commands = {
      {"BLPOP", "none", "l", "0"},
      {"BRPOP", "l", "0"},
      {"BLMPOP", "0", "1", "l", "LEFT", "COUNT", "2"},
      {"BLMPOP", "0", "1", "l", "RIGHT", "COUNT", "9"},
      {"BZPOPMIN", "z", "0"},
      {"BZPOPMAX", "z", "0"},
      {"BZMPOP", "0", "1", "z", "MIN", "COUNT", "2"},
  };
  for_each_store([&](Store& s) {
    for (const auto& command : commands) {
      CAPTURE(command[0]);
      run(s, {"DEL", "l", "z"});
      run(s, {"RPUSH", "l", "a", "b", "c", "d"});
      run(s, {"ZADD", "z", "1", "a", "2.5", "b", "3", "c"});
      AnyCall call = performed(s, command);
      CHECK(put_back(s, call));
      CHECK(run(s, {"LRANGE", "l", "0", "-1"}) == "[\"a\", \"b\", \"c\", \"d\"]");
      CHECK(run(s, {"ZRANGE", "z", "0", "-1"}) == "[\"a\", \"b\", \"c\"]");
      CHECK(run(s, {"ZSCORE", "z", "b"}) == "2.5");
    }
  });
}

TEST_CASE(
    "Putting back is refused by a key that holds something else by now, and needless if nothing was taken",
    "[blocking]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "l", "a"});
    AnyCall call = performed(s, {"BLPOP", "l", "0"});
    run(s, {"SET", "l", "text"});
    CHECK_FALSE(put_back(s, call));
    CHECK(run(s, {"GET", "l"}) == "\"text\"");
    AnyCall nothing = performed(s, {"BLPOP", "none", "0"});
    CHECK(put_back(s, nothing));
    CHECK(run(s, {"EXISTS", "none"}) == "0");
  });
}

TEST_CASE("Putting back a member leaves the score that it was given meanwhile", "[blocking]") {
  for_each_store([](Store& s) {
    run(s, {"ZADD", "z", "1", "a"});
    AnyCall call = performed(s, {"BZPOPMIN", "z", "0"});
    run(s, {"ZADD", "z", "7", "a"});
    CHECK(put_back(s, call));
    CHECK(run(s, {"ZSCORE", "z", "a"}) == "7");
  });
}

TEST_CASE("What was moved stays where it is", "[blocking]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "l", "a"});
    AnyCall call = performed(s, {"BLMOVE", "l", "m", "LEFT", "LEFT", "0"});
    CHECK(put_back(s, call));
    CHECK(run(s, {"LRANGE", "m", "0", "-1"}) == "[\"a\"]");
    CHECK(run(s, {"EXISTS", "l"}) == "0");
  });
}
