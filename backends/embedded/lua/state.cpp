#include "backends/embedded/lua/state.h"

#include <cstdlib>
#include <cstring>
#include <utility>

namespace playhead::embedded::lua {

namespace {

constexpr int instructions_between_counts = 100'000;
// Their addresses are names in the registry.
const char scripts_key = 0;      // compiled scripts by SHA-1
const char environment_key = 0;  // what scripts see as globals

// Names of the base library that scripts have; the rest is taken away.
constexpr const char* base_names[] = {
    "assert", "collectgarbage", "error",    "gcinfo",       "getmetatable", "ipairs",
    "load",   "loadstring",     "next",     "pairs",        "pcall",        "rawequal",
    "rawget", "rawset",         "select",   "setmetatable", "tonumber",     "tostring",
    "type",   "unpack",         "xpcall",   "_VERSION",     "_G",           "string",
    "table",  "math",           "coroutine"};

bool is_base_name(const char* name) {
  for (const char* known : base_names)
    if (std::strcmp(known, name) == 0) return true;
  return false;
}

int missing_global(lua_State* lua) {
  const char* name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
  return luaL_error(lua, "Script attempted to access nonexistent global variable '%s'", name);
}

int readonly_table(lua_State* lua) {
  return luaL_error(lua, "Attempt to modify a readonly table");
}

// Gives the function at the top of the stack the protected globals.
void set_environment(lua_State* lua) {
  lua_pushlightuserdata(lua, const_cast<char*>(&environment_key));
  lua_rawget(lua, LUA_REGISTRYINDEX);
  lua_setfenv(lua, -2);
}

/// The source of a chunk: a text, or what the function at index 1 gives until it gives nothing; index 3 keeps
/// each of its pieces.
struct Chunk {
  Text rest;
  bool from_function = false;
  bool begun = false;

  void fetch(lua_State* lua) {
    luaL_checkstack(lua, 2, "too many nested functions");
    lua_pushvalue(lua, 1);
    lua_call(lua, 0, 1);
    if (lua_isnil(lua, -1)) return lua_pop(lua, 1);
    if (!lua_isstring(lua, -1)) luaL_error(lua, "reader function must return a string");
    lua_replace(lua, 3);
    std::size_t size = 0;
    const char* piece = lua_tolstring(lua, 3, &size);
    rest = {piece, size};
  }
};

// Compiled code could crash the interpreter. Lua knows it by its first byte, so a space before that makes it
// a text, which does not compile.
const char* next_piece(lua_State* lua, void* state, std::size_t* size) {
  auto& chunk = *static_cast<Chunk*>(state);
  if (chunk.rest.empty() && chunk.from_function) chunk.fetch(lua);
  bool looks_compiled = !chunk.begun && !chunk.rest.empty() && chunk.rest[0] == LUA_SIGNATURE[0];
  chunk.begun = true;
  Text piece = looks_compiled ? Text(" ") : std::exchange(chunk.rest, Text());
  *size = piece.size();
  return piece.data();
}

// The function, with the protected globals; or nil and what is wrong with the source.
int load_chunk(lua_State* lua, Chunk chunk, const char* name) {
  if (lua_load(lua, next_piece, &chunk, name) == 0) {
    set_environment(lua);
    return 1;
  }
  lua_pushnil(lua);
  lua_insert(lua, -2);
  return 2;
}

int load_string(lua_State* lua) {
  std::size_t size = 0;
  const char* source = luaL_checklstring(lua, 1, &size);
  return load_chunk(lua, {{source, size}}, luaL_optstring(lua, 2, source));
}

int load_function(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TFUNCTION);
  const char* name = luaL_optstring(lua, 2, "=(load)");
  lua_settop(lua, 3);
  return load_chunk(lua, {{}, true}, name);
}

// A script must not reach past a protected table by rawset or a new metatable.
int checked_rawset(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  luaL_checkany(lua, 2);
  luaL_checkany(lua, 3);
  if (luaL_getmetafield(lua, 1, "__metatable") != 0) return readonly_table(lua);
  lua_settop(lua, 3);
  lua_rawset(lua, 1);
  return 1;
}

int checked_setmetatable(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  int t = lua_type(lua, 2);
  luaL_argcheck(lua, t == LUA_TNIL || t == LUA_TTABLE, 2, "nil or table expected");
  if (luaL_getmetafield(lua, 1, "__metatable") != 0) return readonly_table(lua);
  lua_settop(lua, 2);
  lua_setmetatable(lua, 1);
  return 1;
}

// next and pairs that look at what a protected table stands for.
void unwrap(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  if (luaL_getmetafield(lua, 1, "__protects") != 0) lua_replace(lua, 1);
}

int next_of(lua_State* lua) {
  unwrap(lua);
  lua_settop(lua, 2);
  if (lua_next(lua, 1) != 0) return 2;
  lua_pushnil(lua);
  return 1;
}

int pairs_of(lua_State* lua) {
  unwrap(lua);
  lua_settop(lua, 1);
  lua_pushcfunction(lua, next_of);
  lua_insert(lua, 1);
  lua_pushnil(lua);
  return 3;
}

void remove_unknown_globals(lua_State* lua) {
  lua_pushnil(lua);
  while (lua_next(lua, LUA_GLOBALSINDEX) != 0) {
    lua_pop(lua, 1);
    if (lua_type(lua, -1) != LUA_TSTRING || is_base_name(lua_tostring(lua, -1))) continue;
    lua_pushvalue(lua, -1);
    lua_pushnil(lua);
    lua_rawset(lua, LUA_GLOBALSINDEX);  // erasing while walking is allowed
  }
}

void open_library(lua_State* lua, lua_CFunction open, const char* name) {
  lua_pushcfunction(lua, open);
  lua_pushstring(lua, name);
  lua_call(lua, 1, 0);
}

}  // namespace

