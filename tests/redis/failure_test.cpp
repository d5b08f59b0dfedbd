#include <catch2/catch.hpp>

#include <atomic>
#include <random>
#include <thread>

#include "tests/redis/fake_server.h"
#include "tests/redis/fixture.h"
#include "tests/redis/proxy.h"

using namespace playhead;
using namespace playhead::test;

namespace {
constexpr std::size_t greeting = sizeof "*2\r\n$6\r\nCLIENT\r\n$2\r\nID\r\n" - 1;
constexpr std::size_t incr_size = sizeof "*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n" - 1;
}  // namespace

TEST_CASE("a write cut at any byte of its reply is unknown and executed once") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  for (std::size_t n = 0; n < 4; ++n) {
    store.run(Set{"n", "0"});
    proxy.cut_after(Proxy::replies, n);  // ":1\r\n"
    CHECK(code_from([&] { store.run(Incr{"n"}); }) == ErrorCode::unknown);
    CHECK(server.ask({"GET", "n"}) == "1");
  }
}

TEST_CASE("a write cut at any byte of its request is unknown and executed at most once") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  for (std::size_t n = 0; n < incr_size; ++n) {
    store.run(Set{"n", "0"});
    proxy.cut_after(Proxy::requests, n);
    CHECK(code_from([&] { store.run(Incr{"n"}); }) == ErrorCode::unknown);
    CHECK(store.run(Get{"n"}) == "0");
  }
}

TEST_CASE("a read cut at any byte is repeated on a fresh connection") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  store.run(Set{"k", "value"});
  auto direction = GENERATE(Proxy::requests, Proxy::replies);
  std::size_t size = direction == Proxy::requests ? sizeof "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n" - 1
                                                  : sizeof "$5\r\nvalue\r\n" - 1;
  for (std::size_t n = 0; n < size; ++n) {
    std::size_t before = proxy.connections();
    proxy.cut_after(direction, n);
    CHECK(store.run(Get{"k"}) == "value");
    CHECK(proxy.connections() == before + 1);
  }
}

TEST_CASE("a read is repeated once only") {
  std::atomic<int> requests{0};
  FakeServer server([&](const std::string&, int) {
    ++requests;
    return std::string();
  });
  RedisStore store(at_port(server.port()));
  CHECK(code_from([&] { store.run(Get{"k"}); }) == ErrorCode::unavailable);
  CHECK(requests == 2);
}

TEST_CASE("a batch of reads is repeated, one with a write is unknown") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  store.run(Set{"k", "value"});
  Batch reads, writes;
  reads.add(Get{"k"});
  reads.add(StrLen{"k"});
  writes.add(Get{"k"});
  writes.add(Incr{"n"});
  proxy.cut_after(Proxy::replies, 20);
  store.perform(reads);
  CHECK(reads.reply<StrLen>(1) == 5);
  proxy.cut_after(Proxy::replies, 20);
  CHECK(code_from([&] { store.perform(writes); }) == ErrorCode::unknown);
  CHECK(server.ask({"GET", "n"}) == "1");
}

TEST_CASE("a batch that did not arrive completely has no effect") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  Batch batch;
  batch.add(Set{"a", "1"});
  batch.add(Set{"b", "1"});
  store.run(Get{"a"});
  std::size_t before = proxy.bytes(Proxy::requests);
  Batch same;
  same.add(Set{"c", "1"});
  same.add(Set{"d", "1"});
  store.perform(same);
  std::size_t size = proxy.bytes(Proxy::requests) - before;
  for (std::size_t n = 0; n < size; ++n) {
    proxy.cut_after(Proxy::requests, n);
    CHECK(code_from([&] { store.perform(batch); }) == ErrorCode::unknown);
    store.run(Get{"a"});
  }
  CHECK(server.ask({"EXISTS", "a", "b"}) == "0");
}

TEST_CASE("a timed-out read is Error{timeout}, a timed-out write Error{unknown}") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisOptions o = at_port(proxy.port());
  o.timeout_ms = 200;
  RedisStore store(o);
  store.run(Set{"n", "0"});
  proxy.hold_after(Proxy::replies, 0);
  CHECK(code_from([&] { store.run(Get{"n"}); }) == ErrorCode::timeout);
  proxy.release();
  store.run(Get{"n"});
  proxy.hold_after(Proxy::replies, 0);
  CHECK(code_from([&] { store.run(Incr{"n"}); }) == ErrorCode::unknown);
  proxy.release();
  CHECK(store.run(Get{"n"}) == "1");
}

