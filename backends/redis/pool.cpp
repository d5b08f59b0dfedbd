#include "backends/redis/pool.h"

#include <algorithm>

namespace playhead::redis {

namespace {
[[noreturn]] void throw_closed() {
  throw Error(ErrorCode::closed, "the Redis store is closed");
}
}  // namespace

Pool::Lease& Pool::Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  end();
  pool_ = std::move(other.pool_);
  connection_ = std::move(other.connection_);
  use_ = other.use_;
  epoch_ = other.epoch_;
  return *this;
}

void Pool::Lease::end() noexcept {
  if (!pool_) return;
  if (pool_->guard_.forked())
    static_cast<void>(
        connection_.release());  // the pool's mutex may be held by a thread that does not exist here
  else
    pool_->give_back(use_, epoch_, std::move(connection_));
  pool_.reset();
}

Pool::Lease Pool::acquire(Use use, std::uint16_t db, Deadline deadline, bool fresh) {
  guard_.check();
  Lease lease;
  std::unique_lock lock(mutex_);
  reserve(use, deadline, lock);
  lease.pool_ = shared_from_this();  // from here on the lease gives the place back
  lease.use_ = use;
  lease.epoch_ = epoch_;
  while (!fresh) {
    std::unique_ptr<Connection> idle = take_idle(db);
    if (!idle) break;
    lock.unlock();
    if (idle->quiet()) {
      lease.connection_ = std::move(idle);
      return lease;
    }
    idle.reset();
    lock.lock();
  }
  lock.unlock();
  lease.connection_ = std::make_unique<Connection>(options_, db, deadline);
  return lease;
}

void Pool::reserve(Use use, Deadline deadline, std::unique_lock<std::mutex>& lock) {
  auto u = static_cast<std::size_t>(use);
  auto ready = [&] { return closed_ || used_[u] < limit(use); };
  bool in_time = use == Use::park ? ready() : freed_[u].wait_until(lock, deadline.at(), ready);
  if (closed_) throw_closed();
  if (!in_time && use == Use::park)
    throw Error(ErrorCode::unavailable,
                "all " + std::to_string(limit(use)) + " places for parked operations are taken (max_parked)");
  if (!in_time)
    throw Error(ErrorCode::timeout, "all " + std::to_string(limit(use)) +
                                        " connections to Redis stayed in use until the deadline (pool_size)");
  ++used_[u];
}

std::unique_ptr<Connection> Pool::take_idle(std::uint16_t db) {
  if (idle_.empty()) return nullptr;
  auto at = std::find_if(idle_.rbegin(), idle_.rend(), [&](const auto& c) { return c->db() == db; });
  auto chosen = at == idle_.rend() ? idle_.end() - 1 : at.base() - 1;
  std::unique_ptr<Connection> c = std::move(*chosen);
  idle_.erase(chosen);
  return c;
}

void Pool::give_back(Use use, std::uint64_t epoch, std::unique_ptr<Connection> connection) noexcept {
  auto u = static_cast<std::size_t>(use);
  {
    std::lock_guard lock(mutex_);
    --used_[u];
    bool keep = connection && connection->reusable() && !closed_ && epoch == epoch_ &&
                idle_.size() < options_.pool_size;
    if (keep) idle_.push_back(std::move(connection));
  }
  freed_[u].notify_one();
}

void Pool::check() {
  guard_.check();
  std::lock_guard lock(mutex_);
  if (closed_) throw_closed();
}

void Pool::drop_all() {
  std::vector<std::unique_ptr<Connection>> dropped;
  std::lock_guard lock(mutex_);
  ++epoch_;
  dropped.swap(idle_);
}

void Pool::close() {
  std::vector<std::unique_ptr<Connection>> dropped;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(idle_);
  }
  for (auto& freed : freed_) freed.notify_all();
}

}  // namespace playhead::redis
