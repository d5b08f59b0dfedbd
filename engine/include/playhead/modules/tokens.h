#pragma once
// Access tokens: who a request comes from.
#include "playhead/modules/namespace.h"

namespace playhead {

struct TokenOptions {
  Millis idle_timeout = Millis{30} * 60'000;  ///< a token that is not validated for so long ends
  Millis absolute_timeout =
      Millis{24} * 3'600'000;      ///< a token ends so long after it was issued, however much it is used
  Millis rotation_grace = 10'000;  ///< how long a rotated token is still good, for requests under way
  /// Validating notes the time at most so often, but eight times within the idle timeout; that timeout may
  /// come so much too early.
  Millis touch_interval = 1'000;
  std::int64_t tokens_per_user = 100;  ///< the newest so many are kept; 1..10,000
  Millis slack = 3'600'000;            ///< how long after their end tokens may stay in the store as garbage
  std::int64_t viewed_items = 25;      ///< view() keeps the newest so many; 1..1,000
  /// Users are spread over so many parts; 1..4,096. All who share the tokens must agree on it.
  std::int64_t shards = 64;
  /// Whether to know which tokens were used last, for TokenLimit, which must then run. All must agree on it, too.
  bool indexed = false;
};

/// A token just made. Only its holder ever has its text: the store keeps a digest.
struct IssuedToken {
  std::string token;      ///< 68 letters, digits, - and _; for the client
  std::string id;         ///< its public name, 32 hexadecimal digits: good for lists, logs and revoke_id()
  Millis expires_at = 0;  ///< the absolute timeout
};

/// What is known of a token.
struct TokenInfo {
  std::string id;
  std::string user_id;
  std::string data;  ///< what it was issued with
  Millis issued_at = 0;
  Millis last_seen = 0;
  Millis expires_at = 0;  ///< when it ends if it is not used again
};

/// What the holder of a token has looked at.
struct ViewedItem {
  std::string item;
  Millis at = 0;
};

/// Issues, validates and revokes tokens. A token carries 264 bits from the system's generator; at rest there
/// is a SHA-256 of it only. Every call is one atomic round trip. A user's tokens are one hash, so that
/// listing them, ending all of them and keeping the newest N need no index that could disagree. Timeouts are
/// values compared with the store's time; the key's TTL only clears away what ended long ago. Thread-safe.
///
/// A token also carries a 128-bit hash of the user's id, by which the hash is found: it does not tell the id,
/// but who guesses the id can confirm it. All methods throw Error{invalid} for an empty or too long user id,
/// and what the store throws.
class Tokens {
 public:
  static constexpr std::size_t max_data = std::size_t{16} * 1024;

  /// Throws Error{invalid} for options out of range.
  explicit Tokens(Namespace space, TokenOptions options = {});

  /// A new token for a user, with up to max_data bytes that validate() gives back. If the user has
  /// `tokens_per_user` already, ended ones go, then the oldest. O(1), O(tokens of the user) at the limit.
  IssuedToken issue(Text user_id, Text data = {});
  /// Whose token this is, noting that it was used; nothing if it was never issued, was revoked or has ended.
  /// Never throws for what a client may send. O(1).
  std::optional<TokenInfo> validate(Text token);
  /// A new token in place of this one, with the same user, data and absolute timeout; the old one is good for
  /// `rotation_grace` more. Nothing if the old one is not good, or was rotated before. O(1).
  std::optional<IssuedToken> rotate(Text token);
  /// Ends a token; whether it was good. Idempotent. O(1).
  bool revoke(Text token);
  /// The same by the token's public name.
  bool revoke_id(Text user_id, Text id);
  /// Ends all tokens of a user; how many were good. O(tokens of the user).
  std::int64_t revoke_all(Text user_id);
  /// Ends all tokens of the user of this one, except itself ("sign out everywhere else"); how many were good.
  /// O(tokens of the user).
  std::int64_t revoke_others(Text token);
  /// The good tokens of a user, oldest first. O(n log n).
  std::vector<TokenInfo> list(Text user_id);

  /// Notes that its holder looks at something (an id of 1..1024 bytes), and that the token was used; whether it is
  /// good. O(log n).
  bool view(Text token, Text item);
  /// What its holder looked at, each once, newest first; nothing if the token is not good.
  std::vector<ViewedItem> viewed(Text token);

  /// The procedures that this module runs.
  static List<Procedure> procedures();

 private:
  Namespace space_;
  TokenOptions options_;
};

}  // namespace playhead