// Replaces the table at the top of the stack by an empty one that reads through it and refuses writes.
void protect(lua_State* lua) {
  int real = lua_gettop(lua);
  lua_newtable(lua);
  lua_newtable(lua);
  lua_pushvalue(lua, real);
  lua_setfield(lua, -2, "__index");
  lua_pushvalue(lua, real);
  lua_setfield(lua, -2, "__protects");
  lua_pushcfunction(lua, readonly_table);
  lua_setfield(lua, -2, "__newindex");
  lua_pushboolean(lua, 1);
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
  lua_replace(lua, real);
}

void* State::allocate(void* self, void* block, std::size_t old_size, std::size_t new_size) {
  auto& state = *static_cast<State*>(self);
  if (block == nullptr) old_size = 0;
  if (new_size == 0) {
    std::free(block);
    state.used_ -= old_size;
    return nullptr;
  }
  if (new_size > old_size && state.used_ + (new_size - old_size) > state.limits_.memory) return nullptr;
  void* moved = std::realloc(block, new_size);
  if (moved != nullptr) state.used_ = state.used_ - old_size + new_size;
  return moved;
}

void State::count(lua_State* lua, lua_Debug*) {
  State& state = of(lua);
  state.executed_ += instructions_between_counts;
  if (state.executed_ <= state.limits_.instructions) return;
  lua_sethook(lua, count, LUA_MASKCOUNT,
              1);  // from now on each instruction fails, so that pcall cannot keep the script alive
  luaL_error(lua, "Script killed: it ran more than %f instructions",
             static_cast<double>(state.limits_.instructions));
}

State& State::of(lua_State* lua) {
  void* self = nullptr;
  lua_getallocf(lua, &self);
  return *static_cast<State*>(self);
}

State::State(const Limits& limits) : limits_(limits), lua_(lua_newstate(allocate, this)) {
  if (lua_ == nullptr) throw std::bad_alloc();
  open_libraries();
  lua_sethook(lua_, count, LUA_MASKCOUNT, instructions_between_counts);
}

State::~State() {
  lua_close(lua_);
}

void State::open_libraries() {
  open_library(lua_, luaopen_base, "");
  open_library(lua_, luaopen_table, LUA_TABLIBNAME);
  open_library(lua_, luaopen_string, LUA_STRLIBNAME);
  open_library(lua_, luaopen_math, LUA_MATHLIBNAME);
  remove_unknown_globals(lua_);
  const std::pair<const char*, lua_CFunction> replaced[] = {
      {"load", load_function},    {"loadstring", load_string},
      {"rawset", checked_rawset}, {"setmetatable", checked_setmetatable},
      {"next", next_of},          {"pairs", pairs_of}};
  for (auto [name, function] : replaced) {
    lua_pushcfunction(lua_, function);
    lua_setglobal(lua_, name);
  }
  lua_getglobal(lua_, "string");
  lua_pushnil(lua_);
  lua_setfield(lua_, -2, "dump");
  lua_pop(lua_, 1);
  open_redis(lua_);
  open_cjson(lua_);
  forget();
  seal();
}

// Scripts see the globals and libraries through protected tables; KEYS and ARGV are set behind them.
void State::seal() {
  for (const char* name : {"string", "table", "math", "coroutine", "redis", "cjson"}) {
    lua_getglobal(lua_, name);
    protect(lua_);
    lua_setglobal(lua_, name);
  }
  lua_pushliteral(lua_, "");
  lua_getmetatable(lua_, -1);  // of strings: methods come from the protected library too
  lua_getglobal(lua_, "string");
  lua_setfield(lua_, -2, "__index");
  lua_pushboolean(lua_, 1);
  lua_setfield(lua_, -2, "__metatable");
  lua_pop(lua_, 2);

  lua_pushvalue(lua_, LUA_GLOBALSINDEX);
  protect(lua_);
  lua_pushvalue(lua_, -1);
  lua_setglobal(lua_, "_G");
  lua_pushlightuserdata(lua_, const_cast<char*>(&environment_key));
  lua_insert(lua_, -2);
  lua_rawset(lua_, LUA_REGISTRYINDEX);

  lua_newtable(lua_);  // of the real globals: a missing one is an error
  lua_pushcfunction(lua_, missing_global);
  lua_setfield(lua_, -2, "__index");
  lua_setmetatable(lua_, LUA_GLOBALSINDEX);
}

void State::forget() {
  lua_pushlightuserdata(lua_, const_cast<char*>(&scripts_key));
  lua_newtable(lua_);
  lua_rawset(lua_, LUA_REGISTRYINDEX);
}

void State::restart_count() {
  executed_ = 0;
  lua_sethook(lua_, count, LUA_MASKCOUNT, instructions_between_counts);
}

void State::push_function(const std::string& sha1, Text source) {
  lua_pushlightuserdata(lua_, const_cast<char*>(&scripts_key));
  lua_rawget(lua_, LUA_REGISTRYINDEX);
  lua_getfield(lua_, -1, sha1.c_str());
  if (lua_isfunction(lua_, -1)) {
    lua_remove(lua_, -2);
    return;
  }
  lua_pop(lua_, 1);
  Chunk chunk{source};
  if (lua_load(lua_, next_piece, &chunk, "@user_script") != 0) {
    std::string why = lua_tostring(lua_, -1);
    lua_pop(lua_, 2);
    refuse("ERR Error compiling script (new function): " + why);
  }
  set_environment(lua_);
  lua_pushvalue(lua_, -1);
  lua_setfield(lua_, -3, sha1.c_str());
  lua_remove(lua_, -2);
}

}  // namespace playhead::embedded::lua
