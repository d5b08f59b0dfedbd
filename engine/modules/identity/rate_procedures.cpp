#include "engine/modules/identity/rate_procedures.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/modules/procedures/unit_calls.h"
#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead::identity {

namespace {

constexpr Text lua_rates = R"lua(
local limit, period, burst = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local weight, take, slack = tonumber(ARGV[5]), ARGV[6] == '1', tonumber(ARGV[7])
local function stored()
  local state = redis.call('GET', KEYS[1])
  if not state then return nil end
  local a, b, c = string.match(state, '^(%d+):(%d+):?(%d*)$')
  return tonumber(a), tonumber(b), tonumber(c)
end
local function keep(left, a, b, c)
  local state = int(a) .. ':' .. int(b)
  if c then state = state .. ':' .. int(c) end
  redis.call('SET', KEYS[1], state, 'PX', int(left + slack))
end
local function answer(fits, most, remaining, retry, reset)
  if fits then return {1, remaining, 0, reset} end
  if weight > most then retry = -1 end
  return {0, math.max(0, remaining), retry, reset}
end
)lua";

/// Up to three numbers.
class Numbers {
 public:
  void push_back(std::int64_t number) { numbers_.at(size_++) = number; }
  std::size_t size() const { return size_; }
  std::int64_t operator[](std::size_t i) const { return numbers_[i]; }

 private:
  std::array<std::int64_t, 3> numbers_{};
  std::size_t size_ = 0;
};

struct Request {
  Request(Unit& unit_of_work, std::uint16_t database, List<Text> keys, List<Text> args)
      : unit(unit_of_work), db(database), key(keys[0]) {
    ArgumentReader in(args);
    now = read_time(unit, in);
    limit = in.integer();
    period = in.integer();
    burst = in.integer();
    weight = in.integer();
    take = in.integer() == 1;
    slack = in.integer();
  }
  /// The numbers of a state; none: there is none.
  Numbers stored() const {
    auto state = unit.run(Get{key}, db);
    Numbers out;
    for (Text rest = state ? Text(*state) : Text(); !rest.empty();) {
      std::size_t colon = std::min(rest.find(':'), rest.size());
      std::int64_t n = 0;
      if (out.size() == 3 || !parse_int64(rest.substr(0, colon), n))
        throw Error(ErrorCode::corrupt, "a stored rate is not in the format of this version");
      out.push_back(n);
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
    return out;
  }
  void keep(Millis left, std::initializer_list<std::int64_t> numbers) const {
    std::string state;
    for (std::int64_t n : numbers) {
      char buffer[int64_text_size];
      if (!state.empty()) state.push_back(':');
      state += format_int64(n, buffer);
    }
    Set set{key, state};
    set.expiry.px = left + slack;
    run_for_effect(unit, set, db);
  }
  Value answer(bool fits, std::int64_t most, std::int64_t remaining, Millis retry, Millis reset) const {
    if (fits) retry = 0;
    if (!fits && weight > most) retry = -1;
    return Value::array({Value::integer(fits ? 1 : 0), Value::integer(std::max<std::int64_t>(0, remaining)),
                         Value::integer(retry), Value::integer(reset)});
  }

  Unit& unit;
  std::uint16_t db;
  Text key;
  Millis now = 0, period = 0, slack = 0;
  std::int64_t limit = 0, burst = 0, weight = 0;
  bool take = false;
};

std::int64_t divide_up(std::int64_t n, std::int64_t by) {
  return (n + by - 1) / by;
}

// ---- fixed window

constexpr Text fixed_text = R"lua(
local start, used = now - now % period, 0
local a, b = stored()
if a and a >= start and a <= start + period then start, used = a, b end
local left, fits = start + period - now, used + weight <= limit
if fits and take then
  used = used + weight
  keep(left, start, used)
end
local reset = 0
if used > 0 then reset = left end
return answer(fits, limit, limit - used, left, reset)
)lua";

