#pragma once
#include "playhead/text.h"

namespace playhead {

/// A scan cursor as Redis reads it: what strtoul accepts in base 10 without leading space, nothing behind it
/// but a zero byte and what follows that, no overflow.
bool parse_cursor(Text text, std::uint64_t& cursor);

}  // namespace playhead
