#include "playhead/operations/connection.h"

#include <algorithm>

namespace playhead::connection {

void check_client_name(const Text& name) {
  if (std::any_of(name.begin(), name.end(), [](char c) { return c < '!' || c > '~'; }))
    refuse("ERR Client names cannot contain spaces, newlines or special characters.");
}

void CommandList::validate() const {
  if (!filter) return;
  for (Text kind : {Text("module"), Text("aclcat"), Text("pattern")})
    if (syntax::same_word(filter->kind, kind)) return;
  refuse("ERR syntax error");
}

void SlowLogGet::validate() const {
  if (count && *count < -1) refuse(wrong_count);
}

}  // namespace playhead::connection
