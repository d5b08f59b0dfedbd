#pragma once
// What the recommender refuses: each throws Error{invalid} with the name, the value and what is allowed.
#include "playhead/modules/recommender.h"

namespace playhead::recommend {

void check_id(Text id, const char* what);
void check_event(const EventRecord& event);
void check_video(Text video_id, const VideoAttributes& attributes);
void check_boost(const BoostRequest& boost);
void check_options(const RecommenderOptions& options);

}  // namespace playhead::recommend
