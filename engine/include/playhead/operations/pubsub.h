#pragma once
#include "playhead/operations/operation.h"

namespace playhead {

/// PUBLISH: how many subscriptions to the channel, and to patterns that match it, there are. The message is delivered when the unit it is
/// part of has ended. O(subscriptions + patterns). https://redis.io/commands/publish
struct Publish {
  using Reply = std::int64_t;
  static constexpr Traits traits{"publish", Flags::pubsub | Flags::fast, Group::pubsub,
                                 "Sends a message to a channel."};
  Text channel, message;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("channel", o.channel);
    v.arg("message", o.message);
  }
};

/// PUBSUB CHANNELS: the channels that have subscriptions of their own, all or those that match a pattern. O(channels).
/// https://redis.io/commands/pubsub-channels
struct PubSubChannels {
  using Reply = std::vector<std::string>;
  static constexpr Traits traits{"pubsub|channels", Flags::pubsub, Group::pubsub,
                                 "The channels that somebody has subscribed to."};
  std::optional<Text> pattern;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.at_most(1, "ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.");
    v.optional("pattern", o.pattern);
  }
};

/// A channel and its subscriptions.
struct ChannelCount {
  std::string channel;
  std::int64_t subscribers = 0;
  bool operator==(const ChannelCount&) const = default;
};

/// PUBSUB NUMSUB: subscriptions of each channel, those of patterns not counted. O(channels). https://redis.io/commands/pubsub-numsub
struct PubSubNumSub {
  using Reply = std::vector<ChannelCount>;
  static constexpr Traits traits{"pubsub|numsub", Flags::pubsub, Group::pubsub,
                                 "How many subscriptions channels have."};
  List<Text> channels;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.some("channel", o.channels);
  }
  void emit(const Reply& r, Sink& s) const;
  void decode(const Value& v, Reply& r) const;
};

/// PUBSUB NUMPAT: how many different patterns somebody has subscribed to. O(1). https://redis.io/commands/pubsub-numpat
struct PubSubNumPat {
  using Reply = std::int64_t;
  static constexpr Traits traits{"pubsub|numpat", Flags::pubsub, Group::pubsub,
                                 "How many patterns somebody has subscribed to."};
  template <class O, class V>
  static void describe(O&, V&) {}
};

using PubSubOperations = Operations<Publish, PubSubChannels, PubSubNumSub, PubSubNumPat>;

}  // namespace playhead
