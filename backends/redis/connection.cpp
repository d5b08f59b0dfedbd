#include "backends/redis/connection.h"

#include <poll.h>

#include <algorithm>

namespace playhead::redis {

Connection::Connection(const RedisOptions& options, std::uint16_t db, Deadline deadline)
    : socket_(options, deadline), reader_(options.max_reply_bytes, options.max_reply_elements) {
  try {
    introduce(options, db, deadline);
  } catch (Failure& f) {
    f.sent = false;  // nothing of the caller's request
    throw;
  }
}

namespace {
std::string refused(const std::string& reason) {
  return "Redis refused the connection" +
         (reason.empty() ? " and gave no reason; see the server's log" : ": " + reason);
}
}  // namespace

void Connection::introduce(const RedisOptions& o, std::uint16_t db, Deadline deadline) {
  Request hello;
  if (!o.password.empty() && !o.user.empty())
    hello.add({"AUTH", o.user, o.password});
  else if (!o.password.empty())
    hello.add({"AUTH", o.password});
  if (!o.client_name.empty()) hello.add({"CLIENT", "SETNAME", o.client_name});
  if (db != 0) hello.add({"SELECT", std::to_string(db)});
  hello.add({"CLIENT", "ID"});
  std::vector<Value> replies;
  try {
    transfer({}, hello.bytes(), hello.commands(), deadline, replies);
  } catch (Failure& f) {
    // A server that turns a client away says why, and closes.
    if (!replies.empty() && replies[0].kind == Value::Kind::error) f.what = refused(replies[0].text);
    throw;
  }
  Value id = std::move(replies.back());
  replies.pop_back();
  for (const Value& r : replies)
    if (r.kind == Value::Kind::error) throw refusal(r.text);
  // A user without the right to CLIENT ID can do everything but park.
  if (id.kind == Value::Kind::integer)
    id_ = id.number;
  else if (id.kind != Value::Kind::error)
    throw Error(
        ErrorCode::unavailable,
        "what listens at the Redis server's address does not answer as Redis does; check host and port");
  else if (id.text.starts_with("NOAUTH") || is_failover(id.text))
    throw refusal(id.text);
  else if (!id.text.starts_with("NOPERM") && !id.text.starts_with("ERR unknown"))
    throw Error(ErrorCode::unavailable, refused(id.text));
  db_ = proven_db_ = db;
}

// A SELECT that fails must not let the command behind it run in another database. So each connection first
// proves, in a round trip of its own, that a database exists; the number of databases can not change as long
// as the connection lives.
void Connection::exchange(const Request& request, std::uint16_t db, Deadline deadline,
                          std::vector<Value>& replies) {
  guard_.check();
  replies.clear();
  std::uint16_t highest = std::max(db, request.highest_db);
  if (highest > proven_db_) {
    try {
      select(highest, deadline);
    } catch (Failure& f) {
      f.sent = false;
      throw;
    }
  }
  if (db == db_) {
    transfer({}, request.bytes(), request.commands(), deadline, replies);
  } else {
    Request head;
    head.add({"SELECT", std::to_string(db)});
    transfer(head.bytes(), request.bytes(), request.commands() + 1, deadline, replies);
    if (replies.front().kind == Value::Kind::error) {
      broken_ = true;
      throw Failure{Failure::Kind::broken,
                    "Redis refused a database that it had allowed: " + replies.front().text, true};
    }
    replies.erase(replies.begin());
    db_ = db;
  }
  if (request.leaves_db && replies.back().kind == Value::Kind::array) db_ = *request.leaves_db;
}

void Connection::select(std::uint16_t db, Deadline deadline) {
  guard_.check();
  if (db == db_) return;
  Request request;
  request.add({"SELECT", std::to_string(db)});
  std::vector<Value> replies;
  transfer({}, request.bytes(), 1, deadline, replies);
  if (replies[0].kind == Value::Kind::error) throw refusal(replies[0].text);
  db_ = db;
  proven_db_ = std::max(proven_db_, db);
}

// Reads while it sends: a server that can not get rid of its replies stops reading.
void Connection::transfer(Text head, Text body, std::size_t commands, Deadline deadline,
                          std::vector<Value>& replies) {
  std::size_t total = head.size() + body.size(), sent = 0;
  due_ += commands;
  try {
    while (due_ > 0 || sent < total) {
      if (sent < total) sent += socket_.send(head, body, sent);
      short events = static_cast<short>(POLLIN | (sent < total ? POLLOUT : 0));
      if ((socket_.wait(events, deadline) & ~POLLOUT) == 0) continue;
      receive();
      Value reply;
      while (due_ > 0 && reader_.next(reply)) {
        replies.push_back(std::move(reply));
        --due_;
      }
    }
    if (!reader_.empty()) throw Failure{Failure::Kind::malformed, "Redis sent more than was asked for"};
  } catch (Failure& f) {
    broken_ = true;
    f.sent = sent == total;
    throw;
  }
}

void Connection::send(Text bytes, std::size_t commands, Deadline deadline) {
  guard_.check();
  due_ += commands;
  std::size_t sent = 0;
  try {
    while (sent < bytes.size()) {
      sent += socket_.send({}, bytes, sent);
      if (sent < bytes.size()) socket_.wait(POLLOUT, deadline);
    }
  } catch (Failure& f) {
    broken_ = true;
    f.sent = sent == bytes.size();
    throw;
  }
}

bool Connection::poll(Value& into) {
  try {
    guard_.check();
    if (!reader_.next(into)) {
      receive();
      if (!reader_.next(into)) return false;
    }
    if (due_ > 0) --due_;
    return true;
  } catch (Failure& f) {
    broken_ = true;
    f.sent = true;
    throw;
  }
}

bool Connection::await(Value& into, Deadline deadline) {
  while (!poll(into)) {
    try {
      socket_.wait(POLLIN, deadline);
    } catch (const Failure& f) {
      if (f.kind == Failure::Kind::timeout) return false;
      broken_ = true;
      throw;
    }
  }
  return true;
}

void Connection::receive() {
  char buffer[65536];
  if (std::size_t n = socket_.receive(buffer, sizeof buffer); n > 0) reader_.feed(buffer, n);
}

}  // namespace playhead::redis
