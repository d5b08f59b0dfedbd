#pragma once
// A visitor of describe() that writes a random command line of an operation: its arguments in their order,
// any of its options.
#include <algorithm>
#include <array>
#include <type_traits>
#include <vector>

#include "playhead/operations.h"
#include "tests/differential/arguments.h"
#include "tests/differential/stream.h"

namespace playhead::differential {

/// Scripts for EVAL, which are composed of commands themselves.
class ScriptSource {
 public:
  virtual ~ScriptSource() = default;
  virtual std::string script() = 0;
  virtual std::string sha1() = 0;
};

class Composer : public PlainOptions<Composer> {
 public:
  Composer(Random& random, Arguments& arguments, const Traits& traits, ScriptSource& scripts, Words& out)
      : random_(random), arguments_(arguments), traits_(traits), scripts_(scripts), out_(out) {}

  void key(Text, Text&) { put(arguments_.key(traits_.group)); }
  void keys(Text name, List<Text>& out, std::size_t = 0) { some_keys(name, out, arguments_.several_keys()); }
  void some_keys(Text name, List<Text>& out) { some_keys(name, out, random_.below(4)); }
  void numkeys(Text name, List<Text>& out, Text = {}, Text = {}, Text = {}) {
    counted_keys(name, out, arguments_.several_keys());
  }
  void numkeys_or_none(Text name, List<Text>& out) { counted_keys(name, out, random_.below(4)); }

  template <class T>
  void arg(Text name, T& out, Text = {}) {
    if constexpr (std::is_same_v<T, Text>)
      put(text(name));
    else if constexpr (std::is_same_v<T, std::int64_t>)
      put(integer(name));
    else if constexpr (std::is_same_v<T, std::uint64_t>)
      put(cursor());
    else if constexpr (std::is_same_v<T, double>)
      put(arguments_.real());
    else if constexpr (std::is_same_v<T, Score>)
      put(arguments_.score_bound());
    else if constexpr (std::is_same_v<T, Lex>)
      put(arguments_.lex_bound());
    else if constexpr (std::is_same_v<T, Timeout>)
      put(arguments_.timeout());
    else if constexpr (std::is_same_v<T, Position>)
      put(name == "ttl" ? integer(name) : arguments_.index());
    else if constexpr (std::is_same_v<T, BitFieldType>)
      put(arguments_.bit_field_type());
    else if constexpr (std::is_same_v<T, BitFieldOffset>)
      put(arguments_.bit_field_offset());
    else if constexpr (syntax::Words<T>)
      word(out);
    else
      T::describe(out, *this);
  }
  template <class T>
  void optional(Text name, std::optional<T>& out, Text error = {}) {
    if (stopped_ || random_.below(2) == 0) {
      stopped_ = true;  // nothing may follow what is missing
      return;
    }
    arg(name, out.emplace(), error);
  }
  template <class T>
  void args(Text name, List<T>&) {
    for (std::size_t n = arguments_.few(); n > 0; --n) one(name, T{});
  }
  template <class T>
  void some(Text name, List<T>&) {
    for (std::size_t n = random_.below(5); n > 0; --n) one(name, T{});
  }
  template <class... O>
  void options(O... o) {
    std::size_t chance = random_.below(10);
    std::size_t n = chance < 3 ? 0 : chance < 7 ? 1 : chance < 9 ? 2 : 3;
    for (; n > 0; --n) {
      std::size_t chosen = random_.below(sizeof...(O)), i = 0;
      ((i++ == chosen ? emit(o) : void()), ...);
    }
  }
  template <class... O>
  void late_options(Fault&, O... o) {
    if constexpr (sizeof...(O) > 0) options(o...);
  }
  template <class O>
  void last_option(O o) {
    if (!stopped_ && random_.below(2) == 0) emit(o);
  }

 private:
  void put(std::string word) { out_.push_back(std::move(word)); }

  void some_keys(Text, List<Text>& out, std::size_t n) {
    static const std::array<Text, 16> any{};
    out = List<Text>(any).first(n);
    for (; n > 0; --n) put(arguments_.key(traits_.group));
  }
  void counted_keys(Text name, List<Text>& out, std::size_t n) {
    static const std::array<const char*, 8> wrong = {
        "0", "-1", "100", "abc", "", "1.5", "9223372036854775807", "+2"};
    put(random_.permille(15) ? random_.pick(wrong) : std::to_string(n));
    some_keys(name, out, n);
  }
  template <class T>
  void one(Text name, T item) {
    arg(name, item);
  }
  template <class E>
  void word(E& out) {
    auto words = words_of(E{});
    std::size_t i = random_.below(words.size());
    out = static_cast<E>(i);
    put(random_.permille(5) ? arguments_.garbage() : cased(words[i]));
  }

  template <class B>
  void emit(FlagOption<B>& o) {
    token(o.token);
  }
  template <class T>
  void emit(ValueOption<T>& o) {
    token(o.token);
    one(o.name, syntax::Inner<T>{});
  }
  template <class T>
  void emit(KeyOption<T>& o) {
    token(o.token);
    put(arguments_.key(traits_.group));
  }
  template <class T>
  void emit(RepeatOption<T>& o) {
    token(o.token);
    put(text(o.name));
  }
  template <class T>
  void emit(CountedOption<T>& o) {
    token(o.token);
    for (std::size_t i = 0; i < o.count; ++i) one(o.name, syntax::Inner<T>{});
  }
  void token(Text t) { put(cased(t)); }

  std::string cased(Text word);
  std::string text(Text name);
  std::string integer(Text name);
  std::string cursor();

  Random& random_;
  Arguments& arguments_;
  const Traits& traits_;
  ScriptSource& scripts_;
  Words& out_;
  bool stopped_ = false;
};

/// What a visitor of describe() finds of options and words: all that coverage can ask for.
class OptionLister : public PlainOptions<OptionLister> {
 public:
  void key(Text, Text&) {}
  void keys(Text, List<Text>&, std::size_t = 0) {}
  void some_keys(Text, List<Text>&) {}
  void numkeys(Text, List<Text>&, Text = {}, Text = {}, Text = {}) {}
  void numkeys_or_none(Text, List<Text>&) {}
  template <class T>
  void arg(Text, T& out, Text = {}) {
    if constexpr (syntax::Words<T>) {
      for (Text w : words_of(T{})) found.emplace_back(w);
    } else if constexpr (syntax::Group<T>) {
      T::describe(out, *this);
    }
  }
  template <class T>
  void optional(Text name, std::optional<T>&, Text = {}) {
    found.emplace_back(name);
    T item{};
    arg(name, item);
  }
  template <class T>
  void args(Text name, List<T>&) {
    T item{};
    arg(name, item);
  }
  template <class T>
  void some(Text name, List<T>& out) {
    args(name, out);
  }
  template <class... O>
  void options(O... o) {
    (found.emplace_back(o.token), ...);
    (inner(o), ...);
  }
  std::vector<std::string> found;

 private:
  template <class O>
  void inner(O&) {}
  template <class T>
  void inner(ValueOption<T>&) {
    syntax::Inner<T> item{};
    arg({}, item);
  }
};

}  // namespace playhead::differential
