#include "engine/modules/lists/playlist_procedures.h"

#include <algorithm>

#include "engine/modules/procedures/unit_calls.h"
#include "playhead/error.h"
#include "playhead/modules/page.h"
#include "playhead/modules/playlists.h"

namespace playhead::lists {

namespace {

constexpr std::int64_t gap = 1 << 20;

Value result(PlaylistResult r) {
  return Value::integer(static_cast<std::int64_t>(r));
}

/// What stands in the way of a change by that user.
std::optional<PlaylistResult> obstacle(UnitCalls& calls, Text info, Text user) {
  auto owner = calls.hget(info, "owner");
  if (!owner) return PlaylistResult::missing;
  if (*owner != user) return PlaylistResult::denied;
  return std::nullopt;
}

std::string field_of(UnitCalls& calls, Text hash, Text field) {
  auto value = calls.hget(hash, field);
  if (!value) throw Error(ErrorCode::corrupt, "a playlist has no " + std::string(field));
  return *std::move(value);
}

// ---- create

constexpr Text create_text = R"lua(
local playlist, name, public = ARGV[2], ARGV[4], ARGV[5]
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[6]) then return 4 end
redis.call('HSET', KEYS[1], 'owner', ARGV[3], 'name', name, 'public', public, 'created', int(now))
for i = 7, #ARGV do redis.call('ZADD', KEYS[2], 'NX', int((i - 7) * 1048576), ARGV[i]) end
redis.call('ZADD', KEYS[3], int(now), playlist)
if public == '1' then redis.call('ZADD', KEYS[4], int(now), playlist) end
redis.call('HSET', KEYS[5], playlist, public .. name)
return 0
)lua";

Value create_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  UnitCalls calls(unit, db);
  Text playlist = in.text(), owner = in.text(), name = in.text(), shown = in.text();
  if (calls.zcard(keys[2]) >= in.integer()) return result(PlaylistResult::full);
  calls.hset(keys[0], "owner", owner);
  calls.hset(keys[0], "name", name);
  calls.hset(keys[0], "public", shown);
  calls.set_number(keys[0], "created", now);
  std::int64_t at = 0;
  for (Text video : in.rest()) {
    ScoreMember item{static_cast<double>(at), video};
    ZAdd add{keys[1], {&item, 1}};
    add.nx = true;
    run_for_effect(unit, add, db);
    at += gap;
  }
  calls.zadd(keys[2], now, playlist);
  if (shown == "1") calls.zadd(keys[3], now, playlist);
  calls.hset(keys[4], playlist, std::string(shown).append(name));
  return result(PlaylistResult::done);
}

// ---- edit

constexpr Text edit_text = R"lua(
local user, playlist, what, value = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local owner = redis.call('HGET', KEYS[1], 'owner')
if not owner then return 2 end
if owner ~= user then return 3 end
if what == 'delete' then
  redis.call('UNLINK', KEYS[1], KEYS[2])
  redis.call('ZREM', KEYS[3], playlist)
  redis.call('ZREM', KEYS[4], playlist)
  redis.call('HDEL', KEYS[5], playlist)
  return 0
end
if redis.call('HGET', KEYS[1], what) == value then return 1 end
redis.call('HSET', KEYS[1], what, value)
local fields = redis.call('HMGET', KEYS[1], 'public', 'name', 'created')
redis.call('HSET', KEYS[5], playlist, fields[1] .. fields[2])
if what == 'public' and value == '1' then redis.call('ZADD', KEYS[4], fields[3], playlist) end
if what == 'public' and value == '0' then redis.call('ZREM', KEYS[4], playlist) end
return 0
)lua";

void drop_playlist(Unit& unit, std::uint16_t db, List<Text> keys, Text playlist) {
  UnitCalls calls(unit, db);
  run_for_effect(unit, Unlink{{keys.first(2)}}, db);
  calls.zrem(keys[2], playlist);
  calls.zrem(keys[3], playlist);
  calls.hdel(keys[4], playlist);
}

Value edit_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  UnitCalls calls(unit, db);
  Text user = in.text(), playlist = in.text(), what = in.text(), value = in.text();
  if (auto no = obstacle(calls, keys[0], user)) return result(*no);
  if (what == "delete") {
    drop_playlist(unit, db, keys, playlist);
    return result(PlaylistResult::done);
  }
  if (calls.hget(keys[0], what) == value) return result(PlaylistResult::unchanged);
  calls.hset(keys[0], what, value);
  calls.hset(keys[4], playlist, field_of(calls, keys[0], "public") + field_of(calls, keys[0], "name"));
  Millis created = stored_number(field_of(calls, keys[0], "created"));
  if (what == "public" && value == "1") calls.zadd(keys[3], created, playlist);
  if (what == "public" && value == "0") calls.zrem(keys[3], playlist);
  return result(PlaylistResult::done);
}

// ---- change

constexpr Text change_text = R"lua(
local user, how, video, position = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local owner = redis.call('HGET', KEYS[1], 'owner')
if not owner then return 2 end
if owner ~= user then return 3 end
local present = redis.call('ZSCORE', KEYS[2], video)
if (how == 'add') == (present ~= false) then return 1 end
if how == 'add' and redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[6]) then return 4 end
if how ~= 'add' then redis.call('ZREM', KEYS[2], video) end
if how == 'remove' then return 0 end

local function number_at(position)
  return tonumber(redis.call('ZRANGE', KEYS[2], position, position, 'WITHSCORES')[2])
