#include "playhead/modules/sliding_window.h"

#include <array>

#include "engine/modules/numbers/sliding_procedures.h"
#include "engine/modules/procedures/unit_calls.h"
#include "playhead/error.h"

namespace playhead {

namespace numbers {

namespace {

constexpr std::int64_t dropped_at_once = 1000;

// ---- exact

constexpr Text exact_text = R"lua(
local value, at, window = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if at == 0 or at > now then at = now end
if value > 0 and at > now - window then
  redis.call('ZADD', KEYS[1], int(at), int(at))
  redis.call('HINCRBY', KEYS[2], int(at), ARGV[2])
  redis.call('HINCRBY', KEYS[2], '', ARGV[2])
end
while true do
  local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(now - window), 'LIMIT', 0, 1000)
  if #old == 0 then break end
  local sum = 0
  for _, time in ipairs(old) do
    sum = sum + tonumber(redis.call('HGET', KEYS[2], time))
    redis.call('HDEL', KEYS[2], time)
  end
  redis.call('ZREM', KEYS[1], unpack(old))
  redis.call('HINCRBY', KEYS[2], '', int(-sum))
end
if redis.call('ZCARD', KEYS[1]) == 0 then
  redis.call('DEL', KEYS[2])
  return 0
end
if value > 0 then
  for i = 1, 2 do redis.call('PEXPIRE', KEYS[i], int(window + tonumber(ARGV[5]))) end
end
return tonumber(redis.call('HGET', KEYS[2], ''))
)lua";

void add_events(UnitCalls& calls, List<Text> keys, Millis at, std::int64_t value) {
  std::string time = std::to_string(at);
  calls.zadd(keys[0], at, time);
  calls.hincrby(keys[1], time, value);
  calls.hincrby(keys[1], "", value);
}

/// Drops what happened until then, as far as one pass goes; false: there was nothing.
bool drop_events(Unit& unit, std::uint16_t db, List<Text> keys, Millis until) {
  UnitCalls calls(unit, db);
  auto old = calls.up_to(keys[0], until, dropped_at_once);
  if (old.empty()) return false;
  std::vector<Text> times;
  std::int64_t sum = 0;
  for (const ScoredMember& item : old) {
    times.push_back(item.member);
    sum += calls.number(keys[1], item.member);
  }
  run_for_effect(unit, HDel{keys[1], times}, db);
  run_for_effect(unit, ZRem{keys[0], times}, db);
  calls.hincrby(keys[1], "", -sum);
  return true;
}

Value exact_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  std::int64_t value = in.integer();
  Millis at = in.integer(), window = in.integer(), slack = in.integer();
  if (at == 0 || at > now) at = now;
  UnitCalls calls(unit, db);
  if (value > 0 && at > now - window) add_events(calls, keys, at, value);
  while (drop_events(unit, db, keys, now - window)) continue;
  if (calls.zcard(keys[0]) == 0) {
    calls.del(keys[1]);
    return Value::integer(0);
  }
  if (value > 0)
    for (Text key : keys) calls.pexpire(key, window + slack);
  return Value::integer(calls.number(keys[1], ""));
}

// ---- buckets

constexpr Text buckets_text = R"lua(
local value, at, window, buckets = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
if at == 0 or at > now then at = now end
local length = window / buckets
local current, bucket = math.floor(now / length), math.floor(at / length)
if value > 0 and bucket >= current - buckets then
  local slot = int(bucket % (buckets + 1))
  local kept = tonumber(redis.call('HGET', KEYS[1], slot .. 'w') or -1)
  if kept < bucket then
    redis.call('HSET', KEYS[1], slot .. 'w', int(bucket))
    redis.call('HDEL', KEYS[1], slot .. 'c')
  end
  if kept <= bucket then redis.call('HINCRBY', KEYS[1], slot .. 'c', ARGV[2]) end
  redis.call('PEXPIRE', KEYS[1], int(window + length + tonumber(ARGV[6])))
end
local whole, part = 0, 0
for slot = 0, buckets do
  local kept = tonumber(redis.call('HGET', KEYS[1], int(slot) .. 'w') or -1)
  if kept >= 0 and kept >= current - buckets and kept <= current then
    local count = tonumber(redis.call('HGET', KEYS[1], int(slot) .. 'c'))
    if kept == current - buckets then part = count else whole = whole + count end
  end
end
return {whole, part, now - current * length}
)lua";

void add_to_bucket(UnitCalls& calls, Text key, std::int64_t bucket, std::int64_t buckets,
                   std::int64_t value) {
  std::string slot = std::to_string(bucket % (buckets + 1)), held = slot + "w", count = slot + "c";
  std::int64_t kept = calls.number(key, held, -1);
  if (kept < bucket) {
    calls.set_number(key, held, bucket);
    calls.hdel(key, count);
  }
  if (kept <= bucket) calls.hincrby(key, count, value);
}

