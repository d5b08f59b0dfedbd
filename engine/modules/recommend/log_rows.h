#pragma once
// A row of the recommender's log. Numbers are unsigned LEB128; a text is its length and its bytes; an optional thing
// is there if its bit in `flags` is set, bit 0 standing for the first of them.
//   event:    'e' | flags | event (1) | time ms | user | video | [watched ms] [duration ms] [device] [region], and
//             bit 4 tells that it is history
//   video:    'v' | flags | video | [creator] [category] [region] [uploaded ms] [duration ms] | tags | each tag
//   withdraw: 'w' | video
//   follow:   'f' | 1 or 0 (1) | user | person
#include <string>

#include "engine/modules/recommend/state.h"

namespace playhead::recommend {

std::string event_row(const EventRecord& event);
std::string video_row(Text video_id, const VideoAttributes& attributes);
std::string withdrawal_row(Text video_id);
std::string follow_row(Text user_id, Text other_id, bool on);

/// Folds a row in, but for the co-counts of an event, which are returned. Throws Error{corrupt}.
std::optional<Rise> fold_row(State& state, Text row);

}  // namespace playhead::recommend
