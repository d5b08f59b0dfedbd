#pragma once
// Where sessions lie, and how they are told.
#include "engine/modules/identity/bearer.h"
#include "playhead/modules/sessions.h"

namespace playhead::identity {

/// Throws Error{invalid} for options out of range.
SessionOptions checked(SessionOptions options);

Group session_group(const SessionOptions& options, Text user_id);
/// Of the sorted set `part` of a shard: "due" or "ended".
std::string shard_key(const Namespace& space, const SessionOptions& options, std::uint16_t shard, Text part);
std::string user_key(const Namespace& space, const SessionOptions& options, const Group& group);

/// The keys and the first arguments of procedures on the sessions of one user.
class SessionCall {
 public:
  SessionCall(const Namespace& space, const SessionOptions& options, Group group);
  ArgumentWriter& args() { return args_; }
  Value run(const Procedure& p) const { return space_.invoke(p, {keys_[0], keys_[1], keys_[2]}, args_); }

 private:
  const Namespace& space_;
  Group group_;
  std::string keys_[3];
  ArgumentWriter args_;
};

/// The session that a client shows; nothing if it cannot be one.
std::optional<Bearer> read_session(const SessionOptions& options, Text text);

/// Names and values as one text. Throws Error{invalid} if they are too big, a name is empty or stands twice.
std::string packed_fields(const SessionFields& fields);
/// Reads what procedures tell of a session.
SessionInfo session_info(std::string user_id, std::string app, const Value* told);
std::vector<SessionInfo> session_list(const Value& reply, Text user_id);
CreatedSession created(const Bearer& bearer, Millis expires_at);

}  // namespace playhead::identity
