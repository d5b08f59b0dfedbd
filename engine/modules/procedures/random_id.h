#pragma once
#include <array>
#include <string>

#include "engine/store/secure_bytes.h"

namespace playhead {

/// 128 random bits as 32 lower-case hexadecimal digits. Throws Error{unavailable} if there is no randomness.
inline std::string random_id() {
  std::array<char, 16> bytes;
  fill_random(bytes);
  return hex({bytes.data(), bytes.size()});
}

}  // namespace playhead
