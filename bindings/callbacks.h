#pragma once
// Python functions that C++ calls, perhaps on threads of its own.
#include <functional>
#include <memory>

#include "bindings/errors.h"
#include "bindings/gil.h"
#include "playhead/error.h"
#include "playhead/modules/background.h"

namespace playhead::python {

namespace py = pybind11;

/// A Python object that C++ may keep, use with the GIL, and let go on any thread.
inline std::shared_ptr<py::object> shared(const py::object& object) {
  return {new py::object(object), [](py::object* held) {
            py::gil_scoped_acquire gil;
            delete held;
          }};
}

/// What a callback raised, in one line as Python shows it: `ValueError: too much`. With the GIL.
inline std::string message_of(const py::error_already_set& error) {
  auto bytes_of = [](PyObject* text) {
    auto bytes = py::reinterpret_steal<py::object>(
        text == nullptr ? nullptr : PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace"));
    if (bytes)
      return std::string(PyBytes_AS_STRING(bytes.ptr()),
                         static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr())));
    PyErr_Clear();
    return std::string();
  };
  py::object name = error.type().attr("__name__");
  auto text = py::reinterpret_steal<py::object>(PyObject_Str(error.value().ptr()));
  std::string message = bytes_of(name.ptr()), why = bytes_of(text.ptr());
  return why.empty() ? message : message + ": " + why;
}

/// An Exception that a callback raised. Any number of threads may raise it again.
class Raised final : public std::runtime_error {
 public:
  explicit Raised(const py::error_already_set& error)
      : std::runtime_error(message_of(error)), value_(shared(error.value())) {}
  const py::object& value() const { return *value_; }

 private:
  std::shared_ptr<py::object> value_;
};

/// What a callback raised, if that is no Exception: sys.exit() or Ctrl-C.
class RaisedEnd final : public EndRun {
 public:
  explicit RaisedEnd(const py::error_already_set& error)
      : EndRun(message_of(error)), value_(shared(error.value())) {}
  const py::object& value() const { return *value_; }

 private:
  std::shared_ptr<py::object> value_;
};

/// Runs f() with the GIL; what Python code in it raises becomes an exception of C++ that needs no GIL.
template <class F>
auto call_python(F&& f) {
  py::gil_scoped_acquire gil;
  try {
    return f();
  } catch (const py::error_already_set& e) {
    if (!e.matches(PyExc_Exception)) throw RaisedEnd(e);
    throw Raised(e);
  } catch (const py::cast_error& e) {
    throw Error(ErrorCode::invalid,
                std::string("a callback gave something else than it should: ") + e.what());
  }
}

/// Runs f() without the GIL; what callbacks in it raised is raised.
template <class F>
auto without_gil(F&& f) {
  auto raise = [](const py::object& value) {
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(value.ptr())), value.ptr());
    throw py::error_already_set();
  };
  try {
    ReleaseGil gil;
    return f();
  } catch (const Raised& e) {
    raise(e.value());
  } catch (const RaisedEnd& e) {
    raise(e.value());
  }
  throw std::logic_error("raise() returned");
}

/// `on_error` of a background run: what it raises is shown as Python shows errors that nobody can catch.
inline std::function<void(Text)> error_teller(const py::object& on_error, const char* what) {
  return [held = shared(on_error), what](Text message) {
    py::gil_scoped_acquire gil;
    if (held->is_none()) return;
    try {
      (*held)(py::reinterpret_steal<py::object>(readable(message)));
    } catch (py::error_already_set& e) {
      e.discard_as_unraisable(what);
    }
  };
}

}  // namespace playhead::python
