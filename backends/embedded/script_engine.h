#pragma once
// Lua scripts: EVAL, EVALSHA, SCRIPT. One engine per store.
#include <memory>
#include <string>

#include "playhead/reply.h"
#include "playhead/store.h"

namespace playhead::embedded {

class ScriptEngine {
 public:
  ScriptEngine();
  ~ScriptEngine();

  /// Compiles and keeps a script; gives its SHA-1 in hex. Throws Error{command} if it does not compile.
  std::string load(Text source);
  bool exists(Text sha1) const;
  void flush();
  /// The source of a loaded script. Throws Error{command} NOSCRIPT.
  std::string source(Text sha1) const;

  /// Runs a script within a unit and converts its result as Redis does. A script that fails, or returns an
  /// error table, throws Error{command}. UndeclaredKey passes through. Thread-safe: scripts of disjoint units
  /// run in parallel.
  Value run(Unit& unit, std::uint16_t db, Text source, List<Text> keys, List<Text> args, bool read_only);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace playhead::embedded
