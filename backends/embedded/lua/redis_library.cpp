// The table `redis` of scripts.
#include <cmath>
#include <cstring>

#include "backends/embedded/lua/state.h"
#include "backends/embedded/tx.h"
#include "engine/store/numbers.h"
#include "engine/store/sha1.h"
#include "playhead/operations.h"
#include "playhead/version.h"

namespace playhead::embedded::lua {

namespace {

// An argument as bytes: strings as they are, numbers as Lua prints integers and as %.17g otherwise.
bool argument(lua_State* lua, int index, Arena& arena, Text& out) {
  if (lua_type(lua, index) == LUA_TNUMBER) {
    double x = lua_tonumber(lua, index);
    char buffer[40];
    if (x == std::floor(x) && std::fabs(x) < 9e18)
      out = arena.copy(format_int64(static_cast<std::int64_t>(x), buffer));
    else
      out = arena.copy({buffer, static_cast<std::size_t>(std::snprintf(buffer, sizeof buffer, "%.17g", x))});
    return true;
  }
  if (lua_type(lua, index) != LUA_TSTRING) return false;
  std::size_t size = 0;
  const char* data = lua_tolstring(lua, index, &size);
  out = {data, size};
  return true;
}

AnyCall parse_command(List<Text> words, const Run& run) {
  const Command* c = find_command(words);
  if (c == nullptr) refuse("ERR Unknown Redis command called from script");
  auto n = static_cast<int>(words.size());
  if (c->arity >= 0 ? n != c->arity : n < -c->arity)
    refuse("ERR Wrong number of args calling Redis command from script");
  bool stays = c->code == code_of<connection::Ping> || c->code == code_of<connection::Echo> ||
               c->code == code_of<connection::Select>;
  if (c->is(Flags::noscript) || (c->is(Flags::connection) && !stays))
    refuse("ERR This Redis command is not allowed from script");
  if (run.read_only && (c->is(Flags::write) || c->code == code_of<Publish>))
    refuse("ERR Write commands are not allowed from read-only scripts.");
  return AnyCall::parse(words, run.db, false);
}

// The commands on the connection that scripts have: they concern the script alone. False: it is another
// command.
bool answer(List<Text> words, Run& run, Sink& sink) {
  const Command* c = find_command(words);
  if (c == nullptr || !c->is(Flags::connection)) return false;
  bool ping = c->code == code_of<connection::Ping>, echo = c->code == code_of<connection::Echo>;
  if (!ping && !echo && c->code != code_of<connection::Select>) return false;
  AnyCall call = parse_command(words, run);
  if (ping) {
    auto message = static_cast<const connection::Ping*>(call.operation())->message;
    if (message)
      sink.bulk(*message);
    else
      sink.status("PONG");
  } else if (echo) {
    sink.bulk(static_cast<const connection::Echo*>(call.operation())->message);
  } else {
    std::int64_t db = static_cast<const connection::Select*>(call.operation())->index;
    if (db < 0 || db > 0xffff) refuse("ERR DB index is out of range");
    run.db = static_cast<std::uint16_t>(db);
    sink.status("OK");
  }
  return true;
}

// Performs the command on the stack and pushes its reply; an error's text instead, and false.
bool perform(lua_State* lua, std::string& error) {
  State& state = State::of(lua);
  try {
    Arena arena;
    int count = lua_gettop(lua);
    if (count == 0) refuse("ERR Please specify at least one argument for this redis lib call");
    auto words = arena.array<Text>(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
      if (!argument(lua, i + 1, arena, words[static_cast<std::size_t>(i)]))
        refuse("ERR Lua redis lib command arguments must be strings or integers");
    if (state.run.undeclared) refuse("ERR the script is about to run again");
    LuaSink sink(lua, state.run.protocol);
    if (answer(words, state.run, sink)) return true;
    AnyCall call = parse_command(words, state.run);
    state.run.unit->perform(call.call());
    lua_settop(lua, 0);
    call.emit(sink);
    return true;
  } catch (const UndeclaredKey&) {
    state.run.undeclared = true;
    error = "ERR the script is about to run again";
  } catch (const Error& e) {
    if (e.code() != ErrorCode::command) state.run.failure = std::current_exception();
    error = e.what();
  } catch (const std::exception& e) {  // Lua must not see foreign exceptions
    error = std::string("ERR ") + e.what();
  }
  return false;
}

int call(lua_State* lua) {
  {
    std::string error;
    if (perform(lua, error)) return 1;
    push_error(lua, error);
  }
  return lua_error(lua);
}

int pcall(lua_State* lua) {
  std::string error;
  if (perform(lua, error)) return 1;
  push_error(lua, error);
  lua_pushboolean(lua, 1);
  lua_setfield(lua, -2, "ignore_error_stats_update");
  return 1;
}

int single_field(lua_State* lua, const char* field) {
  if (lua_gettop(lua) != 1 || lua_type(lua, -1) != LUA_TSTRING) {
    push_error(lua, "ERR wrong number or type of arguments");
    return 1;
  }
  std::size_t size = 0;
  const char* text = lua_tolstring(lua, -1, &size);
  if (std::strcmp(field, "err") == 0) {
    if (size > 0 && text[0] == '-') ++text, --size;
    bool coded = std::memchr(text, ' ', size) != nullptr;
    push_error(lua, (coded ? "" : "ERR ") + std::string(text, size));
    return 1;
  }
  lua_newtable(lua);
  lua_pushlstring(lua, text, size);
  lua_setfield(lua, -2, field);
  return 1;
}

int error_reply(lua_State* lua) {
  return single_field(lua, "err");
}
int status_reply(lua_State* lua) {
  return single_field(lua, "ok");
}

int sha1hex(lua_State* lua) {
  if (lua_gettop(lua) != 1) {
    push_error(lua, "ERR wrong number of arguments");
    return lua_error(lua);
  }
  std::size_t size = 0;
  const char* data = lua_tolstring(lua, 1, &size);
  std::string hex = sha1_hex({data == nullptr ? "" : data, size});
  lua_pushlstring(lua, hex.data(), hex.size());
  return 1;
}

// Effects are always the commands themselves here: nothing to choose.
int always_true(lua_State* lua) {
  lua_pushboolean(lua, 1);
  return 1;
}

// Messages go nowhere: an embedded store has no log of its own.
int log(lua_State* lua) {
  if (lua_gettop(lua) < 2) {
    push_error(lua, "ERR redis.log() requires two arguments or more.");
    return lua_error(lua);
  }
  if (lua_type(lua, 1) != LUA_TNUMBER) {
    push_error(lua, "ERR First argument must be a number (log level).");
    return lua_error(lua);
  }
  return 0;
}

int refuse_call(lua_State* lua, Text error) {
  push_error(lua, error);
  return lua_error(lua);
}

// The form of the replies that the rest of the script sees.
int setresp(lua_State* lua) {
  if (lua_gettop(lua) != 1) return refuse_call(lua, "ERR redis.setresp() requires one argument.");
  int protocol = static_cast<int>(lua_tonumber(lua, 1));
  if (protocol != 2 && protocol != 3) return refuse_call(lua, "ERR RESP version must be 2 or 3.");
  State::of(lua).run.protocol = protocol;
  return 0;
}

// What is replicated is nobody's choice here: there are no replicas.
int set_repl(lua_State* lua) {
  if (lua_gettop(lua) != 1) return refuse_call(lua, "ERR redis.set_repl() requires two arguments.");
  auto flags = static_cast<int>(lua_tonumber(lua, 1));
  if ((flags & ~3) != 0)
    return refuse_call(lua,
                       "ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
  return 0;
}

// Whether the caller may use a command: everybody may use all.
int acl_check_cmd(lua_State* lua) {
  int count = lua_gettop(lua);
  if (count == 0) return refuse_call(lua, "ERR Please specify at least one argument for this redis lib call");
  bool known = true;
  {
    Arena arena;
    auto words = arena.array<Text>(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
      known = argument(lua, i + 1, arena, words[static_cast<std::size_t>(i)]) && known;
    known = known && find_command(words) != nullptr;
  }
  if (!known) return refuse_call(lua, "ERR Invalid command passed to redis.acl_check_cmd()");
  lua_pushboolean(lua, 1);
  return 1;
}

// There is no debugger.
int always_false(lua_State* lua) {
  lua_pushboolean(lua, 0);
  return 1;
}
int nothing(lua_State*) {
  return 0;
}

}  // namespace

void push_error(lua_State* lua, Text message) {
  lua_newtable(lua);
  lua_pushlstring(lua, message.data(), message.size());
  lua_setfield(lua, -2, "err");
}

void open_redis(lua_State* lua) {
  lua_newtable(lua);
  const std::pair<const char*, lua_CFunction> functions[] = {{"call", call},
                                                             {"pcall", pcall},
                                                             {"error_reply", error_reply},
                                                             {"status_reply", status_reply},
                                                             {"sha1hex", sha1hex},
                                                             {"replicate_commands", always_true},
                                                             {"log", log},
                                                             {"setresp", setresp},
                                                             {"set_repl", set_repl},
                                                             {"acl_check_cmd", acl_check_cmd},
                                                             {"breakpoint", always_false},
                                                             {"debug", nothing}};
  for (auto [name, function] : functions) {
    lua_pushcfunction(lua, function);
    lua_setfield(lua, -2, name);
  }
  const std::pair<const char*, int> numbers[] = {{"LOG_DEBUG", 0},  {"LOG_VERBOSE", 1},
                                                 {"LOG_NOTICE", 2}, {"LOG_WARNING", 3},
                                                 {"REPL_NONE", 0},  {"REPL_AOF", 1},
                                                 {"REPL_SLAVE", 2}, {"REPL_REPLICA", 2},
                                                 {"REPL_ALL", 3},   {"REDIS_VERSION_NUM", 0x0007000f}};
  for (auto [name, number] : numbers) {
    lua_pushnumber(lua, number);
    lua_setfield(lua, -2, name);
  }
  lua_pushlstring(lua, redis_version.data(), redis_version.size());
  lua_setfield(lua, -2, "REDIS_VERSION");
  lua_setglobal(lua, "redis");
}

}  // namespace playhead::embedded::lua
