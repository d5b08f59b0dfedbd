// The table `cjson` of scripts: encode and decode with lua-cjson's meaning and error texts.
#include <cmath>
#include <cstdio>
#include <cstring>

#include "backends/embedded/lua/state.h"

namespace playhead::embedded::lua {

namespace {

constexpr int max_depth = 1000;
constexpr int sparse_ratio = 2, sparse_safe = 10;

// ---- encoding

class Encoder {
 public:
  explicit Encoder(lua_State* lua) : lua_(lua) {}
  /// The value at the top of the stack, which stays.
  void value(std::string& out, int depth) {
    switch (lua_type(lua_, -1)) {
      case LUA_TSTRING:
        return string(out);
      case LUA_TNUMBER:
        return number(out);
      case LUA_TBOOLEAN:
        out += lua_toboolean(lua_, -1) != 0 ? "true" : "false";
        return;
      case LUA_TNIL:
        out += "null";
        return;
      case LUA_TTABLE:
        return table(out, depth + 1);
      case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(lua_, -1) == nullptr) {
          out += "null";
          return;
        }
        [[fallthrough]];
      default:
        fail("type not supported");
    }
  }

 private:
  [[noreturn]] void fail(const char* why) {
    luaL_error(lua_, "Cannot serialise %s: %s", lua_typename(lua_, lua_type(lua_, -1)), why);
    std::abort();
  }
  void string(std::string& out) {
    std::size_t size = 0;
    const char* s = lua_tolstring(lua_, -1, &size);
    out += '"';
    for (std::size_t i = 0; i < size; ++i) escape(static_cast<unsigned char>(s[i]), out);
    out += '"';
  }
  static void escape(unsigned char c, std::string& out) {
    char buffer[8];
    switch (c) {
      case '"':
        out += "\\\"";
        return;
      case '\\':
        out += "\\\\";
        return;
      case '/':
        out += "\\/";
        return;
      case '\b':
        out += "\\b";
        return;
      case '\t':
        out += "\\t";
        return;
      case '\n':
        out += "\\n";
        return;
      case '\f':
        out += "\\f";
        return;
      case '\r':
        out += "\\r";
        return;
      default:
        break;
    }
    if (c < 32 || c == 127) {
      std::snprintf(buffer, sizeof buffer, "\\u%04x", c);
      out += buffer;
    } else {
      out += static_cast<char>(c);
    }
  }
  void number(std::string& out) {
    double x = lua_tonumber(lua_, -1);
    if (std::isnan(x) || std::isinf(x)) fail("must not be NaN or Inf");
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.14g", x);
    out += buffer;
  }
  /// The length of an array without too many holes; -1 for an object.
  int array_length() {
    int max = 0, items = 0;
    lua_pushnil(lua_);
    while (lua_next(lua_, -2) != 0) {
      double key = lua_type(lua_, -2) == LUA_TNUMBER ? lua_tonumber(lua_, -2) : 0;
      if (key == 0 || std::floor(key) != key || key < 1 || key > 1e9) {
        lua_pop(lua_, 2);
        return -1;
      }
      max = std::max(max, static_cast<int>(key));
      ++items;
      lua_pop(lua_, 1);
    }
    if (max > items * sparse_ratio && max > sparse_safe) fail("excessively sparse array");
    return max;
  }
  void table(std::string& out, int depth) {
    if (depth > max_depth || lua_checkstack(lua_, 4) == 0) {
      luaL_error(lua_, "Cannot serialise, excessive depth (%d)", depth);
    }
    int length = array_length();
    if (length > 0)
      array(out, length, depth);
    else
      object(out, depth);
  }
  void array(std::string& out, int length, int depth) {
    out += '[';
    for (int i = 1; i <= length; ++i) {
      if (i > 1) out += ',';
      lua_rawgeti(lua_, -1, i);
      value(out, depth);
      lua_pop(lua_, 1);
    }
    out += ']';
  }
  void object(std::string& out, int depth) {
    out += '{';
    bool first = true;
    lua_pushnil(lua_);
    while (lua_next(lua_, -2) != 0) {
      if (!first) out += ',';
      first = false;
      lua_pushvalue(lua_, -2);
      if (lua_type(lua_, -1) == LUA_TNUMBER) {
        out += '"';
        number(out);
        out += '"';
      } else if (lua_type(lua_, -1) == LUA_TSTRING) {
        string(out);
      } else {
        fail("table key must be a number or string");
      }
      lua_pop(lua_, 1);
      out += ':';
      value(out, depth);
      lua_pop(lua_, 1);
    }
    out += '}';
  }
  lua_State* lua_;
};

int encode(lua_State* lua) {
  luaL_argcheck(lua, lua_gettop(lua) == 1, 1, "expected 1 argument");
  std::string out;
  Encoder(lua).value(out, 0);
  lua_pushlstring(lua, out.data(), out.size());
  return 1;
}

// ---- decoding

class Decoder {
 public:
  Decoder(lua_State* lua, Text text) : lua_(lua), text_(text) {}
  void run() {
    value(0);
    space();
    if (at_ < text_.size()) expected("the end");
  }

