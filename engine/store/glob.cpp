// Every pattern element except '*' takes exactly one byte, so the leftmost match of the part between two
// stars is always as good as any later one: only the last '*' seen needs to be tried again, one byte further
// right.
#include "glob.h"

#include <cstddef>
#include <utility>

namespace playhead {
namespace {

// Redis compares bytes as signed numbers.
int signed_value(char c) {
  int value = static_cast<unsigned char>(c);
  return value < 128 ? value : value - 256;
}

int fold(char c, bool ignore_case) {
  int value = signed_value(c);
  return ignore_case && value >= 'A' && value <= 'Z' ? value - 'A' + 'a' : value;
}

bool in_range(char first, char last, char c, bool ignore_case) {
  int low = signed_value(first);
  int high = signed_value(last);
  if (low > high) std::swap(low, high);
  // The bounds are put in order before they are folded, as Redis does it.
  low = fold(static_cast<char>(low), ignore_case);
  high = fold(static_cast<char>(high), ignore_case);
  const int value = fold(c, ignore_case);
  return value >= low && value <= high;
}

// Matches `c` with the class whose text begins at `at`, just after its '['; moves `at` behind the class.
bool match_class(Text pattern, std::size_t& at, char c, bool ignore_case) {
  const bool negated = at < pattern.size() && pattern[at] == '^';
  if (negated) ++at;
  bool found = false;
  for (;; ++at) {
    const std::size_t left = pattern.size() - at;
    if (left == 0) break;
    if (left >= 2 && pattern[at] == '\\') {
      ++at;
      found |= pattern[at] == c;
    } else if (pattern[at] == ']') {
      ++at;
      break;
    } else if (left >= 3 && pattern[at + 1] == '-') {
      found |= in_range(pattern[at], pattern[at + 2], c, ignore_case);
      at += 2;
    } else {
      found |= fold(pattern[at], ignore_case) == fold(c, ignore_case);
    }
  }
  return found != negated;
}

// Matches `c` with the one-byte element at `at`, which is not '*'; moves `at` behind the element.
bool match_one(Text pattern, std::size_t& at, char c, bool ignore_case) {
  switch (pattern[at]) {
    case '?':
      ++at;
      return true;
    case '[':
      ++at;
      return match_class(pattern, at, c, ignore_case);
    case '\\':
      if (at + 1 < pattern.size()) ++at;
      break;
    default:
      break;
  }
  const char literal = pattern[at++];
  return literal == c || (ignore_case && fold(literal, true) == fold(c, true));
}

}  // namespace

bool glob_match(Text pattern, Text string, bool ignore_case) {
  if (pattern == "*") return true;
  if (string.empty()) return pattern.empty();
  constexpr std::size_t none = Text::npos;
  std::size_t at = 0;
  std::size_t position = 0;
  std::size_t after_star = none;
  std::size_t star_position = 0;
  while (position < string.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      after_star = ++at;
      star_position = position;
      if (at == pattern.size()) return true;
      continue;
    }
    if (at < pattern.size() && match_one(pattern, at, string[position], ignore_case)) {
      ++position;
      continue;
    }
    if (after_star == none) return false;
    at = after_star;
    position = ++star_position;
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

}  // namespace playhead
