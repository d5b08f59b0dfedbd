#include "engine/store/numbers.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>

namespace playhead {
namespace {

std::string double_text(double value) {
  std::array<char, double_text_size> buffer;
  return std::string(format_double(value, buffer.data()));
}

std::string increment_text(Text text) {
  long double value = 0;
  return parse_long_double(text, value) ? format_long_double_human(value) : "refused";
}

std::string score_text(Text text) {
  double value = 0;
  return parse_double(text, value) ? double_text(value) : "refused";
}

TEST_CASE("parse_int64 reads the full range") {
  std::int64_t value = 1;
  for (const Text text : {"0", "7", "-1", "10", "9223372036854775807", "-9223372036854775808"}) {
    INFO(text);
    REQUIRE(parse_int64(text, value));
    std::array<char, int64_text_size> buffer;
    CHECK(format_int64(value, buffer.data()) == text);
  }
}

TEST_CASE("parse_int64 refuses every other spelling and keeps the value") {
  std::int64_t value = 42;
  for (const Text text :
       {Text(""), Text("-"), Text("+1"), Text("-0"), Text("00"), Text("01"), Text("-01"), Text(" 1"),
        Text("1 "), Text("1\0", 2), Text("0x1"), Text("1.0"), Text("9223372036854775808"),
        Text("-9223372036854775809"), Text("18446744073709551616"), Text("99999999999999999999"),
        Text("100000000000000000000")}) {
    INFO(text);
    CHECK_FALSE(parse_int64(text, value));
    CHECK(value == 42);
  }
}

TEST_CASE("parse_double reads what strtod reads") {
  CHECK(score_text("+5") == "5");
  CHECK(score_text(".5") == "0.5");
  CHECK(score_text("5.") == "5");
  CHECK(score_text("0x10") == "16");
  CHECK(score_text("0x1p3") == "8");
  CHECK(score_text("1e5") == "100000");
  CHECK(score_text("INFINITY") == "inf");
  CHECK(score_text("+inf") == "inf");
  CHECK(score_text("-Inf") == "-inf");
  CHECK(score_text("-0.0") == "-0");
  CHECK(score_text(std::string(3000, '0') + "12") == "12");
}

TEST_CASE("parse_double refuses NaN, white space, rests and numbers out of range") {
  for (const Text text :
       {Text(""), Text(" 1"), Text("\t1"), Text("1 "), Text("nan"), Text("-NaN"), Text("nan(1)"), Text("1_0"),
        Text("infi"), Text("1\0", 2), Text("\0", 1), Text("1e400"), Text("-1e400"), Text("1e-400"),
        Text("--1"), Text("e5"), Text("0x"), Text(".")}) {
    INFO(text);
    CHECK(score_text(text) == "refused");
  }
}

TEST_CASE("parse_double accepts denormals") {
  CHECK(score_text("1e-320") == "9.9998886718268301e-321");
  CHECK(score_text("4.9e-324") == "4.9406564584124654e-324");
}

TEST_CASE("format_double writes seventeen significant digits and no fraction for integers") {
  CHECK(double_text(0.1) == "0.10000000000000001");
  CHECK(double_text(1e-5) == "1.0000000000000001e-05");
  CHECK(double_text(7.0) == "7");
  CHECK(double_text(-1e15) == "-1000000000000000");
  CHECK(double_text(1e16) == "10000000000000000");
  CHECK(double_text(1e17) == "1e+17");
  CHECK(double_text(3.0e20) == "3e+20");
  CHECK(double_text(123456789012345678.0) == "1.2345678901234568e+17");
  CHECK(double_text(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(double_text(-0.0) == "-0");
}

TEST_CASE("format_double agrees with printf on random doubles") {
  std::uint64_t state = 88172645463325252;
  for (int i = 0; i < 200'000; ++i) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    double value = 0;
    if (i % 2 == 0) {
      std::memcpy(&value, &state, sizeof value);
      if (!std::isfinite(value)) continue;
    } else {
      value = static_cast<double>(static_cast<std::int64_t>(state) >> (i % 60)) / (i % 3 == 0 ? 8 : 1);
    }
    std::array<char, 64> expected;
    std::snprintf(expected.data(), expected.size(), "%.17g", value);
    REQUIRE(double_text(value) == expected.data());
    double parsed = 0;
    REQUIRE(parse_double(expected.data(), parsed));
    REQUIRE(parsed == value);
  }
}

TEST_CASE("INCRBYFLOAT texts have up to seventeen decimals and no exponent") {
  CHECK(increment_text("1e17") == "100000000000000000");
  CHECK(increment_text("3.0e3") == "3000");
  CHECK(increment_text("1e-10") == "0.0000000001");
  CHECK(increment_text("1e-30") == "0");
  CHECK(increment_text("-1e-30") == "0");
  CHECK(increment_text("-0.0") == "0");
  CHECK(increment_text("-10.50") == "-10.5");
  CHECK(increment_text("4503599627370497.5") == "4503599627370497.5");
  CHECK(increment_text("inf") == "inf");
  CHECK(increment_text("-infinity") == "-inf");
}

TEST_CASE("parse_long_double has the range of long double and a limit of length") {
  static_assert(std::numeric_limits<long double>::max_exponent10 >= 308);
  CHECK(increment_text("1e5000") == "refused");
  CHECK(increment_text("1e-5000") == "refused");
  CHECK(increment_text("nan") == "refused");
  CHECK(increment_text("") == "refused");
  CHECK(increment_text(" 1") == "refused");
  CHECK(increment_text(std::string(5118, '0') + "1") == "1");
  CHECK(increment_text(std::string(5119, '0') + "1") == "refused");
}

TEST_CASE("the longest long double fits the text") {
  CHECK(format_long_double_human(-std::numeric_limits<long double>::max()).size() ==
        std::numeric_limits<long double>::max_exponent10 + 2U);
}

}  // namespace
}  // namespace playhead
