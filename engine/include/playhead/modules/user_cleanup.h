#pragma once
// What users leave behind who do not come any more.
#include <functional>

#include "playhead/modules/background.h"
#include "playhead/modules/namespace.h"

namespace playhead {

struct UserCleanupOptions {
  Millis inactive_after =
      30 * Millis{86'400'000};  ///< who has done nothing for so long is inactive; 1 ms to 10 years
  Millis older_than = 7 * Millis{86'400'000};  ///< what was added longer ago is removed; 0 to 10 years
  std::int64_t batch = 100;                    ///< users of one step and part of the index; 1..1,000
  std::int64_t videos = 1'000;   ///< removed in one atomic step; the rest follows in the next ones; 1..10,000
  Millis longest_wait = 60'000;  ///< the background thread looks so often; 1 ms to 1 hour
};

/// What a step did.
struct UserCleanupReport {
  std::int64_t users = 0;   ///< inactive ones that were looked at
  std::int64_t videos = 0;  ///< taken out of their lists
  std::int64_t back = 0;    ///< users who had become active again, and whose lists were left alone
  bool more = false;        ///< there is more to do at once
};

/// Removes old videos from the lists to watch later of inactive users. Everything else stays: favorites and their
/// counts, playlists, who follows whom, history. Tokens and sessions end by their own timeouts.
///
/// Users are found by an index of when they were last active, which Activity and WatchLater keep: every event, visits
/// included, and every addition to a list counts. Looking whether a user is inactive, removing, and noting it in the
/// index are one atomic step: the list of a user who comes back meanwhile is left alone. A step is bounded, and whatever
/// ends it, the next one goes on where it was. Any number of processes may do it. Thread-safe. Throws what the store
/// throws.
class UserCleanup {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit UserCleanup(Namespace space, UserCleanupOptions options = {});
  /// Ends the background thread.
  ~UserCleanup();
  UserCleanup(const UserCleanup&) = delete;
  UserCleanup& operator=(const UserCleanup&) = delete;

  /// One batch of users for each of the 16 parts of the index at most. One round trip, and one for each part that has
  /// something to do. `now` replaces the time. O(log n) a video.
  UserCleanupReport step(std::optional<Millis> now = {});
  /// Steps on a thread of its own until stop_background(). Errors go to `on_error` (which must not throw), and the
  /// thread goes on. Throws Error{invalid} if it runs already.
  void run_in_background(std::function<void(Text message)> on_error = {});
  /// Waits for the step under way, then ends the thread. Idempotent. In a forked child it does nothing.
  void stop_background();
  bool running() const;

  static List<Procedure> procedures();

 private:
  std::vector<std::vector<std::string>> candidates(Millis now);
  void clean(int part, const std::vector<std::string>& users, Millis now, UserCleanupReport& report);

  Namespace space_;
  UserCleanupOptions options_;
  BackgroundPtr background_;
};

}  // namespace playhead
