#pragma once
// The procedures of Activity, and where the data are:
//
//     history      zset   video -> time of the latest viewing         \  bounded together: what leaves the
//     history watched      hash   video -> milliseconds watched                > leaves the other two
//     completion   hash   video -> best completion, in thousandths    /
//     preferences  zset   video -> viewings
//     user         hash   views, completed, watched, last, h0 .. h23
//     video        hash   views, completed, watched
//     active       zset   day ":" user -> day (days since 1970, UTC); sharded by user
//
// activity.record  keys in this order; arguments: time, user, video, watched, duration, at (0: the time),
// offset in milliseconds,
//                  history limit, preferences limit, completion percent, active days
//                  -> views of the video, of it by the user, completion, whether it is complete
//                  The first five keys are the user's. The others change by sums and maxima only.
// activity.history keys: history, watched, completion; arguments: time, page
//                  -> video, at, watched, completion of each item
#include "playhead/store.h"

namespace playhead::activity {

inline constexpr std::int64_t day_ms = 86'400'000;
inline constexpr int active_shards = 16;

extern const Procedure record_viewing, read_history;

}  // namespace playhead::activity
