#include "lzf.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>

#include "byte_reader.h"

namespace playhead {
namespace {

constexpr std::size_t literal_longest = 32;
constexpr std::size_t copy_shortest = 3;
constexpr std::size_t copy_longest = 264;
constexpr std::size_t distance_longest = 8192;
constexpr unsigned table_bits_most = 14;
constexpr std::uint64_t best_ratio = copy_longest / 3;

void append_literals(Text literals, std::string& output) {
  while (!literals.empty()) {
    const Text part = literals.substr(0, literal_longest);
    output.push_back(static_cast<char>(part.size() - 1));
    output.append(part);
    literals.remove_prefix(part.size());
  }
}

void append_copy(std::size_t distance, std::size_t length, std::string& output) {
  const std::size_t offset = distance - 1;
  const std::size_t code = length - 2;
  output.push_back(static_cast<char>((std::min<std::size_t>(code, 7) << 5) | (offset >> 8)));
  if (code >= 7) output.push_back(static_cast<char>(code - 7));
  output.push_back(static_cast<char>(offset & 0xff));
}

// The last position of each hash of three bytes, in a table no larger than the input needs.
class Positions {
 public:
  explicit Positions(Text input)
      : input_(input), bits_(std::clamp<unsigned>(std::bit_width(input.size()), 4, table_bits_most)) {
    std::fill_n(table_.begin(), std::size_t{1} << bits_, none);
  }

  // The last place where the three bytes at `at` may have been seen, or npos; remembers `at`.
  std::size_t replace(std::size_t at) {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<std::uint8_t>(input_[at + i])}; };
    const std::uint32_t three = byte(0) | byte(1) << 8 | byte(2) << 16;
    const std::uint32_t slot = (three * 2654435761U) >> (32 - bits_);
    const std::uint32_t last = table_[slot];
    table_[slot] = static_cast<std::uint32_t>(at);
    return last == none ? Text::npos : last;
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  Text input_;
  unsigned bits_;
  std::array<std::uint32_t, std::size_t{1} << table_bits_most> table_;
};

std::size_t match_length(Text input, std::size_t earlier, std::size_t at) {
  const std::size_t longest = std::min(copy_longest, input.size() - at);
  std::size_t length = 0;
  while (length < longest && input[earlier + length] == input[at + length]) ++length;
  return length;
}

// Copies byte by byte where source and target overlap: that repeats the last `distance` bytes.
void copy_back(std::string& output, std::size_t distance, std::size_t length) {
  const std::size_t from = output.size() - distance;
  if (distance >= length) {
    output.append(output, from, length);
    return;
  }
  for (std::size_t i = 0; i < length; ++i) output.push_back(output[from + i]);
}

}  // namespace

bool lzf_compress(Text input, std::string& output) {
  output.clear();
  if (input.size() <= 4 || input.size() >= std::numeric_limits<std::uint32_t>::max()) return false;
  const std::size_t limit = input.size() - 4;
  Positions positions(input);
  std::size_t literals = 0;
  for (std::size_t at = 0; at + copy_shortest <= input.size();) {
    const std::size_t earlier = positions.replace(at);
    const bool near = earlier != Text::npos && at - earlier <= distance_longest;
    const std::size_t length = near ? match_length(input, earlier, at) : 0;
    if (length < copy_shortest) {
      ++at;
      continue;
    }
    append_literals(input.substr(literals, at - literals), output);
    append_copy(at - earlier, length, output);
    if (output.size() > limit) return false;
    at += length;
    literals = at;
  }
  append_literals(input.substr(literals), output);
  return output.size() <= limit;
}

bool lzf_decompress(Text input, std::uint64_t size, std::string& output) {
  output.clear();
  if (size > input.size() * best_ratio) return false;
  output.reserve(static_cast<std::size_t>(size));
  ByteReader reader(input);
  std::uint8_t control = 0;
  while (reader.byte(control)) {
    if (control < literal_longest) {
      Text literals;
      if (!reader.bytes(control + 1U, literals) || output.size() + literals.size() > size) return false;
      output.append(literals);
      continue;
    }
    std::size_t length = control >> 5;
    std::uint8_t next = 0;
    if (length == 7) {
      if (!reader.byte(next)) return false;
      length += next;
    }
    length += 2;
    if (!reader.byte(next)) return false;
    const std::size_t distance = ((control & 31U) << 8 | next) + 1U;
    if (distance > output.size() || output.size() + length > size) return false;
    copy_back(output, distance, length);
  }
  return output.size() == size;
}

}  // namespace playhead
