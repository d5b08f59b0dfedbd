#pragma once
#include "backends/redis/pool.h"
#include "playhead/store.h"

namespace playhead::redis {

/// A batch as MULTI ... EXEC: its request, and what becomes of the replies. Borrows the batch.
class Transaction {
 public:
  explicit Transaction(Batch& batch);

  const Request& request() const { return request_; }
  /// The database it starts in; calls in others have a SELECT before them, inside.
  std::uint16_t db() const { return db_; }
  bool readonly() const { return readonly_; }
  /// Gives every call its reply or its error. False: EXEC ran nothing, because a watched key has changed.
  /// Throws Error{command} if the server refused the batch; then nothing happened.
  bool finish(std::vector<Value>& replies);

 private:
  Batch& batch_;
  Request request_;
  std::uint16_t db_ = 0;
  bool readonly_ = true;
  std::vector<std::size_t> places_;  // where the reply of each call is among those of EXEC
};

/// The results inside EXEC's reply, the last of `replies`, the first being MULTI's. Throws Error if EXEC was
/// refused, or has not been in a transaction.
std::vector<Value>& executed(std::vector<Value>& replies);

/// WATCH, on a connection of its own from the first key on.
class RedisWatch final : public Watch {
 public:
  explicit RedisWatch(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}
  ~RedisWatch() override;
  void add(std::uint16_t db, List<Text> keys) override;
  bool commit(Batch& batch) override;

 private:
  void watch(const Request& request, std::uint16_t db, Deadline deadline);
  void usable() const;

  const std::shared_ptr<Pool> pool_;
  Pool::Lease lease_;
  bool over_ = false;  // committed
  bool lost_ = false;  // not everything that should be watched is
};

}  // namespace playhead::redis
