#include "playhead/modules/following.h"

#include <array>

#include "playhead/error.h"

namespace playhead {

namespace {

// follow.add  keys: whom the user follows, who follows the other, both zsets user -> time; arguments: time, user,
// other, at (0: the time), limit -> 1 added, 0 present, -1 full
constexpr Text add_text = R"lua(
local user, other, at = ARGV[2], ARGV[3], tonumber(ARGV[4])
if at == 0 then at = now end
if redis.call('ZSCORE', KEYS[1], other) then return 0 end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[5]) then return -1 end
redis.call('ZADD', KEYS[1], int(at), other)
redis.call('ZADD', KEYS[2], int(at), user)
return 1
)lua";

Value add_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text user = in.text(), other = in.text();
  Millis at = in.integer();
  if (unit.run(ZScore{keys[0], other}, db)) return Value::integer(0);
  if (unit.run(ZCard{keys[0]}, db) >= in.integer()) return Value::integer(-1);
  const auto score = static_cast<double>(at != 0 ? at : now);
  ScoreMember to{score, other}, from{score, user};
  run_for_effect(unit, ZAdd{keys[0], {&to, 1}}, db);
  run_for_effect(unit, ZAdd{keys[1], {&from, 1}}, db);
  return Value::integer(1);
}

// follow.remove  keys: a list of the user, then for each of the others the list that has the user in return;
// arguments: time, user, others -> how many pairs there were
constexpr Text remove_text = R"lua(
local removed = 0
for i = 3, #ARGV do
  removed = removed + redis.call('ZREM', KEYS[1], ARGV[i])
  redis.call('ZREM', KEYS[i - 1], ARGV[2])
end
return removed
)lua";

Value remove_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  Text user = in.text();
  std::int64_t removed = 0;
  std::size_t key = 0;
  for (Text other : in.rest()) {
    removed += unit.run(ZRem{keys[0], {&other, 1}}, db);
    run_for_effect(unit, ZRem{keys[++key], {&user, 1}}, db);
  }
  return Value::integer(removed);
}

const Procedure add_pair{"follow.add", add_body, lua_script<add_text>};
const Procedure remove_pairs{"follow.remove", remove_body, lua_script<remove_text>};

constexpr Millis latest_time = Millis{1} << 50;
constexpr std::int64_t pairs_at_once = 500;
constexpr Text to_others = "following", from_others = "followers";

std::string list_key(const Namespace& space, Text user_id, Text direction) {
  check_id("user_id", user_id);
  return space.keys().key("follow", user_id, {direction});
}

std::int64_t remove(const Namespace& space, Text user_id, Text direction, List<Text> others) {
  Text back = direction == to_others ? from_others : to_others;
  std::vector<std::string> keys = {list_key(space, user_id, direction)};
  ArgumentWriter args(space.time());
  args.text(user_id);
  for (Text other : others) {
    keys.push_back(list_key(space, other, back));
    args.text(other);
  }
  std::vector<Text> names(keys.begin(), keys.end());
  return space.invoke(remove_pairs, names, args).to_integer();
}

ListPage<FollowedUser> list(const Namespace& space, Text user_id, Text direction, Text cursor,
                            std::int64_t count) {
  auto page = list_page(space, list_key(space, user_id, direction), cursor, count);
  ListPage<FollowedUser> out{{}, std::move(page.next)};
  for (ScoredMember& item : page.items)
    out.items.push_back({std::move(item.member), static_cast<Millis>(item.score)});
  return out;
}

}  // namespace

Following::Following(Namespace space, FollowingOptions options)
    : space_(std::move(space)), options_(options) {
  check_range("limit", options_.limit, 1, 1'000'000);
}

Added Following::follow(Text user_id, Text other_id, std::optional<Millis> at) {
  std::string mine = list_key(space_, user_id, to_others), theirs = list_key(space_, other_id, from_others);
  if (user_id == other_id) throw Error(ErrorCode::invalid, "a user cannot follow itself");
  if (at) check_range("at", *at, 1, latest_time);
  ArgumentWriter args(space_.time());
  args.text(user_id).text(other_id).integer(at.value_or(0)).integer(options_.limit);
  std::int64_t result = space_.invoke(add_pair, {mine, theirs}, args).to_integer();
  return result > 0 ? Added::added : result == 0 ? Added::present : Added::full;
}

bool Following::unfollow(Text user_id, Text other_id) {
  return remove(space_, user_id, to_others, {&other_id, 1}) == 1;
}

bool Following::is_following(Text user_id, Text other_id) {
  std::string key = list_key(space_, user_id, to_others);
  check_id("other_id", other_id);
  return space_.run(ZScore{key, other_id}).has_value();
}

std::vector<bool> Following::is_following(Text user_id, List<Text> other_ids) {
  std::string key = list_key(space_, user_id, to_others);
  for (Text other : other_ids) check_id("other_id", other);
  std::vector<bool> out;
  if (other_ids.empty()) return out;
  for (const auto& since : space_.run(ZMScore{key, other_ids})) out.push_back(since.has_value());
  return out;
}

Relationship Following::relationship(Text user_id, Text other_id) {
  std::string mine = list_key(space_, user_id, to_others), theirs = list_key(space_, other_id, to_others);
  Batch batch(space_.db());
  batch.add(ZScore{mine, other_id});
  batch.add(ZScore{theirs, user_id});
  space_.store().perform(batch);
  return {batch.reply<ZScore>(0).has_value(), batch.reply<ZScore>(1).has_value()};
}

FollowCounts Following::counts(Text user_id) {
  std::string mine = list_key(space_, user_id, to_others), theirs = list_key(space_, user_id, from_others);
  Batch batch(space_.db());
  batch.add(ZCard{mine});
  batch.add(ZCard{theirs});
  space_.store().perform(batch);
  return {batch.reply<ZCard>(0), batch.reply<ZCard>(1)};
}

ListPage<FollowedUser> Following::following(Text user_id, Text cursor, std::int64_t count) {
  return list(space_, user_id, to_others, cursor, count);
}

ListPage<FollowedUser> Following::followers(Text user_id, Text cursor, std::int64_t count) {
  return list(space_, user_id, from_others, cursor, count);
}

std::int64_t Following::remove_user(Text user_id) {
  std::int64_t removed = 0;
  for (Text direction : {to_others, from_others})
    for (bool more = true; more;) {
      auto page = list(space_, user_id, direction, {}, pairs_at_once);
      more = !page.next.empty();
      std::vector<Text> others;
      for (const FollowedUser& item : page.items) others.push_back(item.user_id);
      removed += remove(space_, user_id, direction, others);
    }
  return removed;
}

List<Procedure> Following::procedures() {
  static const std::array all = {add_pair, remove_pairs};
  return all;
}

}  // namespace playhead
