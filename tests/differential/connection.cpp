#include "tests/differential/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace playhead::differential {

Connection::Connection(const std::string& unix_socket)
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, unix_socket.c_str(), sizeof address.sun_path - 1);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd_);
    throw std::runtime_error("cannot connect to redis-server at " + unix_socket);
  }
}

Connection::~Connection() {
  ::close(fd_);
}

void Connection::send(const Words& words) {
  out_ += '*' + std::to_string(words.size()) + "\r\n";
  for (const std::string& w : words) out_ += '$' + std::to_string(w.size()) + "\r\n" + w + "\r\n";
}

// Replies are taken in while the server is not ready for more: otherwise both sides could wait for each
// other.
void Connection::flush() {
  for (std::size_t sent = 0; sent < out_.size();) {
    pollfd state{fd_, POLLIN | POLLOUT, 0};
    if (::poll(&state, 1, 60'000) <= 0) throw std::runtime_error("redis-server does not read");
    if ((state.revents & POLLOUT) != 0) {
      ssize_t n = ::send(fd_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
      if (n > 0) sent += static_cast<std::size_t>(n);
    } else {
      fill();
    }
  }
  out_.clear();
}

void Connection::fill() {
  if (at_ > (1U << 20)) {
    in_.erase(0, at_);
    at_ = 0;
  }
  pollfd state{fd_, POLLIN, 0};
  if (::poll(&state, 1, 60'000) <= 0) throw std::runtime_error("redis-server does not answer");
  constexpr std::size_t more = 1U << 16;
  std::size_t size = in_.size();
  in_.resize(size + more);
  ssize_t n = ::recv(fd_, in_.data() + size, more, 0);
  in_.resize(size + (n > 0 ? static_cast<std::size_t>(n) : 0));
  if (n <= 0) throw std::runtime_error("redis-server closed the connection");
}

Text Connection::line() {
  std::size_t end;
  while ((end = in_.find("\r\n", at_)) == std::string::npos) fill();
  Text found = Text(in_).substr(at_, end - at_);
  at_ = end + 2;
  return found;
}

Text Connection::bytes(std::size_t n) {
  while (in_.size() - at_ < n + 2) fill();
  Text found = Text(in_).substr(at_, n);
  at_ += n + 2;
  return found;
}

Value Connection::list(Value::Kind kind, std::size_t n) {
  Value v(kind);
  v.items.reserve(n);
  for (std::size_t i = 0; i < n; ++i) v.items.push_back(read());
  return v;
}

Value Connection::read() {
  if (!out_.empty()) flush();
  std::string text(line());
  char mark = text.at(0);
  text.erase(0, 1);
  auto count = [&] { return std::strtoll(text.c_str(), nullptr, 10); };
  switch (mark) {
    case '+':
      return Value::status(text);
    case '-':
      return Value::error(text);
    case ':':
      return Value::integer(count());
    case ',':
      return Value::real(std::strtod(text.c_str(), nullptr));
    case '#':
      return Value::boolean(text == "t");
    case '_':
      return {};
    case '$':
      return count() < 0 ? Value() : Value::bulk(bytes(static_cast<std::size_t>(count())));
    case '=':
      return Value::bulk(bytes(static_cast<std::size_t>(count())).substr(4));
    case '*':
      return count() < 0 ? Value(Value::Kind::null_array)
                         : list(Value::Kind::array, static_cast<std::size_t>(count()));
    case '%':
      return list(Value::Kind::map, 2 * static_cast<std::size_t>(count()));
    case '~':
      return list(Value::Kind::set, static_cast<std::size_t>(count()));
    case '>':
      return list(Value::Kind::push, static_cast<std::size_t>(count()));
    default:
      throw std::runtime_error("redis-server sent no RESP: " + std::string(1, mark) + text);
  }
}

}  // namespace playhead::differential
