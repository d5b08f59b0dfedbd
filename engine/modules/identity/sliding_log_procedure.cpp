#include <limits>

#include "engine/modules/identity/rate_procedures.h"
#include "engine/modules/identity/rate_request.h"

namespace playhead::identity {

namespace {

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

}  // namespace

const Procedure sliding_log{"rates.sliding_log", log_body, lua_script<lua_rates, log_text>};

}  // namespace playhead::identity
