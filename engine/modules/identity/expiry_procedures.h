#pragma once
// The procedures of SessionExpiry. A member of the index of a shard is group (16) id (16).
//
//     sessions.due     keys: when sessions end, ended ones. Arguments: how many
//                      -> time, when the next one ends (-1: none), when the next one is to be told (-1), members
//     sessions.expire  keys and arguments of session_unit.h, the keys of the members' users; reason (empty: only those
//                      whose time has come), members -> how many ended
//     sessions.claim   keys: ended ones. Arguments: how many, lease -> ended sessions (session_record.h)
#include "playhead/modules/sessions.h"

namespace playhead::identity {

extern const Procedure due_sessions, expire_sessions, claim_ends;

/// Calls of those procedures on one shard. `now` replaces the time that counts.
class ExpiryCall {
 public:
  ExpiryCall(const Namespace& space, const SessionOptions& options, std::uint16_t shard,
             std::optional<Millis> now);

  struct Due {
    Millis now = 0, next_end = -1, next_event = -1;
    std::vector<std::string> members;
  };
  Due due(std::int64_t count) const;
  /// Those that end first.
  std::vector<std::string> first(std::int64_t count) const;
  std::int64_t expire(const std::vector<std::string>& members, Text reason) const;
  std::vector<std::string> claim(std::int64_t count, Millis lease) const;
  void forget(const std::vector<std::string>& ends) const;

 private:
  const Namespace& space_;
  const SessionOptions& options_;
  std::uint16_t shard_;
  Millis now_;
  std::string due_key_, ended_key_;
};

}  // namespace playhead::identity
