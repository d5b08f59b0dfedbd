#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/redis/fixture.h"
#include "tests/redis/proxy.h"
#include "tests/support/forked_child.h"

using namespace playhead;
using namespace playhead::test;

TEST_CASE("a password is needed where the server asks for one, and the right one") {
  RedisServer server({"--requirepass", "master"});
  RedisOptions o = at_port(server.port());
  CHECK(code_from([&] { RedisStore(o).run(Get{"k"}); }) == ErrorCode::command);
  o.password = "wrong";
  std::string message;
  CHECK(code_from([&] { RedisStore(o).run(Get{"k"}); }, &message) == ErrorCode::command);
  CHECK(message.starts_with("WRONGPASS "));

  o.password = "master";
  RedisStore store(o);
  store.run(Set{"k", "in 7"}, 7);
  store.run(Set{"k", "in 0"}, 0);
  CHECK(store.run(Get{"k"}, 7) == "in 7");
}

TEST_CASE("the client's name and database are shown by the server") {
  RedisServer& server = empty_server();
  RedisOptions o = at_port(server.port());
  o.client_name = "playhead-test";
  o.db = 7;
  RedisStore store(o);
  store.now();
  std::string clients = server.ask({"CLIENT", "LIST"});
  std::size_t at = clients.find("name=playhead-test ");
  REQUIRE(at != std::string::npos);
  CHECK(clients.substr(at, clients.find('\n', at) - at).find(" db=7 ") != std::string::npos);
}

TEST_CASE("a named user has the rights of that user") {
  RedisServer& server = empty_server();
  server.ask({"ACL", "SETUSER", "reader", "on", ">secret", "~*", "+@read", "+client", "+select"});
  RedisOptions o = at_port(server.port());
  o.user = "reader";
  o.password = "secret";
  RedisStore store(o);
  CHECK(store.run(Get{"k"}, 1) == std::nullopt);
  std::string message;
  CHECK(code_from([&] { store.run(Set{"k", "v"}); }, &message) == ErrorCode::command);
  CHECK(message.starts_with("NOPERM "));
}

TEST_CASE("a server that is full says so") {
  RedisServer server({"--maxclients", "1"});
  RedisStore first(at_port(server.port())), second(at_port(server.port()));
  first.run(Set{"k", "v"});
  std::string message;
  CHECK(code_from([&] { second.run(Get{"k"}); }, &message) == ErrorCode::unavailable);
  CHECK(message.find("max number of clients reached") != std::string::npos);
}

TEST_CASE("connections are reused, the last one first, up to the size of the pool") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisOptions o = at_port(proxy.port());
  o.pool_size = 3;
  o.timeout_ms = 20'000;
  RedisStore store(o);
  for (int i = 0; i < 100; ++i) store.run(Incr{"n"});
  CHECK(proxy.connections() == 1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) store.run(Incr{"n"});
    });
  for (auto& t : threads) t.join();
  CHECK(proxy.connections() <= 3);
  CHECK(store.run(Get{"n"}) == "1700");
}

TEST_CASE("eight threads that use several databases, batches and transactions see their own data") {
  RedisServer& server = empty_server();
  RedisOptions o = at_port(server.port());
  o.pool_size = 4;
  o.timeout_ms = 20'000;
  RedisStore store(o);
  std::atomic<int> wrong{0}, commits{0};
  std::vector<std::thread> threads;
  for (std::uint16_t t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      std::string mine = "thread:" + std::to_string(t);
      std::vector<Text> keys = {"shared"};
      for (int i = 0; i < 300; ++i) {
        auto db = static_cast<std::uint16_t>(i % 16);
        std::string value = mine + "/" + std::to_string(i);
        store.run(Set{mine, value}, db);
        if (store.run(Get{mine}, db) != value) ++wrong;
        Batch batch(db);
        batch.add(Get{mine});
        batch.add(Incr{"count"});
        store.perform(batch);
        if (batch.reply<Get>(0) != value) ++wrong;
        auto watch = store.watch();
        watch->add(0, keys);
        std::int64_t n = std::stoll(store.run(Get{"shared"}).value_or("0"));
        std::string next = std::to_string(n + 1);
        Batch write;
        write.add(Set{"shared", next});
        if (watch->commit(write)) ++commits;
      }
    });
  for (auto& t : threads) t.join();
  CHECK(wrong == 0);
  CHECK(store.run(Get{"shared"}) == std::to_string(commits));
  std::int64_t count = 0;
  for (std::uint16_t db = 0; db < 16; ++db) count += std::stoll(store.run(Get{"count"}, db).value_or("0"));
  CHECK(count == 8 * 300);
}

