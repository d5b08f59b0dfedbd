#include "engine/store/command_row.h"

namespace playhead {

void add_pubsub_rows(std::vector<Command>& rows) {
  add_rows(PubSubOperations{}, rows);
}

}  // namespace playhead
