#pragma once
// Which node a video is played from.
#include <functional>

#include "playhead/modules/namespace.h"

namespace playhead {

struct NodePlacementOptions {
  std::string name = "nodes";          ///< placements of the same name share their nodes; 1..1024 bytes
  Millis lease = 30'000;               ///< a node that has not reported for so long is dead; 1 ms to 1 day
  std::int64_t overload_percent = 90;  ///< of its capacity: so much load is too much; 1..100
  std::string origin = {};  ///< where videos are that no node can serve, such as a URL; up to 64 KiB
  std::function<std::uint32_t()> random = {};  ///< for tests; uniform. Thread-safe
};

/// A node as it is added.
struct NodeAttributes {
  Text region;                ///< 1..1024 bytes
  std::int64_t capacity = 1;  ///< how much load it bears, in whatever its reports count; 1..max_load
  Text data = {};             ///< given back with each choice, such as its URL; up to 64 KiB
};

/// What is known of a node.
struct NodeInfo {
  std::string id, region, data;
  std::int64_t capacity = 0, load = 0;
  Millis reported_at = 0;
  std::int64_t videos = 0;  ///< that it holds
};

/// Where to play a video from.
struct NodeChoice {
  std::string video_id;
  std::optional<std::string> node_id;  ///< nothing: the origin
  std::string data;                    ///< the node's data, or the options' origin
  std::optional<Millis> distance;      ///< nothing: unknown, or the origin
};

/// A table of nodes, of the videos that each of them holds, and of how far regions are from each other. A video is
/// played from the nearest node that holds it, has reported within the lease, and is not overloaded. Of nodes that
/// are equally near, two are drawn at random and the one with less load for its capacity is taken ("power of two
/// choices", Mitzenmacher 2001): between two reports not everybody runs to the node that was idle. Where there is no
/// such node, the origin is the choice.
///
/// Every method is one atomic round trip, so that counts are exact and a node that was removed is nowhere. A placement
/// lies in one slot of a Redis Cluster. Thread-safe. Methods throw Error{invalid} for ids that are empty or longer than
/// 1 KiB and for numbers out of range, and what the store throws.
class NodePlacement {
 public:
  static constexpr std::int64_t max_load = std::int64_t{1} << 26;
  static constexpr std::size_t max_videos = 10'000;  ///< of one call

  /// Throws Error{invalid} for options out of range.
  explicit NodePlacement(Namespace space, NodePlacementOptions options = {});

  /// Adds a node, which counts as its first report, of no load. One that is there gets the attributes; its videos, load
  /// and last report stay. Whether it is new. O(1).
  bool add_node(Text node_id, const NodeAttributes& attributes);
  /// Removes a node: how many videos it held; nothing if there is none. O(n log n) in its videos.
  std::optional<std::int64_t> remove_node(Text node_id);
  /// A node tells its load (0..max_load); false: it is not there. O(1).
  bool report(Text node_id, std::int64_t load);
  /// All nodes, by id. O(n log n).
  std::vector<NodeInfo> nodes();
  std::optional<NodeInfo> node(Text node_id);

  /// A node holds these videos (up to max_videos): how many it did not hold before; nothing if there is no such node.
  std::optional<std::int64_t> place(Text node_id, List<Text> video_ids);
  /// A node does not hold them any more: how many it held; nothing if there is no such node.
  std::optional<std::int64_t> withdraw(Text node_id, List<Text> video_ids);
  /// No node holds the video any more; how many did.
  std::int64_t remove_video(Text video_id);
  /// The nodes that hold a video, in the order in which they got it.
  std::vector<std::string> holders(Text video_id);
  /// How many videos are held by at least one node.
  std::int64_t videos();

  /// How far two regions are from each other, in both directions: milliseconds (0..86,400,000), or any other measure;
  /// nothing: unknown. A region is at distance 0 from itself, and nodes at an unknown distance come after all others.
  void set_distance(Text region, Text other, std::optional<Millis> distance);
  std::optional<Millis> distance(Text region, Text other);

  /// A choice for each video (up to max_videos), in their order. Changes nothing. O(videos * nodes that hold them).
  std::vector<NodeChoice> nearest(Text region, List<Text> video_ids);

  static List<Procedure> procedures();

 private:
  Value run(const Procedure& p, const ArgumentWriter& args) const;
  std::optional<std::int64_t> change(const Procedure& p, Text node_id, List<Text> video_ids);

  Namespace space_;
  NodePlacementOptions options_;
  std::string nodes_key_, distances_key_, holders_key_, placed_key_;
};

}  // namespace playhead
