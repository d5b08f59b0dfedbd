// LZF, the compression of strings in Redis's RDB format. A compressed text is a sequence of
//   000lllll bytes...               l + 1 literal bytes
//   lllooooo oooooooo               copy of l + 2 bytes (l = 1..6) that begin o + 1 bytes back in the output
//   111ooooo llllllll oooooooo      copy of l + 9 bytes
#pragma once

#include <cstdint>
#include <string>

#include "text.h"

namespace playhead {

// Compresses `input` into `output`; false, with `output` unspecified, unless the result is at least 4 bytes
// smaller.
bool lzf_compress(Text input, std::string& output);

// Decompresses `input`, whose result has exactly `size` bytes; false for anything else. Allocates at most 88
// times the size of `input`, the best ratio the format has.
bool lzf_decompress(Text input, std::uint64_t size, std::string& output);

}  // namespace playhead
