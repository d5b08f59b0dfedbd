#include "engine/modules/messaging/task_procedures.h"

#include <algorithm>

#include "engine/modules/procedures/fields.h"
#include "engine/modules/procedures/unit_calls.h"

namespace playhead::messaging {

namespace {

constexpr std::int64_t most_at_once = 1000;
constexpr std::int64_t most_signals = 100;

constexpr Text lua_tasks = R"lua(
local due, records, over, signals = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local STATUS, TYPE, DATA, DUE, REPEAT, ATTEMPTS, RUNS, RECEIPT, STOP, NOTE, FAILED = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
local function get(id)
  local record = redis.call('HGET', records, id)
  return record and split(record)
end
local function put(id, t) redis.call('HSET', records, id, join(t)) end
local function signal()
  if redis.call('LLEN', signals) < 100 then redis.call('RPUSH', signals, '1') end
end
local function set_due(id, at)
  redis.call('ZADD', due, int(at), id)
  if first(due) == id then signal() end
end
local function finish(id, t, status, retention)
  t[STATUS], t[RECEIPT], t[DUE] = status, '', int(now)
  put(id, t)
  redis.call('ZREM', due, id)
  redis.call('ZADD', over, int(now + retention), id)
end
local function forget_old()
  for _, id in ipairs(up_to(over, 1000)) do
    redis.call('ZREM', over, id)
    redis.call('HDEL', records, id)
  end
end
)lua";

struct Task {
  std::string status, type, data;
  Millis due = 0;
  std::string repeat;
  std::int64_t attempts = 0, runs = 0;
  std::string receipt, stop = "0", note, failed = "0";

  static Task parse(Text bytes) {
    FieldReader in(bytes);
    Task t;
    t.status = in.text();
    t.type = in.text();
    t.data = in.text();
    t.due = in.integer();
    t.repeat = in.text();
    t.attempts = in.integer();
    t.runs = in.integer();
    t.receipt = in.text();
    t.stop = in.text();
    t.note = in.text();
    t.failed = in.text();
    return t;
  }
  std::string print() const {
    FieldWriter out;
    out.text(status).text(type).text(data).integer(due).text(repeat).integer(attempts).integer(runs);
    return out.text(receipt).text(stop).text(note).text(failed).bytes();
  }
};

class Tasks : public UnitCalls {
 public:
  Tasks(Unit& unit, std::uint16_t db, List<Text> keys, ArgumentReader& in)
      : UnitCalls(unit, db),
        now(read_time(unit, in)),
        due(keys[0]),
        records(keys[1]),
        over(keys[2]),
        signals(keys[3]) {}

  const Millis now;
  const Text due, records, over, signals;

  std::optional<Task> get(Text id) {
    auto record = hget(records, id);
    if (!record) return std::nullopt;
    return Task::parse(*record);
  }
  void put(Text id, const Task& t) { hset(records, id, t.print()); }
  void signal() {
    if (llen(signals) < most_signals) rpush(signals, "1");
  }
  void set_due(Text id, Millis at) {
    zadd(due, at, id);
    if (first(due)->member == id) signal();
  }
  void finish(Text id, Task& t, Text status, Millis retention) {
    t.status = status;
    t.receipt.clear();
    t.due = now;
    put(id, t);
    zrem(due, id);
    zadd(over, now + retention, id);
  }
  void forget_old() {
    for (const ScoredMember& item : up_to(over, now, most_at_once)) {
      zrem(over, item.member);
      hdel(records, item.member);
    }
  }
};

// ---- schedule, cancel, find

constexpr Text schedule_text = R"lua(
forget_old()
local id, at = ARGV[2], tonumber(ARGV[3])
if get(id) then return 0 end
put(id, {'scheduled', ARGV[4], ARGV[5], int(at), ARGV[6], '0', '0', '', '0', '', '0'})
set_due(id, at)
return 1
)lua";

Value schedule_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Tasks tasks(unit, db, keys, in);
  tasks.forget_old();
  Text id = in.text();
  Task t;
  t.status = "scheduled";
  t.due = in.integer();
  if (tasks.get(id)) return Value::integer(0);
  t.type = in.text();
  t.data = in.text();
  t.repeat = in.text();
  tasks.put(id, t);
  tasks.set_due(id, t.due);
  return Value::integer(1);
}

constexpr Text cancel_text = R"lua(
local id = ARGV[2]
local t = get(id)
if not t then return 'unknown' end
if t[STATUS] == 'running' then
  t[STOP] = '1'
  put(id, t)
  return 'running'
end
if t[STATUS] ~= 'scheduled' then return 'over' end
finish(id, t, 'cancelled', tonumber(ARGV[3]))
return 'cancelled'
)lua";

Value cancel_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Tasks tasks(unit, db, keys, in);
  Text id = in.text();
  auto t = tasks.get(id);
  if (!t) return Value::bulk("unknown");
  if (t->status == "running") {
    t->stop = "1";
    tasks.put(id, *t);
    return Value::bulk("running");
  }
  if (t->status != "scheduled") return Value::bulk("over");
  tasks.finish(id, *t, "cancelled", in.integer());
  return Value::bulk("cancelled");
}

constexpr Text find_text = R"lua(
return get(ARGV[2])
)lua";