 private:
  [[noreturn]] void expected(const char* what) {
    space();
    const char* found = at_ >= text_.size() ? "T_END" : token();
    luaL_error(lua_, "Expected %s but found %s at character %d", what, found, static_cast<int>(at_) + 1);
    std::abort();
  }
  const char* token() const {
    switch (text_[at_]) {
      case '{':
        return "T_OBJ_BEGIN";
      case '}':
        return "T_OBJ_END";
      case '[':
        return "T_ARR_BEGIN";
      case ']':
        return "T_ARR_END";
      case ':':
        return "T_COLON";
      case ',':
        return "T_COMMA";
      case '"':
        return "T_STRING";
      case 't':
      case 'f':
        return "T_BOOLEAN";
      case 'n':
        return "T_NULL";
      default:
        return (text_[at_] >= '0' && text_[at_] <= '9') || text_[at_] == '-' ? "T_NUMBER" : "invalid token";
    }
  }
  void space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  bool accept(char c) {
    space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool word(Text w) {
    if (text_.substr(at_, w.size()) != w) return false;
    at_ += w.size();
    return true;
  }
  void value(int depth) {
    if (depth > max_depth || lua_checkstack(lua_, 4) == 0)
      luaL_error(lua_, "Found too many nested data structures (%d)", depth);
    space();
    if (at_ >= text_.size()) expected("value");
    char c = text_[at_];
    if (c == '{') return object(depth + 1);
    if (c == '[') return array(depth + 1);
    if (c == '"') return string();
    if (word("true")) return lua_pushboolean(lua_, 1);
    if (word("false")) return lua_pushboolean(lua_, 0);
    if (word("null")) return lua_pushlightuserdata(lua_, nullptr);
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    expected("value");
  }
  void number() {
    std::size_t end = at_;
    while (end < text_.size() && std::strchr("+-0123456789.eExXabcdefABCDEF", text_[end]) != nullptr) ++end;
    std::string digits(text_.substr(at_, end - at_));
    char* stop = nullptr;
    double x = std::strtod(digits.c_str(), &stop);
    if (stop == digits.c_str()) expected("value");
    at_ += static_cast<std::size_t>(stop - digits.c_str());
    lua_pushnumber(lua_, x);
  }
  unsigned hex4() {
    unsigned code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      char c = at_ < text_.size() ? text_[at_] : '\0';
      int digit = c >= '0' && c <= '9'   ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
      if (digit < 0)
        luaL_error(lua_, "Expected value but found invalid unicode escape code at character %d",
                   static_cast<int>(at_) + 1);
      code = code * 16 + static_cast<unsigned>(digit);
    }
    return code;
  }
  static void utf8(unsigned code, std::string& out) {
    auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xc0 | code >> 6);
      put(0x80 | (code & 63));
    } else if (code < 0x10000) {
      put(0xe0 | code >> 12);
      put(0x80 | (code >> 6 & 63));
      put(0x80 | (code & 63));
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 63));
      put(0x80 | (code >> 6 & 63));
      put(0x80 | (code & 63));
    }
  }
  void escaped(std::string& out) {
    char c = at_ < text_.size() ? text_[at_++] : '\0';
    const char* from = "\"\\/bfnrt";
    const char* to = "\"\\/\b\f\n\r\t";
    if (c == 'u') {
      unsigned code = hex4();
      if (code >= 0xd800 && code < 0xdc00 && word("\\u")) {
        unsigned low = hex4();
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      }
      return utf8(code, out);
    }
    const char* known = c == '\0' ? nullptr : std::strchr(from, c);
    if (known == nullptr)
      luaL_error(lua_, "Expected value but found invalid escape code at character %d", static_cast<int>(at_));
    out += to[known - from];
  }
  void string() {
    ++at_;
    std::string out;
    for (;;) {
      if (at_ >= text_.size())
        luaL_error(lua_, "Expected value but found unexpected end of string at character %d",
                   static_cast<int>(at_) + 1);
      char c = text_[at_++];
      if (c == '"') break;
      if (c == '\\')
        escaped(out);
      else
        out += c;
    }
    lua_pushlstring(lua_, out.data(), out.size());
  }
  void array(int depth) {
    ++at_;
    lua_newtable(lua_);
    if (accept(']')) return;
    for (int i = 1;; ++i) {
      value(depth);
      lua_rawseti(lua_, -2, i);
      if (accept(']')) return;
      if (!accept(',')) expected("comma or array end");
    }
  }
  void object(int depth) {
    ++at_;
    lua_newtable(lua_);
    if (accept('}')) return;
    for (;;) {
      space();
      if (at_ >= text_.size() || text_[at_] != '"') expected("object key string");
      string();
      if (!accept(':')) expected("colon");
      value(depth);
      lua_rawset(lua_, -3);
      if (accept('}')) return;
      if (!accept(',')) expected("comma or object end");
    }
  }
  lua_State* lua_;
  Text text_;
  std::size_t at_ = 0;
};

int decode(lua_State* lua) {
  luaL_argcheck(lua, lua_gettop(lua) == 1, 1, "expected 1 argument");
  std::size_t size = 0;
  const char* data = luaL_checklstring(lua, 1, &size);
  Decoder(lua, {data, size}).run();
  return 1;
}

}  // namespace

void open_cjson(lua_State* lua) {
  lua_newtable(lua);
  lua_pushcfunction(lua, encode);
  lua_setfield(lua, -2, "encode");
  lua_pushcfunction(lua, decode);
  lua_setfield(lua, -2, "decode");
  lua_pushlightuserdata(lua, nullptr);
  lua_setfield(lua, -2, "null");
  lua_setglobal(lua, "cjson");
}

}  // namespace playhead::embedded::lua
