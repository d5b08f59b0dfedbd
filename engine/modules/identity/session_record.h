#pragma once
// A user's sessions are one hash:
//
//     "u"   the user's id
//     "n"   the number of sessions created so far
//     id    a session: number ":" version ":" issued ":" seen ":" absolute ":" idle ":" authenticated ":" apps ":"
//           check parent app *(name value)
//
// An id has 16 bytes. Numbers, times and spans are decimal: `version` counts the changes of the fields, `seen` is when
// it was last used, `absolute` when it ends at the latest, `idle` how long it lasts unused, `authenticated` when the
// user last showed who he is, `apps` how many sessions of applications were attached. `check` has 16 bytes. What
// follows are texts, each with its size: size ":" bytes. `parent` is the id of the global session of a session of an
// application, whose name is `app`; both are empty for others. The hash goes with its last session.
//
// Beside it, for all users of a shard, a sorted set of when sessions end (group id, by time), and one of those that
// have ended and that nobody was told of yet (by when to tell it):
//
//     ended session = reason ":" at ":" issued ":" seen ":" id size ":" app user
#include <algorithm>
#include <string>
#include <vector>

#include "engine/modules/identity/bearer.h"

namespace playhead::identity {

using Strings = std::vector<std::string>;

std::string pack(const Strings& texts);
/// Throws Error{corrupt}.
Strings unpack(Text packed);

struct SessionRecord {
  std::string id;  ///< not in the record: the field
  std::int64_t number = 0, version = 0;
  Millis issued = 0, seen = 0, absolute = 0, idle = 0, authenticated = 0;
  std::int64_t apps = 0;
  std::string check, parent, app;
  Strings fields;  ///< name, value, name, value, ...

  /// Throws Error{corrupt}.
  static SessionRecord parse(Text id, Text bytes);
  std::string print() const;

  /// When it ends if it is not used again.
  Millis end() const { return std::min(absolute, seen + idle); }
  Text reason() const { return absolute <= seen + idle ? "absolute" : "idle"; }
};

}  // namespace playhead::identity
