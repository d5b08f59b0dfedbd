#pragma once
// One Lua 5.1 interpreter, locked down: text chunks only, a few libraries, globals that a script cannot
// change, a limit of memory and of instructions. One call of a library function is one instruction, however long
// it takes: a hostile pattern in string.find is not interrupted, as in Redis, so scripts come from trusted
// authors. Lua is the build whose errors are C++ exceptions, so
// destructors run.
#include <lua.hpp>

#include <cstdint>
#include <memory>
#include <string>

#include "playhead/store.h"

namespace playhead::embedded::lua {

/// What a script may use.
struct Limits {
  std::size_t memory = 256u << 20;           ///< bytes of one interpreter
  std::uint64_t instructions = 500'000'000;  ///< of one run: some seconds, library functions not counted
};

/// What a running script works on; null outside of a run.
struct Run {
  Unit* unit = nullptr;
  std::uint16_t db = 0;
  bool read_only = false;
  bool undeclared = false;     ///< a key was touched that the unit does not hold: the run is void
  std::exception_ptr failure;  ///< of the store itself (disk), not of a command: the run is void
  int protocol = 2;            ///< of the replies that the script sees: redis.setresp
};

class State {
 public:
  explicit State(const Limits& limits);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  lua_State* lua() const { return lua_; }
  Run run;

  /// Pushes the function of a script, compiled once per interpreter. Throws Error{command} if it does not
  /// compile.
  void push_function(const std::string& sha1, Text source);
  /// Forgets compiled scripts.
  void forget();
  /// Starts counting instructions anew.
  void restart_count();

  /// The State of an interpreter.
  static State& of(lua_State* lua);

 private:
  static void* allocate(void* self, void* block, std::size_t old_size, std::size_t new_size);
  static void count(lua_State* lua, lua_Debug*);
  void open_libraries();
  void seal();

  Limits limits_;
  std::size_t used_ = 0;
  std::uint64_t executed_ = 0;
  lua_State* lua_ = nullptr;
};

/// Adds the table `redis`.
void open_redis(lua_State* lua);
/// Adds the table `cjson`.
void open_cjson(lua_State* lua);
/// Replaces the table at the top of the stack by one that scripts can read but not change.
void protect(lua_State* lua);

/// Pushes {err = message}.
void push_error(lua_State* lua, Text message);

/// Pushes a reply as scripts see it. RESP2: lists are tables, null is false, statuses and errors are tables.
/// RESP3: null is nil, and there are {double = x}, {map = {...}} and {set = {member = true, ...}}.
class LuaSink final : public Sink {
 public:
  explicit LuaSink(lua_State* lua, int protocol = 2) : lua_(lua), protocol_(protocol) {}
  void null() override;
  void integer(std::int64_t n) override;
  void real(double x) override;
  void bulk(Text bytes) override;
  void status(Text text) override;
  void error(Text text) override;
  void begin_array(std::size_t n) override;
  void begin_map(std::size_t n) override;
  void begin_set(std::size_t n) override;
  void begin_pairs(std::size_t n) override;

 private:
  enum class Kind : std::uint8_t { array, map, set, pairs };
  struct Level {
    Kind kind;
    std::size_t size, left;
  };
  void begin(Kind kind, std::size_t n);
  void placed();
  lua_State* lua_;
  int protocol_;
  std::vector<Level> levels_;
};

/// Converts the Lua value at the top of the stack to a reply and pops it.
Value pop_value(lua_State* lua);

}  // namespace playhead::embedded::lua
