#pragma once
#include <memory>
#include <string>

#include "playhead/clock.h"

namespace playhead::redis {

/// Where a Redis server is and how it is used.
struct RedisOptions {
  std::string host = "127.0.0.1";
  int port = 6379;
  std::string unix_socket;  ///< a path; if not empty, host and port are not used

  std::string user;         ///< empty: the default user
  std::string password;     ///< empty: no AUTH
  std::string client_name;  ///< shown by CLIENT LIST; empty: none
  /// The database that a new connection selects for requests that belong to none (TIME, CONFIG). A Call's db
  /// always decides for itself.
  std::uint16_t db = 0;

  /// The deadline of one call: waiting for a connection, connecting and the exchange together. Resolving a
  /// host name is bounded by the system's resolver instead.
  Millis timeout_ms = 5000;
  /// At most so many connections for calls, and as many again for open Watches, so that a transaction can
  /// always read.
  std::size_t pool_size = 16;
  /// At most so many parked operations: each has a connection of its own.
  std::size_t max_parked = 1024;

  /// Null: the server's TIME.
  std::shared_ptr<const Clock> clock;

  /// A reply with more bytes or elements than this ends the connection with an error.
  std::size_t max_reply_bytes = std::size_t{1} << 30;
  std::size_t max_reply_elements = std::size_t{1} << 24;
};

}  // namespace playhead::redis
