#include "engine/modules/procedures/sharded_counts.h"

#include <algorithm>

namespace playhead::counts {

std::string count_shard_key(const Namespace& space, Text kind, int shard) {
  return space.keys().key("counts", std::to_string(shard), {kind});
}

std::vector<std::int64_t> read_counts(const Namespace& space, Text kind, List<Text> ids) {
  std::vector<std::int64_t> out;
  if (ids.empty()) return out;
  Batch batch(space.db());
  for (Text id : ids) {
    std::string key = count_key(space, kind, id);
    batch.add(ZScore{key, id});
  }
  space.store().perform(batch);
  for (std::size_t i = 0; i < ids.size(); ++i)
    out.push_back(static_cast<std::int64_t>(batch.reply<ZScore>(i).value_or(0)));
  return out;
}

std::vector<ScoredMember> greatest_counts(const Namespace& space, Text kind, std::int64_t limit) {
  Batch batch(space.db());
  for (int shard = 0; shard < count_shards; ++shard) {
    std::string key = count_shard_key(space, kind, shard);
    batch.add(ZRevRange{key, 0, limit - 1, true});
  }
  space.store().perform(batch);
  std::vector<ScoredMember> all;
  for (std::size_t i = 0; i < count_shards; ++i)
    for (ScoredMember& item : batch.reply<ZRevRange>(i)) all.push_back(std::move(item));
  std::sort(all.begin(), all.end(), [](const ScoredMember& a, const ScoredMember& b) {
    return std::pair(a.score, Text(a.member)) > std::pair(b.score, Text(b.member));
  });
  if (all.size() > static_cast<std::size_t>(limit)) all.resize(static_cast<std::size_t>(limit));
  return all;
}

}  // namespace playhead::counts
