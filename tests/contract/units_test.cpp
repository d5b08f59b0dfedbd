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

// A reply inside a unit.
std::string within(Unit& unit, const Words& words, std::uint16_t db = 0) {
  std::vector<Text> texts(words.begin(), words.end());
  AnyCall call = AnyCall::parse(texts, db, true);
  unit.perform(call.call());
  ValueSink sink;
  call.emit(sink);
  return shown(sink.take());
}

// Members m0, m1, ... of an ordered set, in their order; enough for a store to count its ranks.
void add_members(Store& s, const std::string& key, int members) {
  Words words = {"ZADD", key};
  for (int i = 0; i < members; ++i) {
    words.push_back(std::to_string(i));
    words.push_back("m" + std::to_string(i));
  }
  run(s, words);
}

struct GaveUp {};

}  // namespace

TEST_CASE("A unit that flushes and swaps databases and then fails leaves everything as it was", "[units]") {
  for_each_store([](Store& s, ManualClock& clock) {
    add_members(s, "z", 2000);
    CHECK(run(s, {"ZRANK", "z", "m1500"}) == "1500");
    run(s, {"SET", "s", "v", "PX", "100"});
    run(s, {"SADD", "t", "a", "b"}, 1);
    std::vector<Text> watched = {"z", "s", "missing"}, watched_in_1 = {"t"};
    auto watch = s.watch();
    watch->add(0, watched);
    watch->add(1, watched_in_1);
    auto fails = [&] {
      s.with_unit(0, {}, [](Unit& unit) {
        within(unit, {"ZADD", "z", "-1", "first"});
        within(unit, {"APPEND", "s", "w"});
        within(unit, {"FLUSHDB"});
        CHECK(within(unit, {"DBSIZE"}) == "0");
        CHECK(within(unit, {"KEYS", "*"}) == "[]");
        CHECK(within(unit, {"RANDOMKEY"}) == "(nil)");
        CHECK(within(unit, {"ZADD", "z", "1", "one", "2", "two"}) == "2");
        CHECK(within(unit, {"ZRANK", "z", "two"}) == "1");
        within(unit, {"SET", "missing", "v"});
        within(unit, {"SWAPDB", "0", "1"});
        CHECK(within(unit, {"SCARD", "t"}) == "2");
        within(unit, {"SREM", "t", "a"});
        CHECK(within(unit, {"KEYS", "z*"}, 1) == "[\"z\"]");
        within(unit, {"FLUSHALL"});
        CHECK(within(unit, {"DBSIZE"}, 1) == "0");
        within(unit, {"SET", "s", "other"});
        throw GaveUp{};
      });
    };
    CHECK_THROWS_AS(fails(), GaveUp);
    CHECK(run(s, {"DBSIZE"}) == "2");
    CHECK(run(s, {"KEYS", "*"}, 1) == "[\"t\"]");
    CHECK(run(s, {"SMEMBERS", "t"}, 1) == "[\"a\", \"b\"]");
    CHECK(run(s, {"GET", "s"}) == "\"v\"");
    CHECK(run(s, {"PTTL", "s"}) == "100");
    CHECK(run(s, {"ZCARD", "z"}) == "2000");
    CHECK(run(s, {"ZRANK", "z", "m1500"}) == "1500");
    Batch nothing;
    nothing.add(Get{"nothing"});
    CHECK(watch->commit(nothing));
    CHECK(run(s, {"ZREM", "z", "m0", "m1", "m2"}) == "3");
    CHECK(run(s, {"ZRANK", "z", "m1500"}) == "1497");
    CHECK(run(s, {"ZCOUNT", "z", "-inf", "1499"}) == "1497");
    clock.advance(101);
    CHECK(run(s, {"EXISTS", "s"}) == "0");
    run(s, {"FLUSHALL"});
    CHECK(run(s, {"EXISTS", "z"}) == "0");
    CHECK(run(s, {"DBSIZE"}, 1) == "0");
  });
}

TEST_CASE("A unit goes on in the databases that it has flushed and swapped, and all of it is there after it",
          "[units]") {
  for_each_store([](Store& s, ManualClock&) {
    add_members(s, "z", 1000);
    run(s, {"SET", "old", "v"});
    run(s, {"SET", "t", "v"}, 1);
    s.with_unit(0, {}, [](Unit& unit) {
      within(unit, {"MOVE", "z", "1"});
      within(unit, {"SET", "written", "v"});
      within(unit, {"FLUSHDB"});
      CHECK(within(unit, {"SADD", "new", "m"}) == "1");
      within(unit, {"SWAPDB", "0", "1"});
      CHECK(within(unit, {"ZRANK", "z", "m700"}) == "700");
      CHECK(within(unit, {"DEL", "t"}) == "1");
      CHECK(within(unit, {"SADD", "new", "m2"}, 1) == "1");
    });
    CHECK(run(s, {"KEYS", "*"}) == "[\"z\"]");
    CHECK(run(s, {"DBSIZE"}) == "1");
    CHECK(run(s, {"ZRANK", "z", "m700"}) == "700");
    CHECK(run(s, {"ZRANGE", "z", "999", "-1"}) == "[\"m999\"]");
    CHECK(run(s, {"KEYS", "*"}, 1) == "[\"new\"]");
    CHECK(run(s, {"SMEMBERS", "new"}, 1) == "[\"m\", \"m2\"]");
  });
}

TEST_CASE("A watch notices a key that a unit writes in a database that it has swapped there", "[units]") {
  for_each_store([](Store& s, ManualClock&) {
    std::vector<Text> keys = {"k"};
    auto watch = s.watch();
    watch->add(1, keys);
    s.with_unit(0, keys, [](Unit& unit) {
      CHECK(within(unit, {"EXISTS", "k"}) == "0");
      within(unit, {"SWAPDB", "0", "1"});
      within(unit, {"SET", "k", "v"}, 1);
    });
    Batch nothing;
    nothing.add(Get{"nothing"});
    CHECK_FALSE(watch->commit(nothing));
  });
}

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