Value fixed_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  Request r(unit, db, keys, args);
  Millis start = r.now - r.now % r.period;
  std::int64_t used = 0;
  if (auto s = r.stored(); s.size() >= 2 && s[0] >= start && s[0] <= start + r.period) {
    start = s[0];
    used = s[1];
  }
  Millis left = start + r.period - r.now;
  bool fits = used + r.weight <= r.limit;
  if (fits && r.take) {
    used += r.weight;
    r.keep(left, {start, used});
  }
  return r.answer(fits, r.limit, r.limit - used, left, used > 0 ? left : 0);
}

// ---- sliding log

constexpr Text log_text = R"lua(
local function entry(rank)
  local found = redis.call('ZRANGE', KEYS[1], rank, rank, 'WITHSCORES')
  if not found[1] then return nil end
  local total, taken = string.match(found[1], '^(%d+):(%d+)$')
  return {total = tonumber(total), weight = tonumber(taken), at = tonumber(found[2])}
end
local newest = entry(-1)
if newest and newest.at > now + period then
  redis.call('DEL', KEYS[1])
else
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', int(now - period))
end
newest = entry(-1)
local at, total, base = now, 0, 0
if newest then
  local oldest = entry(0)
  at, total, base = math.max(now, newest.at), newest.total, oldest.total - oldest.weight
end
local used, retry, fits = total - base, 0, total - base + weight <= limit
if fits and take then
  redis.call('ZADD', KEYS[1], int(at), string.format('%016.0f:%.0f', total + weight, weight))
  redis.call('PEXPIRE', KEYS[1], int(at + period - now + slack))
  used, newest = used + weight, {at = at}
elseif not fits and weight <= limit then
  local low, high = 0, redis.call('ZCARD', KEYS[1]) - 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if entry(middle).total - base >= used + weight - limit then high = middle else low = middle + 1 end
  end
  retry = entry(low).at + period - now
end
local reset = 0
if used > 0 then reset = newest.at + period - now end
return answer(fits, limit, limit - used, retry, reset)
)lua";

class Log {
 public:
  explicit Log(const Request& request) : r_(request) {}
  struct Entry {
    std::int64_t total = 0, weight = 0;
    Millis at = 0;
  };
  std::optional<Entry> entry(std::int64_t rank) const {
    auto found = by_rank(r_.unit, r_.db, r_.key, rank, rank);
    if (found.empty()) return std::nullopt;
    Text member = found[0].member;
    Entry e{0, 0, static_cast<Millis>(found[0].score)};
    std::size_t digit = std::min(member.find_first_not_of('0'), member.find(':') - 1);
    if (member.size() < 18 || !parse_int64(member.substr(digit, 16 - digit), e.total) ||
        !parse_int64(member.substr(17), e.weight))
      throw Error(ErrorCode::corrupt, "a stored request is not in the format of this version");
    return e;
  }
  void forget_old() const {
    auto newest = entry(-1);
    if (newest && newest->at > r_.now + r_.period) {
      run_for_effect(r_.unit, Del{{&r_.key, 1}}, r_.db);
    } else {
      Score least{-std::numeric_limits<double>::infinity(), false};
      run_for_effect(
          r_.unit, ZRemRangeByScore{r_.key, least, {static_cast<double>(r_.now - r_.period), false}}, r_.db);
    }
  }
  void add(Millis at, std::int64_t total) const {
    std::string member = std::to_string(total);
    member.insert(0, 16 - std::min<std::size_t>(16, member.size()), '0');
    member += ":" + std::to_string(r_.weight);
    ScoreMember item{static_cast<double>(at), member};
    run_for_effect(r_.unit, ZAdd{r_.key, {&item, 1}}, r_.db);
    PExpire expire;
    expire.key = r_.key;
    expire.time = at + r_.period - r_.now + r_.slack;
    run_for_effect(r_.unit, expire, r_.db);
  }
  /// The first one whose end leaves room.
  Entry first_with(std::int64_t total) const {
    std::int64_t low = 0, high = r_.unit.run(ZCard{r_.key}, r_.db) - 1;
    while (low < high) {
      std::int64_t middle = (low + high) / 2;
      if (entry(middle)->total >= total)
        high = middle;
      else
        low = middle + 1;
    }
    return *entry(low);
  }

