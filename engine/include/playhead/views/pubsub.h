#pragma once
// Messages: typed calls of the operations in operations/pubsub.h, where results and costs are told.
// Store::subscribe() receives them.
#include "playhead/store.h"
#include "playhead/views/arguments.h"

namespace playhead {

/// The channels of a store; they belong to no database. Refers to the store, which must outlive it. As
/// thread-safe as the store. All methods throw Error.
class PubSub {
 public:
  explicit PubSub(Store& store) : store_(store) {}

  /// How many subscriptions, of channels and of patterns, the message reaches.
  std::int64_t publish(Text channel, Text message) { return store_.run(Publish{channel, message}); }
  /// The channels that have subscriptions, all or those that match a pattern.
  std::vector<std::string> channels(std::optional<Text> pattern = {}) const {
    return store_.run(PubSubChannels{pattern});
  }
  /// The subscriptions of each channel, in the order asked.
  std::vector<ChannelCount> numsub(Arguments<Text> channels) const {
    return store_.run(PubSubNumSub{channels});
  }
  /// How many different patterns have subscriptions.
  std::int64_t numpat() const { return store_.run(PubSubNumPat{}); }

 private:
  Store& store_;
};

}  // namespace playhead
