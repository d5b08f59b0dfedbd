// Between replies and Lua values, as Redis converts them.
#include "backends/embedded/lua/state.h"
#include "engine/store/numbers.h"

namespace playhead::embedded::lua {

// ---- replies -> Lua

void LuaSink::placed() {
  while (!levels_.empty()) {
    Level& top = levels_.back();
    lua_rawseti(lua_, -2, static_cast<int>(top.size - top.left + 1));
    if (--top.left > 0) return;
    levels_.pop_back();
  }
}

void LuaSink::null() {
  lua_pushboolean(lua_, 0);
  placed();
}

void LuaSink::integer(std::int64_t n) {
  lua_pushnumber(lua_, static_cast<lua_Number>(n));
  placed();
}

void LuaSink::real(double x) {
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

void LuaSink::begin_array(std::size_t n) {
  luaL_checkstack(lua_, 4, "the reply is nested too deeply");
  lua_createtable(lua_, static_cast<int>(n), 0);
  if (n == 0)
    placed();
  else
    levels_.push_back({n, n});
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
  if (depth > max_depth || lua_checkstack(lua, 4) == 0) return Value::error("ERR reached lua stack limit");
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

Value convert(lua_State* lua, int depth) {
  switch (lua_type(lua, -1)) {
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* data = lua_tolstring(lua, -1, &size);
      return Value::bulk({data, size});
    }
    case LUA_TNUMBER:
      return Value::integer(static_cast<std::int64_t>(lua_tonumber(lua, -1)));
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
