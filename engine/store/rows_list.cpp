#include "engine/store/command_row.h"

namespace playhead {

void add_list_rows(std::vector<Command>& rows) {
  add_rows(ListOperations{}, rows);
}

}  // namespace playhead
