#pragma once
// A client of a Redis server that shows replies as they are on the wire: null arrays apart from null strings,
// pushes where they come.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "playhead/reply.h"

namespace playhead::test {

class RespClient {
 public:
  explicit RespClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(fd_);
      throw std::runtime_error("no Redis server listens there");
    }
  }
  ~RespClient() { ::close(fd_); }
  RespClient(const RespClient&) = delete;
  RespClient& operator=(const RespClient&) = delete;

  void send(const std::vector<std::string>& words) {
    std::string out = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string& w : words) out += "$" + std::to_string(w.size()) + "\r\n" + w + "\r\n";
    if (::send(fd_, out.data(), out.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(out.size()))
      throw std::runtime_error("the Redis server is gone");
  }
  Value ask(const std::vector<std::string>& words) {
    send(words);
    return read();
  }
  /// The next reply or push.
  Value read() {
    std::string head = line();
    std::string rest = head.substr(1);
    switch (head[0]) {
      case '+':
        return Value::status(rest);
      case '-':
        return Value::error(rest);
      case ':':
        return Value::integer(std::stoll(rest));
      case '#':
        return Value::boolean(rest == "t");
      case ',':
        return Value::real(std::strtod(rest.c_str(), nullptr));
      case '_':
        return {};
      case '$':
        return rest == "-1" ? Value() : Value::bulk(bytes(std::stoul(rest)));
      case '=': {
        Value v(Value::Kind::verbatim);
        v.text = bytes(std::stoul(rest)).substr(4);
        return v;
      }
      case '*':
        return rest == "-1" ? Value(Value::Kind::null_array) : list(Value::Kind::array, std::stoul(rest));
      case '~':
        return list(Value::Kind::set, std::stoul(rest));
      case '>':
        return list(Value::Kind::push, std::stoul(rest));
      case '%':
        return list(Value::Kind::map, 2 * std::stoul(rest));
      default:
        throw std::runtime_error("no RESP: " + head);
    }
  }

 private:
  void fill() {
    char buffer[16384];
    ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) throw std::runtime_error("the Redis server does not answer");
    in_.append(buffer, static_cast<std::size_t>(n));
  }
  std::string line() {
    std::size_t end = 0;
    while ((end = in_.find("\r\n")) == std::string::npos) fill();
    std::string out = in_.substr(0, end);
    in_.erase(0, end + 2);
    return out;
  }
  std::string bytes(std::size_t n) {
    while (in_.size() < n + 2) fill();
    std::string out = in_.substr(0, n);
    in_.erase(0, n + 2);
    return out;
  }
  Value list(Value::Kind kind, std::size_t n) {
    Value v(kind);
    for (std::size_t i = 0; i < n; ++i) v.items.push_back(read());
    return v;
  }

  int fd_;
  std::string in_;
};

}  // namespace playhead::test
