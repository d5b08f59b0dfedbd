#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "playhead/store.h"

namespace playhead {

/// What a user did with a video. A view implies an impression. unlike, unfavorite and unfollow take the effect of
/// what they are named after back.
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
  std::optional<Millis> at = {};                            ///< none: the store's time
  std::optional<Millis> watched_ms = {}, duration_ms = {};  ///< of a view
  std::optional<Text> device = {}, region = {};             ///< of the user, at that time
  bool history = false;  ///< bulk from before the stream: its pairs weigh half in co-counts
};

/// What is known of a video.
struct VideoAttributes {
  std::optional<Text> creator = {}, category = {}, region = {};
  List<Text> tags = {};
  std::optional<Millis> uploaded_at = {}, duration_ms = {};
};

/// Why a video is recommended: the part of its score that a source gave; `because` is the video, tag or friend
/// behind it, if one stands out.
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

/// What a user likes, and what is known of him.
struct UserProfile {
  struct Interest {
    std::string name;
    double short_term = 0, long_term = 0;  ///< decayed weights: half-lives of 20 minutes and of 10 days
  };
  std::vector<Interest> tags, creators;  ///< the strongest in the long term first
  std::vector<std::string> recent;       ///< the newest distinct videos, the newest first
  std::vector<std::string> follows;      ///< people
  std::vector<std::int64_t> hours;       ///< 24: events by hour of day, UTC
  std::optional<std::string> device, region;
  std::size_t seen = 0;  ///< videos that are known exactly to have been had
};

/// A multiplier on videos while `from` <= time < `until`; exactly one of tag, category and creator is given.
struct BoostRequest {
  double factor = 1;  ///< 0.001..1,000; 1 takes the boost away
  std::optional<Text> tag = {}, category = {}, creator = {};
  std::optional<Millis> from = {}, until = {};
};

/// What orders the best of the blend: itself, or the formula of `OriginalWeights`.
enum class Ranker : std::uint8_t { blend, original };

/// popularity * log2(views + 1) + overlap * |category and tags among the user's preferred 20| + freshness *
/// max(0, (30 - age in days) / 30).
struct OriginalWeights {
  double popularity = .3, overlap = .4, freshness = .3;  ///< -1,000,000..1,000,000
};

struct RecommenderOptions {
  std::string name =
      "recommender";              ///< several recommenders in one store have different names; 1..1024 bytes
  std::size_t profile_size = 50;  ///< newest distinct videos of a user that are looked at; 1..10,000
  double profile_half_life = 25;  ///< of their weight, in list positions; 0.001..1,000,000
  std::size_t neighbors = 400;    ///< kept per video; 1..100,000
  /// Half-life in hours (0.001..1,000,000) -> weight (-1,000,000..1,000,000).
  std::map<double, double> popularity_half_lives_h = {{24, .3}, {3, .5}, {1, .4}};
  /// Source -> weight (-1,000,000..1,000,000), in units of the deviation of what the source says over the
  /// catalogue. Before the first refresh `co` stands in for `ease`. A source that is not named does not count.
  std::map<std::string, double> blend = {{"ease", 1},     {"ordered", .4}, {"tags", .3},     {"creator", .2},
                                         {"friends", .2}, {"fresh", .1},   {"popularity", 1}};
  std::size_t ease_items = 4'000;  ///< the videos with the largest norms that EASE covers; 0 (none)..50,000
  double ease_lambda = 300;        ///< its L2 regularisation; 0.001..1,000,000
  std::size_t als_factors = 64;    ///< numbers of a vector of iALS; 1..1024
  double als_lambda = .01;         ///< its L2 regularisation; 1e-9..1,000,000
  double als_alpha = .3;           ///< weight of what was not had; 1e-9..1,000,000
  std::uint64_t seed = 0;          ///< of all that is random
  Ranker ranker = Ranker::blend;
  OriginalWeights original = {};
  std::size_t max_per_creator = 0, max_per_category = 0;  ///< of a list; 0: any number
  double explore = 0;  ///< share of a list's places for videos that fewer than 20 users have had; 0..1
  /// The background models are computed anew after this time, and after a tenth more events; 1,000..2^53. None:
  /// by refresh() alone.
  std::optional<Millis> refresh_every_ms = 86'400'000;
  std::size_t seen_limit = 10'000;  ///< videos of a user that are excluded exactly; 1..1,000,000

