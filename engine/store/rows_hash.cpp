#include "engine/store/command_row.h"

namespace playhead {

void add_hash_rows(std::vector<Command>& rows) {
  add_rows(HashOperations{}, rows);
}

}  // namespace playhead
