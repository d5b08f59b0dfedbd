#pragma once
// Clocks of places: the offsets of IANA time zones.
#include "playhead/clock.h"

namespace playhead {

/// How far the clocks of an IANA time zone ("Europe/Paris") are before UTC at a time, in milliseconds; negative west of
/// Greenwich. Zones are those of the machine's own database (package tzdata, or where TZDIR points), each read once.
/// Throws Error{invalid} if there is no such zone, Error{unavailable} if there is no database. Thread-safe. O(log n).
Millis utc_offset(Text zone, Millis at);

}  // namespace playhead
