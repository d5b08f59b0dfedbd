#include "tests/differential/arguments.h"

#include <array>
#include <cmath>
#include <set>

#include "engine/store/rdb.h"

namespace playhead::differential {

namespace {

using namespace std::string_literals;

const std::vector<std::string> weird_integers = {"",
                                                 " 1",
                                                 "1 ",
                                                 "+1",
                                                 "01",
                                                 "-0",
                                                 "1.0",
                                                 "1e3",
                                                 "abc",
                                                 "0x1",
                                                 "--1",
                                                 "9223372036854775807",
                                                 "9223372036854775808",
                                                 "-9223372036854775808",
                                                 "-9223372036854775809",
                                                 "18446744073709551615",
                                                 "4294967296",
                                                 "2147483648",
                                                 "-2147483649",
                                                 "1\0"s,
                                                 "nan"};
// Sums with these leave the range of 64 bits.
const std::vector<std::string> edges = {"9223372036854775807", "9223372036854775800", "-9223372036854775808",
                                        "-9223372036854775800"};
// No denormal: SORT of a listpack with such a score is refused by Redis, whose strtod leaves ERANGE behind.
const std::vector<std::string> weird_reals = {"",
                                              "nan",
                                              "-nan",
                                              "inf",
                                              "-inf",
                                              "+inf",
                                              "Infinity",
                                              "1e400",
                                              "-1e400",
                                              "1e-400",
                                              "-0",
                                              "-0.0",
                                              "0x10",
                                              " 1",
                                              "1 ",
                                              "abc",
                                              "1e308",
                                              "-1e308",
                                              ".5",
                                              "5.",
                                              "+3",
                                              "1e5",
                                              "9007199254740993",
                                              "1e17",
                                              "3.0e-5",
                                              "1.7976931348623157e308",
                                              "1,5",
                                              "infinit",
                                              "1\0"s,
                                              "0.1",
                                              "123456789012345678"};
const std::vector<std::string> odd_texts = {"",
                                            "\0\xff\x80"s,
                                            "\r\n",
                                            " ",
                                            "a b",
                                            "\"quoted\"",
                                            "007",
                                            "+1",
                                            "1.5",
                                            "-0",
                                            "nan",
                                            "9223372036854775807",
                                            "9223372036854775808",
                                            "-9223372036854775808",
                                            "2147483648",
                                            "-2147483649",
                                            "32768",
                                            "-32769",
                                            "\xc3\xa9\xe2\x82\xac"};

std::string filled(std::size_t n, char c) {
  return std::string(n, c);
}

}  // namespace

std::string Arguments::weird_integer() {
  return random_.pick(weird_integers);
}
std::string Arguments::weird_real() {
  return random_.pick(weird_reals);
}

std::string Arguments::key(Group family) {
  if (random_.permille(4))
    return random_.pick(std::vector<std::string>{"", "\0\xff key"s, filled(300, 'k'), "a{b}c", "s0 "});
  // Nobody writes into a sketch but the sketch commands: what they make of a damaged one is their own affair.
  bool bytes = family == Group::strings || family == Group::bits, sketch = family == Group::hyperloglog;
  Text families = bytes ? "slthz" : sketch ? "lthzp" : "slthzp";
  char letter = families[random_.below(families.size())];
  if (sketch && random_.permille(20)) return "xs";  // a string that is no sketch
  if (!random_.permille(220)) switch (family) {
      case Group::strings:
      case Group::bits:
        letter = 's';
        break;
      case Group::lists:
        letter = 'l';
        break;
      case Group::sets:
        letter = 't';
        break;
      case Group::hashes:
        letter = 'h';
        break;
      case Group::zsets:
        letter = 'z';
        break;
      case Group::hyperloglog:
        letter = 'p';
        break;
      default:
        break;
    }
  return letter + std::to_string(random_.below(4));
}

std::string Arguments::value() {
  switch (random_.below(12)) {
    case 0:
    case 1:
    case 2:
      return std::to_string(random_.between(-20, 200));
    case 3:
      if (random_.below(3) == 0) return random_.pick(edges);
      return std::to_string(static_cast<std::int64_t>(random_.next() >> random_.below(64)));
    case 4:
      return real();
    case 5:
      return random_.pick(odd_texts);
    case 6:
      return filled(random_.pick(std::array<std::size_t, 8>{43, 44, 45, 63, 64, 65, 66, 300}), 'x');
    case 7: {
      std::string bytes(1 + random_.below(40), '\0');
      for (char& c : bytes) c = static_cast<char>(random_.next());
      return bytes;
    }
    case 8:
      if (random_.below(10) == 0)
        return filled(4000 + random_.below(20000), static_cast<char>('a' + random_.below(26)));
      [[fallthrough]];
    default: {
      std::string text;
      for (std::size_t n = random_.below(12); n > 0; --n) text += static_cast<char>('a' + random_.below(5));
      return text;
    }
  }
}

std::string Arguments::member() {
  switch (random_.below(16)) {
    case 0:
      return random_.pick(odd_texts);
    case 1:
      return filled(random_.pick(std::array<std::size_t, 6>{63, 64, 65, 66, 128, 300}),
                    static_cast<char>('a' + random_.below(3)));
    case 2:
      return std::to_string(static_cast<std::int64_t>(random_.next() >> random_.below(64)));
    case 3:
    case 4:
    case 5:
    case 6:
      return std::to_string(random_.between(-5, 30));
    case 7:
      return "m" + std::to_string(random_.below(2000));
    default:
      return "m" + std::to_string(random_.below(20));
  }
}

std::string Arguments::field() {
  return member();
}

std::string Arguments::integer() {
  if (weird()) return weird_integer();
  if (random_.permille(40)) return random_.pick(edges);
  if (random_.permille(100))
    return std::to_string(static_cast<std::int64_t>(random_.next() >> random_.below(64)));
  return std::to_string(random_.between(-5, 20));
}

std::string Arguments::index() {
  if (weird()) return weird_integer();
  return std::to_string(random_.below(6) == 0 ? random_.between(-300, 300) : random_.between(-6, 8));
}

std::string Arguments::real() {
  if (weird() || random_.permille(40)) return weird_real();
  switch (random_.below(5)) {
    case 0:
      return std::to_string(static_cast<double>(random_.between(-100000, 100000)) / 1000);
    case 1: {
      char text[40];
      std::snprintf(
          text, sizeof text, "%.17g",
          std::ldexp(static_cast<double>(random_.next() >> 11), static_cast<int>(random_.between(-80, 20))));
      return text;
    }
    default:
      return std::to_string(random_.between(-4, 12));
  }
}

std::string Arguments::increment() {
  return real();
}

std::string Arguments::score_bound() {
  std::string text =
      random_.below(4) == 0 ? random_.pick(std::vector<std::string>{"-inf", "+inf", "inf"}) : real();
  if (weird()) return random_.pick(std::vector<std::string>{"(", "((1", "(nan", "( 1", "", "[1", "(inf"});
  return random_.below(4) == 0 ? "(" + text : text;
}

std::string Arguments::lex_bound() {
  if (weird()) return random_.pick(std::vector<std::string>{"", "m1", "+inf", "--", "++", "(-", "[+", "]a"});
  switch (random_.below(6)) {
    case 0:
      return "-";
    case 1:
      return "+";
    case 2:
    case 3:
      return "[" + member();
    default:
      return "(" + member();
  }
}

std::string Arguments::rank_bound() {
  return index();
}

std::string Arguments::timeout() {
  if (weird())
    return random_.pick(std::vector<std::string>{"-1", "abc", "", "nan", "inf", "1e30", "-0.5", "0x1",
                                                 "9223372036854775807", "1e-400"});
  return random_.pick(std::vector<std::string>{"0", "1", "0.5", "100", "0.0001"});
}

std::string Arguments::pattern() {
  static const std::vector<std::string> patterns = {
      "*",   "*",   "*",  "m1*", "?0",  "s*", "[lh]?", "[^s]*",  "m[0-5]", "m[9-0]*",
      "\\*", "*\\", "[a", "[^",  "**1", "",   "m?*",   "h[1-2]", "*0*1*",  "a\\?"};
  return random_.pick(patterns);
}

std::string Arguments::sort_pattern() {
  static const std::vector<std::string> patterns = {"nosort", "s*",   "h*->m1", "h*->*", "#", "*", "z*",
                                                    "h0->*",  "s*->", "->x",    "h*->",  "",  "l*"};
  return random_.pick(patterns);
}

std::string Arguments::channel() {
  return random_.pick(std::vector<std::string>{"news", "news.art", "other", "", "\0x"s, "new"});
}

std::string Arguments::database() {
  if (weird())
    return random_.pick(std::vector<std::string>{"-1", "16", "99999999999999999999", "abc", "", "1.5",
                                                 "2147483648", "65536", "4294967296"});
  return std::to_string(random_.below(8) == 0 ? random_.below(16) : random_.below(2));
}

std::string Arguments::deadline(bool absolute, Millis unit) {
  auto ahead = [&]() -> std::int64_t {  // 10^5 to 3 * 10^9 seconds; absolute ones from 2100 on
    auto seconds = static_cast<std::int64_t>(
        100'000 * std::pow(30'000.0, static_cast<double>(random_.below(1'000'000)) / 1e6));
    return ((absolute ? 4'102'444'800 : 0) + seconds) * 1000 / unit +
           (unit == 1 ? random_.between(0, 999) : 0);
  };
  if (!deadlines_ || weird() || random_.permille(80)) {
    static const std::vector<std::string> refused = {"abc",
                                                     "",
                                                     "1.5",
                                                     "9223372036854775808",
                                                     "9223372036854775807",
                                                     "9223372036854775",
                                                     "-9223372036854775808",
                                                     " 1"};
    static const std::vector<std::string> past = {"0", "-1", "-100", "-2147483649"};
    if (random_.below(2) == 0) {
      const std::string& text = random_.pick(refused);
      return unit == 1 && text == "9223372036854775" ? "1e9" : text;  // milliseconds could be so many
    }
    return absolute && random_.below(2) == 0 ? "1000000000" : random_.pick(past);
  }
  return std::to_string(ahead());
}

std::string Arguments::payload() {
  RdbValue v;
  v.type = static_cast<RdbType>(random_.below(5));
  std::size_t n = few();
  std::set<std::string> used;
  for (std::size_t i = 0; i < n; ++i) {
    std::string text = member();
    if (v.type == RdbType::list || used.insert(text).second) v.elements.push_back(text);
  }
  if (v.type == RdbType::string) v.string = value();
  if (v.type == RdbType::hash)
    for (const std::string& e : v.elements) v.fields.emplace_back(e, value());
  if (v.type == RdbType::sorted_set)
    for (const std::string& e : v.elements)
      v.members.emplace_back(static_cast<double>(random_.between(-30, 300)) / 10, e);
  if (v.type != RdbType::list && v.type != RdbType::set) v.elements.clear();
  std::string bytes = rdb_dump(v);
  if (random_.permille(100)) bytes[random_.below(bytes.size())] ^= static_cast<char>(1U << random_.below(8));
  if (random_.permille(30)) bytes.resize(random_.below(bytes.size()));
  return bytes;
}

std::string Arguments::type_name() {
  return random_.pick(
      std::vector<std::string>{"string", "list", "set", "zset", "hash", "stream", "HASH", "none", "", "foo"});
}

std::string Arguments::page_size() {
  if (weird())
    return random_.pick(
        std::vector<std::string>{"0", "-1", "abc", "", "9223372036854775807", "9223372036854775808"});
  return random_.below(3) == 0 ? std::to_string(1 + random_.below(20)) : "1000000";
}

std::string Arguments::sample_size() {
  if (weird())
    return random_.pick(
        std::vector<std::string>{"abc", "", "-9223372036854775808", "9223372036854775808", "1.5", "+1"});
  return std::to_string(random_.below(10) == 0 ? random_.between(100, 300) : random_.between(-12, 12));
}

std::string Arguments::bit_offset() {
  if (weird())
    return random_.pick(std::vector<std::string>{"-1", "4294967296", "abc", "", "9223372036854775807",
                                                 "9223372036854775808", "1.5"});
  return std::to_string(random_.below(8) == 0 ? random_.below(20000) : random_.below(100));
}

std::string Arguments::byte_offset() {
  if (weird())
    return random_.pick(std::vector<std::string>{"-1", "536870912", "9223372036854775807", "abc", "",
                                                 "9223372036854775808", "1.5"});
  return std::to_string(random_.below(8) == 0 ? random_.below(5000) : random_.below(20));
}

std::string Arguments::bit_field_type() {
  if (weird())
    return random_.pick(
        std::vector<std::string>{"u0", "u64", "i65", "i0", "x8", "u", "", "i08", "u-1", "I8", "i64 "});
  if (random_.below(4) == 0)
    return random_.pick(std::vector<std::string>{"i1", "u1", "i64", "u63", "u8", "i16"});
  return (random_.below(2) == 0 ? "u" : "i") + std::to_string(1 + random_.below(63));
}

std::string Arguments::bit_field_offset() {
  if (weird())
    return random_.pick(std::vector<std::string>{"-1", "#-1", "#", "", "4294967296", "#4294967296", "abc",
                                                 "9223372036854775807", "#9223372036854775807"});
  return random_.below(2) == 0 ? "#" + std::to_string(random_.below(12)) : std::to_string(random_.below(200));
}

std::string Arguments::limit() {
  if (weird()) return weird_integer();
  return std::to_string(random_.between(-1, 8));
}

std::string Arguments::garbage() {
  return random_.pick(std::vector<std::string>{"NX", "XX", "foo", "", "WITHSCORES", "LIMIT", "EX", "GET",
                                               "COUNT", "abc", "\0"s, "STORE", "BYSCORE", "KEEPTTL"});
}

std::size_t Arguments::few() {
  std::size_t chance = random_.below(1000);
  if (chance < 3) return 400 + random_.below(500);
  if (chance < 25) return 100 + random_.below(110);
  if (chance < 120) return 5 + random_.below(30);
  return 1 + random_.below(4);
}

}  // namespace playhead::differential
