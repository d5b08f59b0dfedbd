#pragma once
#include "playhead/text.h"

namespace playhead {

/// The deadline that a command names, in Unix milliseconds: `time` in `unit` milliseconds, absolute or
/// counted from `now`. Throws Error{command}
/// ("ERR invalid expire time in 'set' command") on overflow, and on what is not positive if it must be.
Millis deadline_of(std::int64_t time, Millis unit, bool absolute, Millis now, bool positive, Text command);

}  // namespace playhead
