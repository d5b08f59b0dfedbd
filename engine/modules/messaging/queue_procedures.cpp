#include "engine/modules/messaging/queue_procedures.h"

#include <algorithm>
#include <cmath>

#include "engine/modules/procedures/fields.h"
#include "engine/modules/procedures/unit_calls.h"
#include "playhead/modules/page.h"

namespace playhead::messaging {

namespace {

constexpr std::int64_t numbers = std::int64_t{1} << 42;  // of messages; 2000 times as many are exact
constexpr std::int64_t most_at_once = 1000;              // moved or dropped by one call
constexpr std::int64_t most_signals = 100;

// ---- what scripts and bodies share, one function for one

constexpr Text lua_queue = R"lua(
local bodies, records, ready, later, leased, dead, finished, dedupe, windows, counts, signals = unpack(KEYS)
local function get(id)
  local record = redis.call('HGET', records, id)
  if not record then return nil end
  local f = split(record)
  return {number = tonumber(f[1]), priority = tonumber(f[2]), attempts = tonumber(f[3]), sent = f[4], receipt = f[5],
          delayed = f[6], reason = f[7], progress = f[8], result = f[9]}
end
local function put(id, m)
  redis.call('HSET', records, id, join({int(m.number), int(m.priority), int(m.attempts), m.sent, m.receipt,
                                        m.delayed, m.reason, m.progress, m.result}))
end
local function count(what, n) redis.call('HINCRBY', counts, what, n) end
local function signal(n)
  for _ = 1, math.min(n, 100 - redis.call('LLEN', signals)) do redis.call('RPUSH', signals, '1') end
end
local function make_ready(id, m)
  redis.call('ZADD', ready, int((1000 - m.priority) * 4398046511104 + m.number), id)
end
local function put_off(id, m, at)
  if at <= now then
    make_ready(id, m)
    signal(1)
  else
    redis.call('ZADD', later, int(at), id)
    if first(later) == id then signal(1) end
  end
end
local function forget(id)
  redis.call('HDEL', bodies, id)
  redis.call('HDEL', records, id)
end
local function owned(id, receipt)
  local m = get(id)
  if m and m.receipt ~= '' and m.receipt == receipt then return m end
  return nil
end
local function drop_old(key, retention)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', int(now - retention), 'LIMIT', 0, 1000)) do
    redis.call('ZREM', key, id)
    forget(id)
  end
end
)lua";

constexpr Text lua_policy = R"lua(
local max_retries, retry_unit, longest_retry = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local retention, dead_retention = tonumber(ARGV[5]), tonumber(ARGV[6])
local function fail(id, m, reason, after)
  redis.call('ZREM', leased, id)
  m.receipt, m.reason, m.delayed = '', reason, '0'
  if m.attempts > max_retries then
    redis.call('ZADD', dead, int(now), id)
    count('died', 1)
  else
    if after < 0 then after = math.min(longest_retry, retry_unit * 2 ^ math.min(m.attempts, 40)) end
    put_off(id, m, now + after)
    count('retried', 1)
  end
  put(id, m)
end
local function clean()
  local ended = up_to(leased, 1000)
  for _, id in ipairs(ended) do fail(id, get(id), 'the lease ended', -1) end
  drop_old(finished, retention)
  if dead_retention > 0 then drop_old(dead, dead_retention) end
  return #ended
end
)lua";

struct Record {
  std::int64_t number = 0, priority = 0, attempts = 0;
  std::string sent, receipt, delayed, reason, progress, result;

  static Record parse(Text bytes) {
    FieldReader in(bytes);
    Record m;
    for (std::int64_t* field : {&m.number, &m.priority, &m.attempts}) *field = in.integer();
    for (std::string* field : {&m.sent, &m.receipt, &m.delayed, &m.reason, &m.progress, &m.result})
      *field = in.text();
    return m;
  }
  std::string print() const {
    FieldWriter out;
    for (std::int64_t field : {number, priority, attempts}) out.integer(field);
    for (const std::string* field : {&sent, &receipt, &delayed, &reason, &progress, &result})
      out.text(*field);
    return out.bytes();
  }
};

