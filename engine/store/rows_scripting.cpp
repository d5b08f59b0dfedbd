#include "engine/store/command_row.h"

namespace playhead {

void add_scripting_rows(std::vector<Command>& rows) {
  add_rows(ScriptingOperations{}, rows);
}

}  // namespace playhead