end
local function middle(position, size)
  if size == 0 then return 0 end
  if position == 0 then return number_at(0) - 1048576 end
  if position == size then return number_at(size - 1) + 1048576 end
  local before, behind = number_at(position - 1), number_at(position)
  if behind - before < 2 then return nil end
  return math.floor((before + behind) / 2)
end
local size = redis.call('ZCARD', KEYS[2])
if position < 0 or position > size then position = size end
local number = middle(position, size)
if not number then
  for i, other in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    redis.call('ZADD', KEYS[2], int((i - 1) * 1048576), other)
  end
  number = middle(position, size)
end
redis.call('ZADD', KEYS[2], int(number), video)
return 0
)lua";

/// The videos of a playlist.
struct Order {
  Unit& unit;
  std::uint16_t db;
  Text key;

  std::vector<ScoredMember> range(std::int64_t first, std::int64_t last) const {
    return by_rank(unit, db, key, first, last);
  }
  std::int64_t number_at(std::int64_t position) const {
    return static_cast<std::int64_t>(range(position, position).at(0).score);
  }
  std::optional<std::int64_t> middle(std::int64_t position, std::int64_t size) const {
    if (size == 0) return 0;
    if (position == 0) return number_at(0) - gap;
    if (position == size) return number_at(size - 1) + gap;
    std::int64_t before = number_at(position - 1), behind = number_at(position);
    if (behind - before < 2) return std::nullopt;
    return before + (behind - before) / 2;
  }
  void put(Text video, std::int64_t position) const {
    UnitCalls calls(unit, db);
    std::int64_t size = calls.zcard(key);
    if (position < 0 || position > size) position = size;
    auto number = middle(position, size);
    if (!number) {
      std::int64_t at = 0;
      for (const ScoredMember& other : range(0, -1))
        calls.zadd(key, std::exchange(at, at + gap), other.member);
      number = middle(position, size);
    }
    calls.zadd(key, *number, video);
  }
};

Value change_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  UnitCalls calls(unit, db);
  Text user = in.text(), how = in.text(), video = in.text();
  std::int64_t position = in.integer(), limit = in.integer();
  if (auto no = obstacle(calls, keys[0], user)) return result(*no);
  bool present = calls.zscore(keys[1], video).has_value();
  if ((how == "add") == present) return result(PlaylistResult::unchanged);
  if (how == "add" && calls.zcard(keys[1]) >= limit) return result(PlaylistResult::full);
  if (how != "add") calls.zrem(keys[1], video);
  if (how != "remove") Order{unit, db, keys[1]}.put(video, position);
  return result(PlaylistResult::done);
}

// ---- read

constexpr Text read_text = R"lua(
local fields = redis.call('HMGET', KEYS[1], 'owner', 'name', 'public', 'created')
if not fields[1] or (fields[3] == '0' and fields[1] ~= ARGV[2]) then return false end
local from, count = 0, tonumber(ARGV[6])
if ARGV[3] == '1' then
  from = redis.call('ZRANK', KEYS[2], ARGV[5])
  from = from and from + 1 or tonumber(ARGV[4])
end
local out = {fields[1], fields[2], fields[3], fields[4], redis.call('ZCARD', KEYS[2]), from}
if count > 0 then
  for _, video in ipairs(redis.call('ZRANGE', KEYS[2], from, from + count - 1)) do out[#out + 1] = video end
end
return out
)lua";

Value read_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  UnitCalls calls(unit, db);
  Text viewer = in.text();
  auto owner = calls.hget(keys[0], "owner");
  if (!owner) return {};
  std::string shown = field_of(calls, keys[0], "public");
  if (shown == "0" && *owner != viewer) return {};
  bool given = in.integer() == 1;
  std::int64_t position = in.integer();
  Text behind = in.text();
  std::int64_t count = in.integer();
  auto rank = given ? unit.run(ZRank{keys[1], behind}, db) : std::nullopt;
  std::int64_t from = rank ? *rank + 1 : given ? position : 0;
  std::vector<Value> out = {Value::bulk(*owner),
                            Value::bulk(field_of(calls, keys[0], "name")),
                            Value::bulk(shown),
                            Value::bulk(field_of(calls, keys[0], "created")),
                            Value::integer(calls.zcard(keys[1])),
                            Value::integer(from)};
  if (count > 0)
    for (const ScoredMember& item : Order{unit, db, keys[1]}.range(from, from + count - 1))
      out.push_back(Value::bulk(item.member));
  return Value::array(std::move(out));
}

// ---- list

constexpr Text list_text = R"lua(
local items, out = page(KEYS[1], 2), {}
for i = 1, #items, 2 do
  out[#out + 1] = items[i]
  out[#out + 1] = tonumber(items[i + 1])
  out[#out + 1] = redis.call('HGET', KEYS[2], items[i])
end
return out
)lua";

Value list_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  UnitCalls calls(unit, db);
  std::vector<Value> out;
  for (const ScoredMember& item : read_page(unit, db, keys[0], in)) {
    out.push_back(Value::bulk(item.member));
    out.push_back(Value::integer(static_cast<std::int64_t>(item.score)));
    out.push_back(Value::bulk(field_of(calls, keys[1], item.member)));
  }
  return Value::array(std::move(out));
}

}  // namespace

const Procedure create_playlist{"playlist.create", create_body, lua_script<create_text>};
const Procedure edit_playlist{"playlist.edit", edit_body, lua_script<edit_text>};
const Procedure change_playlist{"playlist.change", change_body, lua_script<change_text>};
const Procedure read_playlist{"playlist.read", read_body, lua_script<read_text>};
const Procedure list_playlists{"playlist.list", list_body, lua_script<lua_page, list_text>};

}  // namespace playhead::lists
