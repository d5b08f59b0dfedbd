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
  local parts, kind = {}, redis.call('TYPE', key).ok
  local flat = kind == 'hash' and redis.call('HGETALL', key) or redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  for i = 1, #flat, 2 do parts[#parts + 1] = hex(flat[i]) .. '=' .. hex(flat[i + 1]) end
  if kind == 'hash' then table.sort(parts) end
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
std::string run_stream(unsigned seed, int calls, const std::vector<Procedure>& procedures,
                       const RedisServer* server, Replies& replies) {
  constexpr int calls_between_contents = 5;
  constexpr Millis steps[] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 499, 500, 999, 1000, 5000};
  std::mt19937 random(seed);
  Stores stores(server);
  Millis now = start;
  for (int i = 1; i <= calls; ++i) {
    now += random() % 60 == 0 ? 86'400'000 : steps[random() % std::size(steps)];
    const Procedure& p = procedures[random() % procedures.size()];
    ProcedureCall call = procedure_cases().at(std::string(p.name))(random, now);
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

/// A mistake planted into a script.
struct Mistake {
  Text procedure, right, wrong;
};

constexpr Mistake mistakes[] = {
    {"tokens.issue", "limit + 2", "limit + 3"},
    {"tokens.issue", "now < finish(t)", "true"},
    {"tokens.issue", "keep_key(t, slack)\nreturn", "return"},
    {"tokens.validate", "now >= finish(t)", "now > finish(t)"},
    {"tokens.validate", "now - t.seen >=", "now - t.seen >"},
    {"tokens.validate", "t.check == check", "true"},
    {"tokens.validate", "t.seen + t.idle", "t.issued + t.idle"},
    {"tokens.rotate", "old.grace ~= 0 or ", ""},
    {"tokens.rotate", "absolute = old.absolute", "absolute = now + old.idle"},
    {"tokens.revoke", "if now < finish(t) then return 1 end", "return 1"},
    {"tokens.revoke_all", "t.id ~= keep", "true"},
    {"tokens.list", "a.number < b.number", "a.number > b.number"},
    {"activity.record", "'GT', ", ""},
    {"activity.record", "completion > tonumber", "completion >= 0 or completion > tonumber"},
    {"activity.record", "redis.call('HDEL', KEYS[3], gone[i])", ""},
    {"activity.record", "math.min(1000, ", "math.min(1001, "},
    {"activity.record", "'(' .. int(first)", "int(first)"},
    {"activity.record", "% 24", "% 25"},
    {"activity.history", "KEYS[3]", "KEYS[2]"},
    {"watch_later.add", ">= tonumber", "> tonumber"},
    {"zset.page", "then high = middle else", "then high = middle - 1 else"},
    {"zset.page", "'(' .. score", "score"},
    {"scheduler.schedule", "tonumber(due) > now", "tonumber(due) >= now"},
    {"scheduler.stop", "redis.call('ZREM', KEYS[2], video)", ""},
    {"scheduler.claim", "int(now), 'LIMIT'", "'(' .. int(now), 'LIMIT'"},
    {"scheduler.claim", "redis.call('HSET', KEYS[3], video, receipt)", ""},
    {"scheduler.settle", "~= ARGV[3]", "== false"},
    {"scheduler.settle", "redis.call('HDEL', KEYS[3], video)\nreturn 1", "return 1"},
};

}  // namespace

TEST_CASE("procedures have different names, and each has a case here", "[procedures]") {
  std::set<std::string> names;
  for (const Procedure& p : all_procedures()) {
    REQUIRE(names.emplace(p.name).second);
    REQUIRE(procedure_cases().count(p.name) == 1);
    REQUIRE(p.lua.starts_with(lua_prelude));
  }
  REQUIRE(names.size() == procedure_cases().size());
}

TEST_CASE("the body and the script of every procedure mean the same in memory", "[procedures]") {
  auto procedures = all_procedures();
  Replies replies;
  for (unsigned seed = 1; seed <= 40; ++seed)
    REQUIRE(run_stream(seed, 250, procedures, nullptr, replies) == "");
  REQUIRE(replies.size() == procedures.size());
  for (const auto& [name, different] : replies) {
    INFO(name);
    REQUIRE(different.size() >= 2);
  }
}

TEST_CASE("the script of every procedure means the same on a Redis server", "[procedures][redis]") {
  auto procedures = all_procedures();
  Replies replies;
  for (unsigned seed = 101; seed <= 108; ++seed)
    REQUIRE(run_stream(seed, 250, procedures, &shared_redis_server(), replies) == "");
  REQUIRE(replies.size() == procedures.size());
}

TEST_CASE("a mistake in a script is noticed", "[.mutation]") {
  for (const Mistake& mistake : mistakes) {
    INFO(mistake.procedure << ": " << mistake.right << " -> " << mistake.wrong);
    auto procedures = all_procedures();
    auto p = std::find_if(procedures.begin(), procedures.end(),
                          [&](const Procedure& q) { return q.name == mistake.procedure; });
    REQUIRE(p != procedures.end());
    std::string script(p->lua);
    std::size_t at = script.find(mistake.right);
    REQUIRE(at != std::string::npos);
    script.replace(at, mistake.right.size(), mistake.wrong);
    p->lua = script;
    std::string difference;
    Replies replies;
    for (unsigned seed = 1; seed <= 60 && difference.empty(); ++seed)
      difference = run_stream(seed, 250, procedures, nullptr, replies);
    CHECK_FALSE(difference.empty());
  }
}

TEST_CASE("a time of 0 is the server's own", "[procedures][redis]") {
  RedisServer& server = shared_redis_server();
  server.ask({"FLUSHALL"});
  auto call = [&](Text name, std::vector<std::string> keys, std::vector<std::string> args) {
    for (const Procedure& p : all_procedures())
      if (p.name == name) return ask_eval(server, p.lua, {std::move(keys), std::move(args)});
    throw std::logic_error("no such procedure");
  };
  std::string id(16, 'i'), check(16, 'c');
  auto machine = std::chrono::duration_cast<std::chrono::milliseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count();
  std::int64_t end =
      std::stoll(call("tokens.issue", {"k"}, {"0", "alice", id, check, "60000", "60000", "5", "60000", ""}));
  REQUIRE(std::abs(end - 60'000 - machine) < 10'000);
  REQUIRE(call("tokens.validate", {"k"}, {"0", id, check, "0", "60000"}).starts_with("alice\n"));
  std::string later = std::to_string(machine + 80'000);
  REQUIRE(call("tokens.validate", {"k"}, {later, id, check, "0", "60000"}) == "(nil)");
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
