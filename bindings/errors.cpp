#include "bindings/errors.h"

#include <array>

#include "bindings/gil.h"

namespace playhead::python {

namespace {

struct ErrorClass {
  ErrorCode code;
  const char* name;
  const char* doc;
  PyObject** also;  // a second base, so that `except TimeoutError` and the like work
};

constexpr std::size_t code_count = static_cast<std::size_t>(ErrorCode::closed) + 1;
std::array<PyObject*, code_count> classes{};  // borrowed from the module, which is never unloaded

const std::array<ErrorClass, code_count> table = {{
    {ErrorCode::command, "CommandError", "The command was refused; the message is Redis's own error text.",
     nullptr},
    {ErrorCode::invalid, "InvalidArgument", "An argument outside what the API accepts.", &PyExc_ValueError},
    {ErrorCode::conflict, "Conflict", "An optimistic transaction lost against another writer; run it again.",
     nullptr},
    {ErrorCode::timeout, "Timeout", "A deadline passed before the answer arrived; nothing was changed.",
     &PyExc_TimeoutError},
    {ErrorCode::unknown, "UnknownOutcome",
     "A write was sent and its fate is not known: it may or may not have happened.", nullptr},
    {ErrorCode::unavailable, "Unavailable",
     "The store cannot be reached, is full, or is read-only for now; nothing was changed.", nullptr},
    {ErrorCode::unsupported, "Unsupported", "This store cannot do that.", nullptr},
    {ErrorCode::corrupt, "Corrupt", "Stored bytes contradict their format or checksum.", nullptr},
    {ErrorCode::closed, "Closed", "The store was closed, or is used in a forked child.", nullptr},
}};

}  // namespace

void define_errors(py::module_& m) {
  PyObject* root = PyErr_NewExceptionWithDoc("playhead.Error", "The root of everything that Playhead raises.",
                                             PyExc_Exception, nullptr);
  if (root == nullptr) throw py::error_already_set();
  m.add_object("Error", py::reinterpret_steal<py::object>(root));
  for (const ErrorClass& c : table) {
    py::tuple bases = py::make_tuple(py::handle(root));
    if (c.also != nullptr) bases = py::make_tuple(py::handle(root), py::handle(*c.also));
    std::string full = std::string("playhead.") + c.name;
    PyObject* made = PyErr_NewExceptionWithDoc(full.c_str(), c.doc, bases.ptr(), nullptr);
    if (made == nullptr) throw py::error_already_set();
    classes[static_cast<std::size_t>(c.code)] = made;
    m.add_object(c.name, py::reinterpret_steal<py::object>(made));
  }
  py::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const Error&) {
      set_python_error();
    }
  });
}

PyObject* readable(Text message) {
  return PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()), "backslashreplace");
}

PyObject* make_error(ErrorCode code, Text message) {
  auto text = py::reinterpret_steal<py::object>(readable(message));
  if (!text) return nullptr;
  return PyObject_CallOneArg(classes[static_cast<std::size_t>(code)], text.ptr());
}

void set_python_error() noexcept {
  try {
    throw;
  } catch (py::error_already_set& e) {
    e.restore();
  } catch (const Error& e) {
    if (e.code() == ErrorCode::closed) stop_if_ending();
    PyObject* error = make_error(e.code(), e.what());
    if (error == nullptr) return;
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error)), error);
    Py_DECREF(error);
  } catch (const py::builtin_exception& e) {
    e.set_error();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  }
}

}  // namespace playhead::python
