#pragma once
// Who is told when sessions end.
#include <functional>
#include <mutex>

#include "playhead/modules/background.h"
#include "playhead/modules/page.h"
#include "playhead/modules/sessions.h"

namespace playhead {

/// The end of a session that nobody asked for.
struct SessionEnd {
  std::string id;  ///< its public name
  std::string user_id;
  std::string app;  ///< of a session of an application; else empty
  std::string
      reason;  ///< "idle" or "absolute": a timeout; "limit": newer sessions; "revoked": by an administrator
  Millis ended_at = 0;
  Millis created_at = 0;
  Millis last_seen = 0;
};

using SessionListener = std::function<void(const SessionEnd& end)>;

struct SessionExpiryOptions {
  std::int64_t batch = 100;  ///< ends that are worked on at once, per part; 1..1,000
  Millis lease = 60'000;     ///< how long a claim on an end lasts; longer than the listeners take for a batch
  Millis longest_wait = 5'000;      ///< the background thread looks at least so often; 1 ms to 1 hour
  std::int64_t log_limit = 10'000;  ///< the log keeps the newest so many; 1..1,000,000
};

/// What a step did.
struct SessionExpiryReport {
  std::int64_t ended = 0;               ///< sessions found to have ended
  std::int64_t told = 0;                ///< ends that all listeners were told of
  std::vector<std::string> failures;    ///< what listeners threw; those ends are told again after the lease
  std::optional<Millis> next_due = {};  ///< when there is something to do next, as far as is known
  Millis now = 0;
};

/// Finds the sessions that have ended, from the index of when they end, and tells listeners and a log. Every end is
/// told at least once, whichever process dies: it is claimed for the length of a lease, and taken out when all
/// listeners have returned. Any number of processes share the work, and each end goes to the listeners of one of
/// them. Thread-safe. Throws what the store throws.
class SessionExpiry {
 public:
  /// `options` are those of the sessions. Throws Error{invalid} for options out of range.
  SessionExpiry(Namespace space, SessionOptions options = {}, SessionExpiryOptions expiry = {});
  /// Ends the background thread; not to be called on it.
  ~SessionExpiry();
  SessionExpiry(const SessionExpiry&) = delete;
  SessionExpiry& operator=(const SessionExpiry&) = delete;

  /// Called on the thread of step() or of the background, holding no lock, one after the other. May throw.
  void add_session_listener(SessionListener listener);
  /// One batch for each part: one round trip for a part in which nothing has ended, up to five otherwise. `now`
  /// replaces the time that counts. Throws the EndRun of a listener.
  SessionExpiryReport step(std::optional<Millis> now = {});
  /// Steps on a thread of its own until stop_background(). Failures go to `on_error` (which must not throw), and the
  /// thread goes on; after an EndRun it ends. Throws Error{invalid} if it runs already.
  void run_in_background(std::function<void(Text message)> on_error = {});
  /// Waits for the step under way, then ends the thread. Idempotent. Throws Error{invalid} within a listener on that
  /// thread. In a forked child it does nothing.
  void stop_background();
  bool running() const;
  /// The newest ends, each once. `cursor`: `next` of the page before. `count` is 1..1000.
  ListPage<SessionEnd> log(Text cursor = {}, std::int64_t count = 100);

  static List<Procedure> procedures();

 private:
  void step_shard(std::uint16_t shard, std::optional<Millis> now, SessionExpiryReport& report);
  void tell_claimed(std::uint16_t shard, Millis now, SessionExpiryReport& report);
  bool tell(const SessionEnd& end, SessionExpiryReport& report);
  Millis background_step(const std::function<void(Text)>& on_error);

  Namespace space_;
  SessionOptions options_;
  SessionExpiryOptions expiry_;
  std::string log_key_;
  std::mutex mutex_;
  std::vector<SessionListener> listeners_;  // under mutex_
  BackgroundPtr background_;
};

}  // namespace playhead
