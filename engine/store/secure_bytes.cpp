#include "engine/store/secure_bytes.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "engine/store/fork.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr Text alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr Text digits = "0123456789abcdef";

/// The value of each character of the alphabet; 64 for the others.
constexpr auto alphabet_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(64);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

void generate(std::span<char> out) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) != 1)
    throw Error(ErrorCode::unavailable, "the operating system gives no random bytes; secrets cannot be made");
}

// Bytes of the generator that a thread has not used yet: asking it costs a microsecond whatever the size. What was
// given away is wiped; a forked child begins anew.
struct Pool {
  static constexpr std::size_t most = 64;  // given at once
  std::array<char, 512> bytes;
  std::size_t left = 0;
  std::uint64_t generation = 0;

  void take(std::span<char> out) {
    if (left < out.size() || generation != fork_generation()) {
      left = 0;
      generate(bytes);
      left = bytes.size();
      generation = fork_generation();
    }
    left -= out.size();
    std::copy_n(&bytes[left], out.size(), out.data());
    OPENSSL_cleanse(&bytes[left], out.size());
  }
};
static_assert(std::is_trivially_destructible_v<Pool>);
thread_local Pool pool;

}  // namespace

void fill_random(std::span<char> out) {
  if (out.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw Error(ErrorCode::invalid, "that many random bytes are not given at once");
  if (out.size() > Pool::most)
    generate(out);
  else
    pool.take(out);
}

std::array<char, 32> sha256(Text bytes) {
  // Looked up once, and never given back: OpenSSL looks a digest up by its name each time it is not.
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::array<char, 32> digest;
  unsigned size = 0;
  if (algorithm == nullptr ||
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                 algorithm, nullptr) != 1)
    throw Error(ErrorCode::unavailable, "libcrypto provides no SHA-256; check its configuration");
  return digest;
}

std::array<char, 32> hmac_sha256(Text key, Text bytes) {
  constexpr std::size_t block = 64;
  std::string padded(key);
  if (padded.size() > block) {
    auto digest = sha256(padded);
    padded.assign(digest.data(), digest.size());
  }
  padded.resize(block, '\0');
  std::string inner = padded, outer = padded;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  auto digest = sha256(inner + std::string(bytes));
  return sha256(outer + std::string(digest.data(), digest.size()));
}

bool same_secret(Text a, Text b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string base64url(Text bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  unsigned buffer = 0;
  int bits = 0;
  for (char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out.push_back(alphabet[(buffer >> (bits - 6)) & 63]);
    buffer &= 63;
  }
  if (bits > 0) out.push_back(alphabet[(buffer << (6 - bits)) & 63]);
  return out;
}

std::optional<std::string> from_base64url(Text text) {
  std::string out(text.size() * 3 / 4, '\0');
  auto end = out.begin();
  unsigned buffer = 0;
  int bits = 0;
  for (char c : text) {
    unsigned value = alphabet_values[static_cast<unsigned char>(c)];
    if (value == 64) return std::nullopt;
    buffer = (buffer << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    *end++ = static_cast<char>((buffer >> bits) & 255);
    buffer &= (1U << bits) - 1;
  }
  if (bits == 6 || buffer != 0) return std::nullopt;
  return out;
}

std::string hex(Text bytes) {
  std::string out;
  out.reserve(2 * bytes.size());
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    out.push_back(digits[byte >> 4]);
    out.push_back(digits[byte & 15]);
  }
  return out;
}

std::optional<std::string> from_hex(Text text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    std::size_t high = digits.find(text[i]), low = digits.find(text[i + 1]);
    if (high == Text::npos || low == Text::npos) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

}  // namespace playhead
