// The longest common subsequence of two strings, as the LCS command answers it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "text.h"

namespace playhead {

// A stretch of the subsequence that is contiguous in both strings; positions are inclusive, as in the reply.
struct LcsStretch {
  std::size_t a_first = 0;
  std::size_t a_last = 0;
  std::size_t b_first = 0;
  std::size_t b_last = 0;

  std::size_t length() const { return a_last - a_first + 1; }
  bool operator==(const LcsStretch&) const = default;
};

struct LcsResult {
  std::size_t length = 0;
  std::string string;
  // In the order of LCS IDX: from the end of the strings to their beginning.
  std::vector<LcsStretch> matches;
};

// The length alone. Takes O(a * b / 64) time and O(b) memory.
std::size_t lcs_length(Text a, Text b);

// Among subsequences of equal length the one that Redis finds. `matches` has those of at least
// `min_match_length` bytes (MINMATCHLEN). Takes O(a * b / 64) time and about a * b / 8 bytes.
LcsResult longest_common_subsequence(Text a, Text b, std::size_t min_match_length = 0);

}  // namespace playhead
