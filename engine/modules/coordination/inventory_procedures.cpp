#include "engine/modules/coordination/inventory_procedures.h"

#include "engine/modules/procedures/fields.h"
#include "engine/modules/procedures/unit_calls.h"

namespace playhead::coordination {

namespace {

constexpr std::int64_t swept_at_once = 100;

constexpr Text lua_inventory = R"lua(
local available, held, sold, holds, times = unpack(KEYS)
local remember = tonumber(ARGV[2])
local function pieces(key, product) return tonumber(redis.call('HGET', key, product) or '0') end
local function move(key, product, n)
  if redis.call('HINCRBY', key, product, int(n)) == 0 and key == held then redis.call('HDEL', key, product) end
end
local function find(id)
  local record = redis.call('HGET', holds, id)
  return record and split(record)
end
local function finish(id, r, status)
  for i = 5, #r, 2 do
    local n = tonumber(r[i + 1])
    move(held, r[i], -n)
    move(status == 'confirmed' and sold or available, r[i], n)
  end
  r[1] = status
  redis.call('HSET', holds, id, join(r))
  redis.call('ZADD', times, int(now + remember), id)
end
local function current(id)
  local r = find(id)
  if r and r[1] == 'held' and tonumber(r[4]) <= now then finish(id, r, 'expired') end
  return r
end
local function sweep(limit)
  local due = up_to(times, limit)
  for _, id in ipairs(due) do
    local r = find(id)
    if r[1] == 'held' then
      finish(id, r, 'expired')
    else
      redis.call('ZREM', times, id)
      redis.call('HDEL', holds, id)
    end
  end
  return #due
end
)lua";

constexpr Text lua_sweep = R"lua(
sweep(100)
)lua";

struct Hold {
  std::string status, user;
  Millis created = 0, ends = 0;
  std::vector<std::pair<std::string, std::int64_t>> items;

  static Hold parse(Text bytes) {
    FieldReader in(bytes);
    Hold r;
    r.status = in.text();
    r.user = in.text();
    r.created = in.integer();
    r.ends = in.integer();
    while (!in.done()) {
      std::string product(in.text());
      r.items.emplace_back(std::move(product), in.integer());
    }
    return r;
  }
  std::string print() const {
    FieldWriter out;
    out.text(status).text(user).integer(created).integer(ends);
    for (const auto& [product, quantity] : items) out.text(product).integer(quantity);
    return out.bytes();
  }
};

class Pieces : public UnitCalls {
 public:
  Pieces(Unit& unit, std::uint16_t db, List<Text> keys, ArgumentReader& in)
      : UnitCalls(unit, db),
        now(read_time(unit, in)),
        remember(in.integer()),
        available(keys[0]),
        held(keys[1]),
        sold(keys[2]),
        holds(keys[3]),
        times(keys[4]) {}

  const Millis now, remember;
  const Text available, held, sold, holds, times;

  std::int64_t pieces(Text key, Text product) { return number(key, product); }
  void move(Text key, Text product, std::int64_t n) {
    if (hincrby(key, product, n) == 0 && key == held) hdel(key, product);
  }
  std::optional<Hold> find(Text id) {
    auto record = hget(holds, id);
    if (!record) return std::nullopt;
    return Hold::parse(*record);
  }
  void finish(Text id, Hold& r, Text status) {
    for (const auto& [product, n] : r.items) {
      move(held, product, -n);
      move(status == "confirmed" ? sold : available, product, n);
    }
    r.status = status;
    hset(holds, id, r.print());
    zadd(times, now + remember, id);
  }
  /// As it is now: more holds may have ended than were swept.
  std::optional<Hold> current(Text id) {
    auto r = find(id);
    if (r && r->status == "held" && r->ends <= now) finish(id, *r, "expired");
    return r;
  }
  std::int64_t sweep(std::int64_t limit) {
    auto due = up_to(times, now, limit);
    for (const ScoredMember& item : due) {
      Hold r = find(item.member).value();
      if (r.status == "held") {
        finish(item.member, r, "expired");
      } else {
        zrem(times, item.member);
        hdel(holds, item.member);
      }
    }
    return static_cast<std::int64_t>(due.size());
  }
};

// ---- stock

constexpr Text set_text = R"lua(
local before = pieces(available, ARGV[3])
redis.call('HSET', available, ARGV[3], ARGV[4])
return before
)lua";

Value set_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Pieces p(unit, db, keys, in);
  p.sweep(swept_at_once);
  Text product = in.text();
  std::int64_t before = p.pieces(p.available, product);
  p.hset(p.available, product, in.text());
  return Value::integer(before);
}

constexpr Text add_text = R"lua(
local n = tonumber(ARGV[4])
if pieces(available, ARGV[3]) + n < 0 then return false end
return redis.call('HINCRBY', available, ARGV[3], ARGV[4])
)lua";

Value add_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Pieces p(unit, db, keys, in);
  p.sweep(swept_at_once);
  Text product = in.text();
  std::int64_t n = in.integer();
  if (p.pieces(p.available, product) + n < 0) return {};
  return Value::integer(p.hincrby(p.available, product, n));
}

