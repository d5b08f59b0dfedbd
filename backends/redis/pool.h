#pragma once
#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "backends/redis/connection.h"

namespace playhead::redis {

/// Connections to one server. Each kind of use has a bound of its own, so that open transactions and parked
/// operations can not starve calls; idle connections are shared, the last used first. Thread-safe.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  enum class Use : std::uint8_t { call, watch, park };

  /// The right to one connection. At the end the connection goes back to the pool if no exchange on it is
  /// incomplete, else it is closed.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept
        : pool_(std::move(other.pool_)),
          connection_(std::move(other.connection_)),
          use_(other.use_),
          epoch_(other.epoch_) {}
    Lease& operator=(Lease&& other) noexcept;
    ~Lease() { end(); }

    explicit operator bool() const { return connection_ != nullptr; }
    Connection* operator->() const { return connection_.get(); }
    /// Gives it back now.
    void end() noexcept;

   private:
    friend class Pool;
    std::shared_ptr<Pool> pool_;
    std::unique_ptr<Connection> connection_;
    Use use_ = Use::call;
    std::uint64_t epoch_ = 0;
  };

  explicit Pool(RedisOptions options) : options_(std::move(options)) {}

  /// A connection, preferably one that has `db` selected; an idle one that has died is replaced. With `fresh`
  /// it is a new one. Waits for calls and watches until one is free, and refuses park at once. Throws
  /// Failure, Error{unavailable}, Error{timeout}, Error{closed}.
  Lease acquire(Use use, std::uint16_t db, Deadline deadline, bool fresh = false);
  /// Closes all connections: the idle ones now, the others when they come back.
  void drop_all();
  /// Also refuses further use. Idempotent.
  void close();

  const RedisOptions& options() const { return options_; }
  /// Throws Error{closed} in a forked child.
  void check_process() const { guard_.check(); }
  /// The same, and after close().
  void check();
  bool forked() const { return guard_.forked(); }

 private:
  void reserve(Use use, Deadline deadline, std::unique_lock<std::mutex>& lock);
  std::unique_ptr<Connection> take_idle(std::uint16_t db);
  void give_back(Use use, std::uint64_t epoch, std::unique_ptr<Connection> connection) noexcept;
  std::size_t limit(Use use) const { return use == Use::park ? options_.max_parked : options_.pool_size; }

  const RedisOptions options_;
  const ForkGuard guard_;

  std::mutex mutex_;                               // guards all below
  std::vector<std::unique_ptr<Connection>> idle_;  // the last used is the last
  std::array<std::size_t, 3> used_{};
  std::array<std::condition_variable, 3> freed_;
  std::uint64_t epoch_ = 0;  // connections of an earlier one are not reused
  bool closed_ = false;
};

}  // namespace playhead::redis
