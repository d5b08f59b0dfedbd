#include "bindings/arguments.h"

#include <algorithm>
#include <cmath>

namespace playhead::python {

std::string lower_case(Text token) {
  std::string s = syntax::lower_case(token);
  std::replace_if(s.begin(), s.end(), [](char c) { return c == '-' || c == ' '; }, '_');
  return s == "async" ? "async_" : s;  // a keyword of Python
}

PyObject* Arguments::find_keyword(Text name) {
  std::string wanted = lower_case(name);
  Py_ssize_t n = PyTuple_GET_SIZE(names_);
  for (Py_ssize_t i = 0; i < n; ++i) {
    if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names_, i), wanted.c_str()) != 0) continue;
    used_ |= std::uint64_t{1} << i;
    return args_[count_ + static_cast<std::size_t>(i)];
  }
  return nullptr;
}

void Arguments::refuse_missing(Text name) const {
  throw py::type_error(std::string(command_) + " is missing its argument '" + lower_case(name) + "'");
}

List<Text> Arguments::one_list(PyObject* given, Text name) {
  GivenTexts list(given, arena_, name);
  if (list.held()) keep(list.held());
  return list.texts();
}

List<Text> Arguments::texts(Text name) {
  if (names_ != nullptr) {
    std::string plural = lower_case(name) + "s";
    if (PyObject* given = keyword(plural)) return one_list(given, plural);
  }
  if (behind_ > 0 && names_ != nullptr && PyTuple_GET_SIZE(names_) > 0)
    behind_ = 0;  // what follows is given by keyword
  if (left() <= behind_) return {};
  if (left() - behind_ == 1 || is_sequence(args_[at_])) {
    PyObject* first = args_[at_];
    if (is_sequence(first)) {
      ++at_;
      List<Text> listed = one_list(first, name);
      if (left() <= behind_) return listed;
      auto all = arena_.array<Text>(listed.size() + left() - behind_);
      std::copy(listed.begin(), listed.end(), all.begin());
      for (std::size_t i = listed.size(); i < all.size(); ++i) all[i] = text_of(args_[at_++], arena_, name);
      return all;
    }
  }
  auto out = arena_.array<Text>(left() - behind_);
  for (Text& t : out) t = text_of(args_[at_++], arena_, name);
  return out;
}

void Arguments::convert(PyObject* given, Score& out, Text name) {
  if (PyFloat_Check(given) || (PyLong_Check(given) && !PyBool_Check(given))) {
    out = {real_of(given, name), false};
    if (std::isnan(out.value)) refuse("ERR min or max is not a float");
  } else {
    syntax::parse(text_of(given, arena_, name), out, {});
  }
}

void Arguments::convert(PyObject* given, Timeout& out, Text name) {
  double seconds = given == Py_None ? 0 : real_of(given, name);
  if (std::isnan(seconds) || seconds > 9e15) refuse("ERR timeout is not a float or out of range");
  if (seconds < 0) refuse("ERR timeout is negative");
  out.ms = static_cast<Millis>(std::ceil(seconds * 1000));
}

void Arguments::check_end() const {
  if (left() > 0)
    throw py::type_error(std::string(command_) + " takes " + std::to_string(at_) +
                         " positional arguments here but " + std::to_string(count_) + " were given");
  Py_ssize_t n = names_ == nullptr ? 0 : PyTuple_GET_SIZE(names_);
  for (Py_ssize_t i = 0; i < n; ++i)
    if ((used_ >> i & 1) == 0) {
      const char* name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(names_, i));
      throw py::type_error(std::string(command_) + " got an unexpected keyword argument '" +
                           (name == nullptr ? "?" : name) + "'");
    }
}

}  // namespace playhead::python
