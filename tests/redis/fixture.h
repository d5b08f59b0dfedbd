#pragma once
#include <string>

#include "backends/redis/redis_store.h"
#include "tests/support/redis_server.h"

namespace playhead::test {

using redis::RedisOptions;
using redis::RedisStore;

/// How to reach something that listens on a loopback port.
inline RedisOptions at_port(std::uint16_t port) {
  RedisOptions o;
  o.port = port;
  return o;
}

/// The shared server, emptied.
inline RedisServer& empty_server() {
  RedisServer& server = shared_redis_server();
  server.ask({"FLUSHALL"});
  return server;
}

/// What kind of Error f() throws; its message goes to `message`. Throws if there is none.
template <class F>
ErrorCode code_from(F f, std::string* message = nullptr) {
  try {
    f();
  } catch (const Error& e) {
    if (message != nullptr) *message = e.message();
    return e.code();
  }
  throw std::runtime_error("no Error was thrown");
}

}  // namespace playhead::test
