#pragma once
#include <string>

#include "playhead/error.h"

namespace playhead::redis {

/// Thrown when an exchange with the server did not end well. It never leaves this library: see error_of().
struct Failure {
  enum class Kind : std::uint8_t {
    broken,     ///< the connection could not be made, or ended
    timeout,    ///< the deadline passed
    malformed,  ///< the server's bytes are no RESP2, or answer something else
    too_large,  ///< the reply exceeds RedisOptions::max_reply_*
  };
  Kind kind;
  std::string what;
  /// The whole request left this process, so that its last command may have been executed. What changes data
  /// is always the last command of a request: if this is false, nothing was changed.
  bool sent = false;

  /// Sending the same request again, on another connection, can not execute it twice (or does no harm, as it
  /// only reads).
  bool may_repeat(bool readonly) const { return kind == Kind::broken && (readonly || !sent); }
};

/// The one place where failures become errors: `unknown` for a request that may have changed something, else
/// what it was.
Error error_of(const Failure& failure, bool readonly);

/// A refusal that says that this server can not serve now, and that nothing was done (READONLY, LOADING,
/// MASTERDOWN): after a failover another server may.
bool is_failover(Text error);
/// The error for a server's error reply: Error{unavailable} if is_failover(), else Error{command}.
Error refusal(Text error);

}  // namespace playhead::redis
