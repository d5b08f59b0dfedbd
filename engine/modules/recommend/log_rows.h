#pragma once
// A row of the recommender's log: a record of fields (engine/modules/procedures/fields.h). What stands in brackets is
// there if its bit in `flags` is set, bit 0 standing for the first of them.
//   event | flags | number of the event | time ms | user | video | [watched ms] [duration ms] [device] [region];
//           bit 4 tells that it is history
//   video | flags | video | [creator] [category] [region] [uploaded ms] [duration ms] | each tag
//   withdraw | video
//   follow or unfollow | user | person
//   boost | flags | 0 tag, 1 category, 2 creator | name | factor | [from ms] [until ms]
//   forgotten, in the place of a row of a user who was forgotten
//   rebuild: rows before it were forgotten; who has counted them counts all anew
#include <string>

#include "engine/modules/recommend/state.h"

namespace playhead::recommend {

std::string event_row(const EventRecord& event);
std::string video_row(Text video_id, const VideoAttributes& attributes);
std::string withdrawal_row(Text video_id);
std::string follow_row(Text user_id, Text other_id, bool on);

std::string boost_row(const BoostRequest& boost);
constexpr Text forgotten_row = "9:forgotten", rebuild_row = "7:rebuild";
/// Whether a row is about a user, or a person whom others follow.
bool is_about(Text row, Text user_id);

/// Folds a row in, but for the co-counts of an event, which are returned. Throws Error{corrupt}.
std::optional<Rise> fold_row(State& state, Text row);

}  // namespace playhead::recommend