TEST_CASE("the deadline holds although the reply keeps dripping in") {
  FakeServer server([](const std::string&, int) { return "$1000000\r\n" + std::string(1000, 'x'); });
  RedisOptions o = at_port(server.port());
  o.timeout_ms = 200;
  RedisStore store(o);
  CHECK(code_from([&] { store.run(Get{"k"}); }) == ErrorCode::timeout);
}

TEST_CASE("no reply reaches the wrong caller, whenever calls time out") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisOptions o = at_port(proxy.port());
  o.timeout_ms = 4;
  o.pool_size = 2;
  RedisStore store(o);
  for (int i = 0; i < 50; ++i)
    server.ask({"SET", "key:" + std::to_string(i), "value of key:" + std::to_string(i)});
  std::mt19937 random(7);
  int timeouts = 0, answers = 0, wrong = 0;
  for (int i = 0; i < 600; ++i) {
    if (i % 3 == 0) proxy.hold_after(random() % 2 ? Proxy::replies : Proxy::requests, random() % 60);
    std::string key = "key:" + std::to_string(random() % 50);
    try {
      auto value = store.run(Get{key});
      ++answers;
      if (value != "value of " + key) ++wrong;
    } catch (const Error& e) {
      if (e.code() != ErrorCode::timeout) throw;
      ++timeouts;
    }
    if (i % 3 == 1) proxy.release();  // what the earlier caller no longer waits for arrives now
  }
  CHECK(wrong == 0);
  CHECK(timeouts > 0);
  CHECK(answers > 0);
}

TEST_CASE("no reply reaches the wrong caller when several threads time out at once") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisOptions o = at_port(proxy.port());
  o.timeout_ms = 3;
  RedisStore store(o);
  for (int i = 0; i < 50; ++i)
    server.ask({"SET", "key:" + std::to_string(i), "value of key:" + std::to_string(i)});
  std::atomic<int> wrong{0}, answers{0}, running{4};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      for (int i = 0; i < 400; ++i) {
        std::string key = "key:" + std::to_string(random() % 50);
        try {
          if (store.run(Get{key}) != "value of " + key) ++wrong;
          ++answers;
        } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the connection was cut
        }
      }
      --running;
    });
  std::mt19937 random(99);
  while (running > 0) {
    proxy.hold_after(Proxy::replies, random() % 500);
    std::this_thread::yield();
    proxy.release();
  }
  for (auto& t : threads) t.join();
  CHECK(wrong == 0);
  CHECK(answers > 0);
}

TEST_CASE("a write is sent on a fresh connection if the pooled one has ended") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  store.run(Set{"n", "0"});
  proxy.cut_all();
  CHECK(store.run(Incr{"n"}) == 1);
  CHECK(proxy.connections() == 2);
}

TEST_CASE("a server that can not be reached is Error{unavailable} that names it") {
  std::uint16_t port = 0;
  ::close(listen_on_loopback(port));
  RedisStore store(at_port(port));
  std::string message;
  CHECK(code_from([&] { store.run(Incr{"n"}); }, &message) == ErrorCode::unavailable);
  CHECK(message == "cannot connect to Redis at 127.0.0.1:" + std::to_string(port) + ": Connection refused");
  RedisOptions o;
  o.unix_socket = "/nonexistent/redis.sock";
  CHECK(code_from([&] { RedisStore(o).run(Get{"n"}); }) == ErrorCode::unavailable);
}

TEST_CASE("a server that goes away and comes back is used again") {
  RedisServer server;
  RedisStore store(at_port(server.port()));
  store.run(Set{"k", "v"});
  server.stop();
  CHECK(code_from([&] { store.run(Get{"k"}); }) == ErrorCode::unavailable);
  CHECK(code_from([&] { store.run(Incr{"n"}); }) == ErrorCode::unavailable);
  server.start();
  CHECK(store.run(Incr{"n"}) == 1);
}

TEST_CASE("a frozen server costs no more than the deadline") {
  RedisServer server;
  RedisOptions o = at_port(server.port());
  o.timeout_ms = 200;
  RedisStore store(o);
  store.run(Set{"k", "v"});
  server.pause();
  CHECK(code_from([&] { store.run(Get{"k"}); }) == ErrorCode::timeout);
  CHECK(code_from([&] { store.run(Incr{"n"}); }) ==
        ErrorCode::timeout);  // it can not even greet: nothing was sent
  server.resume();
  CHECK(store.run(Get{"k"}) == "v");
}

