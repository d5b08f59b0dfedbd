#pragma once
// Visitors that look at the bytes an operation borrows, whatever they mean.
#include "playhead/syntax/options.h"

namespace playhead {

/// A visitor that is shown every text of an operation through two functions: on_key(Text&) and
/// on_text(Text&), and lists of them through on_keys(List<Text>&) and on_texts(List<Text>&). Base of Copier
/// and KeyLister (CRTP).
template <class Self>
class TextVisitor : public PlainOptions<TextVisitor<Self>> {
 public:
  void key(Text, Text& k) { self().on_key(k); }
  void keys(Text, List<Text>& k, std::size_t = 0) { self().on_keys(k); }
  void some_keys(Text, List<Text>& k) { self().on_keys(k); }
  void numkeys(Text, List<Text>& k, Text = {}, Text = {}, Text = {}) { self().on_keys(k); }
  void numkeys_or_none(Text, List<Text>& k) { self().on_keys(k); }
  template <class T>
  void arg(Text, T& x, Text = {}) {
    if constexpr (std::is_same_v<T, Text>)
      self().on_text(x);
    else if constexpr (std::is_same_v<T, Lex>)
      self().on_text(x.member);
    else if constexpr (requires { x.each_text([](Text&) {}); })
      x.each_text([this](Text& t) { self().on_text(t); });
    else if constexpr (syntax::Group<T>)
      T::describe(x, *this);
  }
  template <class T>
  void optional(Text name, std::optional<T>& x, Text = {}) {
    if (x) arg(name, *x);
  }
  template <class T>
  void args(Text, List<T>& items) {
    if constexpr (std::is_same_v<T, Text>)
      self().on_texts(items);
    else if constexpr (syntax::Group<T>)
      self().on_groups(items);
  }
  template <class T>
  void some(Text name, List<T>& items) {
    args(name, items);
  }
  template <class... O>
  void options(O... o) {
    (show(o), ...);
  }
  template <class... O>
  void late_options(Fault& fault, O... o) {
    options(o...);
    self().on_text(fault.text);
  }

 private:
  template <class B>
  void show(FlagOption<B>&) {}
  template <class T>
  void show(ValueOption<T>& o) {
    if (o.value) arg(o.name, *o.value);
  }
  template <class T>
  void show(CountedOption<T>& o) {
    args(o.name, o.values);
  }
  template <class T>
  void show(KeyOption<T>& o) {
    if (o.value) key(o.name, *o.value);
  }
  template <class T>
  void show(RepeatOption<T>& o) {
    self().on_texts(o.values);
  }
  Self& self() { return static_cast<Self&>(*this); }
};

/// Makes an operation own its bytes: everything it borrows is copied into the arena.
class Copier : public TextVisitor<Copier> {
 public:
  explicit Copier(Arena& arena) : arena_(arena) {}
  void on_key(Text& t) { t = arena_.copy(t); }
  void on_text(Text& t) { t = arena_.copy(t); }
  void on_keys(List<Text>& l) { on_texts(l); }
  void on_texts(List<Text>& l) {
    auto copy = arena_.array<Text>(l.size());
    for (std::size_t i = 0; i < l.size(); ++i) copy[i] = arena_.copy(l[i]);
    l = copy;
  }
  template <class T>
  void on_groups(List<T>& l) {
    auto copy = arena_.array<T>(l.size());
    for (std::size_t i = 0; i < l.size(); ++i) {
      copy[i] = l[i];
      arg({}, copy[i]);
    }
    l = copy;
  }

 private:
  Arena& arena_;
};

/// Shows the keys of an operation to F(Text key).
template <class F>
class KeyLister : public TextVisitor<KeyLister<F>> {
 public:
  explicit KeyLister(F& f) : f_(f) {}
  void on_key(Text t) { f_(t); }
  void on_text(Text) {}
  void on_keys(List<Text> l) {
    for (Text t : l) f_(t);
  }
  void on_texts(List<Text>) {}
  template <class T>
  void on_groups(List<T> l) {
    for (T item : l) this->arg({}, item);
  }

 private:
  F& f_;
};

/// Refuses an operation with a key, field, member or value that is longer than a store keeps.
class SizeChecker : public TextVisitor<SizeChecker> {
 public:
  void on_key(Text t) { on_text(t); }
  void on_text(Text t) { check_text_size(t.size()); }
  void on_keys(List<Text> l) { on_texts(l); }
  void on_texts(List<Text> l) {
    for (Text t : l) on_text(t);
  }
  template <class T>
  void on_groups(List<T> l) {
    for (T item : l) arg({}, item);
  }
};

}  // namespace playhead