TEST_CASE("who finds no free connection before the deadline gets Error{timeout}") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisOptions o = at_port(proxy.port());
  o.pool_size = 1;
  o.timeout_ms = 300;
  RedisStore store(o);
  store.run(Get{"k"});
  proxy.hold_after(Proxy::replies, 0);
  ErrorCode first_code = ErrorCode::command;
  std::thread first([&] { first_code = code_from([&] { store.run(Get{"k"}); }); });
  proxy.await_held();
  std::string message;
  CHECK(code_from([&] { store.run(Get{"k"}); }, &message) == ErrorCode::timeout);
  first.join();
  CHECK(first_code == ErrorCode::timeout);
  proxy.release();
  CHECK(store.run(Get{"k"}) == std::nullopt);
}

TEST_CASE("an idle connection that the server has closed is replaced before it is used") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  for (int i = 1; i <= 20; ++i) {
    CHECK(store.run(Incr{"n"}) == i);
    server.ask({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  }
}

TEST_CASE("close lets calls in other threads end with an answer or with Error{closed}") {
  RedisServer& server = empty_server();
  for (int round = 0; round < 20; ++round) {
    RedisStore store(at_port(server.port()));
    std::atomic<int> calls{0}, odd{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (;;) try {
            store.run(Incr{"n"});
            ++calls;
          } catch (const Error& e) {
            if (e.code() != ErrorCode::closed) ++odd;
            return;
          }
      });
    while (calls < 20) std::this_thread::yield();
    store.close();
    for (auto& t : threads) t.join();
    CHECK(odd == 0);
  }
}

TEST_CASE("in a forked child everything is Error{closed}, and the parent's connections stay intact") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  auto store = std::make_unique<RedisStore>(at_port(proxy.port()));
  std::vector<Text> keys = {"k"};
  store->run(Set{"k", "v"});
  auto watch = store->watch();
  watch->add(0, keys);
  std::atomic<int> heard{0};
  auto subscription = store->subscribe([&](const Message&) { ++heard; });
  subscription->subscribe(keys);
  std::vector<Text> queue = {"queue"};
  AnyCall pop = AnyCall::of(BZPopMin{queue, {}}, 0);
  auto ticket = store->park(std::move(pop), [](AnyCall&, std::exception_ptr) {});
  store->run(Get{"k"});  // when it is answered, the proxy has seen all that came before
  std::size_t before = proxy.bytes(Proxy::requests), connections = proxy.connections();
  bool refused = in_child([&] {
    Batch batch;
    batch.add(Get{"k"});
    bool all = code_from([&] { store->run(Get{"k"}); }) == ErrorCode::closed &&
               code_from([&] { store->perform(batch); }) == ErrorCode::closed &&
               code_from([&] { store->now(); }) == ErrorCode::closed &&
               code_from([&] { store->watch(); }) == ErrorCode::closed &&
               code_from([&] { watch->commit(batch); }) == ErrorCode::closed &&
               code_from([&] { subscription->unsubscribe({}); }) == ErrorCode::closed &&
               code_from([&] { ticket->cancel(); }) == ErrorCode::closed &&
               code_from([&] { store->subscribe([](const Message&) {}); }) == ErrorCode::closed;
    watch.reset();
    subscription.reset();
    ticket.reset();
    store->close();
    store.reset();
    return all;
  });
  CHECK(refused);
  CHECK(proxy.bytes(Proxy::requests) == before);
  CHECK(proxy.connections() == connections);
  CHECK(store->run(Get{"k"}) == "v");
  Batch batch;
  batch.add(Set{"k", "w"});
  CHECK(watch->commit(batch));
  CHECK(ticket->cancel());
}

TEST_CASE("a forked child can open a store of its own") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  store.run(Set{"k", "v"});
  CHECK(in_child([&] { return RedisStore(at_port(server.port())).run(Get{"k"}) == "v"; }));
  CHECK(store.run(Get{"k"}) == "v");
}
