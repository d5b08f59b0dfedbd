#pragma once
// Who follows whom.
#include "playhead/modules/watch_later.h"

namespace playhead {

struct FollowingOptions {
  std::int64_t limit = 10'000;  ///< users that one may follow; 1..1,000,000
};

struct FollowedUser {
  std::string user_id;
  Millis since = 0;
};

struct FollowCounts {
  std::int64_t following = 0;  ///< users that this one follows
  std::int64_t followers = 0;
};

struct Relationship {
  bool following = false;    ///< the first follows the second
  bool followed_by = false;  ///< the second follows the first
  bool mutual() const { return following && followed_by; }
};

/// Who follows whom: a list of those a user follows and a list of the followers, newest first. Both lists of a pair
/// change together, so that counts are exact and no list knows what the other does not. Following and unfollowing
/// twice is the same as once. Every method is one round trip unless it says otherwise. Thread-safe. All methods throw
/// Error{invalid} for ids that are empty or too long, and what the store throws.
class Following {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit Following(Namespace space, FollowingOptions options = {});

  /// `user_id` follows `other_id` from now on. Nobody follows oneself: Error{invalid}. `at`: when, Unix milliseconds;
  /// nothing: now. O(log n).
  Added follow(Text user_id, Text other_id, std::optional<Millis> at = {});
  /// Whether it followed. O(log n).
  bool unfollow(Text user_id, Text other_id);
  bool is_following(Text user_id, Text other_id);
  /// Which of several users it follows, in their order. O(users).
  std::vector<bool> is_following(Text user_id, List<Text> other_ids);
  Relationship relationship(Text user_id, Text other_id);
  bool is_mutual(Text user_id, Text other_id) { return relationship(user_id, other_id).mutual(); }
  FollowCounts counts(Text user_id);
  /// `cursor`: `next` of the page before. `count` is 1..1000. O(count + log n).
  ListPage<FollowedUser> following(Text user_id, Text cursor = {}, std::int64_t count = 50);
  ListPage<FollowedUser> followers(Text user_id, Text cursor = {}, std::int64_t count = 50);
  /// Ends everything between a user and others, in steps of 500 pairs; how many. If it ends half way, call it again.
  std::int64_t remove_user(Text user_id);

  static List<Procedure> procedures();

 private:
  Namespace space_;
  FollowingOptions options_;
};

}  // namespace playhead
