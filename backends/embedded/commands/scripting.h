#pragma once
#include "backends/embedded/script_engine.h"
#include "backends/embedded/store.h"
#include "playhead/operations/scripting.h"

namespace playhead::embedded {

template <class S>
void run_script(Tx<S>& t, std::uint16_t db, const EvalBase& c, bool by_sha1, bool read_only, Value& r) {
  ScriptEngine& scripts = *t.shared().scripts;
  UnitOn<S> unit(t);
  std::string source = by_sha1 ? scripts.source(c.script) : std::string();
  r = scripts.run(unit, db, by_sha1 ? Text(source) : c.script, c.keys, c.args, read_only);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const Eval& c, Value& r) {
  run_script(t, db, c, false, false, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const EvalSha& c, Value& r) {
  run_script(t, db, c, true, false, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const EvalRo& c, Value& r) {
  run_script(t, db, c, false, true, r);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t db, const EvalShaRo& c, Value& r) {
  run_script(t, db, c, true, true, r);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t, const ScriptLoad& c, std::string& r) {
  r = t.shared().scripts->load(c.script);
}
template <class S>
void exec(Tx<S>& t, std::uint16_t, const ScriptExists& c, std::vector<bool>& r) {
  r.clear();
  for (Text sha1 : c.sha1) r.push_back(t.shared().scripts->exists(sha1));
}
template <class S>
void exec(Tx<S>& t, std::uint16_t, const ScriptFlush&, Ok&) {
  t.shared().scripts->flush();
}

}  // namespace playhead::embedded
