#include <map>

#include "engine/modules/serving/placement_unit.h"

namespace playhead::serving {

namespace {

constexpr Text nearest_text = R"lua(
local region, lease, percent = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local known, out = {}, {}
local function candidate(id)
  if not known[id] then
    local n = node_of(id)
    n.id = id
    n.good = now - n.at < lease and n.load * 100 < n.capacity * percent
    n.distance = 0
    if n.region ~= region then n.distance = tonumber(redis.call('HGET', KEYS[2], join({region, n.region})) or -1) end
    n.far = n.distance
    if n.far < 0 then n.far = 9007199254740992 end
    known[id] = n
  end
  return known[id]
end
local function choose(ids, draw)
  local equals = {}
  for _, id in ipairs(ids) do
    local n = candidate(id)
    if n.good then
      if equals[1] and n.far < equals[1].far then equals = {} end
      if not equals[1] or n.far == equals[1].far then equals[#equals + 1] = n end
    end
  end
  local count = #equals
  if count < 2 then return equals[1] end
  local first = draw % count
  local second = (first + 1 + ((draw - first) / count) % (count - 1)) % count
  local a, b = equals[first + 1], equals[second + 1]
  if b.load * a.capacity < a.load * b.capacity then return b end
  return a
end
for i = 5, #ARGV, 2 do
  local n = choose(nodes_of(ARGV[i]), tonumber(ARGV[i + 1]))
  if n then
    out[#out + 1], out[#out + 2], out[#out + 3] = n.id, n.data, n.distance
  else
    out[#out + 1], out[#out + 2], out[#out + 3] = '', '', -1
  end
end
return out
)lua";

struct Candidate {
  NodeRecord node;
  bool good = false;
  std::int64_t distance = 0, far = 0;
};

/// The nodes that are looked at, each once.
class Candidates {
 public:
  Candidates(Placement& placement, Millis now, ArgumentReader& in)
      : placement_(placement), now_(now), region_(in.text()), lease_(in.integer()), percent_(in.integer()) {}

  using Named = std::pair<const std::string, Candidate>;

  const Named* choose(const std::vector<std::string>& ids, std::int64_t draw) {
    std::vector<const Named*> equals;
    for (const std::string& id : ids) {
      const Named& one = of(id);
      if (!one.second.good) continue;
      if (!equals.empty() && one.second.far < equals[0]->second.far) equals.clear();
      if (equals.empty() || one.second.far == equals[0]->second.far) equals.push_back(&one);
    }
    if (equals.empty()) return nullptr;
    auto count = static_cast<std::int64_t>(equals.size());
    if (count == 1) return equals[0];
    std::int64_t first = draw % count, second = (first + 1 + (draw / count) % (count - 1)) % count;
    const Named* a = equals[static_cast<std::size_t>(first)];
    const Named* b = equals[static_cast<std::size_t>(second)];
    const NodeRecord &x = a->second.node, &y = b->second.node;
    return y.load * x.capacity < x.load * y.capacity ? b : a;
  }

 private:
  const Named& of(const std::string& id) {
    auto [at, fresh] = known_.try_emplace(id);
    if (!fresh) return *at;
    auto n = placement_.node(id);
    if (!n) throw Error(ErrorCode::corrupt, "a video is held by a node that is not there");
    Candidate& c = at->second;
    c.node = std::move(*n);
    c.good = now_ - c.node.reported_at < lease_ && c.node.load * 100 < c.node.capacity * percent_;
    c.distance = placement_.distance(region_, c.node.region);
    c.far = c.distance < 0 ? max_exact_integer : c.distance;
    return *at;
  }

  Placement& placement_;
  Millis now_;
  Text region_;
  Millis lease_;
  std::int64_t percent_;
  std::map<std::string, Candidate> known_;
};

Value nearest_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Placement placement(unit, db, keys);
  Candidates candidates(placement, now, in);
  std::vector<Value> out;
  for (std::size_t left = in.rest().size() / 2; left > 0; --left) {
    auto ids = placement.nodes_of(in.text());
    const Candidates::Named* best = candidates.choose(ids, in.integer());
    out.push_back(Value::bulk(best != nullptr ? Text(best->first) : Text()));
    out.push_back(Value::bulk(best != nullptr ? Text(best->second.node.data) : Text()));
    out.push_back(Value::integer(best != nullptr ? best->second.distance : -1));
  }
  return Value::array(std::move(out));
}

}  // namespace

const Procedure nearest_nodes{"nodes.nearest", nearest_body,
                              lua_script<lua_fields, lua_placement, nearest_text>};

}  // namespace playhead::serving