TEST_CASE("after READONLY all connections are dropped and the call goes to the new master") {
  RedisServer old_master, new_master;
  Proxy proxy(old_master.port());
  RedisStore store(at_port(proxy.port()));
  store.run(Set{"n", "1"});
  auto watch = store.watch();  // makes a second idle connection
  std::vector<Text> keys = {"n"};
  watch->add(0, keys);
  watch.reset();
  old_master.ask({"REPLICAOF", "127.0.0.1", "1"});
  proxy.lead_to(new_master.port());
  CHECK(store.run(IncrBy{"n", 10}) == 10);
  CHECK(new_master.ask({"GET", "n"}) == "10");
  CHECK(old_master.ask({"GET", "n"}) == "1");
  Batch batch;
  batch.add(Incr{"n"});
  store.perform(batch);
  CHECK(batch.reply<Incr>(0) == 11);
}

TEST_CASE("a server that stays read-only, or is loading, is Error{unavailable}") {
  RedisServer replica;
  RedisStore store(at_port(replica.port()));
  replica.ask({"REPLICAOF", "127.0.0.1", "1"});
  Batch batch;
  batch.add(Incr{"n"});
  std::string message;
  CHECK(code_from([&] { store.run(Incr{"n"}); }, &message) == ErrorCode::unavailable);
  CHECK(message.starts_with("READONLY "));
  CHECK(code_from([&] { store.perform(batch); }) == ErrorCode::unavailable);
  std::vector<Text> keys = {"n"};
  auto watch = store.watch();
  watch->add(0, keys);
  CHECK(code_from([&] { watch->commit(batch); }, &message) == ErrorCode::unavailable);
  CHECK(message.starts_with("READONLY "));

  FakeServer loading(
      [](const std::string&, int) { return "-LOADING Redis is loading the dataset in memory\r\n"; });
  CHECK(code_from([&] { RedisStore(at_port(loading.port())).run(Get{"n"}); }) == ErrorCode::unavailable);
}

TEST_CASE("a server that turns a client away is quoted, or said to give no reason, or to be no Redis") {
  auto message_for = [](const std::string& said) {
    FakeServer server([](const std::string&, int) { return ""; }, said);
    std::string message;
    CHECK(code_from([&] { RedisStore(at_port(server.port())).run(Get{"n"}); }, &message) ==
          ErrorCode::unavailable);
    return message;
  };
  CHECK(message_for("-ERR max number of clients reached\r\n") ==
        "Redis refused the connection: ERR max number of clients reached");
  CHECK_THAT(message_for("-\r\n"), Catch::Contains("gave no reason"));
  CHECK_THAT(message_for("+OK\r\n"), Catch::Contains("does not answer as Redis does"));
}

TEST_CASE("bytes that are no reply end the connection") {
  auto code_for = [](std::string bytes, auto op) {
    FakeServer server([&](const std::string&, int) { return bytes; });
    RedisStore store(at_port(server.port()));
    return code_from([&] { store.run(op); });
  };
  CHECK(code_for("?what\r\n", Get{"k"}) == ErrorCode::corrupt);
  CHECK(code_for("$-7\r\n", Get{"k"}) == ErrorCode::corrupt);
  CHECK(code_for("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", Get{"k"}) ==
        ErrorCode::corrupt);
  CHECK(code_for("$1\r\nx\r\n$1\r\ny\r\n", Get{"k"}) == ErrorCode::corrupt);  // more than was asked for
  CHECK(code_for("?what\r\n", Incr{"k"}) == ErrorCode::unknown);
}

TEST_CASE("replies beyond the bounds end the connection instead of filling memory") {
  auto code_for = [](std::string bytes) {
    FakeServer server([&](const std::string&, int) { return bytes; });
    RedisOptions o = at_port(server.port());
    o.max_reply_bytes = 100'000;
    o.max_reply_elements = 1000;
    RedisStore store(o);
    std::vector<Text> keys = {"k"};
    return code_from([&] { store.run(MGet{keys}); });
  };
  std::string many = "*2147483647\r\n";
  for (int i = 0; i < 1001; ++i) many += "$-1\r\n";
  CHECK(code_for(many) == ErrorCode::invalid);
  CHECK(code_for("*1\r\n$500000000\r\n" + std::string(200'000, 'x')) == ErrorCode::invalid);
  CHECK(code_for("+" + std::string(200'000, 'x')) == ErrorCode::invalid);
}

TEST_CASE("a connection that breaks during the greeting has sent nothing of the call") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  proxy.cut_after(Proxy::requests, greeting / 2);
  CHECK(store.run(Incr{"n"}) == 1);
  CHECK(proxy.connections() == 2);
}
