#pragma once
// What users do with videos: history, preferences, watch time, completion, likes, active users.
#include <array>

#include "playhead/modules/watch_later.h"

namespace playhead {

struct ActivityOptions {
  std::int64_t history_limit = 100;       ///< newest videos kept per user; 1..100,000
  std::int64_t preferences_limit = 1000;  ///< most watched videos kept per user; 1..100,000
  std::int64_t completion_percent = 90;   ///< a viewing of at least so much of the video completes it; 1..100
  std::int64_t active_days = 62;          ///< how long active users are known exactly; 0 (never) to 10,000
  std::int64_t approximate_days = 400;    ///< how long they are known approximately; 0 (never) to 10,000
  std::int64_t likes_limit = 100'000;     ///< videos that a user may like at a time; 1..1,000,000
};

/// One viewing, recorded when it is over.
struct Viewing {
  Text user_id, video_id;
  Millis watched_ms = 0;  ///< at most 10^12
  Millis duration_ms =
      0;  ///< of the whole video, at most 10^12; 0: not known, then nothing is known of its completion
  std::optional<Millis> at =
      {};  ///< when, Unix milliseconds; nothing: now. Viewings may be recorded late and out of order
  std::int64_t utc_offset_minutes = 0;  ///< of the user's clock, east positive; -1080..1080
  Text zone =
      {};  ///< or the IANA time zone of the user's clock, "Europe/Paris": its offset at that time counts
};

/// What recording it made of the counts.
struct RecordedViewing {
  std::int64_t video_views = 0;  ///< of the video, by everybody
  std::int64_t user_views = 0;   ///< of the video, by this user
  std::int64_t completion = 0;   ///< of this viewing, in thousandths of the video
  bool completed = false;
};

enum class ActivityEvent : std::uint8_t {
  view,  ///< a viewing: whole, or its beginning, with a `finish` to follow
  finish,  ///< the end of a viewing that was recorded as it began: adds watch time and completion, and is no view. One
           ///< of a video whose duration is not known has seen all of it
  like,    ///< once: liking a video again changes nothing
  unlike,  ///< takes a like back
  comment,
  share,
  visit,  ///< the user is there, such as at sign-in; without a video
};

/// One event. Only `view` and `finish` have watch time and a duration, only `view` counts in an hour of the day.
struct UserEvent {
  ActivityEvent event = ActivityEvent::view;
  Text user_id, video_id;  ///< no video for a visit
  Millis watched_ms = 0, duration_ms = 0;
  std::optional<Millis> at = {};
  std::int64_t utc_offset_minutes = 0;
  Text zone = {};
};

enum class EventResult : std::uint8_t {
  recorded,
  unchanged,  ///< it was liked already, or not liked
  full,       ///< the user likes `likes_limit` videos already; nothing was changed
};

struct RecordedEvent {
  EventResult result = EventResult::recorded;
  std::int64_t count =
      0;  ///< the video's views, likes, comments or shares now, whatever the event was; 0 of a visit
  std::int64_t user_views = 0;  ///< of a view or finish: how often the user has watched the video
  std::int64_t completion = 0;  ///< of a view or finish, in thousandths of the video
  bool completed = false;
};

/// Where many events come from, such as a file, so that recording them again changes nothing.
struct BulkSource {
  Text name = {};          ///< at most 1024 bytes; empty: none
  std::int64_t first = 0;  ///< the first event's number in the source; 0..2^50. The next one's is one more
};

/// What became of many events.
struct BulkReport {
  struct Refused {
    std::size_t index = 0;  ///< of the event among those given
    std::string why;
  };
  std::int64_t recorded = 0;  ///< also those that changed nothing
  std::int64_t repeated = 0;  ///< recorded from the same source before, and left out now
  std::vector<Refused> refused;
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
  std::int64_t likes = 0, comments = 0, shares = 0;
};

struct UserCounts {
  std::int64_t views = 0, completed = 0;
  Millis watched_ms = 0;
  Millis last_at = 0;                                ///< the latest event; 0: none
  std::array<std::int64_t, 24> by_hour = {};         ///< viewings by hour of day on the user's clock
  std::int64_t likes = 0, comments = 0, shares = 0;  ///< likes: of videos that are liked now
};

/// How active users are counted: each once, or by HyperLogLogs, in 12 KiB a day and part whatever their number, with
/// a standard error of 0.2 %.
enum class Counting : std::uint8_t { exact, approximate };

/// Records what users do and answers questions about it; every method is one round trip unless it says otherwise, and
/// recording an event is one atomic step.
///
/// A user's data share a slot; a video's counts and the parts of what is known of active users have slots of their own.
/// Whoever does something is known as active, which UserCleanup goes by. What has no time is recorded with that of the
/// module's clock or of the store; on a Redis server, without a clock of the module's, with that of this process.
/// Thread-safe. All methods throw Error{invalid} for ids that are empty or too long and numbers out of range, and what
/// the store throws.
class Activity {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit Activity(Namespace space, ActivityOptions options = {});

  /// Records a viewing: all counts together, or nothing. A preference falls out of the list as its least
  /// watched one, and then counts anew. O(log n).
  RecordedViewing record_video_viewing(const Viewing& viewing);
  /// The same for an event of any kind. O(log n).
  RecordedEvent record(const UserEvent& event);
  /// Records many events in their order, each of them whole or not at all: those that are out of range are refused, the
  /// others recorded, 100 in a step and round trip. If the store fails, what it throws says how many of the first events
  /// were recorded.
  ///
  /// With a source it can be repeated, from any of the source's events that comes before what was not recorded: of each
  /// user and source it is remembered, in the step that records the event, which number was the last one, and an event
  /// with that number or a smaller one counts as recorded. So the numbers of a source must stay the same, and whoever
  /// records a source in several threads gives each part a name of its own. Of a user the 16 sources used last are
  /// remembered.
  BulkReport record_many(List<UserEvent> events, const BulkSource& source = {});

  /// The videos a user watched, the latest first; each once. `cursor`: `next` of the page before. `count`
  /// is 1..1000. O(count + log n).
  ListPage<WatchedVideo> history(Text user_id, Text cursor = {}, std::int64_t count = 50);
  /// The videos a user watched most often. `count` is 1..1000. O(count + log n).
  std::vector<Preference> preferences(Text user_id, std::int64_t count = 50);
  /// The videos a user likes, the latest first. O(count + log n).
  ListPage<ListedVideo> liked_videos(Text user_id, Text cursor = {}, std::int64_t count = 50);
  bool likes(Text user_id, Text video_id);
  UserCounts user_counts(Text user_id);
  VideoCounts video_counts(Text video_id);
  /// The same for several videos, in their order. O(videos).
  std::vector<VideoCounts> video_counts(List<Text> video_ids);

  /// How many users did something on the UTC day of that time. O(1). This and the next two: days that are longer ago than
  /// `active_days` or `approximate_days` are not known any more, and count as days without users.
  std::int64_t active_users(Millis at, Counting how = Counting::exact);
  /// The same from one UTC day to another, both included, 1000 days at most: each user once. Exactly: 16 round trips,
  /// O(all their active days); approximately O(days).
  std::int64_t active_users(Millis first, Millis last, Counting how = Counting::exact);
  /// The same in the month of the UTC calendar that a time lies in; exactly O(1), and known until `active_days` after
  /// the month's end.
  std::int64_t monthly_active_users(Millis at, Counting how = Counting::exact);

  static List<Procedure> procedures();

 private:
  Namespace space_;
  ActivityOptions options_;
};

}  // namespace playhead
