#include "engine/store/command_row.h"

namespace playhead {

void add_bit_rows(std::vector<Command>& rows) {
  add_rows(BitOperations{}, rows);
}

}  // namespace playhead
