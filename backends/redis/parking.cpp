#include "backends/redis/parking.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace playhead::redis {

// Who changes the state from `waiting` owns the connection and the outcome: the thread when something
// arrives, or the one that withdraws it.
struct Parking::Parked {
  Parked(AnyCall c, std::function<void(AnyCall&, std::exception_ptr)> d)
      : call(std::move(c)), done(std::move(d)) {}

  std::mutex mutex;  // guards state, and the connection while it is `waiting`
  std::condition_variable settled;
  enum class State : std::uint8_t { waiting, withdrawing, withdrawn, completed } state = State::waiting;

  AnyCall call;
  std::function<void(AnyCall&, std::exception_ptr)> done;
  std::exception_ptr error;
  Pool::Lease lease;
  int fd = -1;
  std::int64_t client_id = 0;

  /// Calls the completion, and lets go of what it holds.
  void finish() {
    auto f = std::move(done);
    f(call, error);
  }
};

class Parking::RedisTicket final : public Ticket {
 public:
  RedisTicket(std::shared_ptr<Parking> parking, Shared parked)
      : parking_(std::move(parking)), parked_(std::move(parked)) {}
  bool cancel() override {
    parking_->client_->pool().check_process();
    return parking_->withdraw(parked_, false);
  }

 private:
  std::shared_ptr<Parking> parking_;
  Shared parked_;
};

namespace {

// Where the timeout stands on the wire: behind the name for BLMPOP and BZMPOP, else last. A parked operation
// waits for ever.
void wait_for_ever(const Command& c, std::vector<Text>& words) {
  if (c.traits.name.ends_with("mpop"))
    words.at(1) = "0";
  else
    words.back() = "0";
}

}  // namespace

Parking::Parking(std::shared_ptr<Client> client)
    : client_(std::move(client)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  epoll_event e{};
  e.events = EPOLLIN;
  e.data.fd = wake_.fd();
  if (epoll_ >= 0 && ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_.fd(), &e) == 0) return;
  std::system_error error(errno, std::generic_category(), "epoll");
  if (epoll_ >= 0) ::close(epoll_);
  throw error;
}

Parking::~Parking() {
  ::close(epoll_);
}

std::unique_ptr<Ticket> Parking::park(AnyCall call, std::function<void(AnyCall&, std::exception_ptr)> done) {
  client_->pool().check_process();
  if (!call.command().is(Flags::blocking))
    throw Error(ErrorCode::invalid, std::string(call.command().traits.name) + " does not block");
  auto parked = std::make_shared<Parked>(std::move(call), std::move(done));
  Arena arena;
  std::vector<Text> words;
  parked->call.command().encode(parked->call.operation(), words, arena);
  wait_for_ever(parked->call.command(), words);
  Request request;
  request.add(words);
  begin(parked, request.bytes());
  return std::make_unique<RedisTicket>(shared_from_this(), std::move(parked));
}

// It is known to the thread and to close() before it is sent: both wait for p->mutex, so that nothing that is
// sent is ever forgotten.
void Parking::begin(const Shared& p, Text request) {
  std::lock_guard own(p->mutex);
  Deadline deadline = client_->deadline();
  for (bool again = false;; again = true) {
    try {
      p->lease = client_->pool().acquire(Pool::Use::park, p->call.db(), deadline, again);
      if (p->lease->id() == 0)
        throw Error(ErrorCode::command,
                    "NOPERM this user may not use CLIENT ID, so it can not park operations");
      p->lease->select(p->call.db(), deadline);
      remember(p);
      p->lease->send(request, 1, deadline);
      return;
    } catch (const Failure& f) {
      forget(p);
      if (!again && f.may_repeat(false)) continue;
      p->state = Parked::State::completed;
      throw error_of(f, false);
    }
  }
}

void Parking::remember(const Shared& p) {
  p->fd = p->lease->fd();
  p->client_id = p->lease->id();
  std::lock_guard lock(mutex_);
  if (closed_) throw Error(ErrorCode::closed, "the Redis store is closed");
  if (!worker_.started()) worker_.start([self = shared_from_this()] { self->run(); });
  watch_socket(p->fd, false);
  by_fd_[p->fd] = p;
}

