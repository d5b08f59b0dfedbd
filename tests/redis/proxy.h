#pragma once
// A TCP forwarder between a store and a redis-server that can cut and hold the bytes at any place.
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace playhead::test {

class Proxy {
 public:
  enum Direction { requests, replies };

  explicit Proxy(std::uint16_t upstream);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  std::uint16_t port() const { return port_; }

  /// Lets `bytes` more pass in this direction; then the connection that brings the next one is closed on both
  /// sides. Happens once.
  void cut_after(Direction direction, std::size_t bytes);
  /// Lets `bytes` more pass in this direction and keeps what follows until release().
  void hold_after(Direction direction, std::size_t bytes);
  /// The same for one connection only, counted from 1.
  void hold_connection(Direction direction, std::size_t number);
  /// Waits until something is being kept.
  void await_held();
  /// Forwards what was kept, and everything again.
  void release();
  /// Closes every connection.
  void cut_all();
  /// New connections are closed at once.
  void refuse(bool on);
  /// New connections lead to another server.
  void lead_to(std::uint16_t upstream);

  /// Connections accepted so far.
  std::size_t connections() const;
  /// How often, on any connection, a request followed upon a reply or was the first.
  std::size_t round_trips() const;
  /// Bytes that arrived in a direction.
  std::size_t bytes(Direction direction) const;

 private:
  struct Link {
    int fds[2];  // the client's, the server's
    std::size_t number;
    std::string held[2];
    bool answered = true;
  };
  enum class Mode { pass, cut, hold };

  void run();
  void accept_one();
  bool forward(Link& link, int direction);
  bool transmit(Link& link, int direction, std::string bytes);
  void flush(Link& link);
  void wake() const;

  std::uint16_t port_ = 0;
  int listener_ = -1, wake_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int, Link> links_;  // by the client's descriptor
  Mode mode_[2] = {Mode::pass, Mode::pass};
  std::size_t left_[2] = {0, 0}, bytes_[2] = {0, 0};
  std::size_t connections_ = 0, round_trips_ = 0;
  std::size_t only_ = 0;  // the connection to hold, 0: all
  std::uint16_t upstream_;
  bool refusing_ = false, stop_ = false;
  std::thread thread_;
};

}  // namespace playhead::test
