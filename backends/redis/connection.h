#pragma once
#include <vector>

#include "backends/redis/failure.h"
#include "backends/redis/reply_reader.h"
#include "backends/redis/request.h"
#include "backends/redis/socket.h"

namespace playhead::redis {

/// One connection, used by one thread at a time. Its functions throw Failure, and Error{closed} in a forked
/// child. It counts the replies that the server still owes it: as long as there are any it is not reusable,
/// so that no reply ever answers another caller's question.
class Connection {
 public:
  /// Connects, authenticates, names itself and selects `db`. Throws Failure, or Error if the server refuses
  /// any of it.
  Connection(const RedisOptions& options, std::uint16_t db, Deadline deadline);

  /// Sends a request on database `db` and gives one reply per command: one round trip, except for the first
  /// use of a database on this connection. Throws Error{command} if the database does not exist.
  void exchange(const Request& request, std::uint16_t db, Deadline deadline, std::vector<Value>& replies);

  /// Sends without waiting for replies, which then are taken by poll() or await(). Returns when the kernel
  /// has taken all.
  void send(Text bytes, std::size_t commands, Deadline deadline);
  /// Takes a reply if it has arrived completely.
  bool poll(Value& into);
  /// Takes the next reply; false: the deadline passed before it.
  bool await(Value& into, Deadline deadline);
  /// Selects a database if it is not selected: one round trip.
  void select(std::uint16_t db, Deadline deadline);

  bool reusable() const { return !broken_ && due_ == 0; }
  /// The server has neither closed it nor sent anything unasked.
  bool quiet() const { return reusable() && socket_.quiet(); }
  void check_process() const { guard_.check(); }
  bool forked() const { return guard_.forked(); }

  std::uint16_t db() const { return db_; }
  int fd() const { return socket_.fd(); }
  /// CLIENT ID; 0 if the server does not allow to ask.
  std::int64_t id() const { return id_; }

 private:
  void introduce(const RedisOptions& options, std::uint16_t db, Deadline deadline);
  /// Sends head and body and appends the replies that are due.
  void transfer(Text head, Text body, std::size_t commands, Deadline deadline, std::vector<Value>& replies);
  void receive();

  ForkGuard guard_;
  Socket socket_;
  ReplyReader reader_;
  bool broken_ = false;
  std::size_t due_ = 0;
  std::uint16_t db_ = 0;
  std::uint16_t proven_db_ =
      0;  // databases up to this one exist: SELECT of one of them can be pipelined with what follows
  std::int64_t id_ = 0;
};

}  // namespace playhead::redis
