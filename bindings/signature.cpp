#include "bindings/signature.h"

#include "bindings/arguments.h"

namespace playhead::python {

namespace {

// ---- arguments

template <class T>
std::string type_name() {
  if constexpr (std::is_same_v<T, std::int64_t>) return "int";
  if constexpr (std::is_same_v<T, std::uint64_t>) return "cursor";
  if constexpr (std::is_same_v<T, double>) return "float";
  if constexpr (std::is_same_v<T, Score>) return "score";
  if constexpr (std::is_same_v<T, Lex>) return "lex";
  if constexpr (std::is_same_v<T, Timeout>) return "timeout";
  if constexpr (std::is_same_v<T, Position>) return "position";
  if constexpr (std::is_same_v<T, Limit>) return "limit";
  if constexpr (syntax::Words<T>) {
    std::string words;
    for (Text word : words_of(T{})) words.append(words.empty() ? "words " : "|").append(word);
    return words;
  }
  return "text";
}

class Describer : public PlainOptions<Describer> {
 public:
  explicit Describer(std::vector<Parameter>& out) : out_(out) {}

  void key(Text name, Text&) { add(name, "argument", "text", true); }
  void keys(Text name, List<Text>&, std::size_t = 0) { add(name, "list", "text", true); }
  void some_keys(Text name, List<Text>&) { add(name, "list", "text", false); }
  void numkeys(Text, List<Text>&, Text = {}, Text = {}, Text = {}) { add("keys", "keys", "text", true); }
  void numkeys_or_none(Text, List<Text>&) { add("keys", "keys", "text", false); }
  template <class T>
  void arg(Text name, T& x, Text = {}) {
    if constexpr (syntax::Group<T>)
      T::describe(x, *this);
    else
      add(name, "argument", type_name<T>(), true);
  }
  template <class T>
  void optional(Text name, std::optional<T>&, Text = {}) {
    add(name, "argument", type_name<T>(), false);
  }
  template <class T>
  void args(Text name, List<T>&) {
    several<T>(name, true);
  }
  template <class T>
  void some(Text name, List<T>&) {
    several<T>(name, false);
  }
  template <class... O>
  void options(O... o) {
    (show(o), ...);
  }

 private:
  void add(Text name, std::string kind, std::string type, bool required) {
    out_.push_back({lower_case(name), std::move(kind), std::move(type), required});
  }
  template <class T>
  void several(Text name, bool required) {
    if constexpr (std::is_same_v<T, Text>) {
      add(name, "list", "text", required);
    } else if constexpr (syntax::arity_of<T>() == 0) {
      add(name, "steps", "text", required);
    } else {
      std::vector<Parameter> parts;
      Describer describer(parts);
      T item{};
      T::describe(item, describer);
      // A score stands before its member on the wire and behind it in a mapping.
      if constexpr (std::is_same_v<T, ScoreMember>) std::swap(parts.front(), parts.back());
      add("mapping", "groups", parts.front().type + " " + parts.back().type, required);
    }
  }
  template <class B>
  void show(FlagOption<B>& o) {
    add(o.token, "option", "flag", false);
  }
  template <class T>
  void show(ValueOption<T>& o) {
    add(o.token, "option", type_name<syntax::Inner<T>>(), false);
  }
  template <class T>
  void show(CountedOption<T>& o) {
    add(o.token, "option", "list " + type_name<std::remove_const_t<syntax::Inner<T>>>(), false);
  }
  template <class T>
  void show(KeyOption<T>& o) {
    add(o.token, "option", "text", false);
  }
  template <class T>
  void show(RepeatOption<T>& o) {
    add(o.token, "option", "list text", false);
  }

  std::vector<Parameter>& out_;
};

// ---- replies

template <class T>
struct ReplyType;
template <class T>
std::string reply_type() {
  return ReplyType<T>::name();
}
#define PLAYHEAD_REPLY_TYPE(type, text) \
  template <>                           \
  struct ReplyType<type> {              \
    static std::string name() {         \
      return text;                      \
    }                                   \
  }
PLAYHEAD_REPLY_TYPE(bool, "bool");
PLAYHEAD_REPLY_TYPE(std::int64_t, "int");
PLAYHEAD_REPLY_TYPE(double, "float");
PLAYHEAD_REPLY_TYPE(std::string, "R");
PLAYHEAD_REPLY_TYPE(Ok, "Literal[True]");
PLAYHEAD_REPLY_TYPE(Status, "R");
PLAYHEAD_REPLY_TYPE(Members, "set[R]");
PLAYHEAD_REPLY_TYPE(Fields, "dict[R, R]");
PLAYHEAD_REPLY_TYPE(ScoredMember, "tuple[R, float]");
PLAYHEAD_REPLY_TYPE(Value, "Any");
#undef PLAYHEAD_REPLY_TYPE
template <class T>
struct ReplyType<std::optional<T>> {
  static std::string name() { return reply_type<T>() + " | None"; }
};
template <class T>
struct ReplyType<std::vector<T>> {
  static std::string name() { return "list[" + reply_type<T>() + "]"; }
};
template <class T>
struct ReplyType<Page<T>> {
  static std::string name() { return "tuple[int, list[R]]"; }
};

template <class Op>
Signature describe() {
  Signature s;
  Describer describer(s.parameters);
  Op op{};
  Op::describe(op, describer);
  if constexpr (!requires(const Op& o, const typename Op::Reply& r, Sink& sink) { o.emit(r, sink); })
    s.reply = reply_type<typename Op::Reply>();
  return s;
}

template <class... Ops>
void describe_family(const char* family, Operations<Ops...>, std::vector<Signature>& out) {
  ((out[code_of<Ops>] = describe<Ops>(), out[code_of<Ops>].family = family), ...);
}

std::vector<Signature> describe_all() {
  std::vector<Signature> all(operation_count);
  describe_family("Keys", KeyspaceOperations{}, all);
  describe_family("Strings", StringOperations{} + BitOperations{}, all);
  describe_family("Hashes", HashOperations{}, all);
  describe_family("Lists", ListOperations{}, all);
  describe_family("Sets", SetOperations{}, all);
  describe_family("ZSets", ZsetOperations{}, all);
  describe_family("HyperLogLogs", HyperLogLogOperations{}, all);
  describe_family("Channels", PubSubOperations{}, all);
  describe_family("Scripts", ScriptingOperations{}, all);
  return all;
}

}  // namespace

const Signature& signature_of(std::uint16_t code) {
  static const auto* const all = new std::vector<Signature>(describe_all());
  return all->at(code);
}

}  // namespace playhead::python