// One event at a time: the next one only after it was asked for again.
void Parking::watch_socket(int fd, bool again) const {
  epoll_event e{};
  e.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
  e.data.fd = fd;
  if (::epoll_ctl(epoll_, again ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void Parking::run() {
  for (bool stop = false;;) {
    epoll_event events[64];
    int n = ::epoll_wait(epoll_, events, 64, stop ? 0 : -1);
    std::vector<Shared> ready, completed;
    {
      std::lock_guard lock(mutex_);
      for (int i = 0; i < n; ++i) {
        if (events[i].data.fd == wake_.fd()) wake_.clear();
        // The event may be of an earlier owner of the descriptor: then nothing will be found there.
        if (auto at = by_fd_.find(events[i].data.fd); at != by_fd_.end()) ready.push_back(at->second);
      }
      completed.swap(completed_);
      stop = stopping_;
      if (stop && completed.empty()) {
        ended_ = true;
        return;
      }
    }
    for (const Shared& p : completed) p->finish();
    for (const Shared& p : ready) serve_ready(p);
  }
}

void Parking::serve_ready(const Shared& p) {
  {
    std::lock_guard own(p->mutex);
    if (p->state != Parked::State::waiting) return;
    try {
      Value reply;
      if (!p->lease->poll(reply)) return watch_socket(p->fd, true);
      take_reply(*p, reply);
    } catch (const Failure& f) {
      p->error = std::make_exception_ptr(error_of(f, false));
    } catch (const std::exception&) {
      p->error = std::current_exception();
    }
    p->state = Parked::State::completed;
  }
  p->settled.notify_all();
  forget(p);
  p->finish();
}

void Parking::take_reply(Parked& p, Value& reply) {
  try {
    if (reply.kind == Value::Kind::error) {
      if (is_failover(reply.text)) client_->pool().drop_all();
      // UNBLOCKED: the server has become a replica, or the key no longer exists for a reader; nothing was
      // taken.
      if (reply.text.starts_with("UNBLOCKED ")) throw Error(ErrorCode::unavailable, reply.text);
      throw refusal(reply.text);
    }
    p.call.command().decode(p.call.operation(), reply, p.call.call().reply);
  } catch (const Error&) {
    p.error = std::current_exception();
  }
}

// Nothing is lost because only the connection itself is believed: a nil that arrives there says that the
// server served nobody, an element that it served this one. CLIENT UNBLOCK answers 0 if the server has
// already served it, or has not yet read the operation; so it is repeated until one of both arrives. If the
// deadline passes before that, the fate of the operation is unknown, and its completion is told so.
bool Parking::withdraw(const Shared& p, bool first) {
  {
    std::unique_lock own(p->mutex);
    p->settled.wait(own, [&] { return p->state != Parked::State::withdrawing; });
    if (p->state == Parked::State::withdrawn) return !first;
    if (p->state == Parked::State::completed) return false;
    p->state = Parked::State::withdrawing;
  }
  Value reply;
  bool taken_back = false;
  try {
    Deadline deadline = client_->deadline();
    Millis patience = 1;
    do {
      unblock(*p, deadline);
      patience = std::min<Millis>(2 * patience, 100);
    } while (!p->lease->await(reply, Deadline::in(patience).or_earlier(deadline)) && !deadline.passed());
    if (!p->lease->reusable())
      throw Failure{Failure::Kind::timeout, "Redis did not say whether it served a cancelled operation",
                    true};
    taken_back = reply.is_null();
    if (!taken_back) take_reply(*p, reply);
  } catch (const Failure& f) {
    p->error = std::make_exception_ptr(error_of(f, false));
  } catch (const Error& e) {
    p->error = std::make_exception_ptr(
        Error(ErrorCode::unknown, "a parked operation could not be taken back: " + std::string(e.message())));
  }
  forget(p);
  {
    std::lock_guard own(p->mutex);
    p->state = taken_back ? Parked::State::withdrawn : Parked::State::completed;
  }
  p->settled.notify_all();
  if (!taken_back) complete(p);
  return taken_back;
}

void Parking::unblock(const Parked& p, Deadline deadline) {
  Request request;
  request.add({"CLIENT", "UNBLOCK", std::to_string(p.client_id)});
  if (deadline.passed()) return;
  client_->ask(request, client_->options().db, true);
}

// The connection goes back to the pool, or is closed if it still owes a reply.
void Parking::forget(const Shared& p) {
  {
    std::lock_guard lock(mutex_);
    if (auto at = by_fd_.find(p->fd); at != by_fd_.end() && at->second == p) {
      by_fd_.erase(at);
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, p->fd, nullptr);
    }
  }
  p->lease.end();
}

// Completions run on the thread, never inside cancel(): its caller may hold a lock that the completion wants.
void Parking::complete(const Shared& p) {
  {
    std::lock_guard lock(mutex_);
    if (!ended_) {
      completed_.push_back(p);
      return wake_.signal();
    }
  }
  p->finish();
}

void Parking::close() {
  std::vector<Shared> parked;
  {
    std::unique_lock lock(mutex_);
    if (closed_) {
      lock.unlock();
      return worker_.finish();  // when the one who closes has told it to
    }
    closed_ = true;
    for (const auto& [fd, p] : by_fd_) parked.push_back(p);
  }
  for (const Shared& p : parked) {
    if (!withdraw(p, true)) continue;
    p->error = std::make_exception_ptr(Error(ErrorCode::closed, "the Redis store was closed"));
    complete(p);
  }
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.signal();
  worker_.finish();
}

}  // namespace playhead::redis
