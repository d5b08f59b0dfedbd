#include "playhead/error.h"
#include "playhead/operations/pubsub.h"

namespace playhead {

void PubSubNumSub::emit(const Reply& r, Sink& s) const {
  s.begin_array(2 * r.size());
  for (const ChannelCount& c : r) {
    s.bulk(c.channel);
    s.integer(c.subscribers);
  }
}

void PubSubNumSub::decode(const Value& v, Reply& r) const {
  const auto& items = list_of(v);
  if (items.size() % 2 != 0)
    throw Error(ErrorCode::corrupt, "the server's reply is not channels and numbers");
  r.clear();
  for (std::size_t i = 0; i < items.size(); i += 2)
    r.push_back({items[i].to_string(), items[i + 1].to_integer()});
}

}  // namespace playhead
