#pragma once
// How often somebody may do something.
#include "playhead/modules/namespace.h"

namespace playhead {

/// So many in so long.
struct Rate {
  std::int64_t limit = 0;
  Millis period = 0;

  /// Reads "100/minute", "5/30s", "10 per 2 hours": a count, "/" or "per", a unit or so many of it. Units are
  /// ms, s, m, h, d and w, and millisecond, second (sec), minute (min), hour, day and week, also in the plural.
  /// Throws Error{invalid}.
  static Rate parse(Text text);
  bool operator==(const Rate&) const = default;
};

enum class RateAlgorithm : std::uint8_t {
  fixed_window,  ///< counts in windows that begin at multiples of the period; up to twice the rate across an edge
  sliding_log,      ///< exact: never more than the limit within any period. Memory: each request
  sliding_counter,  ///< two windows, the former one weighted by how much of it is in the period: near exact
  token_bucket,     ///< a bucket of `burst`, filled at the rate
  gcra,             ///< the same decisions as a token bucket, from one time that is kept
};

struct RateLimiterOptions {
  std::string name = "requests";  ///< limiters of the same name, algorithm and period share their counts
  RateAlgorithm algorithm = RateAlgorithm::gcra;
  /// What a token bucket or GCRA grants at once after a rest; 0: the limit. 1: requests are spread evenly.
  std::int64_t burst = 0;
  Millis slack = 60'000;  ///< how long counts that are of no use any more may stay in the store
};

/// What was decided on a request.
struct RateDecision {
  bool allowed = false;
  std::int64_t remaining = 0;         ///< how much is left now
  std::optional<Millis> retry_after;  ///< 0 if it is allowed; nothing: never, it weighs more than the limit
  Millis reset_after = 0;             ///< when all of the limit is there again, if nothing is taken
};

/// Decides who may go on. A decision is one atomic round trip; requests that are refused count for nothing. A
/// subject (a user, an address, a user and a route) is opaque bytes. All processes share the counts, and it is
/// the store's clock that counts; a clock that jumps by more than a period begins anew. Thread-safe. Methods throw
/// Error{invalid} for a subject that is empty or too long or a weight out of range, and what the store throws.
class RateLimiter {
 public:
  static constexpr std::int64_t max_weight = 1'000'000'000;

  /// Throws Error{invalid} for options out of range: a limit of 1..10^9 (1..100,000 for the sliding log), a period
  /// of 1 ms to 366 days, limit and burst times period at most 2^52.
  RateLimiter(Namespace space, Rate rate, RateLimiterOptions options = {});

  /// Takes `weight` (1..max_weight) if there is so much. O(1); O(log n) for the sliding log.
  RateDecision check(Text subject, std::int64_t weight = 1);
  /// What check() would say, taking nothing.
  RateDecision peek(Text subject, std::int64_t weight = 1);
  /// Forgets what was taken; whether there was anything.
  bool reset(Text subject);

  const Rate& rate() const { return rate_; }
  static List<Procedure> procedures();

 private:
  std::string key(Text subject) const;
  RateDecision decide(Text subject, std::int64_t weight, bool take);

  Namespace space_;
  Rate rate_;
  RateLimiterOptions options_;
};

}  // namespace playhead
