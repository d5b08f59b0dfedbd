#include "sha1.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace playhead {

std::string sha1_hex(Text text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("libcrypto provides no SHA-1; enable it in the OpenSSL configuration");
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(std::size_t{2} * size);
  for (unsigned i = 0; i < size; ++i) {
    hex.push_back(digits[digest[i] >> 4]);
    hex.push_back(digits[digest[i] & 15]);
  }
  return hex;
}

}  // namespace playhead
