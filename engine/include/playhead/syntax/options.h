#pragma once
// Options: arguments that begin with a word, in any order, each of which may be missing.
#include "playhead/syntax/arguments.h"

namespace playhead {

template <class B>
struct FlagOption {
  Text token;
  B& value;
  bool single = false;  ///< a second one is a syntax error
  int rivals =
      0;  ///< options with the same number, 1 to 3, exclude each other: another one is a syntax error
  B* overrides = nullptr;  ///< a flag that it takes back
};
template <class B>
FlagOption<B> flag(Text token, B& value) {
  return {token, value};
}

/// A flag that takes another one back: the last of both counts.
template <class B>
FlagOption<B> overriding(FlagOption<B> o, B& other) {
  o.overrides = &other;
  return o;
}

template <class T>
struct ValueOption {
  Text token, name;
  T& value;             ///< std::optional of an argument type
  Text error;           ///< instead of the type's own, if not empty
  bool single = false;  ///< a second one is a syntax error
  void (*check)(const typename std::remove_const_t<T>::value_type&) = nullptr;
  int rivals = 0;  ///< as above
};
template <class T>
ValueOption<T> option(Text token, Text name, T& value, Text error = {}) {
  return {token, name, value, error};
}

/// A flag or an option that may be given once only.
template <class O>
O single(O o) {
  o.single = true;
  return o;
}

/// Options of one group, 1 to 3, exclude each other, but each may be repeated.
template <class O>
O rival(int group, O o) {
  o.rivals = group;
  return o;
}

/// An option whose value is refused by check(value) as soon as it is read, before later arguments are looked
/// at.
template <class T, class F>
ValueOption<T> checked(ValueOption<T> o, F check) {
  o.check = check;
  return o;
}

template <class T>
struct RepeatOption {
  Text token, name;
  T& values;  ///< List<Text>
};
template <class T>
RepeatOption<T> repeat(Text token, Text name, T& values) {
  return {token, name, values};
}

template <class T>
struct KeyOption {
  Text token, name;
  T& value;  ///< std::optional<Text>: a key that the option names
};
template <class T>
KeyOption<T> key_option(Text token, Text name, T& value) {
  return {token, name, value};
}

template <class T>
struct CountedOption {
  Text token, name;
  T& values;  ///< List of an argument type; empty if the option is missing
  std::size_t count;
  Text error;  ///< instead of the type's own, if not empty
};
template <class T>
CountedOption<T> counted(Text token, Text name, T& values, std::size_t count, Text error = {}) {
  return {token, name, values, count, error};
}

/// How most visitors of describe() take the rarer forms of arguments: options are options in whatever order
/// Redis looks at them, and a bound on their number says nothing. Base of visitors (CRTP), which give
/// options() and what they take otherwise.
template <class Self>
class PlainOptions {
 public:
  void at_most(std::size_t, Text = {}) {}
  template <class... O>
  void late_options(const Fault&, O... o) {
    self().options(o...);
  }
  template <class O>
  void last_option(O o) {
    self().options(o);
  }
  template <class... O>
  void checked_options(O... o) {
    self().options(o...);
  }

 private:
  Self& self() { return static_cast<Self&>(*this); }
};

}  // namespace playhead
