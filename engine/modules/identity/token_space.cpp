#include "engine/modules/identity/token_space.h"

#include <algorithm>

namespace playhead::identity {

TokenOptions checked(TokenOptions o) {
  constexpr Millis longest_timeout = Millis{10} * 366 * 86'400'000;
  check_range("absolute_timeout", o.absolute_timeout, 1, longest_timeout);
  check_range("idle_timeout", o.idle_timeout, 1, longest_timeout);
  check_range("rotation_grace", o.rotation_grace, 0, longest_timeout);
  check_range("touch_interval", o.touch_interval, 0, longest_timeout);
  check_range("tokens_per_user", o.tokens_per_user, 1, 10'000);
  check_range("slack", o.slack, 0, longest_timeout);
  check_range("viewed_items", o.viewed_items, 1, 1000);
  check_range("shards", o.shards, 1, 4096);
  o.touch_interval = std::min(o.touch_interval, o.idle_timeout / 8);
  return o;
}

std::string tokens_key(const Namespace& space, const Group& group) {
  return space.keys().key_in(group.shard, "tokens", group.hash);
}

std::string token_index_key(const Namespace& space, std::uint16_t shard, Text part) {
  return space.keys().key_in(shard, "tokens", "all", {part});
}

std::string viewed_key(const Namespace& space, std::uint16_t shard, Text id) {
  return space.keys().key_in(shard, "viewed", id);
}

std::string token_cart_key(const Namespace& space, std::uint16_t shard, Text id) {
  return space.keys().key_in(shard, "carts", id, {"token"});
}

std::string user_cart_key(const Namespace& space, Text user_id) {
  return space.keys().key("carts", user_id, {"user"});
}

}  // namespace playhead::identity
