#include <catch2/catch.hpp>

#include "playhead/clock.h"
#include "tests/redis/fixture.h"
#include "tests/redis/proxy.h"

using namespace playhead;
using namespace playhead::test;

TEST_CASE("operations reach the server and their replies come back typed") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  CHECK(store.run(Set{"k", std::string("a\0b\r\n", 5)}).set);
  CHECK(store.run(Get{"k"}) == std::string("a\0b\r\n", 5));
  CHECK(store.run(Get{"missing"}) == std::nullopt);
  CHECK(store.run(IncrBy{"n", 41}) == 41);
  std::vector<Text> keys = {"n", "missing"};
  CHECK(store.run(MGet{keys}) == std::vector<std::optional<std::string>>{"41", std::nullopt});
  CHECK(server.ask({"GET", "n"}) == "41");
}

TEST_CASE("a unix socket serves as well") {
  RedisServer& server = empty_server();
  RedisOptions o;
  o.unix_socket = server.unix_socket();
  o.port = 1;
  RedisStore store(o);
  store.run(Set{"k", "v"});
  CHECK(server.ask({"GET", "k"}) == "v");
}

TEST_CASE("a refusal of the server is Error{command} in its own words, and the connection serves on") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  store.run(Set{"k", "text"});
  std::string message;
  CHECK(code_from([&] { store.run(Incr{"k"}); }, &message) == ErrorCode::command);
  CHECK(message == "ERR value is not an integer or out of range");
  CHECK(store.run(Get{"k"}) == "text");
  CHECK(proxy.connections() == 1);
}

TEST_CASE("a call costs one round trip, also when it needs another database for the second time") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  store.run(Set{"k", "0"}, 0);
  store.run(Set{"k", "3"}, 3);
  std::size_t before = proxy.round_trips();
  CHECK(store.run(Get{"k"}, 0) == "0");
  CHECK(store.run(Get{"k"}, 3) == "3");
  CHECK(store.run(Get{"k"}, 1) == std::nullopt);
  CHECK(store.run(Get{"k"}, 1) == std::nullopt);
  CHECK(proxy.round_trips() == before + 4);
  CHECK(proxy.connections() == 1);
}

TEST_CASE("a database that does not exist is refused and nothing is written elsewhere") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  store.run(Set{"a", "1"});
  std::string message;
  CHECK(code_from([&] { store.run(Set{"k", "v"}, 16); }, &message) == ErrorCode::command);
  CHECK(message == "ERR DB index is out of range");
  Batch batch(99);
  batch.add(Set{"k", "v"});
  CHECK(code_from([&] { store.perform(batch); }) == ErrorCode::command);
  CHECK(server.ask({"EXISTS", "k"}) == "0");
  CHECK(store.run(Get{"a"}) == "1");
}

TEST_CASE("a batch is one transaction in one round trip") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  store.run(Set{"s", "text"});
  std::size_t before = proxy.round_trips();
  std::int64_t execs = server.calls_of("exec");
  Batch batch;
  auto set = batch.add(Set{"k", "1"});
  auto incr = batch.add(Incr{"k"});
  auto refused = batch.add(Incr{"s"});
  auto get = batch.add(Get{"k"});
  store.perform(batch);
  CHECK(proxy.round_trips() == before + 1);
  CHECK(server.calls_of("exec") == execs + 1);
  CHECK(batch.reply<Set>(set).set);
  CHECK(batch.reply<Incr>(incr) == 2);
  CHECK(batch.calls[refused].error == "ERR value is not an integer or out of range");
  CHECK(code_from([&] { batch.reply<Incr>(refused); }) == ErrorCode::command);
  CHECK(batch.reply<Get>(get) == "2");
}

TEST_CASE("the calls of a batch may lie in several databases") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  store.run(DbSize{}, 5);
  auto run = [&](std::uint16_t first) {
    Batch batch(first);
    batch.add(Set{"k", "first"});
    batch.calls.push_back(AnyCall::of(Set{"k", "second"}, 4));
    batch.calls.push_back(AnyCall::of(Get{"k"}, 4));
    batch.calls.push_back(AnyCall::of(Get{"k"}, first));
    store.perform(batch);
    CHECK(batch.reply<Get>(2) == "second");
    CHECK(batch.reply<Get>(3) == "first");
  };
  run(2);
  std::size_t before = proxy.round_trips();
  run(1);
  CHECK(proxy.round_trips() == before + 1);
  Batch ends_elsewhere(1);
  ends_elsewhere.add(Set{"x", "1"});
  ends_elsewhere.calls.push_back(AnyCall::of(Set{"x", "5"}, 5));
  store.perform(ends_elsewhere);
  CHECK(store.run(Get{"x"}, 1) == "1");
  CHECK(store.run(Get{"x"}, 5) == "5");
  CHECK(store.run(DbSize{}, 0) == 0);
}

