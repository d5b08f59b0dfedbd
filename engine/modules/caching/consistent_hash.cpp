#include "playhead/modules/consistent_hash.h"

#include <algorithm>
#include <mutex>

#include "engine/store/murmur_hash.h"
#include "playhead/error.h"
#include "playhead/modules/namespace.h"

namespace playhead {

namespace {

constexpr std::uint64_t ring_seed = 0x1b873593cc9e2d51;

}  // namespace

ConsistentHash::ConsistentHash(const std::vector<Node>& nodes, std::int64_t points) : points_(points) {
  check_range("points", points, 1, 10'000);
  for (const Node& node : nodes) add_node(node.name, node.weight);
}

std::uint64_t ConsistentHash::hash(Text key) {
  return murmur_hash_64a(key, ring_seed);
}

void ConsistentHash::add_node(Text name, std::int64_t weight) {
  check_id("name", name);
  check_range("weight", weight, 1, 1000);
  std::unique_lock lock(mutex_);
  auto [at, added] = weights_.emplace(name, 0);
  const std::string prefix = std::string(name) + ":";
  for (std::int64_t i = weight * points_; i < at->second * points_; ++i) {
    std::string place = prefix + std::to_string(i);
    ring_.erase({hash(place), place});
  }
  for (std::int64_t i = at->second * points_; i < weight * points_; ++i) {
    std::string place = prefix + std::to_string(i);
    ring_.emplace(std::pair{hash(place), place}, &at->first);
  }
  at->second = weight;
}

bool ConsistentHash::remove_node(Text name) {
  std::unique_lock lock(mutex_);
  auto at = weights_.find(name);
  if (at == weights_.end()) return false;
  for (std::int64_t i = 0; i < at->second * points_; ++i) {
    std::string place = at->first + ":" + std::to_string(i);
    ring_.erase({hash(place), place});
  }
  weights_.erase(at);
  return true;
}

std::optional<std::string> ConsistentHash::get_node(Text key) const {
  auto nodes = get_nodes(key, 1);
  if (nodes.empty()) return std::nullopt;
  return std::move(nodes[0]);
}

std::vector<std::string> ConsistentHash::get_nodes(Text key, std::size_t count) const {
  std::shared_lock lock(mutex_);
  std::vector<std::string> found;
  count = std::min(count, weights_.size());
  auto at = ring_.lower_bound({hash(key), std::string()});
  while (found.size() < count) {
    if (at == ring_.end()) at = ring_.begin();
    if (std::find(found.begin(), found.end(), *at->second) == found.end()) found.push_back(*at->second);
    ++at;
  }
  return found;
}

std::vector<ConsistentHash::Node> ConsistentHash::nodes() const {
  std::shared_lock lock(mutex_);
  std::vector<Node> all;
  for (const auto& [name, weight] : weights_) all.push_back({name, weight});
  return all;
}

}  // namespace playhead
