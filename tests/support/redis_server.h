#pragma once
// A real redis-server for tests.
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace playhead::test {

/// A redis-server of its own on a free loopback port and a unix socket, with persistence off; it is killed
/// and its directory removed at destruction. It also dies with the thread that started it, so start it from a
/// thread that outlives its use.
class RedisServer {
 public:
  /// Starts it with further options as on redis-server's command line ({"--databases", "4"}) and returns when
  /// it accepts connections. Throws std::runtime_error if redis-server is missing or refuses to start.
  explicit RedisServer(std::vector<std::string> options = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::uint16_t port() const { return port_; }
  /// The path of its unix socket.
  std::string unix_socket() const { return directory_ + "/redis.sock"; }

  /// Kills it; its data are gone. Idempotent.
  void stop();
  /// Starts it again on the same port and socket, empty.
  void start();
  /// Freezes and thaws the process: connections stay open, nothing is answered.
  void pause();
  void resume();

  /// Sends one command on a connection of its own and gives the reply as text: the bytes of a status, string
  /// or number, "(nil)", "-ERR ..." for an error, the items of an array one per line.
  std::string ask(const std::vector<std::string>& command) const;
  /// The number of calls of a command since the server started (INFO commandstats).
  std::int64_t calls_of(const std::string& command) const;

 private:
  void launch();
  void await_ready(int log);

  std::vector<std::string> options_;
  std::string directory_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

/// One server for the whole test process, started at first use by the calling thread (the main thread); the
/// caller flushes it.
RedisServer& shared_redis_server();

}  // namespace playhead::test
