// Redis's rules for numbers written as text. Independent of the process locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "text.h"

namespace playhead {

// Enough for format_int64 (at most 20 characters).
constexpr std::size_t int64_text_size = 24;
// Enough for format_double (at most 24 characters: "-1.7976931348623157e+308").
constexpr std::size_t double_text_size = 32;

// Parses the one canonical decimal spelling of an int64: optional '-', no '+', no spaces, no leading zeros,
// no "-0". Leaves `value` unchanged and returns false for anything else.
bool parse_int64(Text text, std::int64_t& value);

// Parses a score or increment as Redis does: everything strtod reads (decimal, hexadecimal, "inf", "infinity"
// in any case, a leading '+'), provided that it reads the whole text and the text does not begin with white
// space. Refuses NaN, the empty text, and numbers that overflow or vanish; accepts denormals.
bool parse_double(Text text, double& value);

// The same for INCRBYFLOAT and HINCRBYFLOAT: everything strtold reads, in fewer than 5,120 bytes.
bool parse_long_double(Text text, long double& value);

// Writes `value` in decimal into `buffer` (int64_text_size bytes) and returns the written part.
Text format_int64(std::int64_t value, char* buffer);

// Writes a score as a RESP2 reply has it, "%.17g": "3", "0.10000000000000001", "1e+17", "-0", "inf", "-inf".
// `buffer` holds double_text_size bytes; the result is the written part.
Text format_double(double value, char* buffer);

// The text INCRBYFLOAT stores: 17 decimals without exponent, trailing zeros and point removed; "-0" becomes
// "0". Infinities give "inf" and "-inf".
std::string format_long_double_human(long double value);

}  // namespace playhead
