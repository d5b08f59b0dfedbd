#include <catch2/catch.hpp>

#include "tests/redis/fixture.h"
#include "tests/redis/proxy.h"

using namespace playhead;
using namespace playhead::test;

namespace {
std::vector<Text> keys(std::initializer_list<Text> k) {
  return k;
}
}  // namespace

TEST_CASE("a commit runs if no watched key has changed") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  auto watch = store.watch();
  watch->add(0, keys({"a", "b"}));
  server.ask({"SET", "other", "1"});
  Batch batch;
  auto set = batch.add(Set{"a", "1"});
  CHECK(watch->commit(batch));
  CHECK(batch.reply<Set>(set).set);
  CHECK(server.ask({"GET", "a"}) == "1");
}

TEST_CASE("a commit runs nothing if a watched key has changed, in whichever database") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  auto watch = store.watch();
  watch->add(0, keys({"a"}));
  watch->add(3, keys({"b"}));
  store.run(Set{"b", "x"}, 3);
  Batch batch;
  batch.add(Set{"a", "1"});
  CHECK_FALSE(watch->commit(batch));
  CHECK(server.ask({"EXISTS", "a"}) == "0");
}

TEST_CASE("the same key in another database is not the watched one") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  auto watch = store.watch();
  watch->add(3, keys({"k"}));
  store.run(Set{"k", "x"}, 0);
  Batch batch;
  batch.add(Set{"a", "1"});
  CHECK(watch->commit(batch));
}

TEST_CASE("a watch that has been committed is over") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  auto watch = store.watch();
  watch->add(0, keys({"a"}));
  Batch batch;
  CHECK(watch->commit(batch));
  CHECK(code_from([&] { watch->commit(batch); }) == ErrorCode::invalid);
  CHECK(code_from([&] { watch->add(0, keys({"a"})); }) == ErrorCode::invalid);
}

TEST_CASE("a commit without keys is a batch") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  Batch batch(2);
  batch.add(Set{"a", "1"});
  CHECK(store.watch()->commit(batch));
  CHECK(store.run(Get{"a"}, 2) == "1");
}

TEST_CASE("a commit is one round trip") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  auto watch = store.watch();
  watch->add(0, keys({"a"}));
  std::size_t before = proxy.round_trips();
  Batch batch;
  batch.add(Set{"a", "1"});
  batch.add(Get{"a"});
  CHECK(watch->commit(batch));
  CHECK(proxy.round_trips() == before + 1);
}

TEST_CASE("an abandoned watch leaves a connection that watches nothing") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  {
    auto watch = store.watch();
    watch->add(0, keys({"a"}));
  }
  server.ask({"SET", "a", "changed"});
  Batch batch;
  batch.add(Set{"b", "1"});
  store.perform(batch);  // its EXEC would run nothing if `a` were still watched
  CHECK(batch.calls[0].reply<Set>().set);
  CHECK(server.ask({"GET", "b"}) == "1");
  CHECK(proxy.connections() == 1);
}

TEST_CASE("open watches leave connections for reading") {
  RedisServer& server = empty_server();
  RedisOptions o = at_port(server.port());
  o.pool_size = 1;
  o.timeout_ms = 200;
  RedisStore store(o);
  auto watch = store.watch();
  watch->add(0, keys({"a"}));
  CHECK(store.run(Get{"a"}) == std::nullopt);
  auto second = store.watch();
  CHECK(code_from([&] { second->add(0, keys({"a"})); }) == ErrorCode::timeout);
  Batch batch;
  CHECK(code_from([&] { second->commit(batch); }) == ErrorCode::unavailable);
}

TEST_CASE("a watch whose connection is lost does not commit") {
  RedisServer& server = empty_server();
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  Batch batch;
  batch.add(Set{"a", "1"});
  SECTION("before the commit") {
    auto watch = store.watch();
    watch->add(0, keys({"a"}));
    proxy.cut_after(Proxy::replies, 0);
    CHECK(code_from([&] { watch->add(0, keys({"b"})); }) == ErrorCode::unavailable);
    CHECK(code_from([&] { watch->commit(batch); }) == ErrorCode::unavailable);
    CHECK(server.ask({"EXISTS", "a"}) == "0");
  }
  SECTION("during the commit, when its fate is unknown") {
    auto watch = store.watch();
    watch->add(0, keys({"a"}));
    proxy.cut_after(Proxy::replies, 3);
    CHECK(code_from([&] { watch->commit(batch); }) == ErrorCode::unknown);
    CHECK(server.ask({"GET", "a"}) == "1");
  }
}

TEST_CASE("a watch begins anew on a fresh connection if the pooled one has died") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  store.run(Set{"a", "1"});
  server.ask({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  auto watch = store.watch();
  watch->add(0, keys({"a"}));
  Batch batch;
  batch.add(Incr{"a"});
  CHECK(watch->commit(batch));
}

namespace {
Value no_body(Unit&, std::uint16_t, List<Text>, List<Text>) {
  return {};
}
Procedure script(Text lua) {
  return {"test", no_body, lua};
}
}  // namespace

TEST_CASE("a procedure runs as a script in its database, in one round trip once the server knows it") {
  RedisServer& server = empty_server();
  server.ask({"SCRIPT", "FLUSH"});
  Proxy proxy(server.port());
  RedisStore store(at_port(proxy.port()));
  Procedure p = script("redis.call('SET', KEYS[1], ARGV[1]); return {KEYS[1], #ARGV, false, {ok='FINE'}}");
  std::vector<Value> items = {Value::bulk("k"), Value::integer(2), Value{}, Value::status("FINE")};
  std::int64_t evals = server.calls_of("eval");
  CHECK(store.invoke(p, 2, keys({"k"}), keys({std::string_view("a\0b", 3), ""})) == Value::array(items));
  CHECK(server.calls_of("eval") == evals + 1);
  CHECK(store.run(Get{"k"}, 2) == std::string("a\0b", 3));
  std::size_t before = proxy.round_trips();
  store.invoke(p, 2, keys({"k"}), keys({"x", "y"}));
  CHECK(proxy.round_trips() == before + 1);
  CHECK(server.calls_of("eval") == evals + 1);
  server.ask({"SCRIPT", "FLUSH"});
  store.invoke(p, 2, keys({"k"}), keys({"z", "y"}));
  CHECK(store.run(Get{"k"}, 2) == "z");
}

TEST_CASE("the errors of a procedure are Error{command} without the position in the script") {
  RedisServer& server = empty_server();
  RedisStore store(at_port(server.port()));
  auto message_of = [&](Text lua) {
    std::string message;
    CHECK(code_from([&] { store.invoke(script(lua), 0, keys({"k"}), {}); }, &message) == ErrorCode::command);
    return message;
  };
  server.ask({"SET", "k", "text"});
  CHECK(message_of("return redis.error_reply('MYCODE it failed')") == "MYCODE it failed");
  CHECK(message_of("redis.call('LPUSH', KEYS[1], 'x')") ==
        "WRONGTYPE Operation against a key holding the wrong kind of value");
  CHECK(message_of("return redis.call('INCR', KEYS[1])") == "ERR value is not an integer or out of range");
}
