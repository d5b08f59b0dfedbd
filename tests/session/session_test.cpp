#include <catch2/catch.hpp>
#include <thread>

#include "playhead/open.h"
#include "tests/session/client.h"

using namespace playhead;
using namespace playhead::test;

namespace {

std::vector<Text> texts(const std::vector<std::string>& words) {
  return {words.begin(), words.end()};
}

}  // namespace

TEST_CASE("commands of a transaction are queued, and run as one unit by EXEC") {
  auto store = open("memory://");
  Client a(store), b(store);
  CHECK(a.say({"MULTI"}) == "OK");
  CHECK(a.session.in_transaction());
  CHECK(a.say({"INCR", "n"}) == "QUEUED");
  CHECK(a.say({"LPUSH", "n", "x"}) == "QUEUED");
  CHECK(a.say({"INCR", "n"}) == "QUEUED");
  CHECK(b.say({"GET", "n"}) == "(nil)");
  CHECK(a.say({"EXEC"}) ==
        "[1, (error) WRONGTYPE Operation against a key holding the wrong kind of value, 2]");
  CHECK(!a.session.in_transaction());
  CHECK(b.say({"GET", "n"}) == "\"2\"");
}

TEST_CASE("a transaction with a command that was refused runs nothing") {
  auto store = open("memory://");
  Client a(store);
  for (const auto& wrong :
       std::vector<std::vector<std::string>>{{"NOPE"}, {"GET"}, {"SUBSCRIBE", "c"}, {"CLIENT", "NOPE"}}) {
    CHECK(a.say({"MULTI"}) == "OK");
    CHECK(a.say({"SET", "k", "v"}) == "QUEUED");
    CHECK(a.say(wrong).starts_with("(error) ERR "));
    CHECK(a.say({"EXEC"}) == "(error) EXECABORT Transaction discarded because of previous errors.");
    CHECK(a.say({"GET", "k"}) == "(nil)");
  }
}

TEST_CASE("arguments that are wrong show at EXEC, and the other commands are run") {
  auto store = open("memory://");
  Client a(store);
  a.say({"MULTI"});
  CHECK(a.say({"SET", "k", "v", "NOPE"}) == "QUEUED");
  CHECK(a.say({"SELECT", "99"}) == "QUEUED");
  CHECK(a.say({"SET", "k", "w"}) == "QUEUED");
  CHECK(a.say({"EXEC"}) == "[(error) ERR syntax error, (error) ERR DB index is out of range, OK]");
  CHECK(a.say({"GET", "k"}) == "\"w\"");
}

TEST_CASE("SELECT within a transaction counts for what follows it there, and afterwards") {
  auto store = open("memory://");
  Client a(store);
  a.say({"MULTI"});
  a.say({"SET", "k", "zero"});
  a.say({"SELECT", "3"});
  a.say({"SET", "k", "three"});
  CHECK(a.say({"EXEC"}) == "[OK, OK, OK]");
  CHECK(a.session.database() == 3);
  CHECK(a.say({"GET", "k"}) == "\"three\"");
  CHECK(store->run(Get{"k"}, 0) == "zero");
}

TEST_CASE("EXEC runs nothing if a watched key has changed") {
  auto store = open("memory://");
  Client a(store), b(store);
  a.say({"WATCH", "k", "l"});
  b.say({"SET", "l", "1"});
  a.say({"MULTI"});
  a.say({"SET", "k", "a"});
  CHECK(a.say({"EXEC"}) == "(nil array)");
  CHECK(b.say({"GET", "k"}) == "(nil)");
  a.say({"MULTI"});
  a.say({"SET", "k", "a"});
  CHECK(a.say({"EXEC"}) == "[OK]");
}

TEST_CASE("UNWATCH, DISCARD and RESET forget the watched keys") {
  auto store = open("memory://");
  Client a(store), b(store);
  for (const std::vector<std::vector<std::string>>& forget :
       {std::vector<std::vector<std::string>>{{"UNWATCH"}}, {{"MULTI"}, {"DISCARD"}}, {{"RESET"}}}) {
    a.say({"WATCH", "k"});
    b.say({"INCR", "k"});
    for (const auto& words : forget) a.say(words);
    a.say({"MULTI"});
    a.say({"PING"});
    CHECK(a.say({"EXEC"}) == "[PONG]");
  }
}

