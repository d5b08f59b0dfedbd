#include "engine/store/command_row.h"

namespace playhead {

void add_string_rows(std::vector<Command>& rows) {
  add_rows(StringOperations{}, rows);
}

}  // namespace playhead
