// What is wrong is refused in Redis's words, and leaves nothing behind.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "playhead/open.h"
#include "tests/session/client.h"
#include "tests/session/resp_client.h"
#include "tests/session/sampler.h"
#include "tests/support/redis_server.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// Whose replies depend on more than their arguments: only whether they are refused, and how, is compared.
const std::set<std::string> not_compared = {"time",
                                            "info",
                                            "object|encoding",
                                            "object|idletime",
                                            "object|refcount",
                                            "randomkey",
                                            "dump",
                                            "hello",
                                            "client|id",
                                            "client|info",
                                            "command",
                                            "command|count",
                                            "command|info",
                                            "command|docs",
                                            "command|list",
                                            "slowlog|get",
                                            "slowlog|len",
                                            "latency|histogram",
                                            "scan"};
/// Which would change what the following calls are compared by.
const std::set<std::string> not_called = {"multi",       "exec",         "quit",  "subscribe", "psubscribe",
                                          "unsubscribe", "punsubscribe", "watch", "reset"};

/// A text that can be printed, and not too long.
std::string printable(const std::string& s) {
  std::string out;
  for (char c : s.substr(0, 1000)) out += c >= ' ' && c <= '~' ? c : '?';
  return s.size() > 1000 ? out + "...(" + std::to_string(s.size()) + ")" : out;
}

std::string line(const Words& words) {
  std::string out;
  for (const std::string& w : words)
    out += " '" + printable(w.size() > 40 ? w.substr(0, 8) + "..." : w) + "'";
  return out;
}

/// Everything stored in the first two databases and the last.
std::map<std::string, std::string> contents(Client& c) {
  std::map<std::string, std::string> out;
  for (const char* db : {"15", "1", "0"}) {
    c.ask({"SELECT", db});
    Value keys = *c.ask({"KEYS", "*"});
    for (const Value& key : keys.items)
      out[db + ("/" + key.text)] = c.ask({"DUMP", key.text})->text + c.say({"PEXPIRETIME", key.text});
  }
  return out;
}

class Comparison {
 public:
  explicit Comparison(const Words& preparation)
      : preparation_(preparation),
        redis_(shared_redis_server().port()),
        store_(open("memory://")),
        ours_(store_) {
    ours_.ask(preparation_);
    prepared_ = contents(ours_);
  }

  void call(const Command& c, const Words& words) {
    bool blocks = c.is(Flags::blocking);  // it must not wait
    std::vector<Words> all = {{"FLUSHALL"}, {"SELECT", "0"}, preparation_};
    if (blocks) all.push_back({"MULTI"});
    all.push_back(words);
    if (blocks) all.push_back({"EXEC"});
    for (const Words& w : all) redis_.send(w);
    std::string theirs, mine;
    for (std::size_t i = 0; i < all.size(); ++i) {
      std::string from_redis = shown(redis_.read()), from_us = ours_.say(all[i]);
      if (i < preparing || from_us == "QUEUED") continue;
      theirs += from_redis;
      mine += from_us;
    }
    bool refused = theirs.find("(error)") != std::string::npos || mine.find("(error)") != std::string::npos;
    if (refused || !not_compared.contains(std::string(c.traits.name))) {
      INFO(line(preparation_) << " then" << line(words));
      if (mine != theirs) CHECK(printable(mine) == printable(theirs));
      CHECK((mine == theirs));
    }
    if (!refused) return;
    ++refusals;
    INFO(line(preparation_) << " then" << line(words));
    CHECK(contents(ours_) == prepared_);
  }
  std::size_t refusals = 0;

 private:
  static constexpr std::size_t preparing = 3;
  Words preparation_;
  std::map<std::string, std::string> prepared_;
  RespClient redis_;
  std::shared_ptr<Store> store_;
  Client ours_;
};

std::size_t compare_all(const Words& preparation) {
  Comparison comparison(preparation);
  for (const Command& c : commands()) {
    if (not_called.contains(std::string(c.traits.name))) continue;
    for (const Words& words : calls_of(c)) comparison.call(c, words);
  }
  return comparison.refusals;
}

}  // namespace

TEST_CASE(
    "every command with wrong arguments is refused in Redis's words and writes nothing where keys are "
    "missing",
    "[redis]") {
  CHECK(compare_all({"DEL", "k"}) > 2000);
}

TEST_CASE(
    "every command with wrong arguments is refused in Redis's words and writes nothing where keys hold "
    "strings",
    "[redis]") {
  CHECK(compare_all({"MSET", "k", "10", "v", "v"}) > 2000);
}

TEST_CASE(
    "every command with wrong arguments is refused in Redis's words and writes nothing where keys hold lists",
    "[redis]") {
  CHECK(compare_all({"RPUSH", "k", "a", "b"}) > 2000);
}

TEST_CASE("URLs that make no sense are refused as invalid") {
  const char* const urls[] = {"",
                              "memory",
                              "memory:",
                              "://",
                              "nonsense://x",
                              "memory:///path",
                              "memory://?databases=0",
                              "memory://?databases=x",
                              "memory://?databases=99999",
                              "memory://?maxmemory=-1",
                              "memory://?eviction=often",
                              "memory://?unknown=1",
                              "memory://?db=16",
                              "memory://?db=-1",
                              "memory://?statistics=2",
                              "memory://?slowlog_us=1",
                              "memory://?statistics=1&slowlog_length=-1",
                              "rocksdb://",
                              "rocksdb://host/path",
                              "rocksdb:///tmp/x?durability=maybe",
                              "rocksdb:///tmp/x?sync_ms=0",
                              "redis://host:port",
                              "redis://host:99999",
                              "redis://host:6379/x",
                              "redis://host:6379/1?db=2",
                              "redis://host?timeout_ms=0",
                              "redis://host?pool=0"};
  for (const char* url : urls) {
    CAPTURE(url);
    try {
      open(url);
      FAIL_CHECK("accepted");
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::invalid);
    }
  }
}

TEST_CASE("a closed store refuses every command as closed, and so does one that is closed under use") {
  auto store = open("memory://");
  store->run(Set{.key = "k", .value = "v"});
  std::atomic<int> closed = 0, other = 0;
  std::vector<std::thread> users;
  for (int i = 0; i < 4; ++i)
    users.emplace_back([&] {
      try {
        for (;;) store->run(Incr{"n"});
      } catch (const Error& e) {
        ++(e.code() == ErrorCode::closed ? closed : other);
      }
    });
  while (store->run(Exists{std::vector<Text>{"n"}}) == 0) std::this_thread::yield();
  store->close();
  for (auto& t : users) t.join();
  CHECK(closed == 4);
  CHECK(other == 0);
  Session session(store);
  for (const Command& c : commands()) {
    if (c.is(Flags::connection)) continue;
    CAPTURE(std::string(c.traits.name));
    Words words = calls_of(c).front();
    std::vector<Text> texts(words.begin(), words.end());
    ValueSink sink;
    try {
      session.execute(texts, sink);
      Value v = sink.take();
      CHECK(v.kind == Value::Kind::error);  // refused before the store was asked
      CHECK((v.text.starts_with("ERR ") || v.text.starts_with("NOSCRIPT ")));
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::closed);
    }
  }
  CHECK_THROWS_AS(store->watch(), Error);
  CHECK_THROWS_AS(store->subscribe([](const Message&) {}), Error);
  CHECK_THROWS_AS(store->with_unit(0, {}, [](Unit&) {}), Error);
  Batch batch;
  batch.add(Incr{"n"});
  CHECK_THROWS_AS(store->perform(batch), Error);
  store->close();
}