 private:
  const Request& r_;
};

Value log_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  Request r(unit, db, keys, args);
  Log log(r);
  log.forget_old();
  auto newest = log.entry(-1);
  Millis at = r.now, last = r.now;
  std::int64_t total = 0, base = 0;
  if (newest) {
    auto oldest = log.entry(0);
    last = newest->at;
    at = std::max(r.now, last);
    total = newest->total;
    base = oldest->total - oldest->weight;
  }
  std::int64_t used = total - base;
  bool fits = used + r.weight <= r.limit;
  Millis retry = 0;
  if (fits && r.take) {
    log.add(at, total + r.weight);
    used += r.weight;
    last = at;
  } else if (!fits && r.weight <= r.limit) {
    retry = log.first_with(base + used + r.weight - r.limit).at + r.period - r.now;
  }
  return r.answer(fits, r.limit, r.limit - used, retry, used > 0 ? last + r.period - r.now : 0);
}

// ---- sliding counter

constexpr Text counter_text = R"lua(
local start, current, previous = now - now % period, 0, 0
local a, b, c = stored()
if a and a >= start and a <= start + period then
  start, current, previous = a, b, c
elseif a and a == start - period then
  previous = b
end
local room = limit * period - previous * (period - math.max(0, now - start)) - current * period
local fits, retry = weight <= limit and weight * period <= room, 0
if fits then
  if take then
    current, room = current + weight, room - weight * period
    keep(start + 2 * period - now, start, current, previous)
  end
elseif current + weight <= limit then
  retry = start + period - math.floor((limit - current - weight) * period / previous) - now
elseif weight <= limit then
  retry = start + 2 * period - math.floor((limit - weight) * period / current) - now
end
local reset = 0
if current > 0 then reset = start + 2 * period - now elseif previous > 0 then reset = start + period - now end
return answer(fits, limit, math.floor(room / period), retry, reset)
)lua";

struct Windows {
  Millis start = 0;
  std::int64_t current = 0, previous = 0;
};

Windows read_windows(const Request& r) {
  Windows w{r.now - r.now % r.period, 0, 0};
  auto s = r.stored();
  if (s.size() < 3) return w;
  if (s[0] >= w.start && s[0] <= w.start + r.period) return {s[0], s[1], s[2]};
  if (s[0] == w.start - r.period) w.previous = s[1];
  return w;
}

Millis counter_retry(const Request& r, const Windows& w) {
  if (w.current + r.weight <= r.limit)
    return w.start + r.period - (r.limit - w.current - r.weight) * r.period / w.previous - r.now;
  return w.start + 2 * r.period - (r.limit - r.weight) * r.period / w.current - r.now;
}

Value counter_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  Request r(unit, db, keys, args);
  Windows w = read_windows(r);
  Millis elapsed = std::max<Millis>(0, r.now - w.start);
  std::int64_t room = r.limit * r.period - w.previous * (r.period - elapsed) - w.current * r.period;
  bool fits = r.weight <= r.limit && r.weight * r.period <= room;
  Millis retry = fits || r.weight > r.limit ? 0 : counter_retry(r, w);
  if (fits && r.take) {
    w.current += r.weight;
    room -= r.weight * r.period;
    r.keep(w.start + 2 * r.period - r.now, {w.start, w.current, w.previous});
  }
  Millis reset = 0;
  if (w.current > 0)
    reset = w.start + 2 * r.period - r.now;
  else if (w.previous > 0)
    reset = w.start + r.period - r.now;
  return r.answer(fits, r.limit, room / r.period, retry, reset);
}

// ---- token bucket

