#pragma once
// What the procedures of NodePlacement share: a class for their bodies, and a text for their scripts.
#include <algorithm>

#include "engine/modules/procedures/fields.h"
#include "engine/modules/procedures/unit_calls.h"
#include "engine/modules/serving/placement_procedures.h"
#include "playhead/error.h"

namespace playhead::serving {

inline constexpr Text lua_placement = R"lua(
local function node_of(id)
  local record = redis.call('HGET', KEYS[1], id)
  if not record then return nil end
  local f = split(record)
  return {region = f[1], capacity = tonumber(f[2]), load = tonumber(f[3]), at = tonumber(f[4]), videos = tonumber(f[5]), data = f[6]}
end
local function put(id, n)
  redis.call('HSET', KEYS[1], id, join({n.region, int(n.capacity), int(n.load), int(n.at), int(n.videos), n.data}))
end
local function nodes_of(video)
  local record = redis.call('HGET', KEYS[3], video)
  return record and split(record) or {}
end
local function hold(video, ids)
  if #ids == 0 then
    redis.call('HDEL', KEYS[3], video)
  else
    redis.call('HSET', KEYS[3], video, join(ids))
  end
end
local function let_go(video, id)
  local left = {}
  for _, other in ipairs(nodes_of(video)) do
    if other ~= id then left[#left + 1] = other end
  end
  hold(video, left)
end
local function pair(id, video) return #id .. ':' .. id .. ':' .. video end
)lua";

// What the bodies share, one function for one of the scripts'.
class Placement {
 public:
  Placement(Unit& unit, std::uint16_t db, List<Text> keys)
      : unit_(unit), db_(db), keys_(keys), calls_(unit, db) {}

  std::optional<NodeRecord> node(Text id) {
    auto record = calls_.hget(keys_[0], id);
    if (!record) return std::nullopt;
    return NodeRecord::parse(*record);
  }
  void put(Text id, const NodeRecord& node) { calls_.hset(keys_[0], id, node.print()); }
  void forget(Text id) { calls_.hdel(keys_[0], id); }

  std::vector<std::string> nodes_of(Text video) { return node_ids(calls_.hget(keys_[2], video)); }
  void hold(Text video, const std::vector<std::string>& ids) {
    FieldWriter record;
    for (const std::string& id : ids) record.text(id);
    if (ids.empty())
      calls_.hdel(keys_[2], video);
    else
      calls_.hset(keys_[2], video, record.bytes());
  }
  void let_go(Text video, Text id) {
    auto ids = nodes_of(video);
    std::erase(ids, id);
    hold(video, ids);
  }

  static std::string pair(Text id, Text video) {
    return std::to_string(id.size()) + ":" + std::string(id) + ":" + std::string(video);
  }
  bool add_pair(Text id, Text video) {
    std::string member = pair(id, video);
    ScoreMember item{0, member};
    ZAdd add;
    add.key = keys_[3];
    add.items = {&item, 1};
    return unit_.run(add, db_).count == 1;
  }
  bool remove_pair(Text id, Text video) { return calls_.zrem(keys_[3], pair(id, video)); }
  std::vector<std::string> videos_of(Text id) {
    std::string prefix = pair(id, {}), end = prefix;
    end.back() = ';';
    Lex from{Lex::Kind::inclusive, prefix}, to{Lex::Kind::exclusive, end};
    auto videos = unit_.run(ZRangeByLex{keys_[3], from, to}, db_);
    for (std::string& video : videos) video.erase(0, prefix.size());
    return videos;
  }

  std::int64_t distance(Text from, Text to) {
    return from == to ? 0 : calls_.number(keys_[1], distance_field(from, to), -1);
  }

  /// Negative: unknown. How many were removed.
  std::int64_t set_distance(Text region, Text other, std::int64_t distance) {
    std::string there = distance_field(region, other), back = distance_field(other, region);
    if (distance < 0) {
      Text fields[] = {there, back};
      return unit_.run(HDel{keys_[1], fields}, db_);
    }
    calls_.set_number(keys_[1], there, distance);
    calls_.set_number(keys_[1], back, distance);
    return 0;
  }

 private:
  Unit& unit_;
  std::uint16_t db_;
  List<Text> keys_;
  UnitCalls calls_;
};

}  // namespace playhead::serving