struct Policy {
  std::int64_t max_retries = 0;
  Millis retry_unit = 0, longest_retry = 0, retention = 0, dead_retention = 0;
};

class Queue : public UnitCalls {
 public:
  Queue(Unit& unit, std::uint16_t db, List<Text> keys, ArgumentReader& in)
      : UnitCalls(unit, db),
        now(read_time(unit, in)),
        bodies(keys[0]),
        records(keys[1]),
        ready(keys[2]),
        later(keys[3]),
        leased(keys[4]),
        dead(keys[5]),
        finished(keys[6]),
        dedupe(keys[7]),
        windows(keys[8]),
        counts(keys[9]),
        signals(keys[10]) {}

  const Millis now;
  const Text bodies, records, ready, later, leased, dead, finished, dedupe, windows, counts, signals;

  std::optional<Record> get(Text id) {
    auto bytes = hget(records, id);
    if (!bytes) return std::nullopt;
    return Record::parse(*bytes);
  }
  void put(Text id, const Record& m) { hset(records, id, m.print()); }
  void count(Text what, std::int64_t n) { hincrby(counts, what, n); }
  void signal(std::int64_t n) {
    for (n = std::min(n, most_signals - llen(signals)); n > 0; --n) rpush(signals, "1");
  }
  void make_ready(Text id, const Record& m) {
    zadd(ready, (greatest_priority - m.priority) * numbers + m.number, id);
  }
  void put_off(Text id, const Record& m, Millis at) {
    if (at <= now) {
      make_ready(id, m);
      signal(1);
      return;
    }
    zadd(later, at, id);
    if (first(later)->member == id) signal(1);
  }
  void forget(Text id) {
    hdel(bodies, id);
    hdel(records, id);
  }
  std::optional<Record> owned(Text id, Text receipt) {
    auto m = get(id);
    if (!m || m->receipt.empty() || m->receipt != receipt) return std::nullopt;
    return m;
  }
  void drop_old(Text key, Millis retention) {
    for (const ScoredMember& item : up_to(key, now - retention, most_at_once)) {
      zrem(key, item.member);
      forget(item.member);
    }
  }

  Policy read_policy(ArgumentReader& in) {
    for (std::int64_t* field : {&policy_.max_retries, &policy_.retry_unit, &policy_.longest_retry,
                                &policy_.retention, &policy_.dead_retention})
      *field = in.integer();
    return policy_;
  }
  void fail(Text id, Record& m, Text reason, Millis after) {
    zrem(leased, id);
    m.receipt.clear();
    m.reason = reason;
    m.delayed = "0";
    if (m.attempts > policy_.max_retries) {
      zadd(dead, now, id);
      count("died", 1);
    } else {
      put_off(id, m, now + (after < 0 ? back_off(m.attempts) : after));
      count("retried", 1);
    }
    put(id, m);
  }
  std::int64_t clean() {
    auto ended = up_to(leased, now, most_at_once);
    for (const ScoredMember& item : ended) {
      Record m = get(item.member).value();
      fail(item.member, m, "the lease ended", -1);
    }
    drop_old(finished, policy_.retention);
    if (policy_.dead_retention > 0) drop_old(dead, policy_.dead_retention);
    return static_cast<std::int64_t>(ended.size());
  }

