#include "engine/modules/messaging/queue_unit.h"

namespace playhead::messaging {

namespace {

// ---- send

constexpr Text send_text = R"lua(
local window, out, sent, duplicates = tonumber(ARGV[2]), {}, 0, 0
for _, key in ipairs(up_to(windows, 1000)) do
  redis.call('ZREM', windows, key)
  redis.call('HDEL', dedupe, key)
end
for i = 3, #ARGV, 5 do
  local id, delay, key = ARGV[i], tonumber(ARGV[i + 3]), ARGV[i + 4]
  local known = redis.call('HEXISTS', records, id) == 1 and id or key ~= '' and redis.call('HGET', dedupe, key)
  if known then
    out[#out + 1] = known
    duplicates = duplicates + 1
  else
    if key ~= '' then
      redis.call('HSET', dedupe, key, id)
      redis.call('ZADD', windows, int(now + window), key)
    end
    local m = {number = redis.call('HINCRBY', counts, 'number', 1), priority = tonumber(ARGV[i + 2]), attempts = 0,
               sent = int(now), receipt = '', delayed = delay > 0 and '1' or '0', reason = '', progress = '', result = ''}
    redis.call('HSET', bodies, id, ARGV[i + 1])
    put(id, m)
    put_off(id, m, now + delay)
    out[#out + 1] = id
    sent = sent + 1
  end
end
if sent > 0 then count('sent', sent) end
if duplicates > 0 then count('duplicates', duplicates) end
return out
)lua";

Value send_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  QueueUnit queue(unit, db, keys, in);
  Millis window = in.integer();
  for (const ScoredMember& item : queue.up_to(queue.windows, queue.now, most_at_once)) {
    queue.zrem(queue.windows, item.member);
    queue.hdel(queue.dedupe, item.member);
  }
  std::vector<Value> out;
  std::int64_t sent = 0, duplicates = 0;
  while (!in.rest().empty()) {
    Text id = in.text(), body = in.text();
    QueueRecord m;
    m.priority = in.integer();
    Millis delay = in.integer();
    Text key = in.text();
    std::optional<std::string> known;
    if (queue.hexists(queue.records, id))
      known = id;
    else if (!key.empty())
      known = queue.hget(queue.dedupe, key);
    out.push_back(Value::bulk(known ? Text(*known) : id));
    if (known) {
      ++duplicates;
      continue;
    }
    if (!key.empty()) {
      queue.hset(queue.dedupe, key, id);
      queue.zadd(queue.windows, queue.now + window, key);
    }
    m.number = queue.hincrby(queue.counts, "number", 1);
    m.sent = std::to_string(queue.now);
    m.delayed = delay > 0 ? "1" : "0";
    queue.hset(queue.bodies, id, body);
    queue.put(id, m);
    queue.put_off(id, m, queue.now + delay);
    ++sent;
  }
  if (sent > 0) queue.count("sent", sent);
  if (duplicates > 0) queue.count("duplicates", duplicates);
  return Value::array(std::move(out));
}

// ---- receive

constexpr Text receive_text = R"lua(
local limit, lease, receipt = ARGV[7], tonumber(ARGV[8]), ARGV[9]
clean()
for _, id in ipairs(up_to(later, 1000)) do
  redis.call('ZREM', later, id)
  make_ready(id, get(id))
end
local out, taken = {now, -1}, redis.call('ZPOPMIN', ready, limit)
for i = 1, #taken, 2 do
  local id = taken[i]
  local m = get(id)
  m.attempts, m.receipt, m.progress = m.attempts + 1, receipt, ''
  put(id, m)
  redis.call('ZADD', leased, int(now + lease), id)
  for _, x in ipairs({id, redis.call('HGET', bodies, id), m.priority, m.attempts, tonumber(m.sent)}) do out[#out + 1] = x end
end
if redis.call('ZCARD', ready) == 0 then
  redis.call('DEL', signals)
elseif redis.call('LLEN', signals) == 0 then
  signal(1)
end
local _, a = first(later)
local _, b = first(leased)
out[2] = sooner(a, b)
return out
)lua";

void take(QueueUnit& queue, const std::string& id, Millis lease, Text receipt, std::vector<Value>& out) {
  QueueRecord m = queue.get(id).value();
  ++m.attempts;
  m.receipt = receipt;
  m.progress.clear();
  queue.put(id, m);
  queue.zadd(queue.leased, queue.now + lease, id);
  out.push_back(Value::bulk(id));
  out.push_back(Value::bulk(queue.hget(queue.bodies, id).value()));
  out.push_back(Value::integer(m.priority));
  out.push_back(Value::integer(m.attempts));
  out.push_back(Value::integer(stored_number(m.sent)));
}

Value receive_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  QueueUnit queue(unit, db, keys, in);
  queue.read_policy(in);
  std::int64_t limit = in.integer();
  Millis lease = in.integer();
  Text receipt = in.text();
  queue.clean();
  for (const ScoredMember& item : queue.up_to(queue.later, queue.now, most_at_once)) {
    queue.zrem(queue.later, item.member);
    queue.make_ready(item.member, queue.get(item.member).value());
  }
  std::vector<Value> out = {Value::integer(queue.now), Value::integer(-1)};
  for (const ScoredMember& item : queue.zpopmin(queue.ready, limit))
    take(queue, item.member, lease, receipt, out);
  if (queue.zcard(queue.ready) == 0)
    queue.del(queue.signals);
  else if (queue.llen(queue.signals) == 0)
    queue.signal(1);
  out[1] = Value::integer(sooner(queue.first(queue.later), queue.first(queue.leased)));
  return Value::array(std::move(out));
}

// ---- settle

constexpr Text settle_text = R"lua(
local how, after, note, out = ARGV[7], tonumber(ARGV[8]), ARGV[9], {}
local function complete(id, m)
  redis.call('ZREM', leased, id)
  count('completed', 1)
  if retention == 0 then
    forget(id)
  else
    m.receipt, m.result = '', note
    put(id, m)
    redis.call('HDEL', bodies, id)
    redis.call('ZADD', finished, int(now), id)
  end
end
local function told(id) return 1 + redis.call('ZREM', waiters, id) end
local function release(id, m)
  redis.call('ZREM', leased, id)
  m.receipt, m.attempts = '', m.attempts - 1
  put(id, m)
  put_off(id, m, now)
end
for i = 10, #ARGV, 2 do
  local id = ARGV[i]
  local m, good = owned(id, ARGV[i + 1]), 0
  if m then
    good = 1
    if how == 'reject' then max_retries = -1 end
    if how == 'complete' or how ~= 'release' and m.attempts > max_retries then good = told(id) end
    if how == 'complete' then complete(id, m)
    elseif how == 'release' then release(id, m)
    else fail(id, m, note, after) end
  end
  out[#out + 1] = good
end
return out
)lua";

void complete(QueueUnit& queue, Text id, QueueRecord& m, Text result, Millis retention) {
  queue.zrem(queue.leased, id);
  queue.count("completed", 1);
  if (retention == 0) return queue.forget(id);
  m.receipt.clear();
  m.result = result;
  queue.put(id, m);
  queue.hdel(queue.bodies, id);
  queue.zadd(queue.finished, queue.now, id);
}

void release(QueueUnit& queue, Text id, QueueRecord& m) {
  queue.zrem(queue.leased, id);
  m.receipt.clear();
  --m.attempts;
  queue.put(id, m);
  queue.put_off(id, m, queue.now);
}

void reject(QueueUnit& queue, Text id, QueueRecord& m, Text reason) {
  queue.zrem(queue.leased, id);
  m.receipt.clear();
  m.reason = reason;
  m.delayed = "0";
  queue.zadd(queue.dead, queue.now, id);
  queue.count("died", 1);
  queue.put(id, m);
}

Value settle_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  QueueUnit queue(unit, db, keys, in);
  QueuePolicy policy = queue.read_policy(in);
  Text how = in.text();
  Millis after = in.integer();
  Text note = in.text();
  std::vector<Value> out;
  while (!in.rest().empty()) {
    Text id = in.text();
    auto m = queue.owned(id, in.text());
    bool over =
        m && (how == "complete" || how == "reject" || (how == "fail" && m->attempts > policy.max_retries));
    out.push_back(Value::integer(m ? 1 + (over && queue.zrem(queue.waiters, id) ? 1 : 0) : 0));
    if (!m) continue;
    if (how == "complete")
      complete(queue, id, *m, note, policy.retention);
    else if (how == "release")
      release(queue, id, *m);
    else if (how == "reject")
      reject(queue, id, *m, note);
    else
      queue.fail(id, *m, note, after);
  }
  return Value::array(std::move(out));
}

