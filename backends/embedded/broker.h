#pragma once
// Publish and subscribe within one store.
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <shared_mutex>

#include "playhead/store.h"

namespace playhead::embedded {

class Broker : public std::enable_shared_from_this<Broker> {
 public:
  /// Calls the handlers of everybody who subscribes to the channel, on this thread. Hold no stripe. Returns
  /// nothing: see receivers().
  void publish(Text channel, Text payload);
  /// How many subscriptions (patterns count each) a message on the channel reaches now.
  std::int64_t receivers(Text channel) const;
  /// Channels with at least one subscriber that match the pattern (empty: all).
  std::vector<std::string> channels(std::optional<Text> pattern) const;
  std::int64_t subscribers(Text channel) const;
  std::int64_t patterns() const;
  std::unique_ptr<Subscription> subscribe(std::function<void(const Message&)> handler);

 private:
  class Subscriber;
  class Handle;
  using Members = std::set<std::shared_ptr<Subscriber>>;
  mutable std::shared_mutex mutex_;
  std::map<std::string, Members, std::less<>> channels_;
  std::map<std::string, Members, std::less<>> patterns_;
};

}  // namespace playhead::embedded
