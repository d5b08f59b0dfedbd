#pragma once
// What the procedures of MessageQueue share: scripts and bodies, one function for one. The keys stand in
// queue_procedures.h.
#include <algorithm>
#include <cmath>

#include "engine/modules/messaging/queue_procedures.h"
#include "engine/modules/procedures/fields.h"
#include "engine/modules/procedures/unit_calls.h"

namespace playhead::messaging {

inline constexpr std::int64_t numbers = std::int64_t{1} << 42;  // of messages; 2000 times as many are exact
inline constexpr std::int64_t most_at_once = 1000;              // moved or dropped by one call
inline constexpr std::int64_t most_signals = 100;

inline constexpr Text lua_queue = R"lua(
local bodies, records, ready, later, leased, dead, finished, dedupe, windows, counts, waiters, signals = unpack(KEYS)
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
  redis.call('ZREM', waiters, id)
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

inline constexpr Text lua_policy = R"lua(
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

struct QueueRecord {
  std::int64_t number = 0, priority = 0, attempts = 0;
  std::string sent, receipt, delayed, reason, progress, result;

  static QueueRecord parse(Text bytes) {
    FieldReader in(bytes);
    QueueRecord m;
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
    return std::move(out).bytes();
  }
};

struct QueuePolicy {
  std::int64_t max_retries = 0;
  Millis retry_unit = 0, longest_retry = 0, retention = 0, dead_retention = 0;
};

class QueueUnit : public UnitCalls {
 public:
  QueueUnit(Unit& unit, std::uint16_t db, List<Text> keys, ArgumentReader& in)
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
        waiters(keys[10]),
        signals(keys[11]) {}

  const Millis now;
  const Text bodies, records, ready, later, leased, dead, finished, dedupe, windows, counts, waiters, signals;

  std::optional<QueueRecord> get(Text id) {
    auto bytes = hget(records, id);
    if (!bytes) return std::nullopt;
    return QueueRecord::parse(*bytes);
  }
  void put(Text id, const QueueRecord& m) { hset(records, id, m.print()); }
  void count(Text what, std::int64_t n) { hincrby(counts, what, n); }
  void signal(std::int64_t n) {
    for (n = std::min(n, most_signals - llen(signals)); n > 0; --n) rpush(signals, "1");
  }
  void make_ready(Text id, const QueueRecord& m) {
    zadd(ready, (greatest_priority - m.priority) * numbers + m.number, id);
  }
  void put_off(Text id, const QueueRecord& m, Millis at) {
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
    zrem(waiters, id);
  }
  std::optional<QueueRecord> owned(Text id, Text receipt) {
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

  QueuePolicy read_policy(ArgumentReader& in) {
    for (std::int64_t* field : {&policy_.max_retries, &policy_.retry_unit, &policy_.longest_retry,
                                &policy_.retention, &policy_.dead_retention})
      *field = in.integer();
    return policy_;
  }
  void fail(Text id, QueueRecord& m, Text reason, Millis after) {
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
      QueueRecord m = get(item.member).value();
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
  QueuePolicy policy_;
};

}  // namespace playhead::messaging
