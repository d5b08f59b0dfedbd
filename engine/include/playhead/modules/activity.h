#pragma once
// What users watch: history, preferences, watch time, completion, active users.
#include <array>

#include "playhead/modules/page.h"

namespace playhead {

struct ActivityOptions {
  std::int64_t history_limit = 100;       ///< newest videos kept per user; 1..100,000
  std::int64_t preferences_limit = 1000;  ///< most watched videos kept per user; 1..100,000
  std::int64_t completion_percent = 90;   ///< a viewing of at least so much of the video completes it; 1..100
  std::int64_t active_days = 62;          ///< how long active users are known per day; 1..10,000
};

/// One viewing.
struct Viewing {
  Text user_id, video_id;
  Millis watched_ms = 0;  ///< at most 10^12
  Millis duration_ms =
      0;  ///< of the whole video, at most 10^12; 0: not known, then nothing is known of its completion
  std::optional<Millis> at =
      {};  ///< when, Unix milliseconds; nothing: now. Viewings may be recorded late and out of order
  std::int64_t utc_offset_minutes = 0;  ///< of the user's clock, east positive; -1080..1080
};

/// What recording it made of the counts.
struct RecordedViewing {
  std::int64_t video_views = 0;  ///< of the video, by everybody
  std::int64_t user_views = 0;   ///< of the video, by this user
  std::int64_t completion = 0;   ///< of this viewing, in thousandths of the video
  bool completed = false;
};

/// A line of a user's history.
struct WatchedVideo {
  std::string video_id;
  Millis at = 0;                ///< the latest viewing
  Millis watched_ms = 0;        ///< in all viewings since it entered the history
  std::int64_t completion = 0;  ///< the best one since then, in thousandths
};

/// How often a user watched a video.
struct Preference {
  std::string video_id;
  std::int64_t views = 0;
};

struct VideoCounts {
  std::int64_t views = 0, completed = 0;
  Millis watched_ms = 0;
};

struct UserCounts {
  std::int64_t views = 0, completed = 0;
  Millis watched_ms = 0;
  Millis last_at = 0;                         ///< the latest viewing; 0: none
  std::array<std::int64_t, 24> by_hour = {};  ///< viewings by hour of day on the user's clock
};

/// Records viewings and answers questions about them; every method is one round trip, and recording is one
/// atomic step.
///
/// A user's data share a slot; a video's counts and the shards of a day's active users have slots of their
/// own. Thread-safe. All methods throw Error{invalid} for ids that are empty or too long and numbers out of
/// range, and what the store throws.
class Activity {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit Activity(Namespace space, ActivityOptions options = {});

  /// Records a viewing: all counts together, or nothing. A preference falls out of the list as its least
  /// watched one, and then counts anew. O(log n).
  RecordedViewing record_video_viewing(const Viewing& viewing);

  /// The videos a user watched, the latest first; each once. `cursor`: `next` of the page before. `count`
  /// is 1..1000. O(count + log n).
  ListPage<WatchedVideo> history(Text user_id, Text cursor = {}, std::int64_t count = 50);
  /// The videos a user watched most often. `count` is 1..1000. O(count + log n).
  std::vector<Preference> preferences(Text user_id, std::int64_t count = 50);
  UserCounts user_counts(Text user_id);
  VideoCounts video_counts(Text video_id);
  /// The same for several videos, in their order. O(videos).
  std::vector<VideoCounts> video_counts(List<Text> video_ids);
  /// How many users watched something on the UTC day of that time. Exact for `active_days` back. O(log n).
  std::int64_t active_users(Millis at);

  static List<Procedure> procedures();

 private:
  Namespace space_;
  ActivityOptions options_;
};

}  // namespace playhead
