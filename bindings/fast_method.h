#pragma once
// Methods whose work is done in a few microseconds, to which pybind11's way to a function (an overload is looked for,
// each argument converted) adds a third. They are vectorcall functions on the type that py::class_ made, as those of
// views are, and take positional arguments only: the classes of playhead.modules call them.
#include <pybind11/pybind11.h>

#include <utility>

#include "bindings/errors.h"

namespace playhead::python {

namespace py = pybind11;

/// `Method` takes the object of C++ and objects of Python, and gives one.
template <auto Method>
struct FastMethod;

template <class T, class... Given, class Result, Result (*Method)(T&, Given...)>
struct FastMethod<Method> {
  static void add(py::class_<T>& type, const char* name) {
    type_ = reinterpret_cast<PyTypeObject*>(type.ptr());
    static PyMethodDef definition{name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(call)),
                                  METH_FASTCALL, nullptr};
    auto method = py::reinterpret_steal<py::object>(PyDescr_NewMethod(type_, &definition));
    if (!method) throw py::error_already_set();
    type.attr(name) = method;
  }

 private:
  static PyObject* call(PyObject* self, PyObject* const* args, Py_ssize_t count) noexcept {
    try {
      if (count != static_cast<Py_ssize_t>(sizeof...(Given)))
        throw py::type_error("takes " + std::to_string(sizeof...(Given)) + " arguments, not " +
                             std::to_string(count));
      return with(object_in(self), args, std::index_sequence_for<Given...>()).release().ptr();
    } catch (const py::cast_error& e) {
      PyErr_SetString(PyExc_TypeError, e.what());
    } catch (...) {
      set_python_error();
    }
    return nullptr;
  }

  /// Python has checked that `self` is of the type, or of one derived from it.
  static T& object_in(PyObject* self) {
    if (Py_TYPE(self) != type_) return py::handle(self).cast<T&>();
    void* object = reinterpret_cast<py::detail::instance*>(self)->get_value_and_holder().value_ptr();
    if (object == nullptr) throw py::type_error("its __init__ was not called");
    return *static_cast<T*>(object);
  }

  template <std::size_t... I>
  static Result with(T& object, [[maybe_unused]] PyObject* const* args, std::index_sequence<I...>) {
    return Method(object, py::reinterpret_borrow<py::object>(args[I])...);
  }

  static inline PyTypeObject* type_ = nullptr;
};

template <auto Method, class T>
void add_fast_method(py::class_<T>& type, const char* name) {
  FastMethod<Method>::add(type, name);
}

}  // namespace playhead::python
