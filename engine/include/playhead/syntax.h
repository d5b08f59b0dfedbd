#pragma once
// The grammar of a command, said once.
//
// Every operation has `template <class O, class V> static void describe(O& o, V& v)` (O is the operation, const or not), which names its
// arguments in their order on the wire. The visitors V give it its meanings: Reader (arguments -> operation), Writer (operation ->
// arguments), KeyLister (routing, locks), Copier (owning copy), Inspector (arity, key positions, syntax text), and Python's binding.
//
//   v.key("key", o.key)                         one key
//   v.keys("key", o.keys)                       one or more keys up to the end
//   v.keys("key", o.keys, 1)                    the same, with one argument behind them
//   v.numkeys("numkeys", o.keys)                a count and so many keys
//   v.numkeys_or_none("numkeys", o.keys)        the same, and the count may be 0
//   v.arg("value", o.value)                     one argument of any argument type below; a third argument replaces the error text
//   v.optional("count", o.count)                one argument that may be missing (std::optional field)
//   v.args("member", o.members)                 one or more arguments, or groups of them, up to the end
//   v.some("element", o.elements)               the same, or none
//   v.some_keys("key", o.keys)                  keys up to the end, or none
//   v.at_most(1)                                more arguments from here on are a wrong number of them, or the error given
//   v.last_option(flag("WITHVALUES", o.withvalues))    one option at the end that may be missing, not repeated
//   v.checked_options(...)                      options of which only one kind has a value; syntax errors are told before the last such value
//                                               is looked at (SET, GETEX)
//   v.late_options(o.fault, ...)                options whose errors Redis tells only when it has seen the keys; `Fault fault` keeps them
//   v.options(flag("NX", o.nx), option("EX", "seconds", o.ex), repeat("GET", "pattern", o.gets),
//             key_option("STORE", "destination", o.store),
//             counted("WEIGHTS", "weight", o.weights, o.keys.size()),                            exactly so many arguments
//             checked(option("RANK", "rank", o.rank), check_rank),                               refused as soon as it is read
//             single(flag("REV", o.rev)))                                                        any order, each may be missing
//
// Argument types: Text, int64_t, uint64_t (a cursor), double, Score (a bound of scores), Lex (a bound of members), Timeout, Position,
// any enumeration with words (syntax::Words), and the groups FieldValue, KeyValue, ScoreMember, Limit, and whatever offers `static
// constexpr arity` and describe() itself (arity 0: it varies, only in some(); `static constexpr Text syntax` shows it). A type with
// `static void parse(Text, T&, Text error)` and `Text print(Arena&) const` is an argument too; each_text(f) shows f(Text&) what it borrows.
#include <concepts>

#include "playhead/arena.h"
#include "playhead/error.h"
#include "playhead/text.h"

