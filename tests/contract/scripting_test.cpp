#include <catch2/catch.hpp>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;

std::string eval(Store& s, const std::string& script, std::vector<std::string> keys = {},
                 const std::vector<std::string>& args = {}) {
  std::vector<std::string> command = {"EVAL", script, std::to_string(keys.size())};
  command.insert(command.end(), keys.begin(), keys.end());
  command.insert(command.end(), args.begin(), args.end());
  return run(s, command);
}

bool refused_with(const std::string& shown, const std::string& text) {
  INFO(shown);
  return shown.rfind("(error) ", 0) == 0 && shown.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("EVAL sees its keys and arguments and answers in Redis's types", "[scripts]") {
  for_each_store([](Store& s) {
    CHECK(eval(s, "return {KEYS[1], KEYS[2], ARGV[1], #KEYS, #ARGV}", {"a", "b"}, {"x"}) ==
          "[\"a\", \"b\", \"x\", 2, 1]");
    CHECK(eval(s, "return 3.99") == "3");
    for (const char* far : {"return 1e20", "return -1e20", "return 2^63", "return 1/0", "return 0/0"})
      CHECK(eval(s, far) == "-9223372036854775808");
    CHECK(eval(s, "return true") == "1");
    CHECK(eval(s, "return false") == "(nil)");
    CHECK(eval(s, "return nil") == "(nil)");
    CHECK(eval(s, "return {1, 2, nil, 4}") == "[1, 2]");
    CHECK(eval(s, "return {ok = 'FINE'}") == "FINE");
    CHECK(eval(s, "return redis.status_reply('FINE')") == "FINE");
    CHECK(eval(s, "return {err = 'MY error'}") == "(error) MY error");
    CHECK(eval(s, "return redis.error_reply('MY error')") == "(error) MY error");
    CHECK(eval(s, "return {}") == "[]");
  });
}

TEST_CASE("redis.call converts replies to Lua", "[scripts]") {
  for_each_store([](Store& s) {
    CHECK(eval(s, "return type(redis.call('GET', KEYS[1]))", {"missing"}) == "\"boolean\"");
    CHECK(eval(s, "return redis.call('SET', KEYS[1], 'v')['ok']", {"k"}) == "\"OK\"");
    CHECK(eval(s, "return redis.call('GET', KEYS[1])", {"k"}) == "\"v\"");
    CHECK(eval(s, "return type(redis.call('INCR', KEYS[1]))", {"n"}) == "\"number\"");
    CHECK(eval(s, "redis.call('RPUSH', KEYS[1], 1, 2.5, 'x') return redis.call('LRANGE', KEYS[1], 0, -1)",
               {"l"}) == "[\"1\", \"2.5\", \"x\"]");
  });
}

TEST_CASE("A command that fails ends a script, but not what it has done", "[scripts]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "list", "1"});
    CHECK(refused_with(
        eval(s, "redis.call('SET', KEYS[1], '1') redis.call('INCR', KEYS[2]) return 1", {"k", "list"}),
        "WRONGTYPE Operation against a key"));
    CHECK(run(s, {"GET", "k"}) == "\"1\"");
    CHECK(eval(s, "local r = redis.pcall('INCR', KEYS[1]) return r['err']", {"list"}) ==
          "\"WRONGTYPE Operation against a key holding the wrong kind of value\"");
  });
}

TEST_CASE("EVALSHA runs what was loaded or evaluated before", "[scripts]") {
  for_each_store([](Store& s) {
    run(s, {"SCRIPT", "FLUSH"});
    const std::string sha = "4a2267357833227dd98abdedb8cf24b15a986445";
    CHECK(run(s, {"EVALSHA", sha, "0"}) == "(error) NOSCRIPT No matching script. Please use EVAL.");
    CHECK(run(s, {"SCRIPT", "EXISTS", sha, "nosuch"}) == "[0, 0]");
    const std::string loaded = reply(s, {"SCRIPT", "LOAD", "return 'loaded'"}).text;
    CHECK(run(s, {"EVALSHA", loaded, "0"}) == "\"loaded\"");
    CHECK(run(s, {"SCRIPT", "EXISTS", loaded}) == "[1]");
    CHECK(run(s, {"SCRIPT", "FLUSH"}) == "OK");
    CHECK(run(s, {"SCRIPT", "EXISTS", loaded}) == "[0]");
  });
}

TEST_CASE("EVAL_RO refuses commands that write", "[scripts]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "k", "1"});
    CHECK(run(s, {"EVAL_RO", "return redis.call('GET', KEYS[1])", "1", "k"}) == "\"1\"");
    CHECK(refused_with(run(s, {"EVAL_RO", "return redis.call('SET', KEYS[1], 2)", "1", "k"}),
                       "Write commands are not allowed from read-only scripts"));
    CHECK(run(s, {"GET", "k"}) == "\"1\"");
  });
}

