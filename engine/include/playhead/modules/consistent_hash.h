#pragma once
// Which of several stores has a key, and one store over all of them.
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "playhead/store.h"

namespace playhead {

/// A ring of consistent hashing (Karger et al. 1997) with weights: each node stands on it at weight * points places, and has
/// the keys before them. A node that is added or removed moves its own share of the keys only, whatever the order in
/// which the others came. Places and keys are hashed by MurmurHash64A, so that all processes agree. Thread-safe.
class ConsistentHash {
 public:
  struct Node {
    std::string name;
    std::int64_t weight = 1;
  };
  /// `points`: places for a weight of 1; more of them make the shares more even. 1..10,000.
  explicit ConsistentHash(const std::vector<Node>& nodes = {}, std::int64_t points = 160);

  /// Adds a node, or gives it another weight, 1..1000. O(places).
  void add_node(Text name, std::int64_t weight = 1);
  /// Whether it was there.
  bool remove_node(Text name);
  /// The node that has a key; nothing if there are no nodes. O(log places).
  std::optional<std::string> get_node(Text key) const;
  /// The first `count` different nodes from the key on: who has it, and who would have it without those before.
  std::vector<std::string> get_nodes(Text key, std::size_t count) const;
  std::vector<Node> nodes() const;

  static std::uint64_t hash(Text key);

 private:
  const std::int64_t points_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, std::int64_t, std::less<>> weights_;  // under mutex_
  std::map<std::pair<std::uint64_t, std::string>, const std::string*>
      ring_;  // under mutex_; to a name in weights_
};

struct ShardedStoreOptions {
  std::int64_t points = 160;
  /// A node that is unavailable is left out for `retry_after`, and the next one on the ring has its keys: right for caches,
  /// which may lose what they have, wrong for anything else.
  bool failover = false;
  Millis retry_after = 5'000;  ///< 1 ms to 1 day
};

struct ShardNode {
  std::string name;
  std::shared_ptr<Store> store;
  std::int64_t weight = 1;
};

/// One store over several, by consistent hashing of keys. As in Redis Cluster, of a key with "{...}" only what stands in the
/// braces counts, and what works on several keys must find them on one node: else Error{command} CROSSSLOT. That holds for
/// batches that write, scripts, procedures and transactions, too. Modules name their keys so. Batches that only read are taken
/// apart. DBSIZE, KEYS, FLUSHDB and FLUSHALL are those of all nodes; SCAN and RANDOMKEY throw Error{unsupported}; publishing,
/// and what names no key, is the first node's (by name). The time is the first node's. close() closes all. Stores at one node
/// are not changed by another: two stores must not be the same. Throws Error{invalid} without nodes or for a name that
/// comes twice.
std::shared_ptr<Store> sharded_store(std::vector<ShardNode> nodes, ShardedStoreOptions options = {});

}  // namespace playhead
