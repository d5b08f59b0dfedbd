// SHA-1, which names Lua scripts (EVALSHA).
#pragma once

#include <string>

#include "text.h"

namespace playhead {

// The digest of `text` as 40 lower-case hexadecimal digits. Throws std::runtime_error if libcrypto refuses
// SHA-1.
std::string sha1_hex(Text text);

}  // namespace playhead
