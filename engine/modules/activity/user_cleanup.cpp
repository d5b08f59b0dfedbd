#include "playhead/modules/user_cleanup.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/modules/activity/activity_keys.h"
#include "engine/modules/procedures/unit_calls.h"
#include "engine/modules/procedures/wait.h"
#include "engine/store/background.h"

namespace playhead {

using namespace activity;

namespace {

// users.clean  keys: last and later of a part (activity_keys.h), then the list of each user; arguments: time, inactive
// after, older than, videos at most in all, users -> how many of them are inactive, videos removed, users that are back,
// whether the videos were too many for one call. Who has old videos left stays where it is; who has only newer ones moves to `later`, with the time
// when the first of them is old; who has none is forgotten.
constexpr Text clean_text = R"lua(
local inactive_after, older_than, videos = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local inactive, removed, back, more = 0, 0, 0, 0
for i = 3, #KEYS do
  if removed == videos then
    more = 1
    break
  end
  local user, list = ARGV[i + 2], KEYS[i]
  local seen = redis.call('ZSCORE', KEYS[1], user)
  if seen and tonumber(seen) > now - inactive_after then
    back = back + 1
    redis.call('ZREM', KEYS[2], user)
  else
    inactive = inactive + 1
    local old = redis.call('ZRANGEBYSCORE', list, '-inf', int(now - older_than), 'LIMIT', 0, videos - removed)
    for _, video in ipairs(old) do redis.call('ZREM', list, video) end
    removed = removed + #old
    if removed == videos then
      more = 1
    else
      local oldest = redis.call('ZRANGE', list, 0, 0, 'WITHSCORES')
      redis.call('ZREM', KEYS[1], user)
      if oldest[2] then redis.call('ZADD', KEYS[2], int(tonumber(oldest[2]) + older_than), user)
      else redis.call('ZREM', KEYS[2], user) end
    end
  end
end
return {inactive, removed, back, more}
)lua";

Value clean_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  UnitCalls calls(unit, db);
  const Millis now = read_time(unit, in), inactive_after = in.integer(), older_than = in.integer();
  const std::int64_t videos = in.integer();
  std::int64_t inactive = 0, removed = 0, back = 0, more = 0;
  for (Text list : keys.subspan(2)) {
    if (removed == videos) {
      more = 1;
      break;
    }
    Text user = in.text();
    auto seen = calls.zscore(keys[0], user);
    if (seen && *seen > static_cast<double>(now - inactive_after)) {
      ++back;
      calls.zrem(keys[1], user);
      continue;
    }
    ++inactive;
    auto old = calls.up_to(list, now - older_than, videos - removed);
    for (const ScoredMember& item : old) calls.zrem(list, item.member);
    removed += static_cast<std::int64_t>(old.size());
    if (removed == videos) {
      more = 1;
      continue;
    }
    auto oldest = calls.first(list);
    calls.zrem(keys[0], user);
    if (oldest)
      calls.zadd(keys[1], static_cast<Millis>(oldest->score) + older_than, user);
    else
      calls.zrem(keys[1], user);
  }
  return Value::array(
      {Value::integer(inactive), Value::integer(removed), Value::integer(back), Value::integer(more)});
}

const Procedure clean_users{"users.clean", clean_body, lua_script<clean_text>};

}  // namespace

UserCleanup::UserCleanup(Namespace space, UserCleanupOptions options)
    : space_(std::move(space)),
      options_(options),
      background_(new Background("user clean-up", options_.longest_wait, [this](const auto&) -> Millis {
        return step().more ? 0 : options_.longest_wait;
      })) {
  check_range("inactive_after", options_.inactive_after, 1, longest_span);
  check_range("older_than", options_.older_than, 0, longest_span);
  check_range("batch", options_.batch, 1, 1000);
  check_range("videos", options_.videos, 1, 10'000);
  check_range("longest_wait", options_.longest_wait, 1, 3'600'000);
}

UserCleanup::~UserCleanup() {
  background_.reset();
}

// Of each part, those that seem to be inactive, and those whose lists have become old since. They are looked at again
// where their lists are cleaned.
std::vector<std::vector<std::string>> UserCleanup::candidates(Millis now) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Batch batch(space_.db());
  auto add = [&](int part, Text what, Millis until) {
    std::string key = part_key(space_, part, what);
    Score end{static_cast<double>(until), false};
    batch.add(ZRangeByScore{key, {-infinity, false}, end, false, Limit{0, options_.batch}});
  };
  for (int part = 0; part < active_parts; ++part) {
    add(part, "last", now - options_.inactive_after);
    add(part, "later", now);
  }
  space_.store().perform(batch);
  std::vector<std::vector<std::string>> out(active_parts);
  for (std::size_t i = 0; i < 2 * out.size(); ++i)
    for (ScoredMember& user : batch.reply<ZRangeByScore>(i)) out[i / 2].push_back(std::move(user.member));
  for (auto& users : out) {
    std::sort(users.begin(), users.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
  }
  return out;
}

void UserCleanup::clean(int part, const std::vector<std::string>& users, Millis now,
                        UserCleanupReport& report) {
  std::vector<std::string> names = {part_key(space_, part, "last"), part_key(space_, part, "later")};
  ArgumentWriter args(now);
  args.integer(options_.inactive_after).integer(options_.older_than).integer(options_.videos);
  for (const std::string& user : users) {
    names.push_back(watch_later_key(space_, user));
    args.text(user);
  }
  std::vector<Text> keys(names.begin(), names.end());
  Value reply = space_.invoke(clean_users, keys, args);
  const auto& parts = list_of(reply);
  report.users += parts.at(0).to_integer();
  report.videos += parts.at(1).to_integer();
  report.back += parts.at(2).to_integer();
  report.more |= parts.at(3).to_integer() == 1;
}

UserCleanupReport UserCleanup::step(std::optional<Millis> now) {
  UserCleanupReport report;
  auto users = candidates(now ? *now : space_.now());
  for (std::size_t part = 0; part < users.size(); ++part) {
    if (users[part].empty()) continue;
    clean(static_cast<int>(part), users[part], now.value_or(space_.time()), report);
    report.more |= static_cast<std::int64_t>(users[part].size()) >= options_.batch;
  }
  return report;
}

void UserCleanup::run_in_background(std::function<void(Text)> on_error) {
  background_->start(std::move(on_error));
}

void UserCleanup::stop_background() {
  background_->stop();
}

bool UserCleanup::running() const {
  return background_->running();
}

List<Procedure> UserCleanup::procedures() {
  static const std::array all = {clean_users};
  return all;
}

}  // namespace playhead