TEST_CASE("a subscriber gets confirmations and messages; RESP2 lets it do little else") {
  auto store = open("memory://");
  Client a(store), b(store);
  CHECK(!a.ask({"SUBSCRIBE", "c", "d"}));
  CHECK(!a.ask({"PSUBSCRIBE", "x*"}));
  auto told = a.messages();
  REQUIRE(told.size() == 3);
  CHECK(shown(told[0]) == R"(["subscribe", "c", 1])");
  CHECK(shown(told[2]) == R"(["psubscribe", "x*", 3])");
  CHECK(b.say({"PUBLISH", "c", "hello"}) == "1");
  CHECK(b.say({"PUBLISH", "xy", "hello"}) == "1");
  told = a.messages();
  REQUIRE(told.size() == 2);
  CHECK(shown(told[0]) == R"(["message", "c", "hello"])");
  CHECK(shown(told[1]) == R"(["pmessage", "x*", "xy", "hello"])");
  CHECK(a.say({"GET", "k"}) ==
        "(error) ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are "
        "allowed in this context");
  CHECK(a.say({"PING"}) == R"(["pong", ""])");
  CHECK(!a.ask({"UNSUBSCRIBE"}));
  CHECK(!a.ask({"PUNSUBSCRIBE", "x*"}));
  CHECK(a.session.subscriptions() == 0);
  CHECK(a.messages().size() == 3);
  CHECK(a.say({"GET", "k"}) == "(nil)");
}

TEST_CASE("with RESP3 a subscriber may do everything") {
  auto store = open("memory://");
  Client a(store);
  CHECK(a.say({"HELLO", "3"}).starts_with(R"({"server", "redis", "version", "7.0.15", "proto", 3, "id", )"));
  a.ask({"SUBSCRIBE", "c"});
  CHECK(shown(a.messages().at(0)) == R"(<"subscribe", "c", 1>)");
  CHECK(a.say({"PUBLISH", "c", "m"}) == "1");
  CHECK(shown(a.messages().at(0)) == R"(<"message", "c", "m">)");
  CHECK(a.say({"PING"}) == "PONG");
}

TEST_CASE("RESET makes a session as it was at first") {
  auto store = open("memory://");
  Client a(store);
  a.say({"HELLO", "3", "SETNAME", "me"});
  a.say({"SELECT", "5"});
  a.ask({"SUBSCRIBE", "c"});
  a.say({"MULTI"});
  CHECK(a.say({"RESET"}) == "RESET");
  CHECK(a.session.protocol() == 2);
  CHECK(a.session.database() == 0);
  CHECK(a.session.subscriptions() == 0);
  CHECK(!a.session.in_transaction());
  CHECK(a.say({"CLIENT", "GETNAME"}) == "(nil)");
}

TEST_CASE("a blocking command waits on its thread until it is served, or its time is over") {
  auto store = open("memory://");
  Client a(store);
  CHECK(a.say({"BLPOP", "l", "0.001"}) == "(nil array)");
  CHECK(a.say({"BLMOVE", "l", "m", "LEFT", "LEFT", "0.001"}) == "(nil)");
  std::thread pusher([&] { store->run(RPush{{"l", std::vector<Text>{"x"}}}); });
  CHECK(a.say({"BLPOP", "l", "0"}) == R"(["l", "x"])");
  pusher.join();
  a.say({"SET", "s", "v"});
  CHECK(a.say({"BLPOP", "s", "0"}).starts_with("(error) WRONGTYPE "));
  CHECK(a.say({"BLPOP", "s", "-1"}) == "(error) ERR timeout is negative");
}

TEST_CASE("within a transaction a blocking command answers at once") {
  Client a(open("memory://"));
  a.say({"MULTI"});
  a.say({"BLPOP", "l", "0"});
  CHECK(a.say({"EXEC"}) == "[(nil array)]");
}

