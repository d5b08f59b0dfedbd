#pragma once
// A user's tokens are one hash:
//
//     "u"       the user's id
//     "n"       the number of tokens issued so far
//     id        a token: number ":" issued ":" seen ":" absolute ":" idle ":" grace ":" check data
//
// The SHA-256 of a token is its id (16 bytes, the field) and its check (16 bytes). Numbers have base 36, so that a
// user with short data keeps a packed hash (64 bytes a value): `issued` when it was made, and from then on `seen`,
// when it was last used, and `absolute`, when it ends at the latest; `idle` how long it lasts unused, `grace` when it
// ends because it was rotated, 0 if it was not. The hash goes with its last token.
#include "engine/modules/identity/bearer.h"
#include "playhead/store.h"

namespace playhead::identity {

struct TokenRecord {
  std::int64_t number = 0;
  Millis issued = 0, seen = 0, absolute = 0, idle = 0, grace = 0;
  std::string check, data;

  /// Throws Error{corrupt}.
  static TokenRecord parse(Text bytes);
  std::string print() const;

  /// When it ends if it is not used again.
  Millis end() const;
  bool good(Millis now) const { return now < end(); }
};

struct NamedToken : TokenRecord {
  std::string id;
};

}  // namespace playhead::identity
