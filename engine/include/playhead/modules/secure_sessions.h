#pragma once
// Sessions that are hard to steal and hard to abuse.
#include "playhead/modules/sessions.h"

namespace playhead {

/// What happens when a session comes from another client than the one that it was made for.
enum class FingerprintPolicy : std::uint8_t {
  strict,  ///< it is refused, and noted
  signal,  ///< it is accepted, noted once, and told; the session belongs to the new client from then on
};

struct SecureSessionOptions {
  SessionOptions sessions = default_sessions();  ///< their name is "secure" if it is not given
  FingerprintPolicy fingerprint = FingerprintPolicy::strict;
  std::int64_t log_limit = 10'000;  ///< the log keeps the newest so many; 1..1,000,000

  static SessionOptions default_sessions();
};

/// Who sends a request, as far as the server can see.
struct SessionClient {
  Text ip;
  Text user_agent;
};

/// A session just made, for its client only.
struct SecureSession {
  std::string session;     ///< 112 letters, digits, -, _ and a dot; for a cookie (Secure, HttpOnly, SameSite)
  std::string csrf_token;  ///< for forms and headers; 43 letters, digits, - and _
  std::string id;          ///< its public name
  Millis expires_at = 0;
};

enum class SessionVerdict : std::uint8_t {
  good,
  no_session,       ///< there is none, or it has ended
  bad_signature,    ///< it was not made with one of the keys
  bad_csrf,         ///< the method is unsafe, and the token is absent or wrong
  bad_fingerprint,  ///< it comes from another client (FingerprintPolicy::strict)
};

struct ValidatedSession {
  SessionVerdict verdict = SessionVerdict::no_session;
  std::optional<SessionInfo> session;  ///< if it is good
  bool suspicious = false;             ///< it came from another client than before
};

/// A line of the log.
struct SuspiciousActivity {
  std::string event;  ///< "csrf", or "client_change"
  std::string session_id, user_id;
  std::string old_ip, new_ip, old_user_agent, new_user_agent;  ///< of a change of client
  Millis at = 0;
};

/// Sessions whose text carries an HMAC-SHA-256, so that a made-up one never reaches the store; with a token that every
/// request of an unsafe method (all but GET, HEAD, OPTIONS and TRACE) must bring; bound to the client. The first key
/// signs, all of them verify: a key is replaced by putting a new one in front, and dropping the old one when the
/// sessions that it signed have ended. Comparisons take the same time wherever the bytes differ. The token is an HMAC
/// of the session, so that nothing of it is stored. A request that is good is one round trip, one refused for its
/// signature none. Thread-safe. Methods throw as those of Sessions.
class SecureSessions {
 public:
  static constexpr std::size_t min_key = 32;

  /// Throws Error{invalid} without a key, for a key of fewer than min_key bytes, and for options out of range.
  SecureSessions(Namespace space, std::vector<std::string> keys, SecureSessionOptions options = {});

  /// Names of fields that begin with "secure." are refused: Error{invalid}.
  SecureSession create_secure_session(Text user_id, const SessionClient& client,
                                      const SessionFields& fields = {});
  /// Whether a request may go on as the user of its session. `csrf_token` is empty if there is none.
  ValidatedSession validate_session(Text session, Text method, const SessionClient& client,
                                    Text csrf_token = {});
  /// The token of a session; nothing if its signature is not good.
  std::optional<std::string> csrf_token(Text session) const;
  /// A new id (and token) for the session, which keeps all it has: whenever somebody signs in or gains rights.
  std::optional<SecureSession> regenerate(Text session, bool authenticated = true);
  bool destroy(Text session);
  /// As Sessions::update(); for names that begin with "secure." throws Error{invalid}.
  UpdateResult update(Text session, const SessionChanges& changes, std::optional<std::int64_t> version = {});
  /// Ends all sessions of this one's user but itself ("sign out everywhere else"); how many were good.
  std::int64_t destroy_others(Text session);
  /// The newest lines, newest first. `count` is 1..1000.
  std::vector<SuspiciousActivity> suspicious_activity(std::int64_t count = 100);

  /// The sessions themselves, without signatures: for lists, for ending all of a user, and for SessionExpiry.
  Sessions& sessions() { return sessions_; }
  static bool is_safe(Text method);

 private:
  std::string sign(Text purpose, Text session, Text key) const;
  bool signed_by_us(Text purpose, Text session, Text signature) const;
  /// The text of the session without its signature; nothing if that is not good.
  std::optional<Text> verified(Text session) const;
  SecureSession secured(const CreatedSession& created) const;
  void note(const SuspiciousActivity& activity);
  void note_csrf(Text inner);
  ValidatedSession changed_client(Text inner, SessionInfo&& found, const SessionClient& client);

  Namespace space_;
  std::vector<std::string> keys_;
  SecureSessionOptions options_;
  Sessions sessions_;
  std::string log_key_;
};

}  // namespace playhead
