// Every procedure's C++ body and its Lua text mean the same: random calls on three stores, the body on the
// memory store, the text by EVAL on another memory store and on a redis-server. After each call the replies
// are compared, and the whole contents.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "engine/store/secure_bytes.h"
#include "playhead/modules/namespace.h"
#include "playhead/open.h"
#include "tests/contract/stores.h"
#include "tests/modules/procedure_cases.h"
#include "tests/support/redis_server.h"

using namespace playhead;
using namespace playhead::test;

namespace {

// The contents of a database in a form that does not depend on any order. Ends with whether each key has a
// deadline.
constexpr Text dump_script = R"lua(
local function hex(s)
  return (string.gsub(s, '.', function(c) return string.format('%02x', string.byte(c)) end))
end
local out = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local parts, kind, flat = {}, redis.call('TYPE', key).ok, {}
  if kind == 'string' then flat = {redis.call('GET', key)}
  elseif kind == 'list' then flat = redis.call('LRANGE', key, 0, -1)
  elseif kind == 'set' then flat = redis.call('SMEMBERS', key)
  elseif kind == 'hash' then flat = redis.call('HGETALL', key)
  else flat = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end
  local width = (kind == 'hash' or kind == 'zset') and 2 or 1
  for i = 1, #flat, width do
    parts[#parts + 1] = width == 2 and hex(flat[i]) .. '=' .. hex(flat[i + 1]) or hex(flat[i])
  end
  if kind == 'hash' or kind == 'set' then table.sort(parts) end
  local deadline = redis.call('PTTL', key) >= 0 and 'deadline' or 'no deadline'
  out[#out + 1] = hex(key) .. ' ' .. kind .. ' ' .. table.concat(parts, ' ') .. ' ' .. deadline
end
table.sort(out)
return table.concat(out, '\n')
)lua";

/// A reply as RedisServer::ask() shows it.
std::string as_asked(const Value& v) {
  if (v.is_null()) return "(nil)";
  if (v.kind == Value::Kind::error) return "-" + v.text;
  if (!v.is_list()) return v.to_string();
  std::string all;
  for (std::size_t i = 0; i < v.items.size(); ++i)
    all += as_asked(v.items[i]) + (i + 1 < v.items.size() ? "\n" : "");
  return all;
}

/// A reply with its kinds.
std::string exact(const Value& v) {
  std::string all = std::to_string(static_cast<int>(v.kind)) + "(";
  if (!v.is_list())
    return all + (v.is_null() ? "" : v.kind == Value::Kind::error ? v.text : v.to_string()) + ")";
  for (const Value& item : v.items) all += exact(item);
  return all + ")";
}

std::vector<Text> texts(const std::vector<std::string>& strings) {
  return {strings.begin(), strings.end()};
}

class MemorySide {
 public:
  Value body(const Procedure& p, const ProcedureCall& call) {
    return store_->invoke(p, 0, texts(call.keys), texts(call.args));
  }
  Value lua(Text script, const ProcedureCall& call) {
    auto keys = texts(call.keys), args = texts(call.args);
    Eval eval;
    eval.script = script;
    eval.keys = keys;
    eval.args = args;
    return store_->run(eval);
  }
  std::string contents() { return lua(dump_script, {}).to_string(); }
  void set_time(Millis now) { clock_->set(now); }

 private:
  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  std::shared_ptr<Store> store_ = open("memory://", {clock_});
};

std::string ask_eval(const RedisServer& server, Text script, const ProcedureCall& call) {
  std::vector<std::string> words = {"EVAL", std::string(script), std::to_string(call.keys.size())};
  words.insert(words.end(), call.keys.begin(), call.keys.end());
  words.insert(words.end(), call.args.begin(), call.args.end());
  return server.ask(words);
}

std::string described(const Procedure& p, const ProcedureCall& call) {
  std::string all(p.name);
  for (const auto& arg : call.args) all += " " + Catch::Detail::stringify(arg);
  return all;
}

constexpr Millis start = 1'700'000'000'000;

/// Two or three stores that are given the same calls.
class Stores {
 public:
  explicit Stores(const RedisServer* server) : server_(server) {
    if (server_ != nullptr) server_->ask({"FLUSHALL"});
  }
  /// How the replies to a call differ; empty if they do not. `shown` is the body's.
  std::string compare(const Procedure& p, const ProcedureCall& call, Millis now, std::string& shown) {
    body_.set_time(now);
    lua_.set_time(now);
    Value reply = body_.body(p, call);
    shown = exact(reply);
    std::string by_lua;
    try {
      by_lua = exact(lua_.lua(p.lua, call));
    } catch (const Error& e) {
      by_lua = e.what();
    }
    if (shown != by_lua) return "the body replies " + shown + ", the script " + by_lua;
    if (server_ == nullptr) return {};
    std::string by_server = ask_eval(*server_, p.lua, call);
    return as_asked(reply) == by_server ? ""
                                        : "the body replies " + as_asked(reply) + ", the server " + by_server;
  }
  /// How the contents differ.
  std::string compare_contents() {
    std::string ours = body_.contents(), by_lua = lua_.contents();
    if (ours != by_lua) return "the body leaves\n" + ours + "\nthe script\n" + by_lua;
    if (server_ == nullptr) return {};
    std::string by_server = ask_eval(*server_, dump_script, {});
    return ours == by_server ? "" : "the body leaves\n" + ours + "\nthe server\n" + by_server;
  }

 private:
  const RedisServer* server_;
  MemorySide body_, lua_;
};

/// The different replies of each procedure, so that a test of nothing is noticed.
using Replies = std::map<std::string, std::set<std::string>, std::less<>>;

/// Runs random calls; tells the first difference, empty if there is none. The contents are compared after
/// every few calls.
std::string run_stream(unsigned seed, int calls, const ProcedureGroup& group, const RedisServer* server,
                       Replies& replies) {
  constexpr int calls_between_contents = 5;
  constexpr Millis steps[] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 499, 500, 999, 1000, 5000};
  std::mt19937 random(seed);
  Stores stores(server);
  Millis now = start;
  for (int i = 1; i <= calls; ++i) {
    now += random() % 60 == 0 ? 86'400'000 : steps[random() % std::size(steps)];
    const Procedure& p = group.procedures[random() % group.procedures.size()];
    ProcedureCall call = group.cases.at(std::string(p.name))(random, now);
    call.args.insert(call.args.begin(), std::to_string(now));
    std::string shown, difference = stores.compare(p, call, now, shown);
    if (difference.empty() && i % calls_between_contents == 0) difference = stores.compare_contents();
    if (!difference.empty())
      return "seed " + std::to_string(seed) + ", call " + std::to_string(i) + ": " + described(p, call) +
             ": " + difference;
    replies[std::string(p.name)].insert(std::move(shown));
  }
  return stores.compare_contents();
}

}  // namespace

