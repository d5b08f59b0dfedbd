#include "engine/modules/identity/token_record.h"

#include <algorithm>

#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead::identity {

TokenRecord TokenRecord::parse(Text bytes) {
  TokenRecord r;
  for (std::int64_t* field : {&r.number, &r.issued, &r.seen, &r.absolute, &r.idle, &r.grace}) {
    std::size_t colon = bytes.find(':');
    if (colon == Text::npos || !parse_int64(bytes.substr(0, colon), *field))
      throw Error(ErrorCode::corrupt, "a stored token is not in the format of this version");
    bytes.remove_prefix(colon + 1);
  }
  r.check = bytes.substr(0, half_digest);
  r.data = bytes.substr(std::min(bytes.size(), half_digest));
  return r;
}

std::string TokenRecord::print() const {
  std::string out;
  for (std::int64_t field : {number, issued, seen, absolute, idle, grace}) {
    char buffer[int64_text_size];
    out += format_int64(field, buffer);
    out.push_back(':');
  }
  return out + check + data;
}

Millis TokenRecord::end() const {
  Millis end = std::min(absolute, seen + idle);
  return grace == 0 ? end : std::min(end, grace);
}

}  // namespace playhead::identity
