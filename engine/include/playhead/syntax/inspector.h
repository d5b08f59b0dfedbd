#pragma once
#include "playhead/syntax/options.h"

namespace playhead {

/// What COMMAND INFO and the docs say of a command's arguments.
class Inspector : public PlainOptions<Inspector> {
 public:
  int arity = 1;  ///< as in COMMAND INFO: name included, negative if more may follow
  int first_key = 0, last_key = 0, key_step = 0;
  bool movable_keys = false;
  std::string text;  ///< "key value [NX] [EX seconds]"

  void key(Text name, Text&) {
    saw_key(1, false);
    word(name);
  }
  void keys(Text name, List<Text>&, std::size_t behind = 0) {
    saw_key(1, true, behind);
    more(name);
  }
  void some_keys(Text name, List<Text>&) {
    if (first_key == 0) first_key = arity;
    last_key = -1;
    key_step = 1;
    open_ended_ = true;
    text.append(" [").append(name).append(" ...]");
  }
  void numkeys(Text name, List<Text>&, Text = {}, Text = {}, Text = {}) {
    word(name);
    movable_keys = true;
    more("key");
  }
  void numkeys_or_none(Text name, List<Text>&) {
    word(name);
    movable_keys = open_ended_ = true;
    text += " [key ...]";
  }
  template <class T>
  void arg(Text name, T& x, Text = {}) {
    if constexpr (syntax::Group<T>)
      T::describe(x, *this);
    else
      word(name);
  }
  template <class T>
  void optional(Text name, std::optional<T>&, Text = {}) {
    open_ended_ = true;
    text += " [";
    text.append(name) += ']';
  }
  template <class T>
  void args(Text name, List<T>&) {
    if constexpr (syntax::Group<T>) {
      T item{};
      int keys_before = last_key;
      T::describe(item, *this);
      if (last_key != keys_before && last_key > 0) {
        last_key = -1;
        key_step = T::arity;
      }
      open_ended_ = true;
      text += " ...";
    } else {
      more(name);
    }
  }
  template <class T>
  void some(Text name, List<T>&) {
    open_ended_ = true;
    if constexpr (requires { T::syntax; }) name = T::syntax;
    text += " [";
    text.append(name) += " ...]";
  }
  template <class... O>
  void options(O... o) {
    open_ended_ = true;
    (show(o), ...);
  }
  int signed_arity() const { return open_ended_ ? -arity : arity; }

 private:
  void word(Text name) {
    ++arity;
    if (!text.empty()) text += ' ';
    text.append(name);
  }
  void more(Text name) {
    word(name);
    text.append(" [").append(name).append(" ...]");
    open_ended_ = true;
  }
  void saw_key(int step, bool rest, std::size_t behind = 0) {
    if (first_key == 0) first_key = arity;
    last_key = rest ? -1 - static_cast<int>(behind) : arity;
    key_step = step;
  }
  template <class B>
  void show(FlagOption<B>& o) {
    text.append(" [").append(o.token) += ']';
  }
  template <class T>
  void show(ValueOption<T>& o) {
    text.append(" [").append(o.token).append(" ").append(o.name) += ']';
  }
  template <class T>
  void show(CountedOption<T>& o) {
    text.append(" [").append(o.token).append(" ").append(o.name).append(" [").append(o.name).append(" ...]]");
  }
  template <class T>
  void show(KeyOption<T>& o) {
    movable_keys = true;
    text.append(" [").append(o.token).append(" ").append(o.name) += ']';
  }
  template <class T>
  void show(RepeatOption<T>& o) {
    text.append(" [").append(o.token).append(" ").append(o.name).append(" ...]");
  }
  bool open_ended_ = false;
};

}  // namespace playhead
