#pragma once
// What is kept of a user. Not thread-safe.
#include <array>
#include <optional>
#include <vector>

#include "engine/modules/recommend/catalogue.h"
#include "engine/modules/recommend/seen_videos.h"
#include "engine/modules/recommend/taste.h"

namespace playhead::recommend {

/// One of the newest videos of a user.
struct Had {
  VideoIndex video;
  Level before;  ///< what counted before it came (again) into the list
  Level now;     ///< what counts
  Taken first;   ///< the event that brought it here; more are in UserState::more
};

struct UserState {
  std::vector<Had> recent;                         ///< distinct, the newest last
  std::vector<std::pair<VideoIndex, Taken>> more;  ///< further events on the videos of `recent`
  SeenVideos seen;                                 ///< those of `recent` among them
  Taste tags, creators;
  std::vector<NameIndex> follows;  ///< people; sorted
  std::array<std::uint16_t, 24> hours{};
  NameIndex device = no_name, region = no_name;
  Millis newest = 0;  ///< time of the newest event

  /// The events on one of the recent videos.
  std::vector<Taken> events_on(const Had& had) const;
  Had* find(VideoIndex video);
  std::size_t bytes() const;
};

}  // namespace playhead::recommend
