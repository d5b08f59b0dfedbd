#include "engine/modules/identity/bearer.h"

#include "engine/store/little_endian.h"
#include "engine/store/secure_bytes.h"

namespace playhead::identity {

namespace {

constexpr std::size_t secret_size = 33, group_size = 16;

}  // namespace

Group group_of(Text domain, Text user_id, std::uint16_t shards) {
  check_id("user_id", user_id);
  auto digest = sha256(std::string(domain) + ":" + std::string(user_id));
  return {std::string(digest.data(), group_size),
          static_cast<std::uint16_t>(KeyCodec::bucket_of(user_id) % shards)};
}

Digest::Digest(Text bearer_bytes) : bytes(sha256(bearer_bytes)) {}

Bearer Bearer::make(Group group) {
  std::string bytes(secret_size, '\0');
  fill_random(bytes);
  bytes += group.hash;
  bytes.push_back(static_cast<char>(group.shard & 255));
  bytes.push_back(static_cast<char>(group.shard >> 8));
  return {base64url(bytes), std::move(group), Digest(bytes)};
}

std::optional<Bearer> Bearer::read(Text text) {
  if (text.size() != bearer_text_size) return std::nullopt;
  auto bytes = from_base64url(text);
  if (!bytes) return std::nullopt;
  Text rest = Text(*bytes).substr(secret_size);
  Group group{std::string(rest.substr(0, group_size)),
              load_little_endian<std::uint16_t>(rest.data() + group_size)};
  return Bearer{std::string(text), std::move(group), Digest(*bytes)};
}

std::optional<std::string> id_of_name(Text name) {
  auto bytes = from_hex(name);
  if (!bytes || bytes->size() != half_digest) return std::nullopt;
  return bytes;
}

}  // namespace playhead::identity
