#pragma once
// The types of arguments: groups of several, bounds, positions, faults told late; and how one is read from
// its bytes and printed.
#include <concepts>

#include "playhead/arena.h"
#include "playhead/error.h"
#include "playhead/text.h"

namespace playhead {

/// Refuses what is longer than max_text, in Redis's words.
inline void check_text_size(std::size_t bytes) {
  if (bytes > max_text) [[unlikely]]
    refuse("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
}

/// Refuses the one number that has no negative, in Redis's words: a count at random is negative if members
/// may repeat.
inline void check_random_count(const std::optional<std::int64_t>& count) {
  if (count == INT64_MIN)
    refuse("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");
}

struct FieldValue {
  Text field, value;
  static constexpr int arity = 2;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("field", o.field);
    v.arg("value", o.value);
  }
};

struct KeyValue {
  Text key, value;
  static constexpr int arity = 2;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("value", o.value);
  }
};

struct ScoreMember {
  double score = 0;
  Text member;
  static constexpr int arity = 2;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("score", o.score);
    v.arg("member", o.member);
  }
};

/// LIMIT offset count; a negative count means all.
struct Limit {
  std::int64_t offset = 0, count = -1;
  static constexpr int arity = 2;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("offset", o.offset);
    v.arg("count", o.count);
  }
};

/// A bound of scores: "1.5", "(1.5", "-inf".
struct Score {
  double value = 0;
  bool exclusive = false;
};

/// A bound of members: "[a", "(a", "-", "+".
struct Lex {
  enum class Kind : std::uint8_t { inclusive, exclusive, min, max } kind = Kind::min;
  Text member;
};

/// How long a blocking command waits: seconds on the wire, 0 for ever.
struct Timeout {
  Millis ms = 0;
};

/// A position within a value, negative from its end. Redis reads it only once it has found the key: until
/// then it may be anything.
struct Position {
  std::int64_t number = 0;
  bool valid = true;
  Text given;  ///< what was given, if it is no number

  Position() = default;
  Position(std::int64_t n) : number(n) {}
  /// The number; refuses what is none.
  std::int64_t get() const {
    if (!valid) refuse("ERR value is not an integer or out of range");
    return number;
  }
  static void parse(Text s, Position& out, Text error);
  Text print(Arena& arena) const;
  template <class F>
  void each_text(F&& f) {
    f(given);
  }
};

/// What is wrong with arguments that Redis looks at only after the keys. A command calls check() at that
/// point.
struct Fault {
  Text text;
  void check() const {
    if (!text.empty()) refuse(text);
  }
};

namespace syntax {

bool same_word(Text a, Text b);     ///< ASCII case-insensitive
std::string lower_case(Text text);  ///< of ASCII letters
std::string upper_case(Text text);  ///< of ASCII letters

// One argument from its bytes. `error` replaces the type's own error text if it is not empty.
inline void parse(Text s, Text& out, Text) {
  out = s;
}
void parse(Text s, std::int64_t& out, Text error);
void parse(Text s, std::uint64_t& out, Text error);
void parse(Text s, double& out, Text error);
void parse(Text s, Score& out, Text error);
void parse(Text s, Lex& out, Text error);
void parse(Text s, Timeout& out, Text error);

/// An enumeration whose values from 0 on are written as the words that `words_of(E)` gives, an array of Text
/// beside it.
template <class E>
concept Words = std::is_enum_v<E> && requires { words_of(E{})[0]; };
template <Words E>
void parse(Text s, E& out, Text error) {
  int i = 0;
  for (Text word : words_of(E{})) {
    if (same_word(s, word)) {
      out = static_cast<E>(i);
      return;
    }
    ++i;
  }
  refuse(error.empty() ? Text("ERR syntax error") : error);
}

template <class T>
concept ReadsItself = requires(T& x, const T& c, Text s, Arena& arena) {
  T::parse(s, x, s);
  { c.print(arena) } -> std::same_as<Text>;
};
template <ReadsItself T>
void parse(Text s, T& out, Text error) {
  T::parse(s, out, error);
}

// One argument to its bytes.
inline Text print(Text t, Arena&) {
  return t;
}
Text print(std::int64_t n, Arena& arena);
Text print(std::uint64_t n, Arena& arena);
Text print(double x, Arena& arena);
Text print(const Score& s, Arena& arena);
Text print(const Lex& l, Arena& arena);
Text print(const Timeout& t, Arena& arena);
template <ReadsItself T>
Text print(const T& x, Arena& arena) {
  return x.print(arena);
}
template <Words E>
Text print(E e, Arena&) {
  return words_of(e)[static_cast<std::size_t>(e)];
}

template <class T>
concept Group = requires {
  { T::arity } -> std::convertible_to<int>;
};
/// How many arguments one T takes.
template <class T>
constexpr int arity_of() {
  if constexpr (Group<T>)
    return T::arity;
  else
    return 1;
}
template <class T>
using Inner = typename std::remove_cvref_t<T>::value_type;  // of an optional or a span
}  // namespace syntax

}  // namespace playhead
