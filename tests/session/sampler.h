#pragma once
// The shortest proper call of every command, and what can be wrong with it.
#include <string>
#include <vector>

#include "playhead/operations.h"

namespace playhead::test {

using Words = std::vector<std::string>;

/// An argument of a sample.
struct Sample {
  std::string value;
  bool is_key = false, is_number = false;
};

/// A visitor of describe(): every argument that must be there, once, and the names of the options.
class Sampler : public PlainOptions<Sampler> {
 public:
  std::vector<Sample> arguments;
  Words tokens;

  void key(Text, Text&) { arguments.push_back({"k", true}); }
  void keys(Text name, List<Text>&, std::size_t = 0) {
    Text none;
    key(name, none);
  }
  void some_keys(Text, List<Text>&) {}
  void numkeys(Text, List<Text>&, Text = {}, Text = {}, Text = {}) {
    arguments.push_back({"1", false, true});
    arguments.push_back({"k", true});
  }
  void numkeys_or_none(Text, List<Text>&) { arguments.push_back({"0", false, true}); }
  template <class T>
  void arg(Text name, T& x, Text = {}) {
    if constexpr (syntax::Group<T>)
      T::describe(x, *this);
    else
      arguments.push_back(sample<T>(name));
  }
  template <class T>
  void optional(Text, std::optional<T>&, Text = {}) {}
  template <class T>
  void args(Text name, List<T>&) {
    T x{};
    arg(name, x);
  }
  template <class T>
  void some(Text, List<T>&) {}
  template <class... O>
  void options(O... o) {
    (tokens.emplace_back(o.token), ...);
  }

 private:
  template <class T>
  static Sample sample(Text name) {
    if constexpr (std::is_same_v<T, Text>)
      return {name == "script" ? "return 1" : name == "increment" ? "1" : "v"};
    else if constexpr (std::is_same_v<T, Lex>)
      return {"[a"};
    else if constexpr (syntax::Words<T>)
      return {std::string(words_of(T{})[0])};
    else
      return {"1", false, true};
  }
};

/// Everything that is wrong, or nearly, with calls of one command; the proper call comes first. Database
/// numbers stay small, so that what is stored can be looked at.
std::vector<Words> calls_of(const Command& c);

}  // namespace playhead::test
