#include "bindings/values.h"

#include <algorithm>
#include <string_view>

#include "bindings/errors.h"
#include "playhead/error.h"

namespace playhead::python {

namespace py = pybind11;

namespace {

constexpr std::int64_t longest = 16 << 20;  // bytes
constexpr int deepest = 64;                 // containers within each other
constexpr std::int64_t most = 1'000'000;    // values within a value

[[noreturn]] void refuse_shape() {
  throw Error(ErrorCode::invalid, "a value has at most " + std::to_string(deepest) + " levels and " +
                                      std::to_string(most) + " parts");
}

class Shape {
 public:
  void container(int depth, std::int64_t parts) {
    count_ += parts;
    if (depth > deepest || count_ > most) refuse_shape();
  }

 private:
  std::int64_t count_ = 1;
};

// What is in a container more than once counts each time, as it is written each time. What contains itself is too deep.
void look_into(PyObject* value, int depth, Shape& shape) {
  if (PyDict_Check(value)) {
    shape.container(depth + 1, PyDict_GET_SIZE(value));
    PyObject *key = nullptr, *part = nullptr;
    for (Py_ssize_t at = 0; PyDict_Next(value, &at, &key, &part) != 0;) look_into(part, depth + 1, shape);
  } else if (PyList_Check(value)) {
    shape.container(depth + 1, PyList_GET_SIZE(value));
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(value); ++i)
      look_into(PyList_GET_ITEM(value, i), depth + 1, shape);
  } else if (PyTuple_Check(value)) {
    shape.container(depth + 1, PyTuple_GET_SIZE(value));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value); ++i)
      look_into(PyTuple_GET_ITEM(value, i), depth + 1, shape);
  }
}

/// Of Python: nothing, or what it raises.
template <class F>
PyObject* none_of(F&& f) noexcept {
  try {
    f();
    return Py_NewRef(Py_None);
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

PyObject* check_value(PyObject*, PyObject* value) noexcept {
  return none_of([&] {
    Shape shape;
    look_into(value, 0, shape);
  });
}

/// Behind the quote that ends a string, or behind the text.
const char* after_string(const char* at, const char* end) {
  for (; at != end; ++at) {
    if (*at == '"') return at + 1;
    if (*at == '\\' && ++at == end) break;
  }
  return end;
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Whether a container that has just been opened has nothing in it.
bool closes(const char* at, const char* end) {
  at = std::find_if_not(at, end, is_space);
  return at != end && (*at == ']' || *at == '}');
}

// Strings apart, each comma is followed by one more value, and so is each bracket that opens, unless it closes again.
void check_json(std::string_view text) {
  if (static_cast<std::int64_t>(text.size()) > longest)
    throw Error(ErrorCode::invalid, "the value has " + std::to_string(text.size()) + " bytes; at most " +
                                        std::to_string(longest) + " are kept");
  Shape shape;
  int depth = 0;
  for (const char *at = text.data(), *end = at + text.size(); at != end;) {
    switch (*at++) {
      case '"':
        at = after_string(at, end);
        break;
      case '[':
      case '{':
        shape.container(++depth, closes(at, end) ? 0 : 1);
        break;
      case ']':
      case '}':
        --depth;
        break;
      case ',':
        shape.container(depth, 1);
        break;
      default:
        break;
    }
  }
}

PyObject* check_json_bytes(PyObject*, PyObject* json) noexcept {
  return none_of([&] {
    if (!PyBytes_Check(json)) throw py::type_error("what is to be parsed must be bytes");
    check_json({PyBytes_AS_STRING(json), static_cast<std::size_t>(PyBytes_GET_SIZE(json))});
  });
}

}  // namespace

// They are called for each value, so that pybind11's way to a function would take longer than they do.
void define_values(py::module_& m) {
  static PyMethodDef functions[] = {
      {"check_value", check_value, METH_O,
       "Raises InvalidArgument for a value of more than 64 levels or 1,000,000 parts."},
      {"check_json", check_json_bytes, METH_O,
       "The same for a text that is to be parsed, and for one of more than 16 MiB."},
      {nullptr, nullptr, 0, nullptr}};
  if (PyModule_AddFunctions(m.ptr(), functions) != 0) throw py::error_already_set();
}

}  // namespace playhead::python