TEST_CASE("a batch whose call the server does not queue runs nothing and says which and why") {
  RedisServer& server = empty_server();
  server.ask({"ACL", "SETUSER", "limited", "on", ">secret", "~*", "+@all", "-incr"});
  RedisOptions o = at_port(server.port());
  o.user = "limited";
  o.password = "secret";
  RedisStore store(o);
  Batch batch(1);
  auto set = batch.add(Set{"k", "1"});
  batch.calls.push_back(AnyCall::of(Incr{"k"}, 2));
  std::string message;
  CHECK(code_from([&] { store.perform(batch); }, &message) == ErrorCode::command);
  CHECK(message.starts_with("EXECABORT Transaction discarded because of previous errors. NOPERM "));
  CHECK_FALSE(batch.calls[set].error);
  CHECK(batch.calls[1].error->starts_with("NOPERM "));
  CHECK(store.run(Get{"k"}, 1) == std::nullopt);
  CHECK(store.run(Get{"k"}, 2) == std::nullopt);
}

TEST_CASE("an empty batch does nothing") {
  RedisStore store(at_port(1));
  Batch batch;
  store.perform(batch);
  CHECK(batch.calls.empty());
}

TEST_CASE("a batch larger than all socket buffers passes") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  std::string value(20'000, 'x');
  Batch batch;
  for (int i = 0; i < 2000; ++i) batch.add(GetSet{"big", value});
  store.perform(batch);
  CHECK(batch.reply<GetSet>(0) == std::nullopt);
  CHECK(batch.reply<GetSet>(1999) == value);
}

TEST_CASE("perform does not let a blocking operation wait") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  std::vector<Text> keys = {"z"};
  CHECK(store.run(BZPopMin{keys, {}}) == std::nullopt);
  server.ask({"ZADD", "z", "1.5", "m"});
  auto popped = store.run(BZPopMin{keys, {}});
  REQUIRE(popped);
  CHECK(server.ask({"EXISTS", "z"}) == "0");
  server.ask({"SET", "z", "text"});
  CHECK(code_from([&] { store.run(BZPopMin{keys, {}}); }) == ErrorCode::command);
}

TEST_CASE("with_unit is refused with advice") {
  RedisStore store(at_port(1));
  std::string message;
  CHECK(code_from([&] { store.with_unit(0, {}, [](Unit&) {}); }, &message) == ErrorCode::unsupported);
  CHECK(message.find("procedure") != std::string::npos);
  CHECK_FALSE(store.capabilities().units);
}

TEST_CASE("capabilities tell the server's number of databases, or 16 if it does not say") {
  RedisServer few({"--databases", "3"});
  RedisOptions o = at_port(few.port());
  CHECK(RedisStore(o).capabilities().databases == 3);
  few.ask({"ACL", "SETUSER", "default", "-config"});
  Capabilities c = RedisStore(o).capabilities();
  CHECK(c.databases == 16);
  CHECK(c.name == "redis");
  CHECK(c.persistent);
  CHECK(c.shared);
}

TEST_CASE("now is the server's time, or the given clock's without a question") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  Millis before = SystemClock().now(), now = store.now();
  CHECK(now >= before - 1);
  CHECK(now <= SystemClock().now() + 1);
  RedisOptions o = at_port(1);
  o.clock = std::make_shared<ManualClock>(1234);
  CHECK(RedisStore(o).now() == 1234);
}

TEST_CASE("close may be repeated, and what comes afterwards is Error{closed}") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  store.run(Set{"k", "v"});
  auto watch = store.watch();
  std::vector<Text> keys = {"k"};
  watch->add(0, keys);
  auto subscription = store.subscribe([](const Message&) {});
  subscription->subscribe(keys);
  store.close();
  store.close();
  Batch batch, empty;
  batch.add(Get{"k"});
  CHECK(code_from([&] { store.run(Get{"k"}); }) == ErrorCode::closed);
  CHECK(code_from([&] { store.perform(batch); }) == ErrorCode::closed);
  CHECK(code_from([&] { store.perform(empty); }) == ErrorCode::closed);
  CHECK(code_from([&] { store.watch(); }) == ErrorCode::closed);
  CHECK(code_from([&] { watch->commit(batch); }) == ErrorCode::closed);
  CHECK(code_from([&] { store.now(); }) == ErrorCode::closed);
  CHECK(code_from([&] { store.subscribe([](const Message&) {}); }) == ErrorCode::closed);
  CHECK(code_from([&] { subscription->subscribe(keys); }) == ErrorCode::closed);
  CHECK(code_from([&] {
          store.park(AnyCall::of(BZPopMin{keys, {}}, 0), [](AnyCall&, std::exception_ptr) {});
        }) == ErrorCode::closed);
}
