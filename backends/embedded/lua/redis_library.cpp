// The table `redis` of scripts.
#include <cmath>
#include <cstring>

#include "backends/embedded/lua/state.h"
#include "backends/embedded/tx.h"
#include "engine/store/numbers.h"
#include "engine/store/sha1.h"
#include "playhead/operations.h"

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
  if (c->is(Flags::noscript) || c->is(Flags::connection))
    refuse("ERR This Redis command is not allowed from script");
  if (run.read_only && (c->is(Flags::write) || c->code == code_of<Publish>))
    refuse("ERR Write commands are not allowed from read-only scripts.");
  return AnyCall::parse(words, run.db, false);
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
    if (words[0].size() == 6 && syntax::same_word(words[0], "select")) {
      std::int64_t db = 0;
      if (count != 2 || !parse_int64(words[1], db) || db < 0 || db > 0xffff)
        refuse("ERR DB index is out of range");
      state.run.db = static_cast<std::uint16_t>(db);
      LuaSink(lua).status("OK");
      return true;
    }
    AnyCall call = parse_command(words, state.run);
    state.run.unit->perform(call.call());
    lua_settop(lua, 0);
    LuaSink sink(lua);
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
                                                             {"log", log}};
  for (auto [name, function] : functions) {
    lua_pushcfunction(lua, function);
    lua_setfield(lua, -2, name);
  }
  const std::pair<const char*, int> numbers[] = {{"LOG_DEBUG", 0},
                                                 {"LOG_VERBOSE", 1},
                                                 {"LOG_NOTICE", 2},
                                                 {"LOG_WARNING", 3},
                                                 {"REDIS_VERSION_NUM", 0x0007000f}};
  for (auto [name, number] : numbers) {
    lua_pushnumber(lua, number);
    lua_setfield(lua, -2, name);
  }
  lua_pushliteral(lua, "7.0.15");
  lua_setfield(lua, -2, "REDIS_VERSION");
  lua_setglobal(lua, "redis");
}

}  // namespace playhead::embedded::lua
