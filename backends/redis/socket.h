#pragma once
#include "backends/redis/deadline.h"
#include "backends/redis/fork.h"
#include "backends/redis/options.h"

namespace playhead::redis {

/// A connected, non-blocking stream socket. Its functions throw Failure. In a forked child it is closed
/// without a word to the server.
class Socket {
 public:
  /// Connects over TCP or a unix socket.
  Socket(const RedisOptions& options, Deadline deadline);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int fd() const { return fd_; }
  /// Sends what it can of head and body, of which `done` bytes together are already sent. The result is the
  /// number of bytes the kernel took (0 if it takes none now).
  std::size_t send(Text head, Text body, std::size_t done);
  /// Receives what is there: 0 if nothing is. Throws at the end of the stream.
  std::size_t receive(char* to, std::size_t size);
  /// Waits for POLLIN and the like; the result says which. Throws Failure::timeout.
  short wait(short events, Deadline deadline) const;
  /// Nothing has arrived and the peer has not gone, as it must be between exchanges.
  bool quiet() const;

 private:
  void connect_unix(const std::string& path, Deadline deadline);
  void connect_tcp(const std::string& host, int port, Deadline deadline);
  std::string try_connect(const void* address, std::size_t size, int family, Deadline deadline);
  void close() noexcept;

  int fd_ = -1;
  ForkGuard guard_;
};

}  // namespace playhead::redis
