#include "engine/modules/serving/placement_unit.h"

namespace playhead::serving {

NodeRecord NodeRecord::parse(Text bytes) {
  FieldReader in(bytes);
  NodeRecord n;
  n.region = in.text();
  n.capacity = in.integer();
  n.load = in.integer();
  n.reported_at = in.integer();
  n.videos = in.integer();
  n.data = in.text();
  return n;
}

std::string NodeRecord::print() const {
  FieldWriter out;
  out.text(region).integer(capacity).integer(load).integer(reported_at).integer(videos).text(data);
  return std::move(out).bytes();
}

std::string distance_field(Text from, Text to) {
  return std::move(FieldWriter().text(from).text(to)).bytes();
}

std::vector<std::string> node_ids(const std::optional<std::string>& record) {
  std::vector<std::string> ids;
  if (!record) return ids;
  for (FieldReader in(*record); !in.done();) ids.emplace_back(in.text());
  return ids;
}

namespace {

// ---- nodes

constexpr Text add_text = R"lua(
local n = node_of(ARGV[2])
local new = n and 0 or 1
n = n or {load = 0, at = now, videos = 0}
n.region, n.capacity, n.data = ARGV[3], tonumber(ARGV[4]), ARGV[5]
put(ARGV[2], n)
return new
)lua";

Value add_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Placement placement(unit, db, keys);
  Text id = in.text();
  auto found = placement.node(id);
  NodeRecord n = found.value_or(NodeRecord{.region = {}, .data = {}, .reported_at = now});
  n.region = in.text();
  n.capacity = in.integer();
  n.data = in.text();
  placement.put(id, n);
  return Value::integer(found ? 0 : 1);
}

constexpr Text remove_text = R"lua(
local id = ARGV[2]
local n = node_of(id)
if not n then return -1 end
local prefix = pair(id, '')
local pairs_of_it = redis.call('ZRANGEBYLEX', KEYS[4], '[' .. prefix, '(' .. string.sub(prefix, 1, -2) .. ';')
for _, member in ipairs(pairs_of_it) do
  let_go(string.sub(member, #prefix + 1), id)
  redis.call('ZREM', KEYS[4], member)
end
redis.call('HDEL', KEYS[1], id)
return n.videos
)lua";

Value remove_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  Placement placement(unit, db, keys);
  Text id = in.text();
  auto n = placement.node(id);
  if (!n) return Value::integer(-1);
  for (const std::string& video : placement.videos_of(id)) {
    placement.let_go(video, id);
    placement.remove_pair(id, video);
  }
  placement.forget(id);
  return Value::integer(n->videos);
}

constexpr Text report_text = R"lua(
local n = node_of(ARGV[2])
if not n then return 0 end
n.load, n.at = tonumber(ARGV[3]), now
put(ARGV[2], n)
return 1
)lua";

Value report_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Placement placement(unit, db, keys);
  Text id = in.text();
  auto n = placement.node(id);
  if (!n) return Value::integer(0);
  n->load = in.integer();
  n->reported_at = now;
  placement.put(id, *n);
  return Value::integer(1);
}

constexpr Text distance_text = R"lua(
local there, back = join({ARGV[2], ARGV[3]}), join({ARGV[3], ARGV[2]})
if tonumber(ARGV[4]) < 0 then return redis.call('HDEL', KEYS[2], there, back) end
redis.call('HSET', KEYS[2], there, ARGV[4], back, ARGV[4])
return 0
)lua";

Value distance_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  Text region = in.text(), other = in.text();
  std::int64_t distance = in.integer();
  return Value::integer(Placement(unit, db, keys).set_distance(region, other, distance));
}

// ---- videos

constexpr Text place_text = R"lua(
local id, count = ARGV[2], 0
local n = node_of(id)
if not n then return -1 end
for i = 3, #ARGV do
  local video = ARGV[i]
  if redis.call('ZADD', KEYS[4], 0, pair(id, video)) == 1 then
    local ids = nodes_of(video)
    ids[#ids + 1] = id
    hold(video, ids)
    count = count + 1
  end
end
n.videos = n.videos + count
put(id, n)
return count
)lua";

Value place_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  Placement placement(unit, db, keys);
  Text id = in.text();
  auto n = placement.node(id);
  if (!n) return Value::integer(-1);
  std::int64_t count = 0;
  for (Text video : in.rest()) {
    if (!placement.add_pair(id, video)) continue;
    auto ids = placement.nodes_of(video);
    ids.emplace_back(id);
    placement.hold(video, ids);
    ++count;
  }
  n->videos += count;
  placement.put(id, *n);
  return Value::integer(count);
}

constexpr Text withdraw_text = R"lua(
local id, count = ARGV[2], 0
local n = node_of(id)
if not n then return -1 end
for i = 3, #ARGV do
  if redis.call('ZREM', KEYS[4], pair(id, ARGV[i])) == 1 then
    let_go(ARGV[i], id)
    count = count + 1
  end
end
n.videos = n.videos - count
put(id, n)
return count
)lua";

Value withdraw_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  Placement placement(unit, db, keys);
  Text id = in.text();
  auto n = placement.node(id);
  if (!n) return Value::integer(-1);
  std::int64_t count = 0;
  for (Text video : in.rest()) {
    if (!placement.remove_pair(id, video)) continue;
    placement.let_go(video, id);
    ++count;
  }
  n->videos -= count;
  placement.put(id, *n);
  return Value::integer(count);
}

constexpr Text remove_video_text = R"lua(
local video = ARGV[2]
local ids = nodes_of(video)
for _, id in ipairs(ids) do
  redis.call('ZREM', KEYS[4], pair(id, video))
  local n = node_of(id)
  n.videos = n.videos - 1
  put(id, n)
end
hold(video, {})
return #ids
)lua";

Value remove_video_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  Placement placement(unit, db, keys);
  Text video = in.text();
  auto ids = placement.nodes_of(video);
  for (const std::string& id : ids) {
    placement.remove_pair(id, video);
    auto n = placement.node(id);
    if (!n) throw Error(ErrorCode::corrupt, "a video is held by a node that is not there");
    --n->videos;
    placement.put(id, *n);
  }
  placement.hold(video, {});
  return Value::integer(static_cast<std::int64_t>(ids.size()));
}

}  // namespace

const Procedure add_node{"nodes.add", add_body, lua_script<lua_fields, lua_placement, add_text>};
const Procedure remove_node{"nodes.remove", remove_body, lua_script<lua_fields, lua_placement, remove_text>};
const Procedure report_load{"nodes.report", report_body, lua_script<lua_fields, lua_placement, report_text>};
const Procedure set_region_distance{"nodes.distance", distance_body,
                                    lua_script<lua_fields, lua_placement, distance_text>};
const Procedure place_videos{"nodes.place", place_body, lua_script<lua_fields, lua_placement, place_text>};
const Procedure withdraw_videos{"nodes.withdraw", withdraw_body,
                                lua_script<lua_fields, lua_placement, withdraw_text>};
const Procedure remove_placed_video{"nodes.remove_video", remove_video_body,
                                    lua_script<lua_fields, lua_placement, remove_video_text>};

}  // namespace playhead::serving
