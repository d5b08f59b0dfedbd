#pragma once
// A lock over several stores that fail on their own.
#include <functional>

#include "playhead/modules/lock.h"

namespace playhead {

struct RedlockOptions {
  Millis lease = 10'000;         ///< 10 ms to 10 years
  std::int64_t retry_count = 3;  ///< attempts in all; 1..1000
  Millis retry_delay = 200;      ///< between two attempts: a random time up to this; 0 to 1 hour
  std::int64_t drift_permille =
      10;  ///< by how much clocks may differ in the length of a lease, and 2 ms; 0..500
  std::function<Millis()> elapsed =
      {};  ///< milliseconds of a clock that never goes back; empty: the machine's
};

/// Redlock (https://redis.io/docs/latest/develop/use/patterns/distributed-locks/): held by whoever holds it on more
/// than half of the stores, with time left. What is left of the lease is told: the time that acquiring took and the
/// drift are taken off. A store that fails counts as one that refuses.
///
/// Limits. Mutual exclusion is as good as clocks: it ends if one runs faster than the drift, if a holder is stopped
/// for longer than its lease, and if a store forgets what it granted (a server without persistence that restarts within
/// a lease: keep it away for a lease). So do not rely on it for correctness: let what it protects compare fencing
/// tokens. A grant's token is greater than that of every grant before, as long as no majority of stores forgets: it is
/// the greatest of the stores' tokens, raised on more than half of them before it is granted. Stores are asked one
/// after the other: give them short timeouts. There is no queue: waiters try again. Thread-safe.
class Redlock {
 public:
  /// Stores: 1..100, each by its own namespace. Throws Error{invalid} for what is out of range.
  Redlock(std::vector<Namespace> stores, Text name, RedlockOptions options = {});

  /// `ends` of the grant: by the machine's clock. Nothing: others held it at each attempt, or too few stores answered.
  std::optional<LockGrant> acquire();
  /// Releases it on all stores; false: it was held on none of them any more.
  bool release();
  /// The lease begins again, if more than half of the stores agree in time; when it ends. Nothing: it is lost, and was
  /// released.
  std::optional<Millis> extend();
  std::optional<LockGrant> held() const;

 private:
  using Ask = std::function<bool(std::size_t store)>;
  std::size_t agreeing(const Ask& ask) const;
  std::optional<LockGrant> attempt();
  Millis left(Millis begin) const;
  bool settle(const std::string& owner);

  std::vector<Namespace> stores_;
  RedlockOptions options_;
  std::vector<std::vector<std::string>> keys_;
  mutable std::mutex mutex_;
  std::string owner_;  // under mutex_
  std::optional<LockGrant> grant_;
};

}  // namespace playhead
