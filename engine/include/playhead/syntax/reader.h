#pragma once
#include "playhead/syntax/options.h"

namespace playhead {

/// Arguments (behind the command's name) -> operation. The operation borrows from the arguments and the
/// arena. Throws Error{command} in Redis's words.
class Reader {
 public:
  Reader(List<Text> arguments, Arena& arena, Text command)
      : args_(arguments), arena_(arena), command_(command) {}

  void key(Text, Text& out) { out = next(); }
  void keys(Text, List<Text>& out, std::size_t behind = 0) {
    if (left() < behind + 1) wrong_arity();
    out = args_.subspan(at_, left() - behind);
    at_ += out.size();
  }
  void some_keys(Text, List<Text>& out) {
    out = args_.subspan(at_);
    at_ = args_.size();
  }
  void at_most(std::size_t n, Text error = {}) const {
    if (left() <= n) return;
    if (!error.empty()) refuse(error);
    wrong_arity();
  }
  void numkeys(Text, List<Text>& out, Text error = {}, Text not_positive = {}, Text too_many = {});
  void numkeys_or_none(Text, List<Text>& out);
  template <class T>
  void arg(Text, T& out, Text error = {}) {
    if constexpr (syntax::Group<T>)
      T::describe(out, *this);
    else
      syntax::parse(next(), out, error);
  }
  template <class T>
  void optional(Text name, std::optional<T>& out, Text error = {}) {
    out.reset();
    if (left() > 0) arg(name, out.emplace(), error);
  }
  template <class T>
  void args(Text name, List<T>& out) {
    if (left() == 0) wrong_arity();
    some(name, out);
  }
  template <class T>
  void some(Text name, List<T>& out) {
    if constexpr (std::is_same_v<T, Text>) {
      out = args_.subspan(at_);
      at_ = args_.size();
    } else if constexpr (syntax::arity_of<T>() == 0) {
      auto items = arena_.array<T>(left());
      std::size_t n = 0;
      while (left() > 0) arg(name, items[n++]);
      out = items.first(n);
    } else {
      constexpr std::size_t each = syntax::arity_of<T>();
      if (left() % each != 0) incomplete_group();
      auto items = arena_.array<T>(left() / each);
      for (T& item : items) arg(name, item);
      out = items;
    }
  }
  template <class... O>
  void options(O... o) {
    while (left() > 0 && (take(o) || ...)) {
    }
  }
  template <class... O>
  void late_options(Fault& fault, O... o) {
    try {
      options(o...);
      end();
    } catch (const Error& e) {
      fault.text = arena_.copy(e.message());
      at_ = args_.size();
    }
  }
  template <class O>
  void last_option(O o) {
    if (left() > 0) take(o);
  }
  template <class... O>
  void checked_options(O... o) {
    std::size_t start = at_;
    dry_ = true;
    options(o...);
    end();
    dry_ = false;
    at_ = start;
    options(o...);
    last_value_ = 0;
  }
  /// The same; what is wrong with the value goes into `fault`.
  template <class... O>
  void checked_options_late(Fault& fault, O... o) {
    try {
      checked_options(o...);
    } catch (const Error& e) {
      if (dry_) throw;
      fault.text = arena_.copy(e.message());
      at_ = args_.size();
    }
  }
  /// Number of arguments not yet read.
  std::size_t left() const { return args_.size() - at_; }
  /// Called behind the last argument: whatever is left over is a syntax error.
  void end() const {
    if (left() > 0) refuse("ERR syntax error");
  }
  Arena& arena() { return arena_; }
  Text peek() const { return args_[at_]; }
  Text next() {
    if (left() == 0) refuse("ERR syntax error");
    return args_[at_++];
  }
  [[noreturn]] void wrong_arity() const;
  [[noreturn]] void incomplete_group() const;

 private:
  template <class O>
  bool admit(const O& o) {
    if (o.rivals == 0) return true;
    const void*& taken = rivals_[o.rivals - 1];
    if (taken != nullptr && taken != &o.value) return false;
    taken = &o.value;
    return true;
  }
  template <class B>
  bool take(FlagOption<B>& o) {
    if (!syntax::same_word(peek(), o.token) || (o.single && o.value) || !admit(o)) return false;
    ++at_;
    o.value = o.value || !dry_;
    if (o.overrides != nullptr && !dry_) *o.overrides = false;
    return true;
  }
  template <class T>
  bool take(ValueOption<T>& o) {
    constexpr std::size_t n = syntax::arity_of<syntax::Inner<T>>();
    if (left() < n + 1 || !syntax::same_word(peek(), o.token) || (o.single && o.value) || !admit(o))
      return false;
    ++at_;
    if (dry_) last_value_ = at_;
    if (dry_ || at_ < last_value_)
      at_ += n;
    else
      arg(o.name, o.value.emplace(), o.error);
    if (o.check != nullptr && !dry_) o.check(*o.value);
    return true;
  }
  template <class T>
  bool take(CountedOption<T>& o) {
    if (left() < o.count + 1 || !syntax::same_word(peek(), o.token)) return false;
    ++at_;
    if (dry_) {
      at_ += o.count;
      return true;
    }
    auto values = arena_.array<syntax::Inner<T>>(o.count);
    for (auto& value : values) arg(o.name, value, o.error);
    o.values = values;
    return true;
  }
  template <class T>
  bool take(KeyOption<T>& o) {
    if (left() < 2 || !syntax::same_word(peek(), o.token)) return false;
    o.value = args_[at_ + 1];
    at_ += 2;
    return true;
  }
  template <class T>
  bool take(RepeatOption<T>& o) {
    if (left() < 2 || !syntax::same_word(peek(), o.token)) return false;
    auto grown = arena_.array<Text>(o.values.size() + 1);
    std::copy(o.values.begin(), o.values.end(), grown.begin());
    grown.back() = args_[at_ + 1];
    at_ += 2;
    o.values = grown;
    return true;
  }

  List<Text> args_;
  std::size_t at_ = 0;
  bool dry_ = false;  // options are matched, their values not yet read
  std::size_t last_value_ =
      0;  // of checked options: where the one stands that counts; values before it are not looked at
  const void* rivals_[3] = {};  // of each group the one that was given
  Arena& arena_;
  Text command_;
};

}  // namespace playhead