 private:
  Millis back_off(std::int64_t attempts) const {
    double after = std::ldexp(static_cast<double>(policy_.retry_unit),
                              static_cast<int>(std::min<std::int64_t>(attempts, 40)));
    return static_cast<Millis>(std::min(after, static_cast<double>(policy_.longest_retry)));
  }
  Policy policy_;
};

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
  Queue queue(unit, db, keys, in);
  Millis window = in.integer();
  for (const ScoredMember& item : queue.up_to(queue.windows, queue.now, most_at_once)) {
    queue.zrem(queue.windows, item.member);
    queue.hdel(queue.dedupe, item.member);
  }
  std::vector<Value> out;
  std::int64_t sent = 0, duplicates = 0;
  while (!in.rest().empty()) {
    Text id = in.text(), body = in.text();
    Record m;
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

void take(Queue& queue, const std::string& id, Millis lease, Text receipt, std::vector<Value>& out) {
  Record m = queue.get(id).value();
  ++m.attempts;
  m.receipt = receipt;
  m.progress.clear();
  queue.put(id, m);
  queue.zadd(queue.leased, queue.now + lease, id);
  out.push_back(Value::bulk(id));
  out.push_back(Value::bulk(queue.hget(queue.bodies, id).value()));
  out.push_back(Value::integer(m.priority));
  out.push_back(Value::integer(m.attempts));
  out.push_back(Value::integer(std::stoll(m.sent)));
}

Value receive_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Queue queue(unit, db, keys, in);
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
local function release(id, m)
  redis.call('ZREM', leased, id)
  m.receipt, m.attempts = '', m.attempts - 1
  put(id, m)
  put_off(id, m, now)
end
for i = 10, #ARGV, 2 do
  local id = ARGV[i]
  local m = owned(id, ARGV[i + 1])
  out[#out + 1] = m and 1 or 0
  if m then
    if how == 'complete' then complete(id, m)
    elseif how == 'release' then release(id, m)
    else
      if how == 'reject' then max_retries = -1 end
      fail(id, m, note, after)
    end
  end
end
return out
)lua";

void complete(Queue& queue, Text id, Record& m, Text result, Millis retention) {
  queue.zrem(queue.leased, id);
  queue.count("completed", 1);
  if (retention == 0) return queue.forget(id);
  m.receipt.clear();
  m.result = result;
  queue.put(id, m);
  queue.hdel(queue.bodies, id);
  queue.zadd(queue.finished, queue.now, id);
}

void release(Queue& queue, Text id, Record& m) {
  queue.zrem(queue.leased, id);
  m.receipt.clear();
  --m.attempts;
  queue.put(id, m);
  queue.put_off(id, m, queue.now);
}

void reject(Queue& queue, Text id, Record& m, Text reason) {
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
  Queue queue(unit, db, keys, in);
  Policy policy = queue.read_policy(in);
  Text how = in.text();
  Millis after = in.integer();
  Text note = in.text();
  std::vector<Value> out;
  while (!in.rest().empty()) {
    Text id = in.text();
    auto m = queue.owned(id, in.text());
    out.push_back(Value::integer(m ? 1 : 0));
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
  Queue queue(unit, db, keys, in);
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

// ---- state, clean, stats

constexpr Text state_text = R"lua(
local id, found, score = ARGV[2], '', nil
local m = get(id)
if not m then return false end
for name, key in pairs({ready = ready, later = later, leased = leased, dead = dead, finished = finished}) do
  local at = redis.call('ZSCORE', key, id)
  if at then found, score = name, tonumber(at) end
end
if found == 'ready' then score = 0 end
return {found, score, m.priority, m.attempts, tonumber(m.sent), tonumber(m.delayed), m.reason, m.progress, m.result}
)lua";

Value state_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Queue queue(unit, db, keys, in);
  Text id = in.text();
  auto m = queue.get(id);
  if (!m) return {};
  Text found = "ready";
  std::int64_t at = 0;
  const std::pair<Text, Text> timed[] = {
      {"later", queue.later}, {"leased", queue.leased}, {"dead", queue.dead}, {"finished", queue.finished}};
  for (auto& [name, key] : timed)
    if (auto score = queue.zscore(key, id)) found = name, at = static_cast<std::int64_t>(*score);
  return Value::array({Value::bulk(found), Value::integer(at), Value::integer(m->priority),
                       Value::integer(m->attempts), Value::integer(std::stoll(m->sent)),
                       Value::integer(std::stoll(m->delayed)), Value::bulk(m->reason),
                       Value::bulk(m->progress), Value::bulk(m->result)});
}

constexpr Text clean_text = R"lua(
return clean()
)lua";

Value clean_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Queue queue(unit, db, keys, in);
  queue.read_policy(in);
  return Value::integer(queue.clean());
}

constexpr Text stats_text = R"lua(
local out = {}
for i, key in ipairs({ready, later, leased, dead, finished}) do out[i] = redis.call('ZCARD', key) end
for _, what in ipairs({'sent', 'duplicates', 'completed', 'retried', 'died'}) do
  out[#out + 1] = tonumber(redis.call('HGET', counts, what) or '0')
end
return out
)lua";

