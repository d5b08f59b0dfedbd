// Strings as arrays of bits, bit 0 being the highest of the first byte: SETBIT, BITCOUNT, BITPOS, BITFIELD,
// BITOP.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "text.h"

namespace playhead::bits {

// What the positions of a range count.
enum class Unit : std::uint8_t { byte, bit };

// The bytes a string needs to hold `width` bits at `offset`.
constexpr std::uint64_t required_size(std::uint64_t offset, unsigned width) {
  return (offset + width + 7) / 8;
}

// The bit at `offset`; bits behind the end are 0.
bool get_bit(Text bytes, std::uint64_t offset);

// Sets the bit at `offset`, which is inside `bytes`, and returns the one before.
bool set_bit(std::span<char> bytes, std::uint64_t offset, bool bit);

// BITCOUNT: the bits that are 1, of the whole string or of the positions first to last, both inclusive;
// negative ones count from the end.
std::int64_t count(Text bytes);
std::int64_t count(Text bytes, std::int64_t first, std::int64_t last, Unit unit);

// BITPOS of an existing string (a missing one gives 0 for clear bits, -1 for set ones): the first bit equal
// to `bit`, or -1. Without `last` the string counts as continued by clear bits: one of set bits only gives
// its size in bits. That needs a range that is not empty; the empty string always gives -1. `unit` applies to
// both positions.
std::int64_t position(Text bytes, bool bit, std::int64_t first = 0,
                      std::optional<std::int64_t> last = std::nullopt, Unit unit = Unit::byte);

// The `width` bits (1 to 64) at `offset`, the highest first; bits behind the end are 0.
std::uint64_t get_unsigned(Text bytes, std::uint64_t offset, unsigned width);
std::int64_t get_signed(Text bytes, std::uint64_t offset, unsigned width);

// Writes the low `width` bits (1 to 64) of `value` at `offset`, all inside `bytes`. Negative values are
// written as two's complement after conversion to uint64.
void set_field(std::span<char> bytes, std::uint64_t offset, unsigned width, std::uint64_t value);

// What BITFIELD does with a result that its field cannot hold.
enum class Overflow : std::uint8_t { wrap, saturate, fail };

// The type of a BITFIELD field: i1 to i64, u1 to u63.
struct FieldType {
  bool is_signed = false;
  unsigned width = 8;
};

// INCRBY: the value of a field that was `value`; nullopt if it overflows and `overflow` is fail.
std::optional<std::int64_t> increment(FieldType type, std::int64_t value, std::int64_t amount,
                                      Overflow overflow);

// SET: the value that is written for `value`; nullopt as above. Two answers of Redis may surprise: a negative
// value for an unsigned field counts as one far too large, and saturates to the largest; so does, for a
// signed field of less than 64 bits, a value more than 2^63 - 1 below the largest of the field.
std::optional<std::int64_t> fit(FieldType type, std::int64_t value, Overflow overflow);

enum class Operation : std::uint8_t { bit_and, bit_or, bit_xor, bit_not };

// BITOP: shorter strings count as continued by zero bytes. bit_not takes exactly one source, the others at
// least one.
std::string combine(Operation operation, std::span<const Text> sources);

}  // namespace playhead::bits
