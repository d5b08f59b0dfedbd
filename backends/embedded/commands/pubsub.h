#pragma once
#include "backends/embedded/broker.h"
#include "backends/embedded/tx.h"
#include "playhead/operations/pubsub.h"

namespace playhead::embedded {

template <class S>
void exec(Tx<S>& t, std::uint16_t, const Publish& c, std::int64_t& r) {
  r = t.shared().broker->receivers(c.channel);
  t.publish(c.channel, c.message);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t, const PubSubChannels& c, PubSubChannels::Reply& r) {
  r = t.shared().broker->channels(c.pattern);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t, const PubSubNumSub& c, PubSubNumSub::Reply& r) {
  r.clear();
  for (Text channel : c.channels)
    r.push_back({std::string(channel), t.shared().broker->subscribers(channel)});
}

template <class S>
void exec(Tx<S>& t, std::uint16_t, const PubSubNumPat&, std::int64_t& r) {
  r = t.shared().broker->patterns();
}

}  // namespace playhead::embedded
