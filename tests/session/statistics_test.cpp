#include "playhead/statistics.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

#include "playhead/open.h"
#include "playhead/views.h"
#include "tests/session/client.h"

using namespace playhead;
using namespace playhead::test;

namespace {

CommandStatistics of(const StatisticsSnapshot& s, const std::string& name) {
  for (const CommandStatistics& c : s.commands)
    if (c.name == name) return c;
  return {};
}

}  // namespace

TEST_CASE("a histogram's buckets follow each other and are at most an eighth wide") {
  for (std::size_t i = 0; i + 1 < Histogram::buckets; ++i) {
    std::uint64_t low = Histogram::lower_bound(i), next = Histogram::lower_bound(i + 1);
    CHECK(Histogram::bucket_of(low) == i);
    CHECK(Histogram::bucket_of(next - 1) == i);
    CHECK((next - low) * 8 <= std::max<std::uint64_t>(low, 8));
  }
  CHECK(Histogram::bucket_of(UINT64_MAX) == Histogram::buckets - 1);
}

TEST_CASE("a percentile is what so many times did not exceed") {
  Histogram h;
  CHECK(h.percentile(0.5) == 0);
  for (std::uint64_t ns = 1; ns <= 100'000; ++ns) h.add(Histogram::bucket_of(ns), 1);
  CHECK(h.total() == 100'000);
  for (double share : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    auto exact = share * 100'000, told = static_cast<double>(h.percentile(share));
    CHECK(told >= exact - 1);
    CHECK(told <= exact * 1.13);
  }
}

TEST_CASE("a store counts nothing unless asked to") {
  auto store = open("memory://");
  CHECK(statistics_of(*store) == nullptr);
  CHECK_THROWS_AS(statistics(*store), Error);
  CHECK_THROWS_AS(open("memory://?slowlog_us=5"), Error);
  CHECK(statistics_of(*open("memory://?statistics=1&db=3")) != nullptr);
  CHECK(open("memory://?statistics=1&db=3")->database() == 3);
  CHECK(statistics_of(*open("memory://", {.statistics = StatisticsOptions{}})) != nullptr);
}

TEST_CASE("calls, errors and times are counted by command") {
  auto store = open("memory://?statistics=1");
  Strings strings(*store);
  strings.set("s", "x");
  for (int i = 0; i < 3; ++i) strings.get("s");
  CHECK_THROWS_AS(strings.incrby("s"), Error);
  StatisticsSnapshot s = statistics(*store);
  CHECK(s.calls == 5);
  CHECK(of(s, "get").calls == 3);
  CHECK(of(s, "get").failed == 0);
  CHECK(of(s, "get").latencies.total() == 3);
  CHECK(of(s, "get").total_ns > 0);
  CHECK(of(s, "incrby").failed == 1);
  CHECK(s.errors == std::vector<std::pair<std::string, std::uint64_t>>{{"ERR", 1}});
}

TEST_CASE("the calls of a batch are counted, its time is that of exec") {
  auto store = open("memory://?statistics=1");
  Batch batch;
  batch.add(Set{.key = "k", .value = "v"});
  batch.add(Incr{"k"});
  store->perform(batch);
  auto watch = store->watch();
  std::vector<Text> keys = {"k"};
  watch->add(0, keys);
  store->run(Set{.key = "k", .value = "w"});
  Batch lost;
  lost.add(Incr{"k"});
  CHECK(!watch->commit(lost));
  StatisticsSnapshot s = statistics(*store);
  CHECK(of(s, "set").calls == 2);
  CHECK(of(s, "set").latencies.total() == 1);
  CHECK(of(s, "incr").calls == 1);
  CHECK(of(s, "incr").failed == 1);
  CHECK(of(s, "exec").calls == 1);
  CHECK(of(s, "exec").latencies.total() == 1);
}

TEST_CASE("what is no command is counted by its name") {
  auto store = open("memory://?statistics=1");
  store->with_unit(0, {}, [](Unit&) {});
  CHECK_THROWS_AS(store->with_unit(0, {}, [](Unit&) { throw Error(ErrorCode::invalid, "no"); }), Error);
  Procedure p{"nothing", [](Unit&, std::uint16_t, List<Text>, List<Text>) { return Value(); },
              "return false"};
  store->invoke(p, 0, {}, {});
  StatisticsSnapshot s = statistics(*store);
  CHECK(of(s, "unit").calls == 2);
  CHECK(of(s, "unit").failed == 1);
  CHECK(of(s, "procedure|nothing").calls == 1);
}

TEST_CASE("hits and misses are counted where a read tells them") {
  auto store = open("memory://?statistics=1");
  Client c(store);
  c.say({"SET", "s", "v"});
  c.say({"HSET", "h", "f", "v"});
  c.say({"GET", "s"});                  // 1 hit
  c.say({"GET", "none"});               // 1 miss
  c.say({"MGET", "s", "none", "h"});    // 1 hit, 2 misses: no string
  c.say({"EXISTS", "s", "h", "none"});  // 2 hits, 1 miss
  c.say({"HLEN", "h"});                 // 1 hit
  c.say({"HGETALL", "none"});           // 1 miss
  c.say({"TTL", "none"});               // 1 miss
  c.say({"TYPE", "h"});                 // 1 hit
  c.say({"HGET", "h", "none"});         // tells nothing of the key
  StatisticsSnapshot s = statistics(*store);
  CHECK(s.hits == 6);
  CHECK(s.misses == 6);
  CHECK(c.say({"INFO", "stats"}).find("keyspace_hits:6\r\nkeyspace_misses:6\r\n") != std::string::npos);
}

TEST_CASE("every thread's calls are counted") {
  auto store = open("memory://?statistics=1");
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) store->run(Incr{"n"});
    });
  for (int i = 0; i < 20; ++i) CHECK(of(statistics(*store), "incr").calls <= 8000);
  for (auto& t : threads) t.join();
  StatisticsSnapshot s = statistics(*store);
  CHECK(of(s, "incr").calls == 8000);
  CHECK(of(s, "incr").latencies.total() == 8000);
}