Value find_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Tasks tasks(unit, db, keys, in);
  auto t = tasks.get(in.text());
  if (!t) return {};
  std::vector<Value> out;
  for (const std::string& text :
       {t->status, t->type, t->data, std::to_string(t->due), t->repeat, std::to_string(t->attempts),
        std::to_string(t->runs), t->receipt, t->stop, t->note, t->failed})
    out.push_back(Value::bulk(text));
  return Value::array(std::move(out));
}

// ---- claim

constexpr Text claim_text = R"lua(
forget_old()
local limit, lease, receipt, retention = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local out = {now, -1}
for _, id in ipairs(up_to(due, limit)) do
  local t = get(id)
  if t[STOP] == '1' then
    finish(id, t, 'cancelled', retention)
  else
    t[STATUS], t[RECEIPT], t[ATTEMPTS] = 'running', receipt, int(tonumber(t[ATTEMPTS]) + 1)
    put(id, t)
    redis.call('ZADD', due, int(now + lease), id)
    for _, x in ipairs({id, t[TYPE], t[DATA], tonumber(t[DUE]), t[REPEAT], tonumber(t[ATTEMPTS])}) do out[#out + 1] = x end
  end
end
local next, at = first(due)
if not next then
  redis.call('DEL', signals)
else
  out[2] = at
  if at <= now then signal() end
end
return out
)lua";

void claim_one(Tasks& tasks, const std::string& id, Task& t, Millis lease, Text receipt,
               std::vector<Value>& out) {
  t.status = "running";
  t.receipt = receipt;
  ++t.attempts;
  tasks.put(id, t);
  tasks.zadd(tasks.due, tasks.now + lease, id);
  out.push_back(Value::bulk(id));
  out.push_back(Value::bulk(t.type));
  out.push_back(Value::bulk(t.data));
  out.push_back(Value::integer(t.due));
  out.push_back(Value::bulk(t.repeat));
  out.push_back(Value::integer(t.attempts));
}

Value claim_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Tasks tasks(unit, db, keys, in);
  tasks.forget_old();
  std::int64_t limit = in.integer();
  Millis lease = in.integer();
  Text receipt = in.text();
  Millis retention = in.integer();
  std::vector<Value> out = {Value::integer(tasks.now), Value::integer(-1)};
  for (const ScoredMember& item : tasks.up_to(tasks.due, tasks.now, limit)) {
    Task t = tasks.get(item.member).value();
    if (t.stop == "1")
      tasks.finish(item.member, t, "cancelled", retention);
    else
      claim_one(tasks, item.member, t, lease, receipt, out);
  }
  auto next = tasks.first(tasks.due);
  if (!next) {
    tasks.del(tasks.signals);
  } else {
    out[1] = Value::integer(static_cast<Millis>(next->score));
    if (static_cast<Millis>(next->score) <= tasks.now) tasks.signal();
  }
  return Value::array(std::move(out));
}

// ---- settle

constexpr Text settle_text = R"lua(
local id, how, next, retention = ARGV[2], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[7])
local t = get(id)
if not t or t[STATUS] ~= 'running' or t[RECEIPT] ~= ARGV[3] then return 0 end
t[NOTE], t[FAILED] = ARGV[6], how == 'completed' and '0' or '1'
if how ~= 'retry' then t[RUNS] = int(tonumber(t[RUNS]) + 1) end
if t[STOP] == '1' then
  finish(id, t, how == 'completed' and 'completed' or 'cancelled', retention)
elseif next < 0 then
  finish(id, t, how, retention)
else
  t[STATUS], t[RECEIPT] = 'scheduled', ''
  if how ~= 'retry' then t[DUE], t[ATTEMPTS] = int(next), '0' end
  put(id, t)
  set_due(id, next)
end
return 1
)lua";

Value settle_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Tasks tasks(unit, db, keys, in);
  Text id = in.text(), receipt = in.text(), how = in.text();
  Millis next = in.integer();
  Text note = in.text();
  Millis retention = in.integer();
  auto t = tasks.get(id);
  if (!t || t->status != "running" || t->receipt != receipt) return Value::integer(0);
  t->note = note;
  t->failed = how == "completed" ? "0" : "1";
  if (how != "retry") ++t->runs;
  if (t->stop == "1") {
    tasks.finish(id, *t, how == "completed" ? how : "cancelled", retention);
  } else if (next < 0) {
    tasks.finish(id, *t, how, retention);
  } else {
    t->status = "scheduled";
    t->receipt.clear();
    if (how != "retry") t->due = next, t->attempts = 0;
    tasks.put(id, *t);
    tasks.set_due(id, next);
  }
  return Value::integer(1);
}

}  // namespace

const Procedure task_schedule{"tasks.schedule", schedule_body,
                              lua_script<lua_fields, lua_due, lua_tasks, schedule_text>};
const Procedure task_cancel{"tasks.cancel", cancel_body,
                            lua_script<lua_fields, lua_due, lua_tasks, cancel_text>};
const Procedure task_claim{"tasks.claim", claim_body, lua_script<lua_fields, lua_due, lua_tasks, claim_text>};
const Procedure task_settle{"tasks.settle", settle_body,
                            lua_script<lua_fields, lua_due, lua_tasks, settle_text>};
const Procedure task_find{"tasks.find", find_body, lua_script<lua_fields, lua_due, lua_tasks, find_text>};

}  // namespace playhead::messaging
