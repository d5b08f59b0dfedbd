#include "backends/redis/transaction.h"

#include <algorithm>

namespace playhead::redis {

Transaction::Transaction(Batch& batch) : batch_(batch) {
  if (!batch.calls.empty()) db_ = batch.calls.front().db();
  std::uint16_t selected = db_;
  std::size_t place = 0;
  request_.add({"MULTI"});
  for (AnyCall& c : batch.calls) {
    c.error.reset();
    readonly_ = readonly_ && c.command().is(Flags::readonly);
    if (c.db() != selected) {
      selected = c.db();
      request_.add({"SELECT", std::to_string(selected)});
      request_.highest_db = std::max(request_.highest_db, selected);
      ++place;
    }
    request_.add(c.call());
    places_.push_back(place++);
  }
  request_.add({"EXEC"});
  if (selected != db_) request_.leaves_db = selected;
}

std::vector<Value>& executed(std::vector<Value>& replies) {
  const Value& multi = replies.front();
  Value& exec = replies.back();
  if (multi.kind == Value::Kind::error && !exec.text.starts_with("EXECABORT"))
    throw Error(ErrorCode::unknown,
                "Redis refused MULTI, so that the commands may have run one by one: " + multi.text);
  if (exec.kind != Value::Kind::error) return exec.items;
  // The reason is told where the refused command was to be queued.
  auto cause = std::find_if(replies.begin(), replies.end() - 1,
                            [](const Value& r) { return r.kind == Value::Kind::error; });
  if (cause == replies.end() - 1) throw refusal(exec.text);
  throw refusal(is_failover(cause->text) ? cause->text : exec.text + " " + cause->text);
}

bool Transaction::finish(std::vector<Value>& replies) {
  if (replies.back().kind == Value::Kind::null_array || replies.back().kind == Value::Kind::null)
    return false;
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (const Value& queued = replies.at(1 + places_[i]); queued.kind == Value::Kind::error)
      batch_.calls[i].error = queued.text;
  std::vector<Value>& results = executed(replies);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    AnyCall& c = batch_.calls[i];
    const Value& result = results.at(places_[i]);
    if (result.kind == Value::Kind::error)
      c.error = result.text;
    else
      c.command().decode(c.operation(), result, c.call().reply);
  }
  return true;
}

RedisWatch::~RedisWatch() {
  if (!lease_ || lease_->forked() || !lease_->reusable()) return;
  Request unwatch;
  unwatch.add({"UNWATCH"});
  std::vector<Value> replies;
  try {
    lease_->exchange(unwatch, lease_->db(), Deadline::in(pool_->options().timeout_ms), replies);
  } catch (...) {  // NOLINT(bugprone-empty-catch): the connection is closed, which unwatches too
  }
}

void RedisWatch::usable() const {
  pool_->check();
  if (over_) throw Error(ErrorCode::invalid, "this watch is over; begin another transaction");
  if (lost_ || (lease_ && !lease_->reusable()))
    throw Error(ErrorCode::unavailable,
                "the connection that watched the keys is lost; begin another transaction");
}

void RedisWatch::add(std::uint16_t db, List<Text> keys) {
  usable();
  if (keys.empty()) return;
  std::vector<Text> words = {"WATCH"};
  words.insert(words.end(), keys.begin(), keys.end());
  Request request;
  request.add(words);
  Deadline deadline = Deadline::in(pool_->options().timeout_ms);
  bool first = !lease_;
  lost_ = true;  // until it has succeeded
  try {
    watch(request, db, deadline);
  } catch (const Failure& f) {
    if (!first || !f.may_repeat(true)) throw error_of(f, true);
    lease_.end();
    try {
      lease_ = pool_->acquire(Pool::Use::watch, db, deadline, true);
      watch(request, db, deadline);
    } catch (const Failure& again) {
      throw error_of(again, true);
    }
  }
  lost_ = false;
}

void RedisWatch::watch(const Request& request, std::uint16_t db, Deadline deadline) {
  if (!lease_) lease_ = pool_->acquire(Pool::Use::watch, db, deadline);
  std::vector<Value> replies;
  lease_->exchange(request, db, deadline, replies);
  if (replies[0].kind == Value::Kind::error) throw refusal(replies[0].text);
}

bool RedisWatch::commit(Batch& batch) {
  usable();
  over_ = true;
  Transaction transaction(batch);
  Deadline deadline = Deadline::in(pool_->options().timeout_ms);
  std::vector<Value> replies;
  Pool::Lease lease = std::move(lease_);
  try {
    if (!lease) lease = pool_->acquire(Pool::Use::watch, transaction.db(), deadline);
    lease->exchange(transaction.request(), transaction.db(), deadline, replies);
  } catch (const Failure& f) {
    throw error_of(f, transaction.readonly());
  }
  lease.end();
  for (const Value& r : replies)
    if (r.kind == Value::Kind::error && is_failover(r.text)) pool_->drop_all();
  return transaction.finish(replies);
}

}  // namespace playhead::redis
