#pragma once
// Python's arguments -> operation: a visitor of the grammar in syntax.h, so that every command has a method
// without code of its own.
//   key, arg              one positional argument, or a keyword of its name
//   keys, args, some      the other positional arguments, or one list, or a keyword (name + "s")
//   numkeys               one list of keys (or a single key)
//   groups (pairs)        a mapping {field: value}, {member: score}, or a keyword `mapping`, or the parts as
//   positional arguments options               keywords: the token in lower case; flags are truth values,
//   Limit is (offset, count)
#include <array>

#include "bindings/text_argument.h"
#include "playhead/syntax.h"

namespace playhead::python {

/// The keyword for a token: "WITHSCORES" -> "withscores", "min-match-len" -> "min_match_len".
std::string lower_case(Text token);

class Arguments : public PlainOptions<Arguments> {
 public:
  Arguments(PyObject* const* args, Py_ssize_t count, PyObject* names, Arena& arena, Text command)
      : args_(args),
        count_(static_cast<std::size_t>(count)),
        names_(names),
        arena_(arena),
        command_(command) {}

  void key(Text name, Text& out) { out = text_of(required(name), arena_, name); }
  void keys(Text name, List<Text>& out, std::size_t behind = 0) {
    behind_ = behind;
    args(name, out);
    behind_ = 0;
  }
  void some_keys(Text name, List<Text>& out) { some(name, out); }
  void numkeys(Text, List<Text>& out, Text = {}, Text = {}, Text = {}) {
    out = one_list(required("keys"), "keys");
    if (out.empty()) throw py::value_error("keys must not be empty");
  }
  void numkeys_or_none(Text, List<Text>& out) {
    PyObject* given = wanted("keys");
    out = given == nullptr ? List<Text>() : one_list(given, "keys");
  }
  template <class T>
  void arg(Text name, T& out, Text = {}) {
    if constexpr (syntax::Group<T>)
      T::describe(out, *this);
    else
      convert(required(name), out, name);
  }
  template <class T>
  void optional(Text name, std::optional<T>& out, Text = {}) {
    PyObject* given = wanted(name);
    if (given != nullptr && given != Py_None) convert(given, out.emplace(), name);
  }
  template <class T>
  void args(Text name, List<T>& out) {
    some(name, out);
    if (out.empty())
      throw py::value_error(std::string(command_) + " needs at least one " + std::string(name));
  }
  template <class T>
  void some(Text name, List<T>& out) {
    if constexpr (std::is_same_v<T, Text>)
      out = texts(name);
    else
      out = groups<T>(name);
  }
  template <class... O>
  void options(O... o) {
    (take(o), ...);
  }
  /// Raises TypeError for arguments that nobody asked for.
  void end() const {
    if (left() > 0 || names_ != nullptr) check_end();
  }

 private:
  std::size_t left() const { return count_ - at_; }
  /// The next positional argument or the keyword of that name; null if neither
  /// is given.
  PyObject* wanted(Text name) {
    if (left() > behind_) return args_[at_++];
    return keyword(name);
  }
  PyObject* required(Text name) {
    PyObject* given = wanted(name);
    if (given == nullptr) [[unlikely]]
      refuse_missing(name);
    return given;
  }
  PyObject* keyword(Text name) { return names_ == nullptr ? nullptr : find_keyword(name); }
  PyObject* find_keyword(Text name);
  [[noreturn]] void refuse_missing(Text name) const;
  void check_end() const;
  List<Text> texts(Text name);
  List<Text> one_list(PyObject* given, Text name);

  void convert(PyObject* given, Text& out, Text name) { out = text_of(given, arena_, name); }
  void convert(PyObject* given, std::int64_t& out, Text name) { out = integer_of(given, name); }
  void convert(PyObject* given, std::uint64_t& out, Text name) { out = unsigned_of(given, name); }
  void convert(PyObject* given, double& out, Text name) { out = real_of(given, name); }
  void convert(PyObject* given, Score& out, Text name);
  void convert(PyObject* given, Lex& out, Text name) { syntax::parse(text_of(given, arena_, name), out, {}); }
  void convert(PyObject* given, Timeout& out, Text name);
  template <class T>
    requires syntax::Words<T> || syntax::ReadsItself<T>
  void convert(PyObject* given, T& out, Text name) {
    syntax::parse(text_of(given, arena_, name), out, {});
  }
  template <class T>
    requires syntax::Group<T>
  void convert(PyObject* given, T& out, Text name) {
    from_tuple(given, out, name);
  }

