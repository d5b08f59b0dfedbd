// Between replies and Lua values, as Redis converts them.
#include <limits>

#include "backends/embedded/lua/state.h"
#include "engine/store/numbers.h"

namespace playhead::embedded::lua {

// ---- replies -> Lua

// The value at the top of the stack goes to its place in the innermost container, which may be complete then.
void LuaSink::placed() {
  while (!levels_.empty()) {
    Level& top = levels_.back();
    switch (top.kind) {
      case Kind::pairs:
        if (top.left % 2 == 0) {  // the first of a pair waits in a table of its own for the second
          lua_createtable(lua_, 2, 0);
          lua_insert(lua_, -2);
          lua_rawseti(lua_, -2, 1);
        } else {
          lua_rawseti(lua_, -2, 2);
          lua_rawseti(lua_, -2, static_cast<int>((top.size - top.left + 1) / 2));
        }
        break;
      case Kind::array:
        lua_rawseti(lua_, -2, static_cast<int>(top.size - top.left + 1));
        break;
      case Kind::set:
        lua_pushboolean(lua_, 1);
        lua_rawset(lua_, -3);
        break;
      case Kind::map:
        if (top.left % 2 == 1) lua_rawset(lua_, -3);  // key and value are both there
        break;
    }
    if (--top.left > 0) return;
    bool wrapped = top.kind == Kind::map || top.kind == Kind::set;
    const char* name = top.kind == Kind::map ? "map" : "set";
    levels_.pop_back();
    if (wrapped) lua_setfield(lua_, -2, name);
  }
}

void LuaSink::null() {
  if (protocol_ == 3)
    lua_pushnil(lua_);
  else
    lua_pushboolean(lua_, 0);
  placed();
}

void LuaSink::integer(std::int64_t n) {
  lua_pushnumber(lua_, static_cast<lua_Number>(n));
  placed();
}

void LuaSink::real(double x) {
  if (protocol_ == 3) {
    lua_newtable(lua_);
    lua_pushnumber(lua_, x);
    lua_setfield(lua_, -2, "double");
    return placed();
  }
  char buffer[double_text_size];
  bulk(format_double(x, buffer));
}

void LuaSink::bulk(Text bytes) {
  lua_pushlstring(lua_, bytes.data(), bytes.size());
  placed();
}

void LuaSink::status(Text text) {
  lua_newtable(lua_);
  lua_pushlstring(lua_, text.data(), text.size());
  lua_setfield(lua_, -2, "ok");
  placed();
}

void LuaSink::error(Text text) {
  push_error(lua_, text);
  placed();
}

void LuaSink::begin(Kind kind, std::size_t n) {
  luaL_checkstack(lua_, 6, "the reply is nested too deeply");
  const char* name = kind == Kind::map ? "map" : "set";
  bool wrapped = kind == Kind::map || kind == Kind::set;
  if (wrapped) lua_newtable(lua_);  // {map = {...}}
  lua_createtable(lua_, wrapped ? 0 : static_cast<int>(n), 0);
  if (n > 0) return levels_.push_back({kind, n, n});
  if (wrapped) lua_setfield(lua_, -2, name);
  placed();
}

void LuaSink::begin_array(std::size_t n) {
  begin(Kind::array, n);
}

void LuaSink::begin_map(std::size_t n) {
  begin(protocol_ == 3 ? Kind::map : Kind::array, 2 * n);
}

void LuaSink::begin_pairs(std::size_t n) {
  begin(protocol_ == 3 ? Kind::pairs : Kind::array, 2 * n);
}

void LuaSink::begin_set(std::size_t n) {
  begin(protocol_ == 3 ? Kind::set : Kind::array, n);
}

// ---- Lua -> replies

namespace {

constexpr int max_depth = 200;

bool text_field(lua_State* lua, const char* name, std::string& out) {
  lua_pushstring(lua, name);
  lua_rawget(lua, -2);
  bool found = lua_type(lua, -1) == LUA_TSTRING;
  if (found) {
    std::size_t size = 0;
    const char* data = lua_tolstring(lua, -1, &size);
    out.assign(data, size);
  }
  lua_pop(lua, 1);
  return found;
}

Value convert(lua_State* lua, int depth);

// The table at the top of the stack, all of its keys, or keys and values.
Value convert_members(lua_State* lua, Value::Kind kind, int depth) {
  Value list(kind);
  lua_pushnil(lua);
  while (lua_next(lua, -2) != 0) {
    lua_pushvalue(lua, -2);
    list.items.push_back(convert(lua, depth + 1));
    lua_pop(lua, 1);
    if (kind == Value::Kind::map) list.items.push_back(convert(lua, depth + 1));
    lua_pop(lua, 1);
  }
  return list;
}

// {map = {...}}, {set = {...}}: what scripts say that know RESP3.
bool convert_container(lua_State* lua, int depth, Value& out) {
  for (auto [name, kind] : {std::pair("map", Value::Kind::map), std::pair("set", Value::Kind::set)}) {
    lua_pushstring(lua, name);
    lua_rawget(lua, -2);
    bool found = lua_type(lua, -1) == LUA_TTABLE;
    if (found) out = convert_members(lua, kind, depth);
    lua_pop(lua, 1);
    if (found) return true;
  }
  return false;
}

Value convert_table(lua_State* lua, int depth) {
  std::string text;
  if (text_field(lua, "err", text)) {
    for (char& c : text)
      if (c == '\r' || c == '\n') c = ' ';
    return Value::error(text);
  }
  if (text_field(lua, "ok", text)) {
    for (char& c : text)
      if (c == '\r' || c == '\n') c = ' ';
    return Value::status(text);
  }
  lua_pushliteral(lua, "double");
  lua_rawget(lua, -2);
  bool is_double = lua_type(lua, -1) == LUA_TNUMBER;
  double x = is_double ? lua_tonumber(lua, -1) : 0;
  lua_pop(lua, 1);
  if (is_double) return Value::real(x);
  if (depth > max_depth || lua_checkstack(lua, 6) == 0) return Value::error("ERR reached lua stack limit");
  Value container;
  if (convert_container(lua, depth, container)) return container;
  Value list(Value::Kind::array);
  for (int i = 1;; ++i) {
    lua_rawgeti(lua, -1, i);
    if (lua_isnil(lua, -1)) {
      lua_pop(lua, 1);
      return list;
    }
    list.items.push_back(convert(lua, depth + 1));
    lua_pop(lua, 1);
  }
}

// What is out of range, or no number, becomes the smallest integer: so does Redis's cast on x86-64.
std::int64_t truncated(double x) {
  constexpr double limit = 0x1p63;
  return x >= -limit && x < limit ? static_cast<std::int64_t>(x) : std::numeric_limits<std::int64_t>::min();
}

Value convert(lua_State* lua, int depth) {
  switch (lua_type(lua, -1)) {
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* data = lua_tolstring(lua, -1, &size);
      return Value::bulk({data, size});
    }
    case LUA_TNUMBER:
      return Value::integer(truncated(lua_tonumber(lua, -1)));
    case LUA_TBOOLEAN:
      return lua_toboolean(lua, -1) != 0 ? Value::integer(1) : Value();
    case LUA_TTABLE:
      return convert_table(lua, depth);
    default:
      return {};
  }
}

}  // namespace

Value pop_value(lua_State* lua) {
  Value v = convert(lua, 0);
  lua_pop(lua, 1);
  return v;
}

}  // namespace playhead::embedded::lua