Value stats_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Queue queue(unit, db, keys, in);
  std::vector<Value> out;
  for (Text key : {queue.ready, queue.later, queue.leased, queue.dead, queue.finished})
    out.push_back(Value::integer(queue.zcard(key)));
  for (Text what : {"sent", "duplicates", "completed", "retried", "died"})
    out.push_back(Value::integer(std::stoll(queue.hget(queue.counts, what).value_or("0"))));
  return Value::array(std::move(out));
}

// ---- dead letters

constexpr Text dead_text = R"lua(
local out, items = {}, page(dead, 2)
for i = 1, #items, 2 do
  local id = items[i]
  local m = get(id)
  for _, x in ipairs({id, tonumber(items[i + 1]), redis.call('HGET', bodies, id), m.priority, m.attempts,
                      tonumber(m.sent), m.reason}) do
    out[#out + 1] = x
  end
end
return out
)lua";

Value dead_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Queue queue(unit, db, keys, in);
  std::vector<Value> out;
  for (const ScoredMember& item : read_page(unit, db, queue.dead, in)) {
    Record m = queue.get(item.member).value();
    out.push_back(Value::bulk(item.member));
    out.push_back(Value::integer(static_cast<Millis>(item.score)));
    out.push_back(Value::bulk(queue.hget(queue.bodies, item.member).value()));
    out.push_back(Value::integer(m.priority));
    out.push_back(Value::integer(m.attempts));
    out.push_back(Value::integer(std::stoll(m.sent)));
    out.push_back(Value::bulk(m.reason));
  }
  return Value::array(std::move(out));
}

constexpr Text revive_text = R"lua(
local ids, revived = {}, 0
for i = 3, #ARGV do ids[#ids + 1] = ARGV[i] end
if #ids == 0 then ids = redis.call('ZRANGE', dead, 0, 999) end
for _, id in ipairs(ids) do
  if redis.call('ZREM', dead, id) == 1 then
    revived = revived + 1
    if ARGV[2] == 'discard' then
      forget(id)
    else
      local m = get(id)
      m.attempts = 0
      put(id, m)
      put_off(id, m, now)
    end
  end
end
return revived
)lua";

Value revive_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Queue queue(unit, db, keys, in);
  bool discard = in.text() == "discard";
  std::vector<std::string> ids;
  for (Text id : in.rest()) ids.emplace_back(id);
  if (ids.empty())
    for (ScoredMember& item : queue.lowest(queue.dead, most_at_once)) ids.push_back(std::move(item.member));
  std::int64_t revived = 0;
  for (const std::string& id : ids) {
    if (!queue.zrem(queue.dead, id)) continue;
    ++revived;
    if (discard) {
      queue.forget(id);
      continue;
    }
    Record m = queue.get(id).value();
    m.attempts = 0;
    queue.put(id, m);
    queue.put_off(id, m, queue.now);
  }
  return Value::integer(revived);
}

}  // namespace

const Procedure queue_send{"queue.send", send_body, lua_script<lua_fields, lua_due, lua_queue, send_text>};
const Procedure queue_receive{"queue.receive", receive_body,
                              lua_script<lua_fields, lua_due, lua_queue, lua_policy, receive_text>};
const Procedure queue_settle{"queue.settle", settle_body,
                             lua_script<lua_fields, lua_due, lua_queue, lua_policy, settle_text>};
const Procedure queue_extend{"queue.extend", extend_body,
                             lua_script<lua_fields, lua_due, lua_queue, extend_text>};
const Procedure queue_state{"queue.state", state_body,
                            lua_script<lua_fields, lua_due, lua_queue, state_text>};
const Procedure queue_clean{"queue.clean", clean_body,
                            lua_script<lua_fields, lua_due, lua_queue, lua_policy, clean_text>};
const Procedure queue_stats{"queue.stats", stats_body,
                            lua_script<lua_fields, lua_due, lua_queue, stats_text>};
const Procedure queue_dead{"queue.dead", dead_body,
                           lua_script<lua_fields, lua_due, lua_queue, lua_page, dead_text>};
const Procedure queue_revive{"queue.revive", revive_body,
                             lua_script<lua_fields, lua_due, lua_queue, revive_text>};

}  // namespace playhead::messaging
