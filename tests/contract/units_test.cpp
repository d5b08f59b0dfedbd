// What batches see of themselves, and which changes a watch notices.
#include <catch2/catch.hpp>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;

using Words = std::vector<std::string>;

// The replies of a batch, in a line each.
Words run_batch(Store& s, const std::vector<Words>& commands) {
  Batch batch;
  for (const Words& words : commands) {
    std::vector<Text> texts(words.begin(), words.end());
    batch.calls.push_back(AnyCall::parse(texts, 0, true));
  }
  s.perform(batch);
  Words lines;
  for (AnyCall& call : batch.calls) {
    ValueSink sink;
    call.emit(sink);
    lines.push_back(shown(sink.take()));
  }
  return lines;
}

// Whether a batch of someone who watches the key runs after that command.
bool runs_after(Store& s, const std::string& key, const Words& command) {
  auto watch = s.watch();
  std::vector<Text> keys = {key};
  watch->add(0, keys);
  run(s, command);
  Batch batch;
  batch.add(Get{"nothing"});
  return watch->commit(batch);
}

}  // namespace

TEST_CASE("KEYS, DBSIZE, SCAN and RANDOMKEY in a batch see what the batch has written", "[units]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "old", "v"});
    CHECK(run_batch(s, {{"SADD", "new", "m"},
                        {"DEL", "old"},
                        {"DBSIZE"},
                        {"KEYS", "*"},
                        {"SCAN", "0", "COUNT", "1000"},
                        {"RANDOMKEY"}}) ==
          Words{"1", "1", "1", "[\"new\"]", "[\"0\", [\"new\"]]", "\"new\""});
    CHECK(run_batch(s, {{"RENAME", "new", "newer"},
                        {"KEYS", "*"},
                        {"FLUSHDB"},
                        {"DBSIZE"},
                        {"SET", "last", "v"},
                        {"DBSIZE"}}) == Words{"OK", "[\"newer\"]", "OK", "0", "OK", "1"});
    CHECK(run(s, {"KEYS", "*"}) == "[\"last\"]");
  });
}

TEST_CASE("A command that changes nothing does not disturb who watches its key", "[units]") {
  for_each_store([](Store& s) {
    run(s, {"SADD", "t", "m"});
    run(s, {"SADD", "u", "m"});
    run(s, {"HSET", "h", "f", "v"});
    run(s, {"ZADD", "z", "1", "m"});
    run(s, {"SET", "s", "a"});
    CHECK(runs_after(s, "t", {"SADD", "t", "m"}));
    CHECK(runs_after(s, "t", {"SREM", "t", "other"}));
    CHECK(runs_after(s, "u", {"SMOVE", "t", "u", "m"}));
    CHECK(runs_after(s, "h", {"HSETNX", "h", "f", "w"}));
    CHECK(runs_after(s, "h", {"HDEL", "h", "other"}));
    CHECK(runs_after(s, "z", {"ZADD", "z", "1", "m"}));
    CHECK(runs_after(s, "z", {"ZADD", "z", "NX", "2", "m"}));
    CHECK(runs_after(s, "s", {"SETNX", "s", "b"}));
    CHECK(runs_after(s, "s", {"SETBIT", "s", "1", "1"}));
    CHECK(runs_after(s, "s", {"BITFIELD", "s", "SET", "u8", "0", "97"}));
    CHECK(runs_after(s, "s", {"BITFIELD", "s", "OVERFLOW", "FAIL", "INCRBY", "u8", "0", "255"}));
    CHECK(runs_after(s, "s", {"EXPIRE", "s", "100", "XX"}));
  });
}

TEST_CASE("A command that writes what was there already disturbs who watches its key", "[units]") {
  for_each_store([](Store& s) {
    run(s, {"HSET", "h", "f", "v"});
    run(s, {"SET", "s", "a"});
    run(s, {"RPUSH", "l", "a"});
    CHECK_FALSE(runs_after(s, "h", {"HSET", "h", "f", "v"}));
    CHECK_FALSE(runs_after(s, "s", {"SET", "s", "a"}));
    CHECK_FALSE(runs_after(s, "l", {"LSET", "l", "0", "a"}));
    CHECK_FALSE(runs_after(s, "s", {"BITFIELD", "s", "SET", "u8", "#1", "0"}));
  });
}

TEST_CASE("A key is there at its deadline and gone a millisecond later", "[units][ttl]") {
  for_each_store([](Store& s, ManualClock& clock) {
    run(s, {"SET", "s", "v", "PX", "100"});
    run(s, {"SADD", "t", "m"});
    run(s, {"PEXPIREAT", "t", std::to_string(clock.now() + 100)});
    clock.advance(100);
    CHECK(run(s, {"GET", "s"}) == "\"v\"");
    CHECK(run(s, {"PTTL", "s"}) == "0");
    CHECK(run(s, {"SCARD", "t"}) == "1");
    CHECK(run(s, {"DBSIZE"}) == "2");
    clock.advance(1);
    CHECK(run(s, {"GET", "s"}) == "(nil)");
    CHECK(run(s, {"EXISTS", "s", "t"}) == "0");
    CHECK(run(s, {"KEYS", "*"}) == "[]");
  });
}

TEST_CASE("COPY refuses a database that does not exist before what is wrong with later arguments",
          "[units]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"COPY", "a", "b", "DB", "abc", "DB", "99"}) ==
          "(error) ERR value is not an integer or out of range");
    CHECK(run(s, {"COPY", "a", "b", "DB", "1", "foo"}) == "(error) ERR syntax error");
    if (s.capabilities().shared) return skip(s, "the arguments are checked before the server sees them");
    CHECK(run(s, {"COPY", "a", "b", "DB", "99", "foo"}) == "(error) ERR DB index is out of range");
    CHECK(run(s, {"COPY", "a", "b", "DB", "99", "DB", "1"}) == "(error) ERR DB index is out of range");
  });
}
