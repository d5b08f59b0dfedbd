#include "engine/store/command_row.h"

namespace playhead {

void add_zset_rows(std::vector<Command>& rows) {
  add_rows(ZsetOperations{}, rows);
}

}  // namespace playhead
