#include "playhead/modules/favorites.h"

#include <array>

#include "engine/modules/procedures/sharded_counts.h"

namespace playhead {

namespace {

// favorites.add  keys: the list, a zset video -> time; the video's shard of counts, a zset video -> count;
// arguments: time, video, at (0: the time), limit -> 1 added, 0 present, -1 full; the count
constexpr Text add_text = R"lua(
local video, at, result = ARGV[2], tonumber(ARGV[3]), 0
if at == 0 then at = now end
if not redis.call('ZSCORE', KEYS[1], video) then
  if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then
    result = -1
  else
    result = 1
    redis.call('ZADD', KEYS[1], int(at), video)
    redis.call('ZINCRBY', KEYS[2], 1, video)
  end
end
return {result, tonumber(redis.call('ZSCORE', KEYS[2], video) or 0)}
)lua";

Value add_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text video = in.text();
  Millis at = in.integer();
  std::int64_t limit = in.integer(), result = 0;
  if (!unit.run(ZScore{keys[0], video}, db)) {
    result = unit.run(ZCard{keys[0]}, db) >= limit ? -1 : 1;
    if (result == 1) {
      ScoreMember item{static_cast<double>(at != 0 ? at : now), video};
      run_for_effect(unit, ZAdd{keys[0], {&item, 1}}, db);
      run_for_effect(unit, ZIncrBy{keys[1], 1, video}, db);
    }
  }
  auto count = static_cast<std::int64_t>(unit.run(ZScore{keys[1], video}, db).value_or(0));
  return Value::array({Value::integer(result), Value::integer(count)});
}

// favorites.remove  keys: the list, then the shard of each video; arguments: time, videos -> how many were there
constexpr Text remove_text = R"lua(
local removed = 0
for i = 2, #ARGV do
  if redis.call('ZREM', KEYS[1], ARGV[i]) == 1 then
    removed = removed + 1
    if tonumber(redis.call('ZINCRBY', KEYS[i], -1, ARGV[i])) <= 0 then redis.call('ZREM', KEYS[i], ARGV[i]) end
  end
end
return removed
)lua";

Value remove_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  std::int64_t removed = 0;
  for (std::size_t i = 1; i < args.size(); ++i) {
    Text video = args[i];
    if (unit.run(ZRem{keys[0], {&video, 1}}, db) == 0) continue;
    ++removed;
    if (unit.run(ZIncrBy{keys[i], -1, video}, db) <= 0) run_for_effect(unit, ZRem{keys[i], {&video, 1}}, db);
  }
  return Value::integer(removed);
}

const Procedure add_favorite{"favorites.add", add_body, lua_script<add_text>};
const Procedure remove_favorites{"favorites.remove", remove_body, lua_script<remove_text>};

constexpr Millis latest_time = Millis{1} << 50;
constexpr Text count_kind = "favorites";

std::string list_key(const Namespace& space, Text user_id) {
  check_id("user_id", user_id);
  return space.keys().key("favorites", user_id);
}

}  // namespace

Favorites::Favorites(Namespace space, FavoritesOptions options)
    : space_(std::move(space)), options_(options) {
  check_range("limit", options_.limit, 1, 1'000'000);
}

FavoriteChange Favorites::add(Text user_id, Text video_id, std::optional<Millis> at) {
  std::string list = list_key(space_, user_id);
  check_id("video_id", video_id);
  if (at) check_range("at", *at, 1, latest_time);
  std::string counts = counts::count_key(space_, count_kind, video_id);
  ArgumentWriter args(space_.time());
  args.text(video_id).integer(at.value_or(0)).integer(options_.limit);
  Value reply = space_.invoke(add_favorite, {list, counts}, args);
  std::int64_t result = list_of(reply).at(0).to_integer();
  return {result > 0    ? Added::added
          : result == 0 ? Added::present
                        : Added::full,
          list_of(reply).at(1).to_integer()};
}

bool Favorites::remove(Text user_id, Text video_id) {
  return remove(user_id, List<Text>{&video_id, 1}) == 1;
}

std::int64_t Favorites::remove(Text user_id, List<Text> video_ids) {
  check_range("the number of videos", static_cast<std::int64_t>(video_ids.size()), 0, max_page);
  std::vector<std::string> keys = {list_key(space_, user_id)};
  if (video_ids.empty()) return 0;
  ArgumentWriter args(space_.time());
  for (Text video : video_ids) {
    check_id("video_id", video);
    keys.push_back(counts::count_key(space_, count_kind, video));
    args.text(video);
  }
  std::vector<Text> names(keys.begin(), keys.end());
  return space_.invoke(remove_favorites, names, args).to_integer();
}

std::int64_t Favorites::clear(Text user_id) {
  std::int64_t removed = 0;
  for (;;) {
    auto page = list(user_id, {}, max_page);
    std::vector<Text> videos;
    for (const ListedVideo& item : page.items) videos.push_back(item.video_id);
    removed += remove(user_id, videos);
    if (page.next.empty()) return removed;
  }
}

bool Favorites::contains(Text user_id, Text video_id) {
  std::string key = list_key(space_, user_id);
  check_id("video_id", video_id);
  return space_.run(ZScore{key, video_id}).has_value();
}

std::int64_t Favorites::count(Text user_id) {
  std::string key = list_key(space_, user_id);
  return space_.run(ZCard{key});
}

ListPage<ListedVideo> Favorites::list(Text user_id, Text cursor, std::int64_t count) {
  auto page = list_page(space_, list_key(space_, user_id), cursor, count);
  ListPage<ListedVideo> out{{}, std::move(page.next)};
  for (ScoredMember& item : page.items)
    out.items.push_back({std::move(item.member), static_cast<Millis>(item.score)});
  return out;
}

std::int64_t Favorites::favorite_count(Text video_id) {
  return favorite_counts({&video_id, 1}).at(0);
}

std::vector<std::int64_t> Favorites::favorite_counts(List<Text> video_ids) {
  for (Text video : video_ids) check_id("video_id", video);
  return counts::read_counts(space_, count_kind, video_ids);
}

std::vector<FavoriteCount> Favorites::top(std::int64_t limit) {
  check_range("limit", limit, 1, max_page);
  std::vector<FavoriteCount> out;
  for (ScoredMember& item : counts::greatest_counts(space_, count_kind, limit))
    out.push_back({std::move(item.member), static_cast<std::int64_t>(item.score)});
  return out;
}

List<Procedure> Favorites::procedures() {
  static const std::array all = {add_favorite, remove_favorites};
  return all;
}

}  // namespace playhead