Value buckets_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  std::int64_t value = in.integer();
  Millis at = in.integer(), window = in.integer();
  std::int64_t buckets = in.integer();
  Millis slack = in.integer(), length = window / buckets;
  if (at == 0 || at > now) at = now;
  UnitCalls calls(unit, db);
  std::int64_t current = now / length, bucket = at / length;
  if (value > 0 && bucket >= current - buckets) {
    add_to_bucket(calls, keys[0], bucket, buckets, value);
    calls.pexpire(keys[0], window + length + slack);
  }
  std::int64_t whole = 0, part = 0;
  for (std::int64_t slot = 0; slot <= buckets; ++slot) {
    std::string name = std::to_string(slot);
    std::int64_t kept = calls.number(keys[0], name + "w", -1);
    if (kept < 0 || kept < current - buckets || kept > current) continue;
    (kept == current - buckets ? part : whole) += calls.number(keys[0], name + "c");
  }
  return Value::array({Value::integer(whole), Value::integer(part), Value::integer(now - current * length)});
}

}  // namespace

const Procedure slide_exact{"sliding.exact", exact_body, lua_script<exact_text>};
const Procedure slide_buckets{"sliding.buckets", buckets_body, lua_script<buckets_text>};

}  // namespace numbers

namespace {

constexpr Millis longest_window = Millis{366} * 86'400'000, latest_time = Millis{1} << 50;

std::string part_key(const Namespace& space, const SlidingWindowOptions& o, Text counter, Text part) {
  check_id("counter", counter);
  std::string shape = std::to_string(o.window) + (o.exact ? "" : "." + std::to_string(o.buckets));
  return space.keys().key("sliding", counter, {o.name, shape, part});
}

double slide(const Namespace& space, const SlidingWindowOptions& o, Text counter, std::int64_t value,
             std::optional<Millis> at) {
  if (at) check_range("at", *at, 1, latest_time);
  ArgumentWriter args(space.time());
  args.integer(value).integer(at.value_or(0)).integer(o.window);
  if (o.exact) {
    args.integer(o.slack);
    std::string times = part_key(space, o, counter, "times"), counts = part_key(space, o, counter, "counts");
    return static_cast<double>(space.invoke(numbers::slide_exact, {times, counts}, args).to_integer());
  }
  args.integer(o.buckets).integer(o.slack);
  std::string key = part_key(space, o, counter, "buckets");
  Value reply = space.invoke(numbers::slide_buckets, {key}, args);
  const auto& parts = list_of(reply);
  const Millis whole = o.window / o.buckets;  // without a rest: the constructor refuses others
  const auto length = static_cast<double>(whole);
  auto number = [&](std::size_t i) { return static_cast<double>(parts.at(i).to_integer()); };
  return number(0) + number(1) * (length - number(2)) / length;
}

}  // namespace

SlidingWindow::SlidingWindow(Namespace space, SlidingWindowOptions options)
    : space_(std::move(space)), options_(std::move(options)) {
  check_id("name", options_.name);
  check_range("window", options_.window, 1, longest_window);
  check_range("buckets", options_.buckets, 1, 1000);
  check_range("slack", options_.slack, 0, longest_window);
  if (!options_.exact && options_.window % options_.buckets != 0)
    throw Error(ErrorCode::invalid, "window=" + std::to_string(options_.window) +
                                        " is no multiple of buckets=" + std::to_string(options_.buckets) +
                                        "; buckets have equal lengths");
}

double SlidingWindow::increment(Text counter, std::int64_t value, std::optional<Millis> at) {
  check_range("value", value, 1, 1'000'000'000'000);
  return slide(space_, options_, counter, value, at);
}

double SlidingWindow::get_count(Text counter) {
  return slide(space_, options_, counter, 0, std::nullopt);
}

double SlidingWindow::get_rate(Text counter) {
  return get_count(counter) * 1000 / static_cast<double>(options_.window);
}

void SlidingWindow::remove(Text counter) {
  std::string times = part_key(space_, options_, counter, "times"),
              counts = part_key(space_, options_, counter, "counts"),
              buckets = part_key(space_, options_, counter, "buckets");
  Text keys[] = {times, counts, buckets};
  space_.run(Unlink{{keys}});
}

List<Procedure> SlidingWindow::procedures() {
  static const std::array all = {numbers::slide_exact, numbers::slide_buckets};
  return all;
}

}  // namespace playhead
