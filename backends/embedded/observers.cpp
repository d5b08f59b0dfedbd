#include "backends/embedded/observers.h"

#include <algorithm>

namespace playhead::embedded {

void Observers::touch(const std::vector<KeyName>& keys) {
  std::lock_guard lock(mutex_);
  for (const KeyName& key : keys)
    if (auto at = watches_.find(key); at != watches_.end())
      for (auto& w : at->second) w->dirty = true;
}

std::vector<std::string> Observers::watched_keys(std::uint16_t db) const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [key, list] : watches_)
    if (key.db == db) names.push_back(key.name);
  return names;
}

void Observers::add(const std::shared_ptr<WatchState>& w, KeyName key) {
  std::lock_guard lock(mutex_);
  watches_[std::move(key)].push_back(w);
}

void Observers::remove(const std::shared_ptr<WatchState>& w) {
  std::lock_guard lock(mutex_);
  for (const auto& watched : w->keys) {
    auto at = watches_.find(watched.key);
    if (at == watches_.end()) continue;
    std::erase(at->second, w);
    if (at->second.empty()) watches_.erase(at);
  }
}

void Observers::park(const std::shared_ptr<Waiter>& w) {
  std::lock_guard lock(mutex_);
  for (const KeyName& key : w->keys) queues_[key].push_back(w);
}

void Observers::unpark(const Waiter& w) {
  std::lock_guard lock(mutex_);
  for (const KeyName& key : w.keys) {
    auto at = queues_.find(key);
    if (at == queues_.end()) continue;
    std::erase_if(at->second, [&](const auto& other) { return other.get() == &w; });
    if (at->second.empty()) queues_.erase(at);
  }
}

bool Observers::waited_for(const std::vector<KeyName>& keys) const {
  std::lock_guard lock(mutex_);
  return std::any_of(keys.begin(), keys.end(), [&](const KeyName& key) { return queues_.contains(key); });
}

std::vector<std::shared_ptr<Waiter>> Observers::waiters(const KeyName& key) const {
  std::lock_guard lock(mutex_);
  auto at = queues_.find(key);
  if (at == queues_.end()) return {};
  return {at->second.begin(), at->second.end()};
}

std::vector<KeyName> Observers::waited_keys() const {
  std::lock_guard lock(mutex_);
  std::vector<KeyName> keys;
  for (const auto& [key, queue] : queues_) keys.push_back(key);
  return keys;
}

}  // namespace playhead::embedded
