#pragma once
#include "playhead/modules/watch_later.h"

namespace playhead {

struct FavoritesOptions {
  std::int64_t limit = 10'000;  ///< videos a user may have; 1..1,000,000
};

/// What adding or removing a favorite did.
struct FavoriteChange {
  Added result = Added::present;  ///< of add()
  std::int64_t favorites = 0;     ///< how many users have the video now
};

struct FavoriteCount {
  std::string video_id;
  std::int64_t favorites = 0;
};

/// Favorite videos, one list per user, newest first, and how many users have each video.
///
/// A list and the count of a video change together, and only if something changes: adding and removing twice is the
/// same as once, so that the count always is the number of lists with the video. Every method is one round trip
/// unless it says otherwise. Thread-safe. All methods throw Error{invalid} for ids that are empty or too long, and
/// what the store throws.
class Favorites {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit Favorites(Namespace space, FavoritesOptions options = {});

  /// O(log n). `at`: when, Unix milliseconds; nothing: now.
  FavoriteChange add(Text user_id, Text video_id, std::optional<Millis> at = {});
  /// Whether it was in the list. O(log n).
  bool remove(Text user_id, Text video_id);
  /// The same for up to 1000 videos in one step; how many were in the list.
  std::int64_t remove(Text user_id, List<Text> video_ids);
  /// Removes all of a user's favorites, in steps of 1000; how many. If it ends half way, call it again.
  std::int64_t clear(Text user_id);
  bool contains(Text user_id, Text video_id);
  std::int64_t count(Text user_id);
  /// `cursor`: `next` of the page before. `count` is 1..1000. O(count + log n).
  ListPage<ListedVideo> list(Text user_id, Text cursor = {}, std::int64_t count = 50);

  /// How many users have a video. O(1).
  std::int64_t favorite_count(Text video_id);
  std::vector<std::int64_t> favorite_counts(List<Text> video_ids);
  /// The videos that most users have. `limit` is 1..1000.
  std::vector<FavoriteCount> top(std::int64_t limit = 10);

  static List<Procedure> procedures();

 private:
  Namespace space_;
  FavoritesOptions options_;
};

}  // namespace playhead
