#pragma once
// What stands between the users and the recommender.
#include "playhead/modules/node_placement.h"
#include "playhead/modules/preheater.h"
#include "playhead/modules/rate_limiter.h"
#include "playhead/modules/recommender.h"
#include "playhead/modules/tokens.h"

namespace playhead {

/// What a feed is made of.
struct FeedParts {
  std::shared_ptr<Recommender> recommender = {};
  std::shared_ptr<Tokens> tokens = {};
  std::shared_ptr<RateLimiter> limiter = {};      ///< of requests per user; none: no limit
  std::shared_ptr<NodePlacement> placement = {};  ///< none: videos come without nodes
  std::shared_ptr<Preheater> preheater = {};  ///< none: who is unknown is recommended to like everybody else
};

struct FeedOptions {
  std::int64_t most = 100;  ///< videos of one answer; 1..1,000
  bool record_impressions =
      false;  ///< whether what is served is recorded as shown, unless a request says otherwise
};

struct FeedRequest {
  std::int64_t count = 10;          ///< 1..FeedOptions::most
  std::optional<Text> region = {};  ///< of the user, now; none: his last one
  std::optional<Text> device = {};  ///< recorded with impressions
  std::optional<Millis> at = {};    ///< none: now
  std::optional<bool> record_impressions = {};
};

struct FeedItem {
  Recommendation recommendation;
  std::optional<NodeChoice> node;  ///< where to play it from; nothing without a placement
};

enum class FeedStatus : std::uint8_t {
  served,
  unauthenticated,  ///< the token was never issued, was revoked, or has ended: sign in again (HTTP: 401)
  rate_limited      ///< too many requests: again after `retry_after` (HTTP: 429)
};

struct FeedReply {
  FeedStatus status = FeedStatus::unauthenticated;
  std::string user_id;          ///< empty if unauthenticated
  std::vector<FeedItem> items;  ///< the best first; empty unless served
  bool preheated = false;       ///< nothing is known of the user: this is his region's preheated list
  std::int64_t remaining = 0;   ///< requests left; 0 without a limiter
  Millis retry_after = 0;       ///< 0 if served
  Millis reset_after = 0;       ///< when all of the limit is there again
};

/// Serves recommendations to who has an access token, not more often than allowed, with the node that each video is
/// played from. Somebody of whom nothing is known gets his region's preheated list. Thread-safe, and safe in any
/// number of processes. Methods throw Error{invalid} for a request out of range, and what the parts throw.
///
/// Round trips of get(): one to validate the token, where a refusal ends; one of the limiter, where another one does;
/// one for the time, unless the space has a clock or the request says it; one of the recommender, or of the preheater.
/// One more each: what is known of the user, with a preheater, or with a placement if the request has no region; the
/// placement; to record impressions.
class Feed {
 public:
  /// Throws Error{invalid} for options out of range, and without a recommender or tokens.
  Feed(Namespace space, FeedParts parts, FeedOptions options = {});

  FeedReply get(Text access_token, const FeedRequest& request = {});

  /// Why a video is recommended to a user: what get() would say of it, or, if it would not be in the list, its score
  /// and reasons among all videos, those he has had included. Nothing: it is unknown, or was withdrawn. Checks no token
  /// and counts for nothing. O(videos) if it is not among the best.
  std::optional<Recommendation> explain(Text user_id, Text video_id, std::optional<Text> region = {},
                                        std::optional<Millis> at = {});

 private:
  bool admit(Text access_token, FeedReply& reply);
  std::vector<Recommendation> choose(const FeedRequest& request, Millis at, FeedReply& reply,
                                     std::string& region);
  void place(Text region, std::vector<FeedItem>& items);
  void record(const FeedRequest& request, Millis at, const FeedReply& reply);

  Namespace space_;
  FeedParts parts_;
  FeedOptions options_;
};

}  // namespace playhead