  /// For a catalogue in which order carries no meaning: no popularity, the whole history as profile.
  static RecommenderOptions catalogue();
};

/// Recommendations in which an event changes the very next answer.
///
/// Sources: EASE and iALS (refreshed), ordered and unordered co-counts, tags, creators, people who are followed, fresh
/// videos, and decayed popularity, blended. Durable is a log of events and videos in the store; what is counted
/// from it is kept in this process and rebuilt from the log when a recommender is made; what other processes
/// record on the same store is read from the log before each answer. Events may arrive late: the answers are
/// those of the right order, but for positions in the list of recent videos, which follow arrival. Thread-safe.
class Recommender {
 public:
  /// Throws Error{invalid} without a store and for options out of range.
  explicit Recommender(std::shared_ptr<Store> store, RecommenderOptions options = {});
  ~Recommender();

  /// Adds a video, or replaces all that is known of it. An event on an unknown video makes it known, too.
  void add_video(Text video_id, const VideoAttributes& attributes = {});
  /// Withdraws a video: it is not recommended any more, until it is added again. False: it was not known.
  bool remove_video(Text video_id);
  /// Records one event: one atomic write. Throws Error{invalid} for ids that are empty or longer than 1 KiB,
  /// or negative times.
  void record(const EventRecord& event);
  /// Records many events, in batches of some thousand, each atomic.
  void record_many(List<EventRecord> events);
  /// What a person whom the user follows likes counts for the user, too, and so do a creator's videos.
  void follow(Text user_id, Text other_id);
  void unfollow(Text user_id, Text other_id);

  /// Multiplies the scores of some videos; it replaces what there was for the same tag, category or creator.
  void boost(const BoostRequest& boost);
  /// Removes all that was recorded of a user, and all that came of it: counts, models, who follows him. Afterwards
  /// this recommender answers as one that never met him; others on the store do so with their next answer, but for
  /// their models, which are gone until refresh(). O(all that was recorded).
  void forget(Text user_id);

  struct Request {
    std::size_t count = 10;
    std::optional<Millis> at = {};    ///< none: the store's time
    std::optional<Text> region = {};  ///< none: the user's last one
    bool exclude_seen = true;
  };
  /// `count` distinct videos, best first, or all there are. Videos that the user has had are left out unless
  /// told otherwise. A user without a history gets what is popular. Changes nothing.
  std::vector<Recommendation> recommend(Text user_id, const Request& request);
  std::vector<Recommendation> recommend(Text user_id, std::size_t count = 10, std::optional<Millis> at = {},
                                        bool exclude_seen = true);
  /// The videos most alike: the profile is that one video, and popularity does not count.
  std::vector<Recommendation> similar(Text video_id, std::size_t count = 10);
  /// What is known of a user; none if nothing is.
  std::optional<UserProfile> profile(Text user_id, std::optional<Millis> at = {});

  /// Computes the background models from what was recorded, and then answers with them. Others go on recording
  /// and asking meanwhile.
  void refresh();
  /// Refreshes if it is time to: whether it did.
  bool step();
  /// Steps on a thread of its own until stop_background() or destruction. Errors are told to `on_error`.
  void run_in_background(std::function<void(Text)> on_error = {});
  /// Waits for the refresh under way, then ends the thread. Idempotent.
  void stop_background();
  bool running() const;

  /// Rows of the log that this process has folded in.
  std::int64_t events();
  /// Known videos.
  std::size_t videos();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace playhead