TEST_CASE(
    "a command that is started tells its reply when it is served, when it is expired, or never if it is "
    "dropped") {
  auto store = open("memory://");
  Session session(store);
  std::vector<std::string> told;
  auto done = [&](const Value& v, std::exception_ptr error) { told.push_back(error ? "failed" : shown(v)); };
  ValueSink sink;
  auto served = session.start(texts({"BLPOP", "a", "0"}), sink, done);
  auto expired = session.start(texts({"BLPOP", "b", "100"}), sink, done);
  auto dropped = session.start(texts({"BLPOP", "c", "0"}), sink, done);
  REQUIRE((served && expired && dropped));
  CHECK(!served->deadline());
  CHECK(expired->deadline());
  store->run(RPush{{"a", std::vector<Text>{"1"}}});
  CHECK(told == std::vector<std::string>{R"(["a", "1"])"});
  CHECK(!served->expire());
  CHECK(expired->expire());
  CHECK(!expired->expire());
  dropped.reset();
  store->run(RPush{{"c", std::vector<Text>{"1"}}});
  CHECK(told == std::vector<std::string>{R"(["a", "1"])", "(nil array)"});
  auto at_once = session.start(texts({"BLPOP", "c", "0"}), sink, done);
  CHECK(told.back() == R"(["c", "1"])");
  CHECK(at_once->settle());
  CHECK(store->run(LRange{.key = "c", .start = 0, .stop = -1}) == std::vector<std::string>{"1"});
  auto closed = session.start(texts({"BLPOP", "d", "0"}), sink, done);
  store->close();
  CHECK(told.back() == "failed");
}

TEST_CASE("what a command was served is put back when its caller has gone away") {
  auto store = open("memory://");
  Session session(store);
  std::vector<std::string> told;
  auto done = [&](const Value& v, std::exception_ptr) { told.push_back(shown(v)); };
  ValueSink sink;
  auto waiting = session.start(texts({"BLPOP", "a", "0"}), sink, done);
  CHECK(waiting->settle());
  CHECK(waiting->settle());
  store->run(RPush{{"a", std::vector<Text>{"1"}}});
  CHECK(told.empty());
  CHECK(store->run(LLen{.key = "a"}) == 1);

  auto served = session.start(texts({"BLPOP", "b", "0"}), sink, done);
  store->run(RPush{{"b", std::vector<Text>{"1", "2"}}});
  CHECK(told == std::vector<std::string>{R"(["b", "1"])"});
  CHECK(served->settle());
  CHECK(served->settle());
  CHECK(store->run(LRange{.key = "b", .start = 0, .stop = -1}) == std::vector<std::string>{"1", "2"});

  auto stuck = session.start(texts({"BLPOP", "c", "0"}), sink, done);
  store->run(RPush{{"c", std::vector<Text>{"1"}}});
  store->run(Set{.key = "c", .value = "a string by now"});
  CHECK(!stuck->settle());
  CHECK(!stuck->settle());
}

TEST_CASE("a closed store is an exception, and nothing is said") {
  auto store = open("memory://");
  Client a(store);
  a.say({"MULTI"});
  a.say({"SET", "k", "v"});
  store->close();
  CHECK_THROWS_AS(a.ask({"EXEC"}), Error);
  CHECK_THROWS_AS(a.ask({"GET", "k"}), Error);
  CHECK(!a.session.in_transaction());
}

TEST_CASE("QUIT ends a session") {
  Client a(open("memory://"));
  CHECK(!a.session.ended());
  CHECK(a.say({"QUIT"}) == "OK");
  CHECK(a.session.ended());
}

TEST_CASE("what concerns a connection is refused by a store") {
  auto store = open("memory://");
  AnyCall call = AnyCall::parse(texts({"SELECT", "1"}), 0, true);
  CHECK_THROWS_AS(store->perform(call.call()), Error);
  Batch batch;
  batch.calls.push_back(AnyCall::parse(texts({"PING"}), 0, true));
  CHECK_THROWS_AS(store->perform(batch), Error);
}

