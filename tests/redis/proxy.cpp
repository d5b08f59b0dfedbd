#include "tests/redis/proxy.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tests/redis/loopback.h"

namespace playhead::test {

Proxy::Proxy(std::uint16_t upstream)
    : listener_(listen_on_loopback(port_)), wake_(::eventfd(0, EFD_CLOEXEC)), upstream_(upstream) {
  thread_ = std::thread([this] { run(); });
}

Proxy::~Proxy() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake();
  thread_.join();
  cut_all();
  ::close(listener_);
  ::close(wake_);
}

void Proxy::wake() const {
  std::uint64_t one = 1;
  if (::write(wake_, &one, sizeof one) < 0) throw std::runtime_error("eventfd");
}

void Proxy::cut_after(Direction d, std::size_t bytes) {
  std::lock_guard lock(mutex_);
  mode_[d] = Mode::cut;
  left_[d] = bytes;
}

void Proxy::hold_after(Direction d, std::size_t bytes) {
  std::lock_guard lock(mutex_);
  mode_[d] = Mode::hold;
  left_[d] = bytes;
}

void Proxy::hold_connection(Direction d, std::size_t number) {
  std::lock_guard lock(mutex_);
  mode_[d] = Mode::hold;
  left_[d] = 0;
  only_ = number;
}

void Proxy::await_held() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    for (const auto& [fd, link] : links_)
      if (!link.held[0].empty() || !link.held[1].empty()) return true;
    return false;
  });
}

void Proxy::release() {
  std::lock_guard lock(mutex_);
  mode_[0] = mode_[1] = Mode::pass;
  only_ = 0;
  for (auto& [fd, link] : links_) flush(link);
}

void Proxy::flush(Link& link) {
  for (int d : {0, 1}) transmit(link, d, std::exchange(link.held[d], {}));
}

// The descriptors stay open until the thread has seen the end, so that none of them is reused under its feet.
void Proxy::cut_all() {
  std::lock_guard lock(mutex_);
  for (auto& [fd, link] : links_)
    for (int end : link.fds) stop_ ? ::close(end) : ::shutdown(end, SHUT_RDWR);
}

void Proxy::refuse(bool on) {
  std::lock_guard lock(mutex_);
  refusing_ = on;
}

void Proxy::lead_to(std::uint16_t upstream) {
  std::lock_guard lock(mutex_);
  upstream_ = upstream;
}

std::size_t Proxy::connections() const {
  std::lock_guard lock(mutex_);
  return connections_;
}

std::size_t Proxy::round_trips() const {
  std::lock_guard lock(mutex_);
  return round_trips_;
}

std::size_t Proxy::bytes(Direction d) const {
  std::lock_guard lock(mutex_);
  return bytes_[d];
}

void Proxy::run() {
  for (;;) {
    std::vector<pollfd> fds = {{listener_, POLLIN, 0}, {wake_, POLLIN, 0}};
    {
      std::lock_guard lock(mutex_);
      if (stop_) return;
      for (const auto& [fd, link] : links_)
        for (int end : link.fds) fds.push_back({end, POLLIN, 0});
    }
    ::poll(fds.data(), fds.size(), -1);
    std::lock_guard lock(mutex_);
    if (stop_) return;
    for (std::size_t i = 2; i < fds.size(); i += 2) {
      auto at = links_.find(fds[i].fd);
      bool alive = true;
      for (int d : {0, 1})
        if (alive && fds[i + static_cast<std::size_t>(d)].revents != 0) alive = forward(at->second, d);
      if (alive) continue;
      for (int end : at->second.fds) ::close(end);
      links_.erase(at);
    }
    if (fds[0].revents != 0) accept_one();
    changed_.notify_all();
  }
}

void Proxy::accept_one() {
  int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  ++connections_;
  int server = refusing_ ? -1 : connect_to_loopback(upstream_);
  if (server < 0) {
    ::close(client);
    return;
  }
  int on = 1;
  for (int end : {client, server}) ::setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  links_[client] = Link{{client, server}, connections_, {}, true};
}

// False: the link is to be closed.
bool Proxy::forward(Link& link, int d) {
  char buffer[65536];
  ssize_t n = ::recv(link.fds[d], buffer, sizeof buffer, MSG_DONTWAIT);
  if (n <= 0) return n < 0 && errno == EAGAIN;
  bytes_[d] += static_cast<std::size_t>(n);
  if (d == requests && link.answered) ++round_trips_;
  link.answered = d == replies;
  return transmit(link, d, std::string(buffer, static_cast<std::size_t>(n)));
}

bool Proxy::transmit(Link& link, int d, std::string bytes) {
  if (mode_[d] != Mode::pass && (only_ == 0 || only_ == link.number)) {
    std::size_t passing = std::min(left_[d], bytes.size());
    left_[d] -= passing;
    if (mode_[d] == Mode::hold) link.held[d].append(bytes, passing);
    bool cut = mode_[d] == Mode::cut && passing < bytes.size();
    bytes.resize(passing);
    if (cut) mode_[d] = Mode::pass;
    send_all(link.fds[1 - d], bytes);
    return !cut;
  }
  send_all(link.fds[1 - d], bytes);
  return true;
}

}  // namespace playhead::test
