#include "playhead/syntax.h"

#include <cmath>

#include "engine/store/cursor.h"
#include "engine/store/numbers.h"

namespace playhead {

namespace syntax {

namespace {
constexpr Text not_an_integer = "ERR value is not an integer or out of range";
constexpr Text not_a_float = "ERR value is not a valid float";

// A bound of scores is what strtod reads up to a zero byte: the empty text is 0, white space may stand before
// a number, one that overflows is infinite and one that vanishes is 0.
bool parse_bound(Text s, double& out) {
  s = s.substr(0, s.find('\0'));
  if (s.empty()) {
    out = 0;
    return true;
  }
  while (!s.empty() && (s[0] == ' ' || (s[0] >= '\t' && s[0] <= '\r'))) s.remove_prefix(1);
  if (parse_double(s, out)) return true;
  long double wide = 0;
  if (!parse_long_double(s, wide)) return false;
  out = static_cast<double>(wide);
  return true;
}

Text first_of(Text given, Text usual) {
  return given.empty() ? usual : given;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
}  // namespace

bool same_word(Text a, Text b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

std::string lower_case(Text text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string upper_case(Text text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

void parse(Text s, std::int64_t& out, Text error) {
  if (!parse_int64(s, out)) refuse(first_of(error, not_an_integer));
}

void parse(Text s, std::uint64_t& out, Text error) {
  // As strtoul does it: a cursor may carry leading spaces nowhere, signs wrap; Redis accepts only what is
  // read whole.
  if (!parse_cursor(s, out)) refuse(first_of(error, "ERR invalid cursor"));
}

void parse(Text s, double& out, Text error) {
  if (!parse_double(s, out)) refuse(first_of(error, not_a_float));
}

void parse(Text s, Score& out, Text error) {
  out.exclusive = !s.empty() && s[0] == '(';
  if (out.exclusive) s.remove_prefix(1);
  if (!parse_bound(s, out.value)) refuse(first_of(error, "ERR min or max is not a float"));
}

void parse(Text s, Lex& out, Text error) {
  if (s == "-" || s == "+") {
    out = {s == "-" ? Lex::Kind::min : Lex::Kind::max, {}};
  } else if (!s.empty() && (s[0] == '[' || s[0] == '(')) {
    out = {s[0] == '[' ? Lex::Kind::inclusive : Lex::Kind::exclusive, s.substr(1)};
  } else {
    refuse(first_of(error, "ERR min or max not valid string range item"));
  }
}

void parse(Text s, Timeout& out, Text error) {
  long double seconds = 0;
  if (!parse_long_double(s, seconds)) refuse(first_of(error, "ERR timeout is not a float or out of range"));
  // Redis's conversion of what is too large wraps around.
  if (seconds < 0 || seconds * 1000 > 9223372036854775807.0L) refuse("ERR timeout is negative");
  out.ms = static_cast<Millis>(std::ceil(seconds * 1000));
}

Text print(std::int64_t n, Arena& arena) {
  char buffer[24];
  return arena.copy(format_int64(n, buffer));
}

Text print(std::uint64_t n, Arena& arena) {
  return arena.copy(std::to_string(n));
}

Text print(double x, Arena& arena) {
  char buffer[40];
  return arena.copy(format_double(x, buffer));
}

Text print(const Score& s, Arena& arena) {
  Text number = print(s.value, arena);
  if (!s.exclusive) return number;
  return arena.copy("(" + std::string(number));
}

Text print(const Lex& l, Arena& arena) {
  switch (l.kind) {
    case Lex::Kind::min:
      return "-";
    case Lex::Kind::max:
      return "+";
    default:
      return arena.copy((l.kind == Lex::Kind::inclusive ? "[" : "(") + std::string(l.member));
  }
}

Text print(const Timeout& t, Arena& arena) {
  std::string text = std::to_string(t.ms / 1000);
  if (t.ms % 1000 != 0) {
    std::string fraction = std::to_string(1000 + t.ms % 1000);
    text += '.' + fraction.substr(1);
  }
  return arena.copy(text);
}

}  // namespace syntax

void Position::parse(Text s, Position& out, Text) {
  out.valid = parse_int64(s, out.number);
  out.given = out.valid ? Text{} : s;
}

Text Position::print(Arena& arena) const {
  return valid ? syntax::print(number, arena) : given;
}

void Reader::wrong_arity() const {
  refuse("ERR wrong number of arguments for '" + std::string(command_) + "' command");
}

void Reader::incomplete_group() const {
  // HSET, HMSET, MSET and MSETNX count arguments; ZADD and the others call it syntax.
  if (command_ == "hset" || command_ == "hmset" || command_ == "mset" || command_ == "msetnx") wrong_arity();
  refuse("ERR syntax error");
}

void Reader::numkeys(Text, List<Text>& out, Text error, Text not_positive, Text too_many) {
  std::int64_t n = 0;
  syntax::parse(next(), n, error);
  if (n <= 0) refuse(not_positive.empty() ? Text("ERR numkeys should be greater than 0") : not_positive);
  if (static_cast<std::uint64_t>(n) > left()) refuse(syntax::first_of(too_many, "ERR syntax error"));
  out = args_.subspan(at_, static_cast<std::size_t>(n));
  at_ += static_cast<std::size_t>(n);
}

void Reader::numkeys_or_none(Text, List<Text>& out) {
  std::int64_t n = 0;
  syntax::parse(next(), n, {});
  if (n > 0 && static_cast<std::uint64_t>(n) > left())
    refuse("ERR Number of keys can't be greater than number of args");
  if (n < 0) refuse("ERR Number of keys can't be negative");
  out = args_.subspan(at_, static_cast<std::size_t>(n));
  at_ += static_cast<std::size_t>(n);
}

}  // namespace playhead
