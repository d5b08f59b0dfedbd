#pragma once
// The procedures of Activity. The data are those of activity_keys.h.
//
// activity.record   for each event the keys history, watched, completion, preferences, counts, likes; counts of the
//                   video (of a visit: of the user once more); last, day, month, about; if there is a source, applied
//                   and sources.
//                   Arguments: time, history limit, preferences limit, completion percent, likes limit, source or
//                   nothing, how many sources a user has; then of each event user, video, event (view, finish, like,
//                   unlike, comment, share, visit), watched, duration, at, offset of the user's clock in milliseconds,
//                   until when day, month and about are kept: 0 or a time that has passed for not at all; its number
//                   in the source
//                   -> of each event the result (1 recorded, 0 unchanged, -1 full, -2 recorded from the source before),
//                   count, user views, completion, whether it is complete
//                   The first six keys and the last two are the user's. The others change by sums, maxima and unions
//                   only.
// activity.history  keys: history, watched, completion; arguments: time, page
//                   -> video, at, watched, completion of each item
// activity.distinct keys: one that does not exist, then sets; argument: time -> how many different members they have
#include "playhead/store.h"

namespace playhead::activity {

inline constexpr std::size_t keys_of_event = 11, keys_of_source = 2;
/// The keys of active users are kept so much longer than they are asked for.
inline constexpr std::int64_t kept_longer = 86'400'000;

extern const Procedure record_events, read_history, count_distinct;

}  // namespace playhead::activity
