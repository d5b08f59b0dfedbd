#include "engine/store/command_row.h"

namespace playhead {

void add_keyspace_rows(std::vector<Command>& rows) {
  add_rows(KeyspaceOperations{}, rows);
}

}  // namespace playhead