// ---- extend

constexpr Text extend_text = R"lua(
local m = owned(ARGV[2], ARGV[3])
if not m then return false end
if ARGV[5] == '1' then
  m.progress = ARGV[6]
  put(ARGV[2], m)
end
local ends = now + tonumber(ARGV[4])
redis.call('ZADD', leased, int(ends), ARGV[2])
return ends
)lua";

Value extend_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  QueueUnit queue(unit, db, keys, in);
  Text id = in.text();
  auto m = queue.owned(id, in.text());
  if (!m) return {};
  Millis ends = queue.now + in.integer();
  if (in.integer() == 1) {
    m->progress = in.text();
    queue.put(id, *m);
  }
  queue.zadd(queue.leased, ends, id);
  return Value::integer(ends);
}

}  // namespace

const Procedure queue_send{"queue.send", send_body, lua_script<lua_fields, lua_due, lua_queue, send_text>};
const Procedure queue_receive{"queue.receive", receive_body,
                              lua_script<lua_fields, lua_due, lua_queue, lua_policy, receive_text>};
const Procedure queue_settle{"queue.settle", settle_body,
                             lua_script<lua_fields, lua_due, lua_queue, lua_policy, settle_text>};
const Procedure queue_extend{"queue.extend", extend_body,
                             lua_script<lua_fields, lua_due, lua_queue, extend_text>};

}  // namespace playhead::messaging
