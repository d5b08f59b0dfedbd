#include "engine/modules/identity/rate_procedures.h"

#include "engine/modules/identity/rate_request.h"

namespace playhead::identity {

namespace {

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

/// In the order of RateAlgorithm.
const std::array<Procedure, 5>& all_rates() {
  static const std::array all = {
      Procedure{"rates.fixed_window", fixed_body, lua_script<lua_rates, fixed_text>},
      sliding_log,
      Procedure{"rates.sliding_counter", counter_body, lua_script<lua_rates, counter_text>},
      Procedure{"rates.token_bucket", bucket_body, lua_script<lua_rates, bucket_text>},
      Procedure{"rates.gcra", gcra_body, lua_script<lua_rates, gcra_text>},
  };
  return all;
}

}  // namespace

const Procedure& rate_procedure(RateAlgorithm algorithm) {
  return all_rates().at(static_cast<std::size_t>(algorithm));
}

List<Procedure> rate_procedures() {
  return all_rates();
}

}  // namespace playhead::identity
