#include "bits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <limits>

#include "byte_reader.h"

namespace playhead::bits {
namespace {

__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;
using Word = std::uint64_t;

constexpr std::size_t word_size = sizeof(Word);

Word load_word(const char* bytes) {
  Word word;
  std::memcpy(&word, bytes, word_size);
  return word;
}

unsigned byte_at(Text bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// Inlined into functions that are compiled for different processors.
[[gnu::always_inline]] inline std::uint64_t count_bytes_inline(const char* bytes, std::size_t size) {
  std::array<std::uint64_t, 4> sums{};
  for (; size >= 4 * word_size; size -= 4 * word_size, bytes += 4 * word_size)
    for (std::size_t i = 0; i < 4; ++i)
      sums[i] += static_cast<std::uint64_t>(__builtin_popcountll(load_word(bytes + i * word_size)));
  for (; size > 0; --size, ++bytes)
    sums[0] += static_cast<std::uint64_t>(__builtin_popcount(static_cast<unsigned char>(*bytes)));
  return sums[0] + sums[1] + sums[2] + sums[3];
}

#if defined(__x86_64__)
[[gnu::target("popcnt")]] std::uint64_t count_bytes_popcnt(const char* bytes, std::size_t size) {
  return count_bytes_inline(bytes, size);
}

std::uint64_t count_bytes(const char* bytes, std::size_t size) {
  static const bool has_popcnt = __builtin_cpu_supports("popcnt") != 0;
  return has_popcnt ? count_bytes_popcnt(bytes, size) : count_bytes_inline(bytes, size);
}
#else
std::uint64_t count_bytes(const char* bytes, std::size_t size) {
  return count_bytes_inline(bytes, size);
}
#endif

// Inclusive bit positions inside a string.
struct BitRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

// Resolves negative positions and clips the range to the string; nullopt if it is empty.
std::optional<BitRange> resolve(Text bytes, std::int64_t first, std::int64_t last, Unit unit) {
  const auto total = static_cast<std::int64_t>(bytes.size()) * (unit == Unit::bit ? 8 : 1);
  if (first < 0) first = std::max<std::int64_t>(first + total, 0);
  if (last < 0) last = std::max<std::int64_t>(last + total, 0);
  last = std::min(last, total - 1);
  if (first > last) return std::nullopt;
  const auto begin = static_cast<std::uint64_t>(first);
  const auto end = static_cast<std::uint64_t>(last);
  if (unit == Unit::bit) return BitRange{begin, end};
  return BitRange{begin * 8, end * 8 + 7};
}

// The first bit of the range equal to `bit`, or -1.
std::int64_t find(Text bytes, bool bit, BitRange range) {
  const unsigned flip = bit ? 0 : 0xff;
  const Word skipped = bit ? 0 : ~Word{0};
  const std::size_t last_byte = range.last / 8;
  std::size_t at = range.first / 8;
  unsigned candidates = (byte_at(bytes, at) ^ flip) & (0xffU >> (range.first % 8));
  while (candidates == 0) {
    if (++at > last_byte) return -1;
    while (last_byte - at >= word_size && load_word(bytes.data() + at) == skipped) at += word_size;
    candidates = byte_at(bytes, at) ^ flip;
  }
  const auto in_byte = static_cast<unsigned>(std::countl_zero(static_cast<std::uint8_t>(candidates)));
  const std::uint64_t found = std::uint64_t{at} * 8 + in_byte;
  return found <= range.last ? static_cast<std::int64_t>(found) : -1;
}

std::uint64_t low_bits(unsigned width) {
  return width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

Wide largest(FieldType type) {
  return static_cast<Wide>(low_bits(type.is_signed ? type.width - 1 : type.width));
}

Wide smallest(FieldType type) {
  return type.is_signed ? -largest(type) - 1 : 0;
}

std::optional<std::int64_t> limit(FieldType type, Wide value, Overflow overflow) {
  if (value >= smallest(type) && value <= largest(type)) return static_cast<std::int64_t>(value);
  switch (overflow) {
    case Overflow::saturate:
      return static_cast<std::int64_t>(value < 0 ? smallest(type) : largest(type));
    case Overflow::fail:
      return std::nullopt;
    case Overflow::wrap:
      break;
  }
  const std::uint64_t wrapped = static_cast<std::uint64_t>(value) & low_bits(type.width);
  return type.is_signed ? ByteReader::sign_extend(wrapped, type.width) : static_cast<std::int64_t>(wrapped);
}

template <typename Operate>
void apply(std::string& result, Text source, const Operate& operate) {
  std::size_t at = 0;
  for (; at + word_size <= source.size(); at += word_size) {
    const Word word = operate(load_word(result.data() + at), load_word(source.data() + at));
    std::memcpy(result.data() + at, &word, word_size);
  }
  for (; at < source.size(); ++at)
    result[at] = static_cast<char>(operate(Word{byte_at(result, at)}, Word{byte_at(source, at)}));
}

}  // namespace

bool get_bit(Text bytes, std::uint64_t offset) {
  if (offset / 8 >= bytes.size()) return false;
  return ((byte_at(bytes, offset / 8) >> (7 - offset % 8)) & 1) != 0;
}

bool set_bit(std::span<char> bytes, std::uint64_t offset, bool bit) {
  const unsigned mask = 0x80U >> (offset % 8);
  const unsigned byte = static_cast<unsigned char>(bytes[offset / 8]);
  bytes[offset / 8] = static_cast<char>(bit ? byte | mask : byte & ~mask);
  return (byte & mask) != 0;
}

std::int64_t count(Text bytes) {
  return static_cast<std::int64_t>(count_bytes(bytes.data(), bytes.size()));
}

std::int64_t count(Text bytes, std::int64_t first, std::int64_t last, Unit unit) {
  // Clipped to the string both could meet at its first position.
  if (first < 0 && last < 0 && first > last) return 0;
  const auto range = resolve(bytes, first, last, unit);
  if (!range) return 0;
  const std::size_t begin = range->first / 8;
  const std::size_t end = range->last / 8;
  const unsigned before = byte_at(bytes, begin) & ~(0xffU >> (range->first % 8));
  const unsigned behind = byte_at(bytes, end) & (0x7fU >> (range->last % 8));
  return static_cast<std::int64_t>(count_bytes(bytes.data() + begin, end - begin + 1)) -
         std::popcount(before) - std::popcount(behind);
}

std::int64_t position(Text bytes, bool bit, std::int64_t first, std::optional<std::int64_t> last, Unit unit) {
  const auto range = resolve(bytes, first, last.value_or(-1), unit);
  if (!range) return -1;
  const std::int64_t found = find(bytes, bit, *range);
  if (found < 0 && !bit && !last) return static_cast<std::int64_t>(bytes.size()) * 8;
  return found;
}

std::uint64_t get_unsigned(Text bytes, std::uint64_t offset, unsigned width) {
  const std::uint64_t first = offset / 8;
  const std::uint64_t end = required_size(offset, width);
  UnsignedWide window = 0;
  for (std::uint64_t at = first; at < end; ++at)
    window = window << 8 | (at < bytes.size() ? byte_at(bytes, at) : 0);
  return static_cast<std::uint64_t>(window >> (end * 8 - offset - width)) & low_bits(width);
}

std::int64_t get_signed(Text bytes, std::uint64_t offset, unsigned width) {
  return ByteReader::sign_extend(get_unsigned(bytes, offset, width), width);
}

void set_field(std::span<char> bytes, std::uint64_t offset, unsigned width, std::uint64_t value) {
  const std::uint64_t first = offset / 8;
  const std::uint64_t end = required_size(offset, width);
  const auto shift = static_cast<unsigned>(end * 8 - offset - width);
  auto mask = static_cast<UnsignedWide>(low_bits(width)) << shift;
  auto window = static_cast<UnsignedWide>(value & low_bits(width)) << shift;
  for (std::uint64_t at = end; at-- > first; mask >>= 8, window >>= 8) {
    const unsigned kept = static_cast<unsigned char>(bytes[at]) & ~static_cast<unsigned>(mask & 0xff);
    bytes[at] = static_cast<char>(kept | static_cast<unsigned>(window & 0xff));
  }
}

std::optional<std::int64_t> increment(FieldType type, std::int64_t value, std::int64_t amount,
                                      Overflow overflow) {
  return limit(type, static_cast<Wide>(value) + amount, overflow);
}

std::optional<std::int64_t> fit(FieldType type, std::int64_t value, Overflow overflow) {
  if (type.is_signed) {
    const bool too_far = type.width < 64 && largest(type) - value > std::numeric_limits<std::int64_t>::max();
    if (too_far && overflow == Overflow::saturate) return static_cast<std::int64_t>(largest(type));
    return limit(type, value, overflow);
  }
  return limit(type, static_cast<Wide>(static_cast<std::uint64_t>(value)), overflow);
}

std::string combine(Operation operation, std::span<const Text> sources) {
  std::size_t size = 0;
  for (const Text source : sources) size = std::max(size, source.size());
  std::string result(sources.front());
  result.resize(size);
  if (operation == Operation::bit_not) apply(result, sources.front(), [](Word a, Word) { return ~a; });
  for (const Text source : sources.subspan(1)) {
    switch (operation) {
      case Operation::bit_and:
        apply(result, source, [](Word a, Word b) { return a & b; });
        std::fill(result.begin() + static_cast<std::ptrdiff_t>(source.size()), result.end(), '\0');
        break;
      case Operation::bit_or:
        apply(result, source, [](Word a, Word b) { return a | b; });
        break;
      case Operation::bit_xor:
        apply(result, source, [](Word a, Word b) { return a ^ b; });
        break;
      case Operation::bit_not:
        break;
    }
  }
  return result;
}

}  // namespace playhead::bits
