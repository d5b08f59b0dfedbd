#pragma once
#include "playhead/modules/page.h"

namespace playhead {

struct WatchLaterOptions {
  std::int64_t limit = 1000;  ///< videos in a user's list; 1..1,000,000
};

/// What adding a video did.
enum class Added : std::uint8_t {
  added,
  present,  ///< it was in the list, and stays where it is
  full,     ///< the list is full; nothing was changed
};

struct ListedVideo {
  std::string video_id;
  Millis added_at = 0;
};

enum class ListOrder : std::uint8_t { newest_first, oldest_first };

/// Lists of videos to watch later, one per user, newest first. Every method is one round trip; adding and
/// removing twice is the same as once. Thread-safe. All methods throw Error{invalid} for ids that are empty
/// or too long, and what the store throws.
class WatchLater {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit WatchLater(Namespace space, WatchLaterOptions options = {});

  /// O(log n). `at`: when, Unix milliseconds; nothing: now. The user is known as active at that time.
  Added add(Text user_id, Text video_id, std::optional<Millis> at = {});
  /// Whether it was in the list. O(log n).
  bool remove(Text user_id, Text video_id);
  bool contains(Text user_id, Text video_id);
  std::int64_t count(Text user_id);
  /// `cursor`: `next` of the page before; it is good for both orders, and the other one goes back from there. `count`
  /// is 1..1000. O(count + log n).
  ListPage<ListedVideo> list(Text user_id, Text cursor = {}, std::int64_t count = 50,
                             ListOrder order = ListOrder::newest_first);
  /// Removes all; how many.
  std::int64_t clear(Text user_id);

  static List<Procedure> procedures();

 private:
  Namespace space_;
  WatchLaterOptions options_;
};

}  // namespace playhead
