#include "playhead/modules/node_placement.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/modules/procedures/fields.h"
#include "engine/modules/serving/placement_procedures.h"
#include "engine/store/numbers.h"
#include "engine/store/secure_bytes.h"
#include "playhead/error.h"

namespace playhead {

using namespace serving;

namespace {

constexpr std::size_t longest_data = std::size_t{64} * 1024;
constexpr Millis longest = 86'400'000;

void check_size(Text name, std::size_t size, std::size_t greatest) {
  check_range(name, static_cast<std::int64_t>(size), 0, static_cast<std::int64_t>(greatest));
}

void check_videos(List<Text> video_ids) {
  check_size("the number of video_ids", video_ids.size(), NodePlacement::max_videos);
  for (Text video : video_ids) check_id("video_ids", video);
}

NodeInfo info(std::string id, Text record) {
  NodeRecord n = NodeRecord::parse(record);
  return {std::move(id), std::move(n.region), std::move(n.data), n.capacity, n.load, n.reported_at, n.videos};
}

std::optional<std::int64_t> count_of(const Value& reply) {
  std::int64_t n = reply.to_integer();
  return n < 0 ? std::nullopt : std::optional(n);
}

/// Random numbers, drawn many at a time.
class Draws {
 public:
  explicit Draws(const NodePlacementOptions& options, std::size_t count) : random_(options.random) {
    if (random_) return;
    bytes_.resize(count * sizeof(std::uint32_t));
    fill_random(bytes_);
  }
  std::int64_t next() {
    std::uint32_t n = 0;
    if (random_) {
      n = random_();
    } else {
      std::memcpy(&n, bytes_.data() + at_, sizeof n);
      at_ += sizeof n;
    }
    return n >> 1;
  }

 private:
  const std::function<std::uint32_t()>& random_;
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace

NodePlacement::NodePlacement(Namespace space, NodePlacementOptions options)
    : space_(std::move(space)), options_(std::move(options)) {
  check_id("name", options_.name);
  check_range("lease", options_.lease, 1, longest);
  check_range("overload_percent", options_.overload_percent, 1, 100);
  check_size("the size of origin", options_.origin.size(), longest_data);
  nodes_key_ = space_.keys().key("nodes", options_.name, {"nodes"});
  distances_key_ = space_.keys().key("nodes", options_.name, {"distances"});
  holders_key_ = space_.keys().key("nodes", options_.name, {"holders"});
  placed_key_ = space_.keys().key("nodes", options_.name, {"placed"});
}

Value NodePlacement::run(const Procedure& p, const ArgumentWriter& args) const {
  return space_.invoke(p, {nodes_key_, distances_key_, holders_key_, placed_key_}, args);
}

// ---- nodes

bool NodePlacement::add_node(Text node_id, const NodeAttributes& attributes) {
  check_id("node_id", node_id);
  check_id("region", attributes.region);
  check_range("capacity", attributes.capacity, 1, max_load);
  check_size("the size of data", attributes.data.size(), longest_data);
  ArgumentWriter args(space_.time());
  args.text(node_id).text(attributes.region).integer(attributes.capacity).text(attributes.data);
  return run(serving::add_node, args).to_integer() == 1;
}

std::optional<std::int64_t> NodePlacement::remove_node(Text node_id) {
  check_id("node_id", node_id);
  return count_of(run(serving::remove_node, ArgumentWriter(space_.time()).text(node_id)));
}

bool NodePlacement::report(Text node_id, std::int64_t load) {
  check_id("node_id", node_id);
  check_range("load", load, 0, max_load);
  ArgumentWriter args(space_.time());
  return run(report_load, args.text(node_id).integer(load)).to_integer() == 1;
}

std::vector<NodeInfo> NodePlacement::nodes() {
  std::vector<NodeInfo> all;
  for (auto& [id, record] : space_.run(HGetAll{nodes_key_}).items) all.push_back(info(std::move(id), record));
  std::sort(all.begin(), all.end(), [](const NodeInfo& a, const NodeInfo& b) { return a.id < b.id; });
  return all;
}

std::optional<NodeInfo> NodePlacement::node(Text node_id) {
  check_id("node_id", node_id);
  auto record = space_.run(HGet{nodes_key_, node_id});
  if (!record) return std::nullopt;
  return info(std::string(node_id), *record);
}

// ---- videos

std::optional<std::int64_t> NodePlacement::change(const Procedure& p, Text node_id, List<Text> video_ids) {
  check_id("node_id", node_id);
  check_videos(video_ids);
  ArgumentWriter args(space_.time());
  args.text(node_id);
  for (Text video : video_ids) args.text(video);
  return count_of(run(p, args));
}

std::optional<std::int64_t> NodePlacement::place(Text node_id, List<Text> video_ids) {
  return change(place_videos, node_id, video_ids);
}

std::optional<std::int64_t> NodePlacement::withdraw(Text node_id, List<Text> video_ids) {
  return change(withdraw_videos, node_id, video_ids);
}

std::int64_t NodePlacement::remove_video(Text video_id) {
  check_id("video_id", video_id);
  return run(remove_placed_video, ArgumentWriter(space_.time()).text(video_id)).to_integer();
}

std::vector<std::string> NodePlacement::holders(Text video_id) {
  check_id("video_id", video_id);
  return node_ids(space_.run(HGet{holders_key_, video_id}));
}

std::int64_t NodePlacement::videos() {
  return space_.run(HLen{holders_key_});
}

// ---- distances

void NodePlacement::set_distance(Text region, Text other, std::optional<Millis> distance) {
  check_id("region", region);
  check_id("other", other);
  if (distance) check_range("distance", *distance, 0, longest);
  ArgumentWriter args(space_.time());
  run(set_region_distance, args.text(region).text(other).integer(distance.value_or(-1)));
}

std::optional<Millis> NodePlacement::distance(Text region, Text other) {
  check_id("region", region);
  check_id("other", other);
  if (region == other) return 0;
  std::string field = distance_field(region, other);
  auto text = space_.run(HGet{distances_key_, field});
  if (!text) return std::nullopt;
  Millis distance = 0;
  if (!parse_int64(*text, distance)) throw Error(ErrorCode::corrupt, "a stored distance is not a number");
  return distance;
}

std::vector<NodeChoice> NodePlacement::nearest(Text region, List<Text> video_ids) {
  check_id("region", region);
  check_videos(video_ids);
  std::vector<NodeChoice> out;
  if (video_ids.empty()) return out;
  Draws draws(options_, video_ids.size());
  ArgumentWriter args(space_.time());
  args.text(region).integer(options_.lease).integer(options_.overload_percent);
  for (Text video : video_ids) args.text(video).integer(draws.next());
  Value reply = run(nearest_nodes, args);
  const auto& parts = list_of(reply);
  for (std::size_t i = 0; i < video_ids.size(); ++i) {
    NodeChoice& choice = out.emplace_back();
    choice.video_id = video_ids[i];
    std::string node = parts.at(3 * i).to_string();
    if (node.empty()) {
      choice.data = options_.origin;
      continue;
    }
    choice.node_id = std::move(node);
    choice.data = parts.at(3 * i + 1).to_string();
    if (Millis far = parts.at(3 * i + 2).to_integer(); far >= 0) choice.distance = far;
  }
  return out;
}

List<Procedure> NodePlacement::procedures() {
  static const std::array all = {serving::add_node,   serving::remove_node, report_load,
                                 set_region_distance, place_videos,         withdraw_videos,
                                 remove_placed_video, nearest_nodes};
  return all;
}

}  // namespace playhead
