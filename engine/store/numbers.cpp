#include "numbers.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <system_error>

namespace playhead {
namespace {

constexpr std::size_t long_double_text_limit = 5120;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

locale_t c_locale() {
  static const locale_t locale = newlocale(LC_ALL_MASK, "C", nullptr);
  return locale;
}

double convert(const char* text, char** end, double) {
  return strtod_l(text, end, c_locale());
}
long double convert(const char* text, char** end, long double) {
  return strtold_l(text, end, c_locale());
}

// `text` is terminated by a NUL at text[size].
template <typename Float>
bool parse_terminated(const char* text, std::size_t size, Float& value) {
  char* end = nullptr;
  errno = 0;
  const Float parsed = convert(text, &end, Float{});
  if (end != text + size || std::isnan(parsed)) return false;
  if (errno == ERANGE && (std::isinf(parsed) || parsed == 0)) return false;
  value = parsed;
  return true;
}

template <typename Float>
bool parse_copied(Text text, Float& value) {
  if (text.empty() || is_space(text.front())) return false;
  std::array<char, 128> small;
  if (text.size() < small.size()) {
    std::memcpy(small.data(), text.data(), text.size());
    small[text.size()] = '\0';
    return parse_terminated(small.data(), text.size(), value);
  }
  const std::string copy(text);
  return parse_terminated(copy.data(), copy.size(), value);
}

// The largest magnitude below which every integral double has at most 17 digits.
constexpr double integral_limit = 1e17;

}  // namespace

bool parse_int64(Text text, std::int64_t& value) {
  constexpr std::size_t most_digits = 19;  // a uint64 holds any number of so many
  if (text.size() == 1 && text[0] == '0') {
    value = 0;
    return true;
  }
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > most_digits || text[0] < '1' || text[0] > '9') return false;
  std::uint64_t magnitude = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    magnitude = magnitude * 10 + static_cast<std::uint64_t>(c - '0');
  }
  const auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (magnitude > largest + (negative ? 1 : 0)) return false;
  value = static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
  return true;
}

bool parse_double(Text text, double& value) {
  double parsed = 0;
  if (text == "0") {
    value = 0;
    return true;
  }
  const auto result = std::from_chars(text.data(), text.data() + text.size(), parsed);
  // Zero may be an underflow, which only the slow path tells apart.
  if (result.ec == std::errc() && result.ptr == text.data() + text.size() && std::isnormal(parsed)) {
    value = parsed;
    return true;
  }
  return parse_copied(text, value);
}

bool parse_long_double(Text text, long double& value) {
  return text.size() < long_double_text_limit && parse_copied(text, value);
}

Text format_int64(std::int64_t value, char* buffer) {
  const auto result = std::to_chars(buffer, buffer + int64_text_size, value);
  return {buffer, static_cast<std::size_t>(result.ptr - buffer)};
}

Text format_double(double value, char* buffer) {
  if (std::isinf(value)) return value > 0 ? Text("inf") : Text("-inf");
  if (std::fabs(value) < integral_limit) {
    const auto integer = static_cast<std::int64_t>(value);
    const bool negative_zero = integer == 0 && std::signbit(value);
    if (static_cast<double>(integer) == value && !negative_zero) return format_int64(integer, buffer);
  }
  const auto result = std::to_chars(buffer, buffer + double_text_size, value, std::chars_format::general, 17);
  return {buffer, static_cast<std::size_t>(result.ptr - buffer)};
}

std::string format_long_double_human(long double value) {
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, long_double_text_limit> buffer;
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, 17);
  Text text(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data()));
  while (text.back() == '0') text.remove_suffix(1);
  if (text.back() == '.') text.remove_suffix(1);
  return text == "-0" ? "0" : std::string(text);
}

}  // namespace playhead