TEST_CASE("A script is in a sandbox", "[scripts]") {
  for_each_store([](Store& s) {
    CHECK(refused_with(eval(s, "x = 1"), "Attempt to modify a readonly table"));
    CHECK(refused_with(eval(s, "return y"), "nonexistent global variable 'y'"));
    CHECK(refused_with(eval(s, "string.rep = nil"), "Attempt to modify a readonly table"));
    CHECK(refused_with(eval(s, "return os.execute('true')"), "ERR"));
    CHECK(refused_with(eval(s, "return io.open('/etc/passwd')"), "ERR"));
    CHECK(refused_with(eval(s, "return loadstring(string.dump(function() return 1 end))()"), "ERR"));
    CHECK(refused_with(eval(s, "return redis.call('BLPOP')"),
                       "Wrong number of args calling Redis command from script"));
    CHECK(refused_with(eval(s, "return redis.call('NOSUCH')"), "Unknown Redis command called from script"));
  });
}

TEST_CASE("A script that does not compile is refused with its line", "[scripts]") {
  for_each_store([](Store& s) {
    CHECK(refused_with(eval(s, "return 1 +"), "Error compiling script"));
    CHECK(refused_with(run(s, {"SCRIPT", "LOAD", "return ="}), "Error compiling script"));
    CHECK(refused_with(run(s, {"EVAL", "return 1", "-1"}), "Number of keys can't be negative"));
    CHECK(refused_with(run(s, {"EVAL", "return 1", "2", "k"}),
                       "Number of keys can't be greater than number of args"));
  });
}

TEST_CASE("A script can be put together from pieces by load and from a text by loadstring", "[scripts]") {
  for_each_store([](Store& s) {
    CHECK(eval(s,
               "local pieces, n = {'return ', '3', '+4'}, 0 "
               "return load(function() n = n + 1 return pieces[n] end)()") == "7");
    CHECK(eval(s,
               "local given return select(2, load(function() "
               "if given then return nil end given = true return 'x y' end, '@name'))") ==
          "\"name:1: '=' expected near 'y'\"");
    CHECK(eval(s, "return loadstring('return ...')(5)") == "5");
    CHECK(refused_with(eval(s, "return load('return 1')"), "function expected, got string"));
    CHECK(refused_with(eval(s, "return loadstring('x = 1')()"), "Attempt to modify a readonly table"));
  });
}

TEST_CASE("A source that begins as compiled code does is read as a text", "[scripts]") {
  for_each_store([](Store& s) {
    CHECK(eval(s, "\033Lua") ==
          "(error) ERR Error compiling script (new function): user_script:1: unexpected "
          "symbol near 'char(27)'");
    CHECK(eval(s, "return select(2, loadstring('\\27Lua', 'name'))") ==
          "\"[string \"name\"]:1: unexpected symbol near 'char(27)'\"");
    CHECK(eval(s,
               "local given return select(2, load(function() "
               "if given then return nil end given = true return '\\27Lua' end))") ==
          "\"(load):1: unexpected symbol near 'char(27)'\"");
  });
}

TEST_CASE("cjson reads and writes values", "[scripts]") {
  for_each_store([](Store& s) {
    CHECK(eval(s, "return cjson.encode({1, 2, 'x'})") == "\"[1,2,\"x\"]\"");
    CHECK(eval(s, "return cjson.decode(ARGV[1])['a'][2]", {}, {"{\"a\":[1,\"two\"]}"}) == "\"two\"");
    CHECK(eval(s, "return cjson.decode(ARGV[1])['a'] == cjson.null", {}, {"{\"a\":null}"}) == "1");
    CHECK(refused_with(eval(s, "return cjson.decode('{')"), "Expected"));
  });
}

TEST_CASE("redis.sha1hex and the log levels are there", "[scripts]") {
  for_each_store([](Store& s) {
    CHECK(eval(s, "return redis.sha1hex('')") == "\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"");
    CHECK(eval(s, "return {redis.LOG_DEBUG, redis.LOG_WARNING}") == "[0, 3]");
  });
}

TEST_CASE("A script that touches keys it did not declare still is one step", "[scripts]") {
  for_each_store([](Store& s) {
    CHECK(eval(s,
               "redis.call('INCR', KEYS[1]) redis.call('INCR', 'undeclared:1') redis.call('INCR', "
               "'undeclared:2') "
               "return redis.call('GET', KEYS[1])",
               {"declared"}) == "\"1\"");
    CHECK(run(s, {"MGET", "declared", "undeclared:1", "undeclared:2"}) == "[\"1\", \"1\", \"1\"]");
  });
}
