#pragma once
// Where tokens lie, and what hangs on them.
#include "engine/modules/identity/bearer.h"
#include "playhead/modules/tokens.h"

namespace playhead::identity {

/// Throws Error{invalid} for options out of range.
TokenOptions checked(TokenOptions options);

std::string tokens_key(const Namespace& space, const Group& group);
/// Of the shard: when tokens were last used ("recent"), ids of dropped ones ("dropped").
std::string token_index_key(const Namespace& space, std::uint16_t shard, Text part);
/// Items that the holder of a token has viewed.
std::string viewed_key(const Namespace& space, std::uint16_t shard, Text id);
/// The cart of the holder of a token, and that of a user.
std::string token_cart_key(const Namespace& space, std::uint16_t shard, Text id);
std::string user_cart_key(const Namespace& space, Text user_id);

}  // namespace playhead::identity
