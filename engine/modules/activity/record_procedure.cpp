#include <algorithm>

#include "engine/modules/activity/activity_procedures.h"
#include "engine/modules/procedures/unit_calls.h"

namespace playhead::activity {

namespace {

constexpr Text record_text = R"lua(
local history_limit, preferences_limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local percent, likes_limit = tonumber(ARGV[4]), tonumber(ARGV[5])
local source, sources_limit = ARGV[6], tonumber(ARGV[7])
local out = {}

-- One event: its keys stand behind KEYS[k], its arguments behind ARGV[v].
local function record(k, v)
  local user, video, event = ARGV[v + 1], ARGV[v + 2], ARGV[v + 3]
  local watched, duration, at = tonumber(ARGV[v + 4]), tonumber(ARGV[v + 5]), tonumber(ARGV[v + 6])
  local result, count, user_views, completion, completed = 1, 0, 0, 0, 0

  local function add(what, by)
    redis.call('HINCRBY', KEYS[k + 5], what, by)
    return redis.call('HINCRBY', KEYS[k + 7], what, by)
  end
  local function record_history()
    redis.call('ZADD', KEYS[k + 1], 'GT', int(at), video)
    redis.call('HINCRBY', KEYS[k + 2], video, ARGV[v + 4])
    if completion > tonumber(redis.call('HGET', KEYS[k + 3], video) or -1) then
      redis.call('HSET', KEYS[k + 3], video, completion)
    end
    local excess = redis.call('ZCARD', KEYS[k + 1]) - history_limit
    if excess <= 0 then return end
    local gone = redis.call('ZPOPMIN', KEYS[k + 1], excess)
    for i = 1, #gone, 2 do
      redis.call('HDEL', KEYS[k + 2], gone[i])
      redis.call('HDEL', KEYS[k + 3], gone[i])
    end
  end
  local function watch()
    if duration > 0 then completion = math.min(1000, math.floor(watched * 1000 / duration))
    elseif event == 'finish' then completion = 1000 end
    if completion >= 10 * percent then completed = 1 end
    record_history()
    add('watched', ARGV[v + 4])
    if completed == 1 then add('completed', 1) end
    if event == 'finish' then
      count = tonumber(redis.call('HGET', KEYS[k + 7], 'views') or 0)
      user_views = tonumber(redis.call('ZSCORE', KEYS[k + 4], video) or 0)
      return
    end
    user_views = tonumber(redis.call('ZINCRBY', KEYS[k + 4], 1, video))
    redis.call('ZREMRANGEBYRANK', KEYS[k + 4], 0, -1 - preferences_limit)
    local hour = math.floor((at + tonumber(ARGV[v + 7])) / 3600000) % 24
    redis.call('HINCRBY', KEYS[k + 5], 'h' .. hour, 1)
    count = add('views', 1)
  end
  local function like()
    if redis.call('ZSCORE', KEYS[k + 6], video) then result = 0
    elseif redis.call('ZCARD', KEYS[k + 6]) >= likes_limit then result = -1
    else
      redis.call('ZADD', KEYS[k + 6], int(at), video)
      add('likes', 1)
    end
    count = tonumber(redis.call('HGET', KEYS[k + 7], 'likes') or 0)
  end
  local function unlike()
    result = redis.call('ZREM', KEYS[k + 6], video)
    if result == 1 then add('likes', -1) end
    count = tonumber(redis.call('HGET', KEYS[k + 7], 'likes') or 0)
  end
  local function mark(command, key, kept_until)
    local left = tonumber(kept_until) - now
    if left > 0 and redis.call(command, key, user) == 1 then redis.call('PEXPIRE', key, int(left + 86400000)) end
  end
  local function note_user()
    if at > tonumber(redis.call('HGET', KEYS[k + 5], 'last') or 0) then
      redis.call('HSET', KEYS[k + 5], 'last', int(at))
    end
    redis.call('ZADD', KEYS[k + 8], 'GT', int(math.min(at, now)), user)
    mark('SADD', KEYS[k + 9], ARGV[v + 8])
    mark('SADD', KEYS[k + 10], ARGV[v + 9])
    mark('PFADD', KEYS[k + 11], ARGV[v + 10])
  end

