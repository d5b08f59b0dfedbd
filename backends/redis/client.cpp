#include "backends/redis/client.h"

#include <algorithm>

#include "backends/redis/transaction.h"

namespace playhead::redis {

void Client::exchange(const Request& request, std::uint16_t db, bool readonly, std::vector<Value>& replies) {
  Deadline d = deadline();
  if (!attempt(request, db, readonly, d, false, replies)) attempt(request, db, readonly, d, true, replies);
}

bool Client::attempt(const Request& request, std::uint16_t db, bool readonly, Deadline d, bool last,
                     std::vector<Value>& replies) {
  try {
    Pool::Lease lease = pool_->acquire(Pool::Use::call, db, d, last);
    lease->exchange(request, db, d, replies);
  } catch (const Failure& f) {
    if (!last && f.may_repeat(readonly)) return false;
    throw error_of(f, readonly);
  }
  auto moved = std::find_if(replies.begin(), replies.end(), [](const Value& r) {
    return r.kind == Value::Kind::error && is_failover(r.text);
  });
  if (moved == replies.end()) return true;
  pool_->drop_all();
  if (last) throw refusal(moved->text);
  return false;
}

Value Client::ask(const Request& request, std::uint16_t db, bool readonly) {
  std::vector<Value> replies;
  exchange(request, db, readonly, replies);
  if (replies[0].kind == Value::Kind::error) throw refusal(replies[0].text);
  return std::move(replies[0]);
}

void Client::perform(const Call& call) {
  const Command& c = command(call.code);
  Request request;
  if (!c.is(Flags::blocking)) {
    request.add(call);
    c.decode(call.operation, ask(request, call.db, c.is(Flags::readonly)), call.reply);
    return;
  }
  request.add({"MULTI"});
  request.add(call);
  request.add({"EXEC"});
  std::vector<Value> replies;
  exchange(request, call.db, c.is(Flags::readonly), replies);
  if (replies[1].kind == Value::Kind::error) throw refusal(replies[1].text);
  const Value result = std::move(executed(replies).at(0));
  if (result.kind == Value::Kind::error) throw refusal(result.text);
  c.decode(call.operation, result, call.reply);
}

void Client::perform(Batch& batch) {
  if (batch.calls.empty()) return pool_->check();
  Transaction transaction(batch);
  std::vector<Value> replies;
  exchange(transaction.request(), transaction.db(), transaction.readonly(), replies);
  transaction.finish(replies);
}

}  // namespace playhead::redis
