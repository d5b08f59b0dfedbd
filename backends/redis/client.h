#pragma once
#include <vector>

#include "backends/redis/pool.h"
#include "playhead/store.h"

namespace playhead::redis {

/// Round trips on pooled connections, with the rules of repetition. What the parts of a RedisStore share.
/// Thread-safe.
///
/// A request is sent a second time, once and on a fresh connection, only if that can do no harm: it left this
/// process incompletely, it only reads, or the server refused it because of a failover (which also drops all
/// pooled connections).
class Client {
 public:
  explicit Client(RedisOptions options) : pool_(std::make_shared<Pool>(std::move(options))) {}

  /// One reply per command. Error replies are replies, except those of a failover, which throw
  /// Error{unavailable}.
  void exchange(const Request& request, std::uint16_t db, bool readonly, std::vector<Value>& replies);
  /// The same for one command; throws its error reply.
  Value ask(const Request& request, std::uint16_t db, bool readonly);
  /// Performs one operation; one that could block is wrapped in MULTI and EXEC, where it does not.
  void perform(const Call& call);
  /// Performs a batch in MULTI and EXEC.
  void perform(Batch& batch);

  Deadline deadline() const { return Deadline::in(options().timeout_ms); }
  const RedisOptions& options() const { return pool_->options(); }
  Pool& pool() const { return *pool_; }
  std::shared_ptr<Pool> shared_pool() const { return pool_; }

 private:
  bool attempt(const Request& request, std::uint16_t db, bool readonly, Deadline deadline, bool last,
               std::vector<Value>& replies);
  const std::shared_ptr<Pool> pool_;
};

}  // namespace playhead::redis
