#include "playhead/modules/tokens.h"

#include <algorithm>
#include <array>

#include "engine/modules/identity/token_procedures.h"
#include "engine/modules/identity/token_record.h"
#include "engine/store/little_endian.h"
#include "engine/store/secure_bytes.h"
#include "playhead/error.h"

namespace playhead {

namespace {

using identity::half_digest;

// A token's bytes: the secret, the hash that names the user's tokens, the bucket of their key
// (little-endian). As text: base64url.
constexpr std::size_t secret_size = 33, group_size = 16, token_size = secret_size + group_size + 2,
                      token_text_size = token_size / 3 * 4;
constexpr Millis longest_timeout = Millis{10} * 366 * 86'400'000;

struct TokenGroup {
  std::string hash;
  std::uint16_t bucket = 0;
};

TokenGroup group_of(Text user_id) {
  check_id("user_id", user_id);
  auto digest = sha256("playhead.tokens:" + std::string(user_id));
  return {std::string(digest.data(), group_size), KeyCodec::bucket_of(user_id)};
}

std::string key_of(const Namespace& space, const TokenGroup& group) {
  return space.keys().key_in(group.bucket, "tokens", group.hash);
}

// What the server knows of a token's text.
struct Digest {
  explicit Digest(Text token_bytes) : bytes(sha256(token_bytes)) {}
  Text id() const { return {bytes.data(), half_digest}; }
  Text check() const { return {bytes.data() + half_digest, half_digest}; }
  std::array<char, 32> bytes;
};

struct ReadToken {
  std::string key;
  Digest digest;
};

std::optional<ReadToken> read(const Namespace& space, Text token) {
  if (token.size() != token_text_size) return std::nullopt;
  auto bytes = from_base64url(token);
  if (!bytes) return std::nullopt;
  Text rest = Text(*bytes).substr(secret_size);
  TokenGroup group{std::string(rest.substr(0, group_size)),
                   load_little_endian<std::uint16_t>(rest.data() + group_size)};
  return ReadToken{key_of(space, group), Digest(*bytes)};
}

std::string make_token_bytes(const TokenGroup& group) {
  std::string bytes(secret_size, '\0');
  fill_random(bytes);
  bytes += group.hash;
  bytes.push_back(static_cast<char>(group.bucket & 255));
  bytes.push_back(static_cast<char>(group.bucket >> 8));
  return bytes;
}

TokenInfo info(std::string id, std::string user_id, const Value* rest) {
  return {std::move(id),        std::move(user_id),   rest[3].to_string(),
          rest[0].to_integer(), rest[1].to_integer(), rest[2].to_integer()};
}

}  // namespace

Tokens::Tokens(Namespace space, TokenOptions options) : space_(std::move(space)), options_(options) {
  check_range("absolute_timeout", options_.absolute_timeout, 1, longest_timeout);
  check_range("idle_timeout", options_.idle_timeout, 1, longest_timeout);
  check_range("rotation_grace", options_.rotation_grace, 0, longest_timeout);
  check_range("touch_interval", options_.touch_interval, 0, longest_timeout);
  check_range("tokens_per_user", options_.tokens_per_user, 1, 10'000);
  check_range("slack", options_.slack, 0, longest_timeout);
  options_.touch_interval = std::min(options_.touch_interval, options_.idle_timeout / 8);
}

IssuedToken Tokens::issue(Text user_id, Text data) {
  check_range("the size of a token's data", static_cast<std::int64_t>(data.size()), 0, max_data);
  TokenGroup group = group_of(user_id);
  std::string bytes = make_token_bytes(group), key = key_of(space_, group);
  Digest digest(bytes);
  ArgumentWriter args(space_.time());
  args.text(user_id)
      .text(digest.id())
      .text(digest.check())
      .integer(options_.idle_timeout)
      .integer(options_.absolute_timeout);
  args.integer(options_.tokens_per_user).integer(options_.slack).text(data);
  Value end = space_.invoke(identity::issue_token, {key}, args);
  return {base64url(bytes), hex(digest.id()), end.to_integer()};
}

std::optional<TokenInfo> Tokens::validate(Text token) {
  auto given = read(space_, token);
  if (!given) return std::nullopt;
  ArgumentWriter args(space_.time());
  args.text(given->digest.id())
      .text(given->digest.check())
      .integer(options_.touch_interval)
      .integer(options_.slack);
  Value found = space_.invoke(identity::validate_token, {given->key}, args);
  if (found.is_null()) return std::nullopt;
  const auto& parts = list_of(found);
  return info(hex(given->digest.id()), parts.at(0).to_string(), &parts.at(1));
}

std::optional<IssuedToken> Tokens::rotate(Text token) {
  auto given = read(space_, token);
  if (!given) return std::nullopt;
  std::string old = *from_base64url(token), bytes(secret_size, '\0');
  fill_random(bytes);
  bytes += old.substr(secret_size);
  Digest digest(bytes);
  ArgumentWriter args(space_.time());
  args.text(given->digest.id()).text(given->digest.check()).text(digest.id()).text(digest.check());
  args.integer(options_.rotation_grace).integer(options_.slack);
  Value end = space_.invoke(identity::rotate_token, {given->key}, args);
  if (end.is_null()) return std::nullopt;
  return IssuedToken{base64url(bytes), hex(digest.id()), end.to_integer()};
}

bool Tokens::revoke(Text token) {
  auto given = read(space_, token);
  if (!given) return false;
  ArgumentWriter args(space_.time());
  args.text(given->digest.id()).text(given->digest.check());
  return space_.invoke(identity::revoke_token, {given->key}, args).to_integer() == 1;
}

bool Tokens::revoke_id(Text user_id, Text id) {
  std::string key = key_of(space_, group_of(user_id));
  auto bytes = from_hex(id);
  if (!bytes || bytes->size() != half_digest) return false;
  ArgumentWriter args(space_.time());
  args.text(*bytes).text("");
  return space_.invoke(identity::revoke_token, {key}, args).to_integer() == 1;
}

std::int64_t Tokens::revoke_all(Text user_id) {
  std::string key = key_of(space_, group_of(user_id));
  ArgumentWriter args(space_.time());
  args.text("").text("");
  return space_.invoke(identity::revoke_tokens, {key}, args).to_integer();
}

std::int64_t Tokens::revoke_others(Text token) {
  auto given = read(space_, token);
  if (!given) return 0;
  ArgumentWriter args(space_.time());
  args.text(given->digest.id()).text(given->digest.check());
  return space_.invoke(identity::revoke_tokens, {given->key}, args).to_integer();
}

std::vector<TokenInfo> Tokens::list(Text user_id) {
  std::string key = key_of(space_, group_of(user_id));
  Value reply = space_.invoke(identity::list_tokens, {key}, ArgumentWriter(space_.time()));
  const auto& parts = list_of(reply);
  std::vector<TokenInfo> out;
  for (std::size_t i = 0; i + 5 <= parts.size(); i += 5)
    out.push_back(info(hex(parts[i].to_string()), std::string(user_id), &parts[i + 1]));
  return out;
}

List<Procedure> Tokens::procedures() {
  static const std::array all = {identity::issue_token,  identity::validate_token, identity::rotate_token,
                                 identity::revoke_token, identity::revoke_tokens,  identity::list_tokens};
  return all;
}

}  // namespace playhead
