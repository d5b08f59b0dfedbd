#include "engine/store/command_row.h"

namespace playhead {

void add_connection_rows(std::vector<Command>& rows) {
  add_rows(ConnectionOperations{}, rows);
}

}  // namespace playhead
