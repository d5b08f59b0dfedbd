#include "backends/redis/socket.h"

#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "backends/redis/failure.h"

namespace playhead::redis {

namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

[[noreturn]] void broken(const std::string& what) {
  throw Failure{Failure::Kind::broken, what};
}

void set(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

// Small requests leave at once; a peer that vanished without a word is noticed in about a minute, which
// matters to connections that only listen.
void tune_tcp(int fd) {
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

}  // namespace

Socket::Socket(const RedisOptions& o, Deadline deadline) {
  if (o.unix_socket.empty())
    connect_tcp(o.host, o.port, deadline);
  else
    connect_unix(o.unix_socket, deadline);
}

Socket::~Socket() {
  close();
}

// shutdown() reaches the server although a forked child may hold a copy of the descriptor.
void Socket::close() noexcept {
  if (fd_ < 0) return;
  if (!guard_.forked()) ::shutdown(fd_, SHUT_RDWR);
  ::close(fd_);
  fd_ = -1;
}

void Socket::connect_unix(const std::string& path, Deadline deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw Error(ErrorCode::invalid, "the path of the unix socket is too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  std::string error = try_connect(&address, sizeof address, AF_UNIX, deadline);
  if (!error.empty()) broken("cannot connect to Redis at " + path + ": " + error);
}

void Socket::connect_tcp(const std::string& host, int port, Deadline deadline) {
  std::string where = "cannot connect to Redis at " + host + ":" + std::to_string(port) + ": ";
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); code != 0)
    broken(where + ::gai_strerror(code));
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
  std::string error = "it has no address";
  for (addrinfo* a = found; a != nullptr; a = a->ai_next) {
    try {
      error = try_connect(a->ai_addr, a->ai_addrlen, a->ai_family, deadline);
    } catch (Failure& f) {
      f.what = where + f.what;
      throw;
    }
    if (error.empty()) return tune_tcp(fd_);
  }
  broken(where + error);
}

std::string Socket::try_connect(const void* address, std::size_t size, int family, Deadline deadline) {
  fd_ = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return reason(errno);
  int error =
      ::connect(fd_, static_cast<const sockaddr*>(address), static_cast<socklen_t>(size)) == 0 ? 0 : errno;
  if (error == EINPROGRESS || error == EINTR) {
    try {
      wait(POLLOUT, deadline);
    } catch (const Failure&) {
      close();
      throw;
    }
    socklen_t length = sizeof error;
    if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  }
  if (error == 0) return {};
  close();
  return reason(error);
}

std::size_t Socket::send(Text head, Text body, std::size_t done) {
  std::size_t of_head = done < head.size() ? done : head.size();
  std::size_t of_body = done - of_head;
  iovec parts[2] = {{const_cast<char*>(head.data() + of_head), head.size() - of_head},
                    {const_cast<char*>(body.data() + of_body), body.size() - of_body}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  for (;;) {
    ssize_t n = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) broken("the connection to Redis broke while sending: " + reason(errno));
  }
}

std::size_t Socket::receive(char* to, std::size_t size) {
  for (;;) {
    ssize_t n = ::recv(fd_, to, size, MSG_DONTWAIT);
    if (n > 0) return static_cast<std::size_t>(n);
    if (n == 0) broken("Redis closed the connection");
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) broken("the connection to Redis broke: " + reason(errno));
  }
}

short Socket::wait(short events, Deadline deadline) const {
  for (;;) {
    if (deadline.passed()) throw Failure{Failure::Kind::timeout, "Redis did not answer before the deadline"};
    pollfd p{fd_, events, 0};
    int n = ::poll(&p, 1, deadline.poll_timeout());
    if (n > 0) return p.revents;
    if (n < 0 && errno != EINTR) broken("poll: " + reason(errno));
  }
}

bool Socket::quiet() const {
  char byte;
  ssize_t n = ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace playhead::redis
