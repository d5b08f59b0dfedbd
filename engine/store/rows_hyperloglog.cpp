#include "engine/store/command_row.h"

namespace playhead {

void add_hyperloglog_rows(std::vector<Command>& rows) {
  add_rows(HyperLogLogOperations{}, rows);
}

}  // namespace playhead
