// What secrets are made of: random bytes, digests, comparison in constant time, and bytes as text. Over
// libcrypto.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "text.h"

namespace playhead {

// Fills the span from the operating system's seeded generator (RAND_bytes). Throws Error{unavailable} if
// there is no randomness.
void fill_random(std::span<char> out);

// FIPS 180-4.
std::array<char, 32> sha256(Text bytes);

// RFC 2104 with SHA-256.
std::array<char, 32> hmac_sha256(Text key, Text bytes);

// Takes the same time wherever the bytes differ. Texts of different lengths are different.
bool same_secret(Text a, Text b);

// RFC 4648 section 5, without padding.
std::string base64url(Text bytes);
// The bytes whose base64url() this is; nothing if there are none (padding, foreign characters, bits left
// over).
std::optional<std::string> from_base64url(Text text);

// Lower-case hexadecimal digits, two a byte.
std::string hex(Text bytes);
std::optional<std::string> from_hex(Text digits);

}  // namespace playhead
