// The expected values are answers of Redis 7.0.15.
#include "engine/store/bits.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "hex.h"

namespace playhead::bits {
namespace {

using test::from_hex;
using test::to_hex;

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

std::string random_string(std::mt19937& random, std::size_t size) {
  std::string text(size, '\0');
  const unsigned kind = random() % 3;
  for (char& c : text) c = kind == 0 ? '\0' : kind == 1 ? '\xff' : static_cast<char>(random());
  if (size > 0) text[random() % size] ^= static_cast<char>(1U << (random() % 8));
  return text;
}

std::string combined(Operation operation, const std::vector<std::string>& hex) {
  std::vector<std::string> strings;
  for (const std::string& digits : hex) strings.push_back(from_hex(digits));
  const std::vector<Text> sources(strings.begin(), strings.end());
  return to_hex(combine(operation, sources));
}

TEST_CASE("bit 0 is the highest bit of the first byte") {
  std::string text(2, '\0');
  CHECK_FALSE(set_bit(text, 7, true));
  CHECK_FALSE(set_bit(text, 8, true));
  CHECK(to_hex(text) == "0180");
  CHECK(get_bit(text, 7));
  CHECK_FALSE(get_bit(text, 6));
  CHECK_FALSE(get_bit(text, 1000));
  CHECK(set_bit(text, 7, false));
  CHECK(to_hex(text) == "0080");
}

TEST_CASE("count answers the examples of the command page") {
  CHECK(count("foobar") == 26);
  CHECK(count("foobar", 0, 0, Unit::byte) == 4);
  CHECK(count("foobar", 1, 1, Unit::byte) == 6);
  CHECK(count("foobar", 5, 30, Unit::bit) == 17);
  CHECK(count("foobar", -2, -1, Unit::byte) == 7);
}

TEST_CASE("count of an empty range is 0") {
  CHECK(count("") == 0);
  CHECK(count("", 0, -1, Unit::byte) == 0);
  CHECK(count("foobar", 3, 2, Unit::byte) == 0);
  CHECK(count("foobar", -1, -2, Unit::bit) == 0);
  CHECK(count("foobar", -100, -101, Unit::byte) == 0);
  CHECK(count("foobar", lowest, highest, Unit::bit) == 26);
}

TEST_CASE("count and position agree with a walk over the bits") {
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random_string(random, 1 + random() % 80);
    const auto total = static_cast<std::int64_t>(text.size() * 8);
    const std::int64_t first = static_cast<std::int64_t>(random()) % total;
    const std::int64_t last = first + static_cast<std::int64_t>(random()) % (total - first);
    std::int64_t ones = 0;
    std::int64_t found[2] = {-1, -1};
    for (std::int64_t i = last; i >= first; --i) {
      const bool bit = get_bit(text, static_cast<std::uint64_t>(i));
      ones += bit ? 1 : 0;
      found[bit ? 1 : 0] = i;
    }
    REQUIRE(count(text, first, last, Unit::bit) == ones);
    REQUIRE(position(text, false, first, last, Unit::bit) == found[0]);
    REQUIRE(position(text, true, first - total, last - total, Unit::bit) == found[1]);
  }
}

TEST_CASE("a string of set bits is continued by clear ones only without an end") {
  const std::string ones(3, '\xff');
  CHECK(position(ones, false) == 24);
  CHECK(position(ones, false, 2) == 24);
  CHECK(position(ones, false, 3) == -1);
  CHECK(position(ones, false, 0, -1) == -1);
  CHECK(position(ones, true, 1) == 8);
  CHECK(position(std::string(20, '\0'), true) == -1);
}

TEST_CASE("the empty string has no position") {
  CHECK(position("", false) == -1);
  CHECK(position("", true) == -1);
  CHECK(position("", false, 0, -1, Unit::bit) == -1);
}

TEST_CASE("position in a range of bits answers as Redis") {
  CHECK(position(from_hex("fff000"), false) == 12);
  CHECK(position(from_hex("00fff0"), true, 2) == 16);
  CHECK(position(from_hex("00fff0"), true, 7, 15, Unit::bit) == 8);
  CHECK(position(from_hex("00fff0"), true, 7, -3, Unit::bit) == 8);
  CHECK(position(from_hex("00fff0"), true, 0, 7, Unit::bit) == -1);
}

TEST_CASE("fields of every width and offset keep their value and their neighbours") {
  std::mt19937_64 random(5);
  for (unsigned width = 1; width <= 64; ++width)
    for (unsigned offset = 0; offset < 20; ++offset) {
      std::string text(required_size(offset, width), '\xff');
      const std::uint64_t mask = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
      const std::uint64_t value = random() & mask;
      set_field(text, offset, width, value);
      REQUIRE(get_unsigned(text, offset, width) == value);
      set_field(text, offset, width, mask);
      REQUIRE(text == std::string(text.size(), '\xff'));
      REQUIRE(get_signed(text, offset, width) == -1);
    }
}

TEST_CASE("bits behind the end of the string are clear") {
  CHECK(get_unsigned("\xff", 4, 8) == 0xf0);
  CHECK(get_unsigned("", 100, 64) == 0);
  CHECK(get_signed("\xff", 7, 2) == -2);
}

TEST_CASE("increments wrap, saturate or fail") {
  const FieldType u2{false, 2};
  CHECK(increment(u2, 3, 1, Overflow::wrap) == 0);
  CHECK(increment(u2, 3, 1, Overflow::saturate) == 3);
  CHECK(increment(u2, 3, 1, Overflow::fail) == std::nullopt);
  CHECK(increment(u2, 1, -2, Overflow::wrap) == 3);
  CHECK(increment(u2, 1, -2, Overflow::saturate) == 0);
  CHECK(increment(u2, 1, 1, Overflow::fail) == 2);
  const FieldType i8{true, 8};
  CHECK(increment(i8, 127, 1, Overflow::wrap) == -128);
  CHECK(increment(i8, 127, highest, Overflow::saturate) == 127);
  CHECK(increment(i8, -128, -1, Overflow::saturate) == -128);
  const FieldType i64{true, 64};
  CHECK(increment(i64, highest, 1, Overflow::wrap) == lowest);
  CHECK(increment(i64, lowest, lowest, Overflow::saturate) == lowest);
  const FieldType u63{false, 63};
  CHECK(increment(u63, highest, 2, Overflow::wrap) == 1);
  CHECK(increment(u63, highest, highest, Overflow::saturate) == highest);
}

TEST_CASE("a set value is fitted into its field") {
  const FieldType u8{false, 8};
  CHECK(fit(u8, 300, Overflow::wrap) == 44);
  CHECK(fit(u8, -1, Overflow::wrap) == 255);
  CHECK(fit(u8, -1, Overflow::saturate) == 255);
  CHECK(fit(u8, 256, Overflow::fail) == std::nullopt);
  const FieldType i4{true, 4};
  CHECK(fit(i4, -9, Overflow::saturate) == -8);
  CHECK(fit(i4, -9, Overflow::wrap) == 7);
  CHECK(fit(i4, lowest, Overflow::saturate) == 7);
  CHECK(fit(FieldType{true, 64}, lowest, Overflow::saturate) == lowest);
}

TEST_CASE("combining continues shorter strings with zero bytes") {
  CHECK(combined(Operation::bit_and, {"ffffffffffffffffffff", "0f0f0f0f0f0f0f0f0f"}) ==
        "0f0f0f0f0f0f0f0f0f00");
  CHECK(combined(Operation::bit_and, {"0f", "ffff"}) == "0f00");
  CHECK(combined(Operation::bit_or, {"01", "0280", ""}) == "0380");
  CHECK(combined(Operation::bit_xor, {"ff00ff", "ffff"}) == "00ffff");
  CHECK(combined(Operation::bit_not, {"00ff0f1234567890ab"}) == "ff00f0edcba9876f54");
  CHECK(combined(Operation::bit_and, {"ff", ""}) == "00");
  CHECK(combined(Operation::bit_or, {"", ""}).empty());
}

}  // namespace
}  // namespace playhead::bits