TEST_CASE("procedures have different names, and each has a case here", "[procedures]") {
  std::set<std::string> names;
  for (const ProcedureGroup* group : procedure_groups()) {
    INFO(group->name);
    for (const Procedure& p : group->procedures) {
      REQUIRE(names.emplace(p.name).second);
      REQUIRE(group->cases.count(p.name) == 1);
      REQUIRE(p.lua.starts_with(lua_prelude));
    }
    REQUIRE(group->procedures.size() == group->cases.size());
  }
}

TEST_CASE("the body and the script of every procedure mean the same in memory", "[procedures]") {
  for (const ProcedureGroup* group : procedure_groups()) {
    INFO(group->name);
    Replies replies;
    for (unsigned seed = 1; seed <= 40; ++seed)
      REQUIRE(run_stream(seed, 150, *group, nullptr, replies) == "");
    REQUIRE(replies.size() == group->procedures.size());
    for (const auto& [name, different] : replies) {
      INFO(name);
      REQUIRE(different.size() >= 2);
    }
  }
}

TEST_CASE("the script of every procedure means the same on a Redis server", "[procedures][redis]") {
  for (const ProcedureGroup* group : procedure_groups()) {
    INFO(group->name);
    Replies replies;
    for (unsigned seed = 101; seed <= 108; ++seed)
      REQUIRE(run_stream(seed, 150, *group, &shared_redis_server(), replies) == "");
    REQUIRE(replies.size() == group->procedures.size());
  }
}

