#pragma once
#include "playhead/operations/operation.h"

namespace playhead {

/// EVAL and its three sisters: a Lua 5.1 script with KEYS and ARGV. Everything it does is one unit. The reply
/// is converted as Redis does. A script that fails keeps what its commands did, as in Redis.
/// https://redis.io/commands/eval
struct EvalBase {
  using Reply = Value;
  static constexpr bool is_script = true;
  Text script;  ///< the source, or its SHA-1 in hex
  List<Text> keys, args;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("script", o.script);
    if constexpr (std::is_same_v<V, Reader> && requires { O::by_sha1; })
      if (o.script.size() != 40) refuse("NOSCRIPT No matching script. Please use EVAL.");
    v.numkeys_or_none("numkeys", o.keys);
    v.some("arg", o.args);
  }
};
struct Eval : EvalBase {
  static constexpr Traits traits{"eval", Flags::noscript | Flags::write, Group::scripting,
                                 "Runs a Lua script."};
};
struct EvalSha : EvalBase {
  static constexpr bool by_sha1 = true;
  static constexpr Traits traits{"evalsha", Flags::noscript | Flags::write, Group::scripting,
                                 "Runs a loaded Lua script by its SHA-1."};
};
struct EvalRo : EvalBase {
  static constexpr Traits traits{"eval_ro", Flags::noscript | Flags::readonly, Group::scripting,
                                 "Runs a Lua script that must not write."};
};
struct EvalShaRo : EvalBase {
  static constexpr bool by_sha1 = true;
  static constexpr Traits traits{"evalsha_ro", Flags::noscript | Flags::readonly, Group::scripting,
                                 "Runs a loaded Lua script that must not write."};
};

/// SCRIPT LOAD: compiles and keeps a script; its SHA-1 in hex. https://redis.io/commands/script-load
struct ScriptLoad {
  using Reply = std::string;
  static constexpr Traits traits{"script|load", Flags::noscript, Group::scripting,
                                 "Compiles and keeps a Lua script."};
  Text script;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("script", o.script);
  }
};

/// SCRIPT EXISTS: 1 or 0 for each SHA-1. https://redis.io/commands/script-exists
struct ScriptExists {
  using Reply = std::vector<bool>;
  static constexpr Traits traits{"script|exists", Flags::noscript, Group::scripting,
                                 "Which scripts are loaded."};
  List<Text> sha1;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.args("sha1", o.sha1);
  }
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// SCRIPT FLUSH: forgets all loaded scripts. https://redis.io/commands/script-flush
struct ScriptFlush {
  using Reply = Ok;
  static constexpr Traits traits{"script|flush", Flags::noscript, Group::scripting,
                                 "Forgets all loaded scripts."};
  bool async = false, sync = false;
  template <class O, class V>
  static void describe(O& o, V& v) {
    constexpr Text wrong = "ERR SCRIPT FLUSH only support SYNC|ASYNC option";
    v.at_most(1, wrong);
    v.options(flag("ASYNC", o.async), flag("SYNC", o.sync));
    v.at_most(0, wrong);
  }
};

using ScriptingOperations =
    Operations<Eval, EvalSha, EvalRo, EvalShaRo, ScriptLoad, ScriptExists, ScriptFlush>;

}  // namespace playhead
