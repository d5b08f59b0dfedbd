#pragma once
// A server that says what it is told to: for replies that a real one does not give on demand.
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/redis/loopback.h"

namespace playhead::test {

class FakeServer {
 public:
  /// `answer` is given each piece of a connection as it arrives (a small request arrives whole) and the
  /// connection's number from 0; "" closes the connection. The greeting (CLIENT ID) is answered without it.
  explicit FakeServer(std::function<std::string(const std::string& request, int connection)> answer,
                      std::string greeting = ":1\r\n")
      : answer_(std::move(answer)), greeting_(std::move(greeting)), listener_(listen_on_loopback(port_)) {
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~FakeServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      std::lock_guard lock(mutex_);
      for (int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& t : threads_) t.join();
    for (int fd : open_) ::close(fd);
    ::close(listener_);
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  void accept_all() {
    for (int number = 0;; ++number) {
      int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      std::lock_guard lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd, number] { serve(fd, number); });
    }
  }
  void serve(int fd, int number) {
    char buffer[65536];
    for (ssize_t n; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) {
      std::string request(buffer, static_cast<std::size_t>(n));
      bool greeting = request.find("CLIENT\r\n$2\r\nID") != std::string::npos;
      std::string reply = greeting ? greeting_ : answer_(request, number);
      if (reply.empty()) break;
      send_all(fd, reply);
    }
    ::shutdown(fd, SHUT_RDWR);
  }

  std::function<std::string(const std::string&, int)> answer_;
  const std::string greeting_;
  std::uint16_t port_ = 0;
  int listener_;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace playhead::test