constexpr Text bucket_text = R"lua(
local full = burst * period
local level, at = full, now
local a, b = stored()
if a and b <= now + period then
  local passed = math.min(math.max(0, now - b), math.ceil(full / limit))
  level, at = math.min(full, a + passed * limit), math.max(now, b)
end
local fits = weight <= burst and weight * period <= level
if fits and take then
  level = level - weight * period
  keep(at - now + math.ceil((full - level) / limit), level, at)
end
local reset = 0
if level < full then reset = at - now + math.ceil((full - level) / limit) end
local retry = at - now + math.ceil((weight * period - level) / limit)
if weight > burst then retry = -1 end
return answer(fits, burst, math.floor(level / period), retry, reset)
)lua";

Value bucket_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  Request r(unit, db, keys, args);
  const std::int64_t full = r.burst * r.period;
  std::int64_t level = full;
  Millis at = r.now;
  if (auto s = r.stored(); s.size() >= 2 && s[1] <= r.now + r.period) {
    Millis passed = std::min(std::max<Millis>(0, r.now - s[1]), divide_up(full, r.limit));
    level = std::min(full, s[0] + passed * r.limit);
    at = std::max(r.now, s[1]);
  }
  bool fits = r.weight <= r.burst && r.weight * r.period <= level;
  Millis retry =
      r.weight > r.burst || fits ? 0 : at - r.now + divide_up(r.weight * r.period - level, r.limit);
  if (fits && r.take) {
    level -= r.weight * r.period;
    r.keep(at - r.now + divide_up(full - level, r.limit), {level, at});
  }
  Millis reset = level < full ? at - r.now + divide_up(full - level, r.limit) : 0;
  return r.answer(fits, r.burst, level / r.period, retry, reset);
}

// ---- GCRA

constexpr Text gcra_text = R"lua(
local full, debt = burst * period, 0
local a, b = stored()
if a and a >= now and a <= now + math.floor(full / limit) + period then
  debt = math.min(full, (a - now) * limit + b)
end
local fits = weight <= burst and debt + weight * period <= full
if fits and take then
  debt = debt + weight * period
  keep(math.ceil(debt / limit), now + math.floor(debt / limit), debt % limit)
end
local retry = -1
if weight <= burst then retry = math.ceil((debt + weight * period - full) / limit) end
return answer(fits, burst, math.floor((full - debt) / period), retry, math.ceil(debt / limit))
)lua";

Value gcra_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  Request r(unit, db, keys, args);
  const std::int64_t full = r.burst * r.period;
  std::int64_t debt = 0;
  if (auto s = r.stored(); s.size() >= 2 && s[0] >= r.now && s[0] <= r.now + full / r.limit + r.period)
    debt = std::min(full, (s[0] - r.now) * r.limit + s[1]);
  bool fits = r.weight <= r.burst && debt + r.weight * r.period <= full;
  Millis retry = r.weight > r.burst || fits ? 0 : divide_up(debt + r.weight * r.period - full, r.limit);
  if (fits && r.take) {
    debt += r.weight * r.period;
    r.keep(divide_up(debt, r.limit), {r.now + debt / r.limit, debt % r.limit});
  }
  return r.answer(fits, r.burst, (full - debt) / r.period, retry, divide_up(debt, r.limit));
}

// In the order of RateAlgorithm.
constexpr std::array all = {
    Procedure{"rates.fixed_window", fixed_body, lua_script<lua_rates, fixed_text>},
    Procedure{"rates.sliding_log", log_body, lua_script<lua_rates, log_text>},
    Procedure{"rates.sliding_counter", counter_body, lua_script<lua_rates, counter_text>},
    Procedure{"rates.token_bucket", bucket_body, lua_script<lua_rates, bucket_text>},
    Procedure{"rates.gcra", gcra_body, lua_script<lua_rates, gcra_text>},
};

}  // namespace

const Procedure& rate_procedure(RateAlgorithm algorithm) {
  return all.at(static_cast<std::size_t>(algorithm));
}

List<Procedure> rate_procedures() {
  return all;
}

}  // namespace playhead::identity