constexpr Text stock_text = R"lua(
return {pieces(available, ARGV[3]), pieces(held, ARGV[3]), pieces(sold, ARGV[3])}
)lua";

Value stock_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Pieces p(unit, db, keys, in);
  p.sweep(swept_at_once);
  Text product = in.text();
  std::vector<Value> out;
  for (Text key : {p.available, p.held, p.sold}) out.push_back(Value::integer(p.pieces(key, product)));
  return Value::array(std::move(out));
}

// ---- reservations

constexpr Text reserve_text = R"lua(
local id, user, ends = ARGV[3], ARGV[4], now + tonumber(ARGV[5])
local items = {}
for i = 6, #ARGV do items[#items + 1] = ARGV[i] end
local known = current(id)
if known then
  local same = {}
  for i = 5, #known do same[#same + 1] = known[i] end
  local code = join(same) == join(items) and known[2] == user and 'known' or 'different'
  return {code, known[1], tonumber(known[4]), '', 0}
end
for i = 1, #items, 2 do
  local there = pieces(available, items[i])
  if there < tonumber(items[i + 1]) then return {'short', '', 0, items[i], there} end
end
for i = 1, #items, 2 do
  move(available, items[i], -tonumber(items[i + 1]))
  move(held, items[i], tonumber(items[i + 1]))
end
local r = {'held', user, int(now), int(ends)}
for _, text in ipairs(items) do r[#r + 1] = text end
redis.call('HSET', holds, id, join(r))
redis.call('ZADD', times, int(ends), id)
return {'reserved', 'held', ends, '', 0}
)lua";

Value outcome(Text code, Text status, Millis ends, Text product = {}, std::int64_t available = 0) {
  return Value::array({Value::bulk(code), Value::bulk(status), Value::integer(ends), Value::bulk(product),
                       Value::integer(available)});
}

Value reserve_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Pieces p(unit, db, keys, in);
  p.sweep(swept_at_once);
  Text id = in.text();
  Hold r;
  r.status = "held";
  r.user = in.text();
  r.created = p.now;
  r.ends = p.now + in.integer();
  while (!in.rest().empty()) {
    std::string product(in.text());
    r.items.emplace_back(std::move(product), in.integer());
  }
  if (auto known = p.current(id)) {
    bool same = known->items == r.items && known->user == r.user;
    return outcome(same ? "known" : "different", known->status, known->ends);
  }
  for (const auto& [product, n] : r.items)
    if (std::int64_t there = p.pieces(p.available, product); there < n)
      return outcome("short", "", 0, product, there);
  for (const auto& [product, n] : r.items) {
    p.move(p.available, product, -n);
    p.move(p.held, product, n);
  }
  p.hset(p.holds, id, r.print());
  p.zadd(p.times, r.ends, id);
  return outcome("reserved", "held", r.ends);
}

constexpr Text settle_text = R"lua(
local r = current(ARGV[3])
if not r then return false end
if r[1] == 'held' then finish(ARGV[3], r, ARGV[4]) end
return r[1]
)lua";

Value settle_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Pieces p(unit, db, keys, in);
  p.sweep(swept_at_once);
  Text id = in.text();
  auto r = p.current(id);
  if (!r) return {};
  if (r->status == "held") p.finish(id, *r, in.text());
  return Value::bulk(r->status);
}

constexpr Text find_text = R"lua(
return current(ARGV[3])
)lua";

Value find_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Pieces p(unit, db, keys, in);
  p.sweep(swept_at_once);
  auto r = p.current(in.text());
  if (!r) return {};
  std::vector<Value> out = {Value::bulk(r->status), Value::bulk(r->user),
                            Value::bulk(std::to_string(r->created)), Value::bulk(std::to_string(r->ends))};
  for (const auto& [product, n] : r->items) {
    out.push_back(Value::bulk(product));
    out.push_back(Value::bulk(std::to_string(n)));
  }
  return Value::array(std::move(out));
}

constexpr Text expire_text = R"lua(
return sweep(ARGV[3])
)lua";

Value expire_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Pieces p(unit, db, keys, in);
  return Value::integer(p.sweep(in.integer()));
}

}  // namespace

const Procedure inventory_set{"inventory.set", set_body,
                              lua_script<lua_fields, lua_due, lua_inventory, lua_sweep, set_text>};
const Procedure inventory_add{"inventory.add", add_body,
                              lua_script<lua_fields, lua_due, lua_inventory, lua_sweep, add_text>};
const Procedure inventory_stock{"inventory.stock", stock_body,
                                lua_script<lua_fields, lua_due, lua_inventory, lua_sweep, stock_text>};
const Procedure inventory_reserve{"inventory.reserve", reserve_body,
                                  lua_script<lua_fields, lua_due, lua_inventory, lua_sweep, reserve_text>};
const Procedure inventory_settle{"inventory.settle", settle_body,
                                 lua_script<lua_fields, lua_due, lua_inventory, lua_sweep, settle_text>};
const Procedure inventory_find{"inventory.find", find_body,
                               lua_script<lua_fields, lua_due, lua_inventory, lua_sweep, find_text>};
const Procedure inventory_expire{"inventory.expire", expire_body,
                                 lua_script<lua_fields, lua_due, lua_inventory, expire_text>};

}  // namespace playhead::coordination
