#pragma once
// Where the data of Activity are, and the index that UserCleanup goes by:
//
//     history      zset   video -> time of the latest viewing         \  bounded together: what leaves the
//     watched      hash   video -> milliseconds watched                > history leaves the other two
//     completion   hash   video -> best completion, in thousandths    /
//     preferences  zset   video -> viewings
//     counts       hash   views, completed, watched, likes, comments, shares, last, h0 .. h23; of a video without the
//                         last two
//     likes        zset   video -> when it was liked
//     applied      hash   source of many events -> number of the last one that was recorded    \  bounded
//     sources      zset   source -> the higher the later it was used                           /  together
//
// and in parts, chosen by the user:
//
//     last         zset   user -> time of the latest event: whoever may have something to clean up
//     later        zset   user -> when there will be something to clean up again
//     day N        set    users active on the UTC day N since 1970
//     month N      set    users active in the UTC month N since 1970
//     about N      HyperLogLog of the users active on the UTC day N
#include "playhead/modules/namespace.h"

namespace playhead::activity {

inline constexpr Millis day_ms = 86'400'000;
inline constexpr int active_parts = 16;
inline constexpr Millis latest_time = Millis{1} << 50;  // in the year 37,647

inline int part_of(Text user_id) {
  return KeyCodec::bucket_of(user_id) % active_parts;
}

inline std::string part_key(const Namespace& space, int part, Text what) {
  return space.keys().key("active", std::to_string(part), {what});
}
inline std::string part_key(const Namespace& space, int part, Text what, std::int64_t n) {
  return space.keys().key("active", std::to_string(part), {what, std::to_string(n)});
}

/// The index of when users were last active, for one user.
inline std::string last_active_key(const Namespace& space, Text user_id) {
  return part_key(space, part_of(user_id), "last");
}

/// A user's list of videos to watch later.
inline std::string watch_later_key(const Namespace& space, Text user_id) {
  check_id("user_id", user_id);
  return space.keys().key("watch_later", user_id);
}

}  // namespace playhead::activity
