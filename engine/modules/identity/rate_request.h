#pragma once
// What the procedures of RateLimiter share: their arguments, the state of most of them, their answer.
#include <algorithm>
#include <array>

#include "engine/modules/procedures/unit_calls.h"
#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead::identity {

inline constexpr Text lua_rates = R"lua(
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
    std::vector<Value> parts;
    parts.reserve(4);
    for (std::int64_t n : {std::int64_t{fits}, std::max<std::int64_t>(0, remaining), retry, reset})
      parts.push_back(Value::integer(n));
    return Value::array(std::move(parts));
  }

  Unit& unit;
  std::uint16_t db;
  Text key;
  Millis now = 0, period = 0, slack = 0;
  std::int64_t limit = 0, burst = 0, weight = 0;
  bool take = false;
};

inline std::int64_t divide_up(std::int64_t n, std::int64_t by) {
  return (n + by - 1) / by;
}

}  // namespace playhead::identity