  -- Whether the source's event has been recorded before; if not, it is noted that it has been now.
  local function repeated()
    local number = tonumber(ARGV[v + 11])
    if number <= tonumber(redis.call('HGET', KEYS[k + 12], source) or -1) then return true end
    redis.call('HSET', KEYS[k + 12], source, int(number))
    local latest = redis.call('ZRANGE', KEYS[k + 13], -1, -1, 'WITHSCORES')
    if latest[1] == source then return false end
    redis.call('ZADD', KEYS[k + 13], int(tonumber(latest[2] or 0) + 1), source)
    local excess = redis.call('ZCARD', KEYS[k + 13]) - sources_limit
    if excess > 0 then
      local gone = redis.call('ZPOPMIN', KEYS[k + 13], excess)
      for i = 1, #gone, 2 do redis.call('HDEL', KEYS[k + 12], gone[i]) end
    end
    return false
  end

  if source ~= '' and repeated() then
    for _, n in ipairs({-2, 0, 0, 0, 0}) do out[#out + 1] = n end
    return
  end
  if event == 'view' or event == 'finish' then watch()
  elseif event == 'like' then like()
  elseif event == 'unlike' then unlike()
  elseif event ~= 'visit' then count = add(event .. 's', 1) end
  note_user()
  for _, n in ipairs({result, count, user_views, completion, completed}) do out[#out + 1] = n end
end

local width = 11
if source ~= '' then width = 13 end
for i = 0, #KEYS / width - 1 do record(width * i, 7 + 11 * i) end
return out
)lua";

struct Limits {
  Millis now = 0;
  std::int64_t history = 0, preferences = 0, percent = 0, likes = 0;
  Text source;
  std::int64_t sources = 0;
};

Limits read_limits(Unit& unit, ArgumentReader& in) {
  Limits l;
  l.now = read_time(unit, in);
  l.history = in.integer();
  l.preferences = in.integer();
  l.percent = in.integer();
  l.likes = in.integer();
  l.source = in.text();
  l.sources = in.integer();
  return l;
}

// Rounded down, also below zero.
std::int64_t divide_down(std::int64_t n, std::int64_t by) {
  return n / by - (n % by < 0 ? 1 : 0);
}

/// One event that is being recorded.
class Recording {
 public:
  Recording(Unit& unit, std::uint16_t db, const Limits& limits, List<Text> keys, ArgumentReader& in)
      : unit_(unit), db_(db), calls_(unit, db), limits_(limits), keys_(keys) {
    user_ = in.text();
    video_ = in.text();
    event_ = in.text();
    watched_ = in.integer();
    duration_ = in.integer();
    at_ = in.integer();
    offset_ = in.integer();
    for (Millis& kept : kept_until_) kept = in.integer();
    number_ = in.integer();
  }

  void record(std::vector<Value>& out) {
    if (!limits_.source.empty() && repeated()) {
      result_ = -2;
      return put(out);
    }
    if (event_ == "view" || event_ == "finish")
      watch();
    else if (event_ == "like")
      like();
    else if (event_ == "unlike")
      unlike();
    else if (event_ != "visit")
      count_ = add(std::string(event_) + "s", 1);
    note_user();
    put(out);
  }

 private:
  void put(std::vector<Value>& out) const {
    for (std::int64_t n : {result_, count_, user_views_, completion_, std::int64_t{completed_ ? 1 : 0}})
      out.push_back(Value::integer(n));
  }

  Text history() const { return keys_[0]; }
  Text watched() const { return keys_[1]; }
  Text completions() const { return keys_[2]; }
  Text preferences() const { return keys_[3]; }
  Text counts() const { return keys_[4]; }
  Text likes() const { return keys_[5]; }
  Text video_counts() const { return keys_[6]; }
  Text last() const { return keys_[7]; }
  Text applied() const { return keys_[11]; }
  Text sources() const { return keys_[12]; }

  void raise_score(Text key, Text member, Millis to) {
    ScoreMember item{static_cast<double>(to), member};
    ZAdd raise{key, {&item, 1}};
    raise.gt = true;
    run_for_effect(unit_, raise, db_);
  }
  std::int64_t add(Text what, std::int64_t by) {
    calls_.hincrby(counts(), what, by);
    return calls_.hincrby(video_counts(), what, by);
  }

  void record_history() {
    raise_score(history(), video_, at_);
    calls_.hincrby(watched(), video_, watched_);
    if (completion_ > calls_.number(completions(), video_, -1))
      calls_.set_number(completions(), video_, completion_);
    std::int64_t excess = calls_.zcard(history()) - limits_.history;
    if (excess <= 0) return;
    for (const ScoredMember& gone : calls_.zpopmin(history(), excess)) {
      calls_.hdel(watched(), gone.member);
      calls_.hdel(completions(), gone.member);
    }
  }

  void watch() {
    const bool finish = event_ == "finish";
    if (duration_ > 0)
      completion_ = std::min<std::int64_t>(1000, watched_ * 1000 / duration_);
    else if (finish)
      completion_ = 1000;
    completed_ = completion_ >= 10 * limits_.percent;
    record_history();
    add("watched", watched_);
    if (completed_) add("completed", 1);
    if (finish) {
      count_ = calls_.number(video_counts(), "views");
      user_views_ = static_cast<std::int64_t>(calls_.zscore(preferences(), video_).value_or(0));
      return;
    }
    user_views_ = static_cast<std::int64_t>(unit_.run(ZIncrBy{preferences(), 1, video_}, db_));
    run_for_effect(unit_, ZRemRangeByRank{preferences(), 0, -1 - limits_.preferences}, db_);
    std::int64_t hour = divide_down(at_ + offset_, 3'600'000);
    hour -= divide_down(hour, 24) * 24;
    calls_.hincrby(counts(), "h" + std::to_string(hour), 1);
    count_ = add("views", 1);
  }

  void like() {
    if (calls_.zscore(likes(), video_)) {
      result_ = 0;
    } else if (calls_.zcard(likes()) >= limits_.likes) {
      result_ = -1;
    } else {
      calls_.zadd(likes(), at_, video_);
      add("likes", 1);
    }
    count_ = calls_.number(video_counts(), "likes");
  }

  void unlike() {
    result_ = calls_.zrem(likes(), video_) ? 1 : 0;
    if (result_ == 1) add("likes", -1);
    count_ = calls_.number(video_counts(), "likes");
  }

  bool repeated() {
    if (number_ <= calls_.number(applied(), limits_.source, -1)) return true;
    calls_.set_number(applied(), limits_.source, number_);
    auto latest = by_rank(unit_, db_, sources(), -1, -1);
    if (!latest.empty() && latest[0].member == limits_.source) return false;
    calls_.zadd(sources(), latest.empty() ? 1 : static_cast<std::int64_t>(latest[0].score) + 1,
                limits_.source);
    std::int64_t excess = calls_.zcard(sources()) - limits_.sources;
    if (excess <= 0) return false;
    for (const ScoredMember& gone : calls_.zpopmin(sources(), excess)) calls_.hdel(applied(), gone.member);
    return false;
  }

  void note_user() {
    if (at_ > calls_.number(counts(), "last")) calls_.set_number(counts(), "last", at_);
    raise_score(last(), user_, std::min(at_, limits_.now));  // nobody has been active in the future
    for (std::size_t i = 0; i < std::size(kept_until_); ++i) {
      Millis left = kept_until_[i] - limits_.now;
      if (left <= 0) continue;
      Text key = keys_[8 + i];
      bool added =
          i < 2 ? unit_.run(SAdd{key, {&user_, 1}}, db_) == 1 : unit_.run(PfAdd{key, {&user_, 1}}, db_);
      if (added) calls_.pexpire(key, left + kept_longer);
    }
  }

  Unit& unit_;
  const std::uint16_t db_;
  UnitCalls calls_;
  const Limits& limits_;
  const List<Text> keys_;
  Text user_, video_, event_;
  Millis watched_ = 0, duration_ = 0, at_ = 0, offset_ = 0;
  Millis kept_until_[3] = {};  // day, month, about
  std::int64_t number_ = 0, result_ = 1, count_ = 0, user_views_ = 0, completion_ = 0;
  bool completed_ = false;
};

Value record_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  const Limits limits = read_limits(unit, in);
  const std::size_t width = keys_of_event + (limits.source.empty() ? 0 : keys_of_source);
  std::vector<Value> out;
  for (std::size_t first = 0; first < keys.size(); first += width)
    Recording(unit, db, limits, keys.subspan(first, width), in).record(out);
  return Value::array(std::move(out));
}

}  // namespace

const Procedure record_events{"activity.record", record_body, lua_script<record_text>};

}  // namespace playhead::activity
