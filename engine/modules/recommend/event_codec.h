#pragma once
// An event as it stands in the log. Little-endian:
//   version 1 (1) | event (1) | time ms (8) | watched ms + 1, 0 if unknown (8) | duration ms + 1, 0 if
//   unknown (8) | length of the user's id (2) | id | length of the video's id (2) | id
#include <string>

#include "playhead/modules/recommender.h"

namespace playhead::recommend {

std::string encode_event(const EventRecord& event);
/// The ids borrow from the bytes. Throws Error{corrupt}.
EventRecord decode_event(Text bytes);

}  // namespace playhead::recommend