TEST_CASE("a mistake in a script is noticed", "[.mutation]") {
  for (const ProcedureGroup* known : procedure_groups())
    for (const Mistake& mistake : known->mistakes) {
      INFO(mistake.procedure << ": " << mistake.right << " -> " << mistake.wrong);
      ProcedureGroup group = *known;
      auto p = std::find_if(group.procedures.begin(), group.procedures.end(),
                            [&](const Procedure& q) { return q.name == mistake.procedure; });
      REQUIRE(p != group.procedures.end());
      std::string script(p->lua);
      std::size_t at = script.find(mistake.right);
      REQUIRE(at != std::string::npos);
      script.replace(at, mistake.right.size(), mistake.wrong);
      p->lua = script;
      std::string difference;
      Replies replies;
      for (unsigned seed = 1; seed <= 60 && difference.empty(); ++seed)
        difference = run_stream(seed, 250, group, nullptr, replies);
      CHECK_FALSE(difference.empty());
    }
}

TEST_CASE("a time of 0 is the server's own", "[procedures][redis]") {
  RedisServer& server = shared_redis_server();
  server.ask({"FLUSHALL"});
  auto call = [&](Text name, std::vector<std::string> keys, std::vector<std::string> args) {
    for (const ProcedureGroup* group : procedure_groups())
      for (const Procedure& p : group->procedures)
        if (p.name == name) return ask_eval(server, p.lua, {std::move(keys), std::move(args)});
    throw std::logic_error("no such procedure");
  };
  std::string id(16, 'i'), check(16, 'c');
  auto machine = std::chrono::duration_cast<std::chrono::milliseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count();
  std::int64_t end = std::stoll(call("tokens.issue", {"k", "r", "d"},
                                     {"0", "alice", id, check, "60000", "60000", "5", "60000", "", ""}));
  REQUIRE(std::abs(end - 60'000 - machine) < 10'000);
  REQUIRE(
      call("tokens.validate", {"k", "r", "d"}, {"0", id, check, "0", "60000", ""}).starts_with("alice\n"));
  std::string later = std::to_string(machine + 80'000);
  REQUIRE(call("tokens.validate", {"k", "r", "d"}, {later, id, check, "0", "60000", ""}) == "(nil)");
}

TEST_CASE("arguments are read as they were written", "[procedures]") {
  ArgumentWriter out(5);
  std::string bytes("\0:\xff", 3);
  out.integer(-7).integer(max_exact_integer).real(0.1).real(-1e300).text(bytes).text("").integer(1);
  ArgumentReader in(out.list());
  REQUIRE(in.integer() == 5);
  REQUIRE(in.integer() == -7);
  REQUIRE(in.integer() == max_exact_integer);
  REQUIRE(in.real() == 0.1);
  REQUIRE(in.real() == -1e300);
  REQUIRE(in.text() == bytes);
  REQUIRE(in.text().empty());
  REQUIRE(in.rest().size() == 1);
  REQUIRE(in.integer() == 1);
  REQUIRE_THROWS_AS(in.text(), Error);
}

TEST_CASE("an argument that is no number is refused as one", "[procedures]") {
  std::vector<Text> args = {"x", "1.5", "nan"};
  ArgumentReader in(args);
  REQUIRE_THROWS_AS(in.integer(), Error);
  REQUIRE_THROWS_AS(in.integer(), Error);
  REQUIRE_THROWS_AS(in.real(), Error);
}