TEST_CASE("TIME is the store's clock") {
  auto clock = std::make_shared<ManualClock>(1'700'000'000'123);
  Client a(open("memory://", {clock}));
  CHECK(a.say({"TIME"}) == R"(["1700000000", "123000"])");
  CHECK(a.say({"EVAL", "return redis.call('TIME')", "0"}) == R"(["1700000000", "123000"])");
}

TEST_CASE("INFO shows the sections that were asked for") {
  auto store = open("memory://");
  Client a(store);
  a.say({"SELECT", "2"});
  a.say({"SET", "k", "v"});
  std::string all = a.say({"INFO"});
  for (const char* section : {"# Server\r\n", "# Clients\r\n", "# Memory\r\n", "# Stats\r\n",
                              "# Replication\r\n", "# Keyspace\r\n"})
    CHECK(all.find(section) != std::string::npos);
  CHECK(a.say({"INFO", "keyspace"}) == "\"# Keyspace\r\ndb2:keys=1,avg_ttl=0\r\n\"");
  CHECK(a.say({"INFO", "nothing"}) == "\"\"");
}

TEST_CASE("CLIENT tells what is known of the session") {
  auto store = open("memory://");
  Client a(store), b(store);
  CHECK(a.session.id() < b.session.id());
  CHECK(a.say({"CLIENT", "ID"}) == std::to_string(a.session.id()));
  CHECK(a.say({"CLIENT", "SETNAME", "a b"}) ==
        "(error) ERR Client names cannot contain spaces, newlines or special characters.");
  CHECK(a.say({"CLIENT", "SETNAME", "me"}) == "OK");
  CHECK(a.say({"CLIENT", "GETNAME"}) == "\"me\"");
  std::string info = a.say({"CLIENT", "INFO"});
  CHECK(info.find(" addr=127.0.0.1:1 name=me ") != std::string::npos);
  CHECK(info.find(" db=0 sub=0 ") != std::string::npos);
}

TEST_CASE("scripts may choose the form of replies, and know redis's helpers") {
  Client a(open("memory://"));
  a.say({"HSET", "h", "f", "v"});
  a.say({"SADD", "s", "m"});
  a.say({"ZADD", "z", "1.5", "m"});
  auto run = [&](const std::string& script) { return a.say({"EVAL", script, "0"}); };
  CHECK(run("redis.setresp(3) local r = redis.call('HGETALL', 'h') return r.map.f") == "\"v\"");
  CHECK(run("redis.setresp(3) return tostring(redis.call('SMEMBERS', 's').set.m)") == "\"true\"");
  CHECK(run("redis.setresp(3) local r = redis.call('ZRANGE', 'z', 0, -1, 'WITHSCORES') return {r[1][1], "
            "tostring(r[1][2].double)}") == R"(["m", "1.5"])");
  CHECK(run("redis.setresp(3) return type(redis.call('GET', 'none'))") == "\"nil\"");
  CHECK(run("return type(redis.call('GET', 'none'))") == "\"boolean\"");
  CHECK(run("return {map = {f = 'v'}}") == R"(["f", "v"])");
  CHECK(run("return redis.setresp(4)").starts_with("(error) ERR RESP version must be 2 or 3. script: "));
  CHECK(run("return {redis.call('PING'), redis.call('PING', 'm'), redis.call('ECHO', 'e')}") ==
        R"([PONG, "m", "e"])");
  CHECK(run("redis.call('SELECT', 2) redis.call('SET', 'k', 'v') return redis.call('GET', 'k')") == "\"v\"");
  CHECK(a.say({"GET", "k"}) == "(nil)");
  CHECK(run("return redis.call('CLIENT', 'ID')")
            .starts_with("(error) ERR This Redis command is not allowed from script script: "));
  CHECK(run("return {redis.acl_check_cmd('get', 'k'), redis.sha1hex(''), redis.REPL_ALL}") ==
        R"([1, "da39a3ee5e6b4b0d3255bfef95601890afd80709", 3])");
  CHECK(run("return redis.set_repl(9)").starts_with("(error) ERR Invalid replication flags. "));
  CHECK(run("redis.log(redis.LOG_WARNING, 'x') return redis.error_reply('MY word')") == "(error) MY word");
}
