#include "engine/store/command_row.h"

namespace playhead {

void add_set_rows(std::vector<Command>& rows) {
  add_rows(SetOperations{}, rows);
}

}  // namespace playhead
