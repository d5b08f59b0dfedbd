#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "playhead/store.h"

namespace playhead {

/// What a user did with a video. A view implies an impression.
enum class VideoEvent : std::uint8_t {
  impression,
  view,
  finish,
  like,
  favorite,
  comment,
  share,
  follow,
  dislike,
  unlike,
  unfavorite,
  unfollow
};

/// The event of a name ("view"); throws Error{invalid} for another.
VideoEvent video_event(Text name);
Text name_of(VideoEvent event);

struct EventRecord {
  Text user_id, video_id;
  VideoEvent event = VideoEvent::view;
  std::optional<Millis> at;                       ///< none: the store's time
  std::optional<Millis> watched_ms, duration_ms;  ///< of a view
};

/// Why a video is recommended: the part of its score that a source gave; `because` is the video or tag behind
/// it, if one stands out.
struct Reason {
  std::string source;
  double contribution = 0;
  std::optional<std::string> because;
};

/// `score` is the sum of the reasons' contributions.
struct Recommendation {
  std::string video_id;
  double score = 0;
  std::vector<Reason> reasons;
};

struct RecommenderOptions {
  std::string name =
      "recommender";              ///< several recommenders in one store have different names; 1..1024 bytes
  std::size_t profile_size = 50;  ///< newest distinct videos of a user that are looked at; 1..10,000
  double profile_half_life = 25;  ///< of their weight, in list positions; 0.001..1,000,000
  std::size_t neighbors = 400;    ///< kept per video; 1..100,000
  /// Half-life in hours (0.001..1,000,000) -> weight (-1,000,000..1,000,000).
  std::map<double, double> popularity_half_lives_h = {{24, .3}, {3, .5}, {1, .4}};
  double co_weight = 1;  ///< of the co-counts in the blend; -1,000,000..1,000,000
};

/// Recommendations from item-item co-counts and decayed popularity. An event changes the very next answer.
///
/// Durable are an event log and one record per user, written together (a list and a string in the store).
/// Co-counts and popularity are kept in this process and rebuilt from the log when a recommender is made;
/// events that other processes record on the same store are read from the log before each answer.
/// Thread-safe.
class Recommender {
 public:
  /// Throws Error{invalid} without a store and for options out of range.
  explicit Recommender(std::shared_ptr<Store> store, RecommenderOptions options = {});
  ~Recommender();

  /// Makes a video known. An event on an unknown video does so too.
  void add_video(Text video_id);
  /// Records one event: one atomic write. Throws Error{invalid} for ids that are empty or longer than 1 KiB,
  /// or negative times.
  void record(const EventRecord& event);
  /// Records many events, in batches of some hundred.
  void record_many(List<EventRecord> events);

  /// `count` distinct videos, best first, or all there are. Videos that the user has had are left out unless
  /// told otherwise. A user without a history gets what is popular. Changes nothing. O(profile * neighbors +
  /// videos).
  std::vector<Recommendation> recommend(Text user_id, std::size_t count = 10, std::optional<Millis> at = {},
                                        bool exclude_seen = true);
  /// The videos most often had together with one.
  std::vector<Recommendation> similar(Text video_id, std::size_t count = 10);

  /// Events in the log that this process has folded in.
  std::int64_t events();
  /// Known videos.
  std::size_t videos();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace playhead
