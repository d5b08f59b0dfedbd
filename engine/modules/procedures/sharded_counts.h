#pragma once
// Counts of ids in sorted sets: sixteen of them for each kind of count, chosen by the id, so that no key holds all.
#include "playhead/modules/namespace.h"

namespace playhead::counts {

inline constexpr int count_shards = 16;

inline int count_shard_of(Text id) {
  return KeyCodec::bucket_of(id) % count_shards;
}

/// The sorted set, id -> count, of one shard.
std::string count_shard_key(const Namespace& space, Text kind, int shard);
inline std::string count_key(const Namespace& space, Text kind, Text id) {
  return count_shard_key(space, kind, count_shard_of(id));
}

/// The counts of ids, in their order; 0 for those that have none. One round trip.
std::vector<std::int64_t> read_counts(const Namespace& space, Text kind, List<Text> ids);

/// The greatest counts; of equal ones the greater id first. One round trip. O(limit).
std::vector<ScoredMember> greatest_counts(const Namespace& space, Text kind, std::int64_t limit);

}  // namespace playhead::counts
