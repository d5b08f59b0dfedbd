#include "playhead/operations/scripting.h"

namespace playhead {

void ScriptExists::emit(const Reply& r, Sink& s) const {
  s.begin_array(r.size());
  for (bool b : r) s.integer(b);
}

void ScriptExists::decode(const Value& v, Reply& r) const {
  r.clear();
  for (const Value& x : list_of(v)) r.push_back(x.to_integer() != 0);
}

}  // namespace playhead
