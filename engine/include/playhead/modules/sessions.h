#pragma once
// Sessions: what a server remembers of a client between requests.
#include <utility>

#include "playhead/modules/namespace.h"

namespace playhead {

struct SessionOptions {
  std::string name = "sessions";              ///< sessions of different names have nothing in common
  Millis idle_timeout = Millis{30} * 60'000;  ///< a session that is not used for so long ends
  Millis absolute_timeout =
      Millis{24} * 3'600'000;  ///< a session ends so long after it was made, however much it is used
  /// Using a session notes the time at most so often, but eight times within the idle timeout; that timeout may
  /// come so much too early.
  Millis touch_interval = 1'000;
  std::int64_t sessions_per_user = 100;  ///< the newest so many are kept; 1..10,000
  /// Users are spread over so many parts, each with an index of when its sessions end; 1..4,096. All who share the
  /// sessions must agree on it.
  std::int64_t shards = 64;
  std::int64_t kept_events =
      100'000;  ///< ends that nobody was told of yet, per part: the newest so many are kept
  Millis slack =
      86'400'000;  ///< how long after their end sessions may stay in the store, until their end is noticed
};

/// Names and values.
using SessionFields = std::vector<std::pair<std::string, std::string>>;
/// Names, and their new values; nothing: the field is removed.
using SessionChanges = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// A session just made. Only its client ever has its text: the store keeps a digest.
struct CreatedSession {
  std::string session;    ///< 68 letters, digits, - and _; for the client's cookie
  std::string id;         ///< its public name, 32 hexadecimal digits: good for lists, logs and destroy_id()
  Millis expires_at = 0;  ///< the absolute timeout
};

/// What is known of a session.
struct SessionInfo {
  std::string id;
  std::string user_id;
  std::string app;  ///< of a session of an application (SingleSignOn); else empty
  SessionFields fields;
  std::int64_t version = 0;  ///< grows with each update
  Millis created_at = 0;
  Millis last_seen = 0;
  Millis expires_at = 0;        ///< when it ends if it is not used again
  Millis authenticated_at = 0;  ///< when the user last showed who he is
};

/// What became of an update.
enum class Updated : std::uint8_t {
  no_session,  ///< there is no such session, or it has ended
  updated,
  conflict,  ///< it has another version; nothing was changed
  too_big,   ///< it would be greater than max_data; nothing was changed
};
struct UpdateResult {
  Updated outcome = Updated::no_session;
  std::int64_t version = 0;  ///< of the session now; 0 if there is none
};

/// Using a session counts as such only if this field has this value. An empty name: always.
struct SessionGuard {
  Text name, value;
};

/// Creates, reads, changes and ends sessions. A session's id carries 264 bits from the system's generator; at rest
/// there is a SHA-256 of it only. Every call is one atomic round trip, but for destroy_everybody() and count().
/// A user's sessions are one hash: the list of them cannot disagree with them. Timeouts are values compared with the
/// store's time. When a session ends by itself, this is noted in an index, from which SessionExpiry tells
/// listeners. Thread-safe. Methods throw Error{invalid} for an empty or too long user id and too much data, and what
/// the store throws; never for a made-up session.
class Sessions {
 public:
  static constexpr std::size_t max_data =
      std::size_t{64} * 1024;  ///< names and values, 1 to 6 bytes more for each

  /// Throws Error{invalid} for options out of range.
  explicit Sessions(Namespace space, SessionOptions options = {});

  /// A new session. If the user has `sessions_per_user` already, ended ones go, then the oldest. O(fields), O(sessions
  /// of the user) at the limit.
  CreatedSession create(Text user_id, const SessionFields& fields = {});
  /// The session, noting that it was used; nothing if it was never made, was destroyed or has ended. O(fields).
  std::optional<SessionInfo> get(Text session, SessionGuard guard = {});
  /// The same without using it.
  std::optional<SessionInfo> peek(Text session);
  /// Merges the changes into the fields, as one step, and uses the session. `version`: only if it is still this one.
  /// O(fields).
  UpdateResult update(Text session, const SessionChanges& changes, std::optional<std::int64_t> version = {});
  /// Notes that it was used, at once; whether it was good.
  bool touch(Text session);
  /// A new id for the session, which keeps all it has; the old id is good no more. To be called whenever somebody
  /// signs in or gains rights. `authenticated`: the user has just shown who he is.
  std::optional<CreatedSession> regenerate(Text session, bool authenticated = true);
  /// Ends a session; whether it was good. Idempotent.
  bool destroy(Text session);
  /// The same by its public name.
  bool destroy_id(Text user_id, Text id);
  /// Ends all sessions of a user; how many were good. O(sessions of the user).
  std::int64_t destroy_user_sessions(Text user_id);
  /// Ends all sessions of this one's user but itself; how many were good.
  std::int64_t destroy_others(Text session);
  /// The good sessions of a user, oldest first; none of them is used by that. O(n log n).
  std::vector<SessionInfo> list(Text user_id);
  /// Ends all sessions of all users in atomic batches of 100; how many. Sessions made meanwhile may stay. Listeners are
  /// told ("revoked").
  std::int64_t destroy_everybody();
  /// Sessions that have not been found to have ended. O(shards) round trips.
  std::int64_t count();

  const SessionOptions& options() const { return options_; }
  static List<Procedure> procedures();

 private:
  std::optional<SessionInfo> read(Text session, Millis interval, SessionGuard guard);

  Namespace space_;
  SessionOptions options_;
};

}  // namespace playhead
