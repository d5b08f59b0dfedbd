#pragma once
#include "playhead/syntax/options.h"

namespace playhead {

/// Operation -> arguments. The result borrows from the operation and the arena.
class Writer : public PlainOptions<Writer> {
 public:
  Writer(std::vector<Text>& out, Arena& arena) : out_(out), arena_(arena) {}
  void word(Text w) { out_.push_back(w); }
  void key(Text, Text k) { out_.push_back(k); }
  void keys(Text, List<Text> k, std::size_t = 0) { out_.insert(out_.end(), k.begin(), k.end()); }
  void some_keys(Text name, List<Text> k) { keys(name, k); }
  void numkeys(Text, List<Text> k, Text = {}, Text = {}, Text = {}) {
    out_.push_back(syntax::print(static_cast<std::int64_t>(k.size()), arena_));
    keys({}, k);
  }
  void numkeys_or_none(Text name, List<Text> k) { numkeys(name, k); }
  template <class T>
  void arg(Text, const T& x, Text = {}) {
    if constexpr (syntax::Group<T>)
      T::describe(x, *this);
    else
      out_.push_back(syntax::print(x, arena_));
  }
  template <class T>
  void optional(Text name, const std::optional<T>& x, Text = {}) {
    if (x) arg(name, *x);
  }
  template <class T>
  void args(Text name, List<T> items) {
    for (const T& x : items) arg(name, x);
  }
  template <class T>
  void some(Text name, List<T> items) {
    args(name, items);
  }
  template <class... O>
  void options(O... o) {
    (put(o), ...);
  }
  template <class... O>
  void late_options(const Fault& fault, O... o) {
    fault.check();
    options(o...);
  }

 private:
  template <class B>
  void put(const FlagOption<B>& o) {
    if (o.value) word(o.token);
  }
  template <class T>
  void put(const ValueOption<T>& o) {
    if (!o.value) return;
    word(o.token);
    arg(o.name, *o.value);
  }
  template <class T>
  void put(const CountedOption<T>& o) {
    if (o.values.empty()) return;
    word(o.token);
    args(o.name, o.values);
  }
  template <class T>
  void put(const KeyOption<T>& o) {
    if (!o.value) return;
    word(o.token);
    key(o.name, *o.value);
  }
  template <class T>
  void put(const RepeatOption<T>& o) {
    for (Text t : o.values) {
      word(o.token);
      word(t);
    }
  }
  std::vector<Text>& out_;
  Arena& arena_;
};

}  // namespace playhead
