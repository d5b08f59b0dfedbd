#pragma once
// Lua scripts: typed calls of the operations in operations/scripting.h, where results and costs are told.
#include "playhead/store.h"
#include "playhead/views/arguments.h"

namespace playhead {

/// Scripts on one database. Refers to the store, which must outlive it. As thread-safe as the store. All
/// methods throw Error{command} if the script fails, in Redis's words.
class Scripts {
 public:
  explicit Scripts(Store& store, std::optional<std::uint16_t> db = {})
      : store_(store), db_(db.value_or(store.database())) {}

  /// What the script returns, converted as Redis does. A script that touches a key it does not name runs
  /// again holding all of them.
  Value eval(Text script, Arguments<Text> keys = {}, Arguments<Text> args = {}) {
    return run(Eval{{script, keys, args}});
  }
  /// A script that load() has kept; "NOSCRIPT ..." is refused otherwise.
  Value evalsha(Text sha1, Arguments<Text> keys = {}, Arguments<Text> args = {}) {
    return run(EvalSha{{sha1, keys, args}});
  }
  /// Writes are refused.
  Value eval_ro(Text script, Arguments<Text> keys = {}, Arguments<Text> args = {}) const {
    return run(EvalRo{{script, keys, args}});
  }
  Value evalsha_ro(Text sha1, Arguments<Text> keys = {}, Arguments<Text> args = {}) const {
    return run(EvalShaRo{{sha1, keys, args}});
  }
  /// The script's SHA-1 in hex.
  std::string load(Text script) { return run(ScriptLoad{script}); }
  bool exists(Text sha1) const { return run(ScriptExists{List<Text>(&sha1, 1)}).at(0); }
  /// Forgets all scripts, of all databases.
  void flush() { run(ScriptFlush{}); }

 private:
  template <class Op>
  typename Op::Reply run(const Op& op) const {
    return store_.run(op, db_);
  }
  Store& store_;
  std::uint16_t db_;
};

}  // namespace playhead
