#pragma once
// One sign-on for several applications.
#include "playhead/modules/sessions.h"

namespace playhead {

/// A session of an application together with the global one that it hangs on.
struct SignedOn {
  SessionInfo app;
  SessionInfo global;
};

/// A global session, and sessions of applications attached to it: whoever signs on once is known to all of them. A
/// session of an application ends with its global one, and not later than that; using the one uses the other. An
/// application has one session for each global one. Every method is one atomic round trip; the sessions are those
/// of Sessions of the same options, which changes and lists them. Thread-safe. Methods throw as those of Sessions.
class SingleSignOn {
 public:
  static constexpr std::int64_t max_apps = 100;  ///< per global session; then the oldest ends

  /// `options`: their name is "sso" if it is not given.
  explicit SingleSignOn(Namespace space, SessionOptions options = default_options());

  CreatedSession create_global_session(Text user_id, const SessionFields& fields = {});
  /// A session of an application for whoever holds a global one; nothing if that is not good. `app` is 1..1024 bytes.
  /// The session which the application had for it before ends.
  std::optional<CreatedSession> create_app_session(Text global_session, Text app,
                                                   const SessionFields& fields = {});
  /// Both sessions, noting that they were used; nothing if one of them is not good.
  std::optional<SignedOn> get_session_with_sso(Text app_session);
  /// Ends the session of one application; whether it was good. Idempotent.
  bool sign_out(Text app_session);
  /// Ends the global session, given by itself or by that of an application, and those of all applications.
  bool sign_out_everywhere(Text session);
  /// The sessions of applications that are attached to a global one, oldest first.
  std::vector<SessionInfo> app_sessions(Text global_session);

  /// All sessions of it: for updates, lists, regenerate(), and SessionExpiry.
  Sessions& sessions() { return sessions_; }
  static SessionOptions default_options();
  static List<Procedure> procedures();

 private:
  Namespace space_;
  Sessions sessions_;
};

}  // namespace playhead