TEST_CASE("two stores on one thread do not mix their counts") {
  auto a = open("memory://?statistics=1"), b = open("memory://?statistics=1");
  for (int i = 0; i < 5; ++i) {
    a->run(Incr{"n"});
    b->run(Decr{"n"});
  }
  a->run(Incr{"n"});
  CHECK(of(statistics(*a), "incr").calls == 6);
  CHECK(statistics(*b).calls == 5);
}

TEST_CASE("slow calls are kept with their arguments, the newest first, up to a limit") {
  auto store = open("memory://?statistics=1&slowlog_us=0&slowlog_length=3");
  Client c(store);
  std::string key(200, 'k');
  for (int i = 0; i < 5; ++i) c.say({"SET", key, std::to_string(i)});
  std::vector<std::string> many = {"DEL"};
  for (int i = 0; i < 40; ++i) many.emplace_back("x");
  c.say(many);
  CHECK(c.say({"SLOWLOG", "LEN"}) == "3");
  std::vector<SlowCall> calls = statistics_of(*store)->slow_calls();
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].arguments.size() == 32);
  CHECK(calls[0].arguments.back() == "... (10 more arguments)");
  CHECK(calls[1].arguments ==
        std::vector<std::string>{"set", std::string(128, 'k') + "... (72 more bytes)", "4"});
  CHECK(calls[1].id == 4);
  CHECK(calls[0].id == 5);
  auto shown_calls = c.ask({"SLOWLOG", "GET", "1"})->items;
  REQUIRE(shown_calls.size() == 1);
  CHECK(shown_calls[0].items.size() == 6);
  CHECK(c.say({"SLOWLOG", "GET", "-2"}) == "(error) ERR count should be greater than or equal to -1");
  CHECK(c.ask({"SLOWLOG", "GET", "-1"})->items.size() == 3);
  CHECK(c.say({"SLOWLOG", "RESET"}) == "OK");
  CHECK(c.say({"SLOWLOG", "LEN"}) == "0");
}

TEST_CASE("with a negative limit no call is slow") {
  auto store = open("memory://?statistics=1&slowlog_us=-1");
  store->run(Incr{"n"});
  CHECK(statistics_of(*store)->slow_call_count() == 0);
}

TEST_CASE("INFO shows calls, errors and percentiles by command; what was rejected too") {
  auto store = open("memory://?statistics=1");
  Client c(store);
  c.say({"SET", "k", "v"});
  c.say({"GET", "k"});
  c.say({"GET"});
  c.say({"SET", "k", "v", "NOPE"});
  c.say({"LPUSH", "k", "v"});
  c.say({"PING"});
  std::string info = c.say({"INFO", "commandstats"});
  CHECK(info.find("cmdstat_get:calls=1,usec=") != std::string::npos);
  CHECK(info.find(",rejected_calls=1,failed_calls=0") != std::string::npos);
  CHECK(info.find("cmdstat_lpush:calls=1,") != std::string::npos);
  CHECK(info.find("cmdstat_ping:calls=1,") != std::string::npos);
  CHECK(c.say({"INFO", "errorstats"}) ==
        "\"# Errorstats\r\nerrorstat_ERR:count=2\r\nerrorstat_WRONGTYPE:count=1\r\n\"");
  CHECK(c.say({"INFO", "latencystats"}).find("latency_percentiles_usec_get:p50=") != std::string::npos);
  CHECK(c.say({"INFO", "clients"}) == "\"# Clients\r\nconnected_clients:1\r\n\"");
}

TEST_CASE("LATENCY HISTOGRAM counts calls by powers of two microseconds") {
  auto store = open("memory://?statistics=1");
  Client c(store);
  for (int i = 0; i < 50; ++i) c.say({"GET", "k"});
  auto reply = c.ask({"LATENCY", "HISTOGRAM", "get", "nope"});
  REQUIRE(reply->items.size() == 2);
  CHECK(reply->items[0].text == "get");
  const auto& row = reply->items[1].items;
  CHECK(row[1].number == 50);
  CHECK(row[3].items.back().number == 50);
  for (std::size_t i = 0; i < row[3].items.size(); i += 2) {
    auto us = static_cast<std::uint64_t>(row[3].items[i].number);
    CHECK((us & (us - 1)) == 0);
  }
}

TEST_CASE("a store with statistics keeps what a store does") {
  auto store = open("memory://?statistics=1");
  Client a(store), b(store);
  a.ask({"SUBSCRIBE", "c"});
  CHECK(b.say({"PUBLISH", "c", "m"}) == "1");
  CHECK(a.messages().size() == 2);
  b.say({"RPUSH", "l", "x"});
  CHECK(b.say({"BLPOP", "l", "0"}) == R"(["l", "x"])");
  CHECK(of(statistics(*store), "blpop").calls == 1);
  CHECK(statistics(*store).sessions == 2);
  CHECK(store->capabilities().name == "memory");
  store->close();
  CHECK_THROWS_AS(b.ask({"GET", "k"}), Error);
  CHECK(statistics(*store).errors.size() == 1);
}
