#pragma once
#include <map>

#include "backends/redis/client.h"
#include "backends/redis/wake.h"

namespace playhead::redis {

/// Blocking operations that wait in the server, each on a connection of its own; one thread polls them all
/// and calls the completions, which must not throw and should be quick. The server serves them in the order
/// in which it received them. Thread-safe.
class Parking : public std::enable_shared_from_this<Parking> {
 public:
  explicit Parking(std::shared_ptr<Client> client);
  ~Parking();

  /// As Store::park. Throws Error if the operation could not be handed to the server; then `done` is not
  /// called.
  std::unique_ptr<Ticket> park(AnyCall call, std::function<void(AnyCall&, std::exception_ptr)> done);
  /// Takes all parked operations back (they complete with Error{closed} unless they were served) and ends the
  /// thread. Idempotent.
  void close();

 private:
  struct Parked;
  class RedisTicket;
  using Shared = std::shared_ptr<Parked>;

  void begin(const Shared& parked, Text request);
  void remember(const Shared& parked);
  void watch_socket(int fd, bool again) const;
  void run();
  void serve_ready(const Shared& parked);
  /// True: the operation will never be served; with `first`, only if it was this call that took it back.
  bool withdraw(const Shared& parked, bool first);
  /// Asks the server to unblock a connection; what it says is a hint, as the truth is what arrives on the
  /// connection.
  void unblock(const Parked& parked, Deadline deadline);
  void take_reply(Parked& parked, Value& reply);
  void forget(const Shared& parked);
  void complete(const Shared& parked);

  const std::shared_ptr<Client> client_;
  const Wake wake_;
  const int epoll_;
  std::mutex mutex_;  // guards all below
  std::map<int, Shared> by_fd_;
  std::vector<Shared> completed_;          // whose completion is to be called
  bool closed_ = false;                    // nothing is parked any more
  bool stopping_ = false, ended_ = false;  // the thread is to end, has ended
  Worker worker_;
};

}  // namespace playhead::redis
