#include "engine/modules/messaging/queue_unit.h"
#include "playhead/modules/page.h"

namespace playhead::messaging {

namespace {

// ---- state, await, clean, stats

constexpr Text lua_state = R"lua(
local function state(id, m)
  local found, score = '', 0
  for name, key in pairs({ready = ready, later = later, leased = leased, dead = dead, finished = finished}) do
    local at = redis.call('ZSCORE', key, id)
    if at then found, score = name, tonumber(at) end
  end
  if found == 'ready' then score = 0 end
  return {found, score, m.priority, m.attempts, tonumber(m.sent), tonumber(m.delayed), m.reason, m.progress, m.result}
end
)lua";

std::vector<Value> state(QueueUnit& queue, Text id, const QueueRecord& m) {
  Text found = "ready";
  std::int64_t at = 0;
  const std::pair<Text, Text> timed[] = {
      {"later", queue.later}, {"leased", queue.leased}, {"dead", queue.dead}, {"finished", queue.finished}};
  for (auto& [name, key] : timed)
    if (auto score = queue.zscore(key, id)) found = name, at = static_cast<std::int64_t>(*score);
  return {Value::bulk(found),
          Value::integer(at),
          Value::integer(m.priority),
          Value::integer(m.attempts),
          Value::integer(stored_number(m.sent)),
          Value::integer(stored_number(m.delayed)),
          Value::bulk(m.reason),
          Value::bulk(m.progress),
          Value::bulk(m.result)};
}

constexpr Text state_text = R"lua(
local m = get(ARGV[2])
if not m then return false end
return state(ARGV[2], m)
)lua";

Value state_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  QueueUnit queue(unit, db, keys, in);
  Text id = in.text();
  auto m = queue.get(id);
  if (!m) return {};
  return Value::array(state(queue, id, *m));
}

constexpr Text await_text = R"lua(
clean()
for _, id in ipairs(up_to(waiters, 1000)) do redis.call('ZREM', waiters, id) end
local id, span = ARGV[7], tonumber(ARGV[8])
local m = get(id)
if not m then return false end
local found = state(id, m)
if found[1] ~= 'dead' and found[1] ~= 'finished' then redis.call('ZADD', waiters, int(now + span), id) end
found[#found + 1] = now
return found
)lua";

Value await_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  QueueUnit queue(unit, db, keys, in);
  queue.read_policy(in);
  queue.clean();
  for (const ScoredMember& item : queue.up_to(queue.waiters, queue.now, most_at_once))
    queue.zrem(queue.waiters, item.member);
  Text id = in.text();
  Millis span = in.integer();
  auto m = queue.get(id);
  if (!m) return {};
  if (!queue.zscore(queue.dead, id) && !queue.zscore(queue.finished, id))
    queue.zadd(queue.waiters, queue.now + span, id);
  auto found = state(queue, id, *m);
  found.push_back(Value::integer(queue.now));
  return Value::array(std::move(found));
}

constexpr Text clean_text = R"lua(
return clean()
)lua";

Value clean_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  QueueUnit queue(unit, db, keys, in);
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
  QueueUnit queue(unit, db, keys, in);
  std::vector<Value> out;
  for (Text key : {queue.ready, queue.later, queue.leased, queue.dead, queue.finished})
    out.push_back(Value::integer(queue.zcard(key)));
  for (Text what : {"sent", "duplicates", "completed", "retried", "died"})
    out.push_back(Value::integer(queue.number(queue.counts, what)));
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
  QueueUnit queue(unit, db, keys, in);
  std::vector<Value> out;
  for (const ScoredMember& item : read_page(unit, db, queue.dead, in)) {
    QueueRecord m = queue.get(item.member).value();
    out.push_back(Value::bulk(item.member));
    out.push_back(Value::integer(static_cast<Millis>(item.score)));
    out.push_back(Value::bulk(queue.hget(queue.bodies, item.member).value()));
    out.push_back(Value::integer(m.priority));
    out.push_back(Value::integer(m.attempts));
    out.push_back(Value::integer(stored_number(m.sent)));
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
  QueueUnit queue(unit, db, keys, in);
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
    QueueRecord m = queue.get(id).value();
    m.attempts = 0;
    queue.put(id, m);
    queue.put_off(id, m, queue.now);
  }
  return Value::integer(revived);
}

}  // namespace

const Procedure queue_state{"queue.state", state_body,
                            lua_script<lua_fields, lua_due, lua_queue, lua_state, state_text>};
const Procedure queue_await{"queue.await", await_body,
                            lua_script<lua_fields, lua_due, lua_queue, lua_policy, lua_state, await_text>};
const Procedure queue_clean{"queue.clean", clean_body,
                            lua_script<lua_fields, lua_due, lua_queue, lua_policy, clean_text>};
const Procedure queue_stats{"queue.stats", stats_body,
                            lua_script<lua_fields, lua_due, lua_queue, stats_text>};
const Procedure queue_dead{"queue.dead", dead_body,
                           lua_script<lua_fields, lua_due, lua_queue, lua_page, dead_text>};
const Procedure queue_revive{"queue.revive", revive_body,
                             lua_script<lua_fields, lua_due, lua_queue, revive_text>};

}  // namespace playhead::messaging
