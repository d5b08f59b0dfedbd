#pragma once
// What a client holds to show who it is: a secret, and where the server finds what it knows of it.
//
//     bytes  = secret (33) group (16) shard (2, little-endian)         as text: base64url, 68 characters
//     group  = the first half of SHA-256(domain ":" user id)
//     digest = SHA-256(bytes) = id (16) check (16)
//
// The server keeps the digest only: the id names the entry, the check is compared in constant time.
#include <array>
#include <optional>

#include "playhead/modules/namespace.h"

namespace playhead::identity {

inline constexpr std::size_t half_digest = 16, bearer_text_size = 68;

/// The entries of one user.
struct Group {
  std::string hash;
  std::uint16_t shard = 0;
};

/// Throws Error{invalid} for a user id that is empty or too long.
Group group_of(Text domain, Text user_id, std::uint16_t shards);

struct Digest {
  explicit Digest(Text bearer_bytes);
  Text id() const { return {bytes.data(), half_digest}; }
  Text check() const { return {bytes.data() + half_digest, half_digest}; }
  std::array<char, 32> bytes;
};

/// A bearer that was made, or one that a client shows, which may be made up.
struct Bearer {
  static Bearer make(Group group);
  /// Nothing if the text cannot be one.
  static std::optional<Bearer> read(Text text);

  Text id() const { return digest.id(); }
  Text check() const { return digest.check(); }

  std::string text;
  Group group;
  Digest digest;
};

/// The bytes that a public name, 32 hexadecimal digits, stands for; nothing if it is none.
std::optional<std::string> id_of_name(Text name);

}  // namespace playhead::identity
