#pragma once
// The procedures of NodePlacement. Their keys are, in this order:
//
//     nodes      hash  node -> a record (fields.h): region, capacity, load, when it was reported, how many videos the
//                      node holds, data
//     distances  hash  record of two regions -> distance in decimal digits
//     holders    hash  video -> record of the nodes that hold it, in the order in which they got it
//     placed     zset  the same pairs, "length of the node's id:node:video", all with the score 0: the videos of a node
//                      are a range of names
//
// and their arguments, after the time:
//
//     nodes.add           node, region, capacity, data                 -> whether it is new
//     nodes.remove        node                                         -> how many videos it held; -1: unknown node
//     nodes.report        node, load                                   -> whether it is there
//     nodes.distance      region, region, distance (negative: unknown) -> how many fields were removed
//     nodes.place         node, videos                                 -> how many are new; -1: unknown node
//     nodes.withdraw      node, videos                                 -> how many it held; -1: unknown node
//     nodes.remove_video  video                                        -> how many nodes held it
//     nodes.nearest       region, lease, percent, then video, draw     -> node (empty: none), its data, distance (-1:
//                         (0..2^31) of each                               unknown) for each
#include "playhead/store.h"

namespace playhead::serving {

extern const Procedure add_node, remove_node, report_load, set_region_distance, place_videos, withdraw_videos,
    remove_placed_video, nearest_nodes;

/// What is kept of a node.
struct NodeRecord {
  std::string region, data;
  std::int64_t capacity = 0, load = 0;
  Millis reported_at = 0;
  std::int64_t videos = 0;

  /// Throws Error{corrupt} for bytes that print() does not give.
  static NodeRecord parse(Text bytes);
  std::string print() const;
};

/// The field of two regions in the table of distances.
std::string distance_field(Text from, Text to);
/// The nodes of a record of them.
std::vector<std::string> node_ids(const std::optional<std::string>& record);

}  // namespace playhead::serving