namespace playhead {

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

/// A position within a value, negative from its end. Redis reads it only once it has found the key: until then it may be anything.
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

/// What is wrong with arguments that Redis looks at only after the keys. A command calls check() at that point.
struct Fault {
  Text text;
  void check() const {
    if (!text.empty()) refuse(text);
  }
};

// ---- options ------------------------------------------------------------------------------------------------------------------
template <class B>
struct FlagOption {
  Text token;
  B& value;
  bool single = false;  ///< a second one is a syntax error
  int rivals = 0;       ///< options with the same number, 1 to 3, exclude each other: another one is a syntax error
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
  T& value;    ///< std::optional of an argument type
  Text error;  ///< instead of the type's own, if not empty
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

/// An option whose value is refused by check(value) as soon as it is read, before later arguments are looked at.
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

namespace syntax {

bool same_word(Text a, Text b);  ///< ASCII case-insensitive

// One argument from its bytes. `error` replaces the type's own error text if it is not empty.
inline void parse(Text s, Text& out, Text) { out = s; }
void parse(Text s, std::int64_t& out, Text error);
void parse(Text s, std::uint64_t& out, Text error);
void parse(Text s, double& out, Text error);
void parse(Text s, Score& out, Text error);
void parse(Text s, Lex& out, Text error);
void parse(Text s, Timeout& out, Text error);

/// An enumeration whose values from 0 on are written as the words that `words_of(E)` gives, an array of Text beside it.
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
inline Text print(Text t, Arena&) { return t; }
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

// ---- visitors -----------------------------------------------------------------------------------------------------------------

/// Arguments (behind the command's name) -> operation. The operation borrows from the arguments and the arena. Throws Error{command}
/// in Redis's words.
class Reader {
 public:
  Reader(List<Text> arguments, Arena& arena, Text command) : args_(arguments), arena_(arena), command_(command) {}

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
    if (left() < n + 1 || !syntax::same_word(peek(), o.token) || (o.single && o.value) || !admit(o)) return false;
    ++at_;
    if (dry_)
      last_value_ = at_;
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
  std::size_t last_value_ = 0;  // of checked options: where the one stands that counts; values before it are not looked at
  const void* rivals_[3] = {};  // of each group the one that was given
  Arena& arena_;
  Text command_;
};

/// Operation -> arguments. The result borrows from the operation and the arena.
class Writer {
 public:
  Writer(std::vector<Text>& out, Arena& arena) : out_(out), arena_(arena) {}
  void word(Text w) { out_.push_back(w); }
  void key(Text, Text k) { out_.push_back(k); }
  void keys(Text, List<Text> k, std::size_t = 0) { out_.insert(out_.end(), k.begin(), k.end()); }
  void some_keys(Text name, List<Text> k) { keys(name, k); }
  void at_most(std::size_t, Text = {}) {}
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
  template <class O>
  void last_option(O o) {
    options(o);
  }
  template <class... O>
  void checked_options(O... o) {
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

/// A visitor that is shown every text of an operation through two functions: on_key(Text&) and on_text(Text&), and lists of them through
/// on_keys(List<Text>&) and on_texts(List<Text>&). Base of Copier and KeyLister (CRTP).
template <class Self>
class TextVisitor {
 public:
  void key(Text, Text& k) { self().on_key(k); }
  void keys(Text, List<Text>& k, std::size_t = 0) { self().on_keys(k); }
  void some_keys(Text, List<Text>& k) { self().on_keys(k); }
  void at_most(std::size_t, Text = {}) {}
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
  template <class O>
  void last_option(O o) {
    options(o);
  }
  template <class... O>
  void checked_options(O... o) {
    options(o...);
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

/// What COMMAND INFO and the docs say of a command's arguments.
class Inspector {
 public:
  int arity = 1;            ///< as in COMMAND INFO: name included, negative if more may follow
  int first_key = 0, last_key = 0, key_step = 0;
  bool movable_keys = false;
  std::string text;         ///< "key value [NX] [EX seconds]"

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
    open_ended = true;
    text.append(" [").append(name).append(" ...]");
  }
  void at_most(std::size_t, Text = {}) {}
  void numkeys(Text name, List<Text>&, Text = {}, Text = {}, Text = {}) {
    word(name);
    movable_keys = true;
    more("key");
  }
  void numkeys_or_none(Text name, List<Text>&) {
    word(name);
    movable_keys = open_ended = true;
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
    open_ended = true;
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
      open_ended = true;
      text += " ...";
    } else {
      more(name);
    }
  }
  template <class T>
  void some(Text name, List<T>&) {
    open_ended = true;
    if constexpr (requires { T::syntax; }) name = T::syntax;
    text += " [";
    text.append(name) += " ...]";
  }
  template <class... O>
  void options(O... o) {
    open_ended = true;
    (show(o), ...);
  }
  template <class... O>
  void late_options(const Fault&, O... o) {
    options(o...);
  }
  template <class O>
  void last_option(O o) {
    options(o);
  }
  template <class... O>
  void checked_options(O... o) {
    options(o...);
  }
  int signed_arity() const { return open_ended ? -arity : arity; }

 private:
  void word(Text name) {
    ++arity;
    if (!text.empty()) text += ' ';
    text.append(name);
  }
  void more(Text name) {
    word(name);
    text.append(" [").append(name).append(" ...]");
    open_ended = true;
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
  bool open_ended = false;
};

}  // namespace playhead