  template <class T>
  void from_tuple(PyObject* given, T& out, Text name) {
    py::object items = tuple_of(given, name);
    Arguments parts(PySequence_Fast_ITEMS(items.ptr()), PyTuple_GET_SIZE(items.ptr()), nullptr, arena_, name);
    T::describe(out, parts);
    parts.end();
    keep(std::move(items));
  }
  template <class T>
  List<T> groups(Text name);
  template <class T>
  List<T> equal_groups(Text name);
  template <class T>
  void from_pairs(py::object pairs, std::span<T> out);

  template <class B>
  void take(FlagOption<B>& o) {
    if (PyObject* given = keyword(o.token)) {
      int truth = PyObject_IsTrue(given);
      if (truth < 0) throw py::error_already_set();
      o.value = truth != 0;
    }
  }
  template <class T>
  void take(ValueOption<T>& o) {
    PyObject* given = keyword(o.token);
    if (given == nullptr || given == Py_None) return;
    convert(given, o.value.emplace(), o.token);
    if (o.check != nullptr) o.check(*o.value);
  }
  template <class T>
  void take(CountedOption<T>& o) {
    PyObject* given = keyword(o.token);
    if (given == nullptr || given == Py_None) return;
    using Item = std::remove_const_t<typename T::element_type>;
    py::object items = tuple_of(given, o.token);
    auto out = arena_.array<Item>(static_cast<std::size_t>(PyTuple_GET_SIZE(items.ptr())));
    if (out.size() != o.count)
      throw py::value_error(lower_case(o.token) + " must have one value for each of the " +
                            std::to_string(o.count) + " keys, not " + std::to_string(out.size()));
    for (std::size_t i = 0; i < out.size(); ++i)
      convert(PyTuple_GET_ITEM(items.ptr(), static_cast<Py_ssize_t>(i)), out[i], o.name);
    o.values = out;
    keep(std::move(items));
  }
  template <class T>
  void take(KeyOption<T>& o) {
    PyObject* given = keyword(o.token);
    if (given != nullptr && given != Py_None) convert(given, o.value.emplace(), o.token);
  }
  template <class T>
  void take(RepeatOption<T>& o) {
    PyObject* given = keyword(o.token);
    if (given != nullptr && given != Py_None) o.values = one_list(given, o.token);
  }
  void keep(py::object object) { kept_.push_back(std::move(object)); }

  PyObject* const* args_;
  std::size_t count_;
  PyObject* names_;
  Arena& arena_;
  Text command_;
  std::size_t at_ = 0, behind_ = 0;
  std::uint64_t used_ = 0;  // keywords taken, by position
  std::vector<py::object> kept_;
};

template <class T>
List<T> Arguments::groups(Text name) {
  if constexpr (syntax::arity_of<T>() == 0) {  // groups of different lengths, one behind the other
    auto out = arena_.array<T>(left());
    std::size_t n = 0;
    while (left() > 0) T::describe(out[n++], *this);
    return out.first(n);
  } else {
    return equal_groups<T>(name);
  }
}

template <class T>
List<T> Arguments::equal_groups(Text name) {
  PyObject* mapping = keyword("mapping");
  if (mapping == nullptr && left() > behind_ && is_mapping(args_[at_])) mapping = args_[at_++];
  std::size_t positional = left() - behind_;
  constexpr std::size_t each = syntax::arity_of<T>();
  if (positional % each != 0)
    throw py::type_error(std::string(command_) + " takes its arguments in groups of " + std::to_string(each));
  py::object pairs;  // its len() could be anything
  std::size_t mapped = 0;
  if (mapping != nullptr && mapping != Py_None) {
    pairs = pairs_of(mapping);
    mapped = static_cast<std::size_t>(PyList_GET_SIZE(pairs.ptr()));
  }
  auto out = arena_.array<T>(mapped + positional / each);
  for (std::size_t i = mapped; i < out.size(); ++i) T::describe(out[i], *this);
  if (mapped > 0) from_pairs(std::move(pairs), out.first(mapped));
  (void)name;
  return out;
}

// {field: value}; a score stands before its member on the wire and behind it in a mapping.
template <class T>
void Arguments::from_pairs(py::object pairs, std::span<T> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    PyObject* pair = PyList_GET_ITEM(pairs.ptr(), static_cast<Py_ssize_t>(i));
    if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2)
      throw py::type_error("the mapping's items() are no pairs");
    std::array<PyObject*, 2> parts = {PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1)};
    if constexpr (std::is_same_v<T, ScoreMember>) std::swap(parts[0], parts[1]);
    Arguments in(parts.data(), 2, nullptr, arena_, command_);
    T::describe(out[i], in);
  }
  keep(std::move(pairs));
}

}  // namespace playhead::python
