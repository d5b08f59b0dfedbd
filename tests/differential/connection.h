#pragma once
// A connection to a Redis server, pipelined: commands are collected and sent together, replies read in order.
#include <string>
#include <vector>

#include "playhead/reply.h"
#include "tests/differential/stream.h"

namespace playhead::differential {

class Connection {
 public:
  /// Throws std::runtime_error if nobody listens there.
  explicit Connection(const std::string& unix_socket);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Adds a command to what the next read() sends.
  void send(const Words& words);
  /// The next reply. Throws std::runtime_error if the server is gone.
  Value read();
  /// The reply to one command; nothing else may be under way.
  Value ask(const Words& words) {
    send(words);
    return read();
  }

 private:
  void flush();
  void fill();
  Text line();
  Text bytes(std::size_t n);
  Value list(Value::Kind kind, std::size_t n);

  int fd_;
  std::string out_;
  std::string in_;
  std::size_t at_ = 0;  // of in_, read so far
};

}  // namespace playhead::differential
