#pragma once
// How many tokens there are at most.
#include <functional>

#include "playhead/modules/background.h"
#include "playhead/modules/tokens.h"

namespace playhead {

struct TokenLimitOptions {
  std::int64_t limit = 10'000'000;  ///< tokens of all users; those used last are kept. 0..2^53
  std::int64_t batch = 100;         ///< tokens that one atomic batch drops; 1..1,000
  Millis longest_wait = 1'000;      ///< the background thread looks so often; 1 ms to 1 hour
};

/// What a step did.
struct TokenLimitReport {
  std::int64_t tokens = 0;   ///< counted before any was dropped
  std::int64_t dropped = 0;  ///< over the limit, or not used for the idle timeout
  std::int64_t cleaned = 0;  ///< revoked and ended tokens whose viewed items and carts were removed
  bool more = false;         ///< there is more to do at once
};

/// Keeps the newest tokens: those that were used last, whoever has them. What is dropped goes with its viewed items
/// and its cart, in atomic batches; a token that is used while a batch is made is left out of it. Tokens that have
/// ended are dropped, too, so that they do not count. The index is in parts (TokenOptions::shards): no key holds all
/// tokens. Any number of processes may do it. Thread-safe. Throws what the store throws.
class TokenLimit {
 public:
  /// `tokens` are the options of the tokens, which must be `indexed`. Throws Error{invalid} if they are not, and for
  /// options out of range.
  TokenLimit(Namespace space, TokenOptions tokens, TokenLimitOptions options = {});
  /// Ends the background thread.
  ~TokenLimit();
  TokenLimit(const TokenLimit&) = delete;
  TokenLimit& operator=(const TokenLimit&) = delete;

  /// Tokens that are known: good ones, and those whose end nobody has noticed. O(shards) round trips.
  std::int64_t count();
  /// One batch for each part at most. Two round trips for each part, one more for each batch. O(log n) a token.
  TokenLimitReport step(std::optional<Millis> now = {});
  /// Steps on a thread of its own until stop_background(). Errors go to `on_error` (which must not throw), and the
  /// thread goes on. Throws Error{invalid} if it runs already.
  void run_in_background(std::function<void(Text message)> on_error = {});
  /// Waits for the step under way, then ends the thread. Idempotent. In a forked child it does nothing.
  void stop_background();
  bool running() const;

  static List<Procedure> procedures();

 private:
  struct Candidate {
    std::string member;
    Millis seen = 0;
  };
  std::vector<std::vector<Candidate>> victims(Millis now, TokenLimitReport& report);
  std::int64_t trim(std::uint16_t shard, const std::vector<Candidate>& tokens);
  std::int64_t sweep(std::uint16_t shard);

  Namespace space_;
  TokenOptions tokens_;
  TokenLimitOptions options_;
  BackgroundPtr background_;
};

}  // namespace playhead
