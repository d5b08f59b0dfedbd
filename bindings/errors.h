#pragma once
// The exceptions of C++ in Python: one class per ErrorCode, all below playhead.Error.
#include <pybind11/pybind11.h>

#include "playhead/error.h"

namespace playhead::python {

namespace py = pybind11;

/// Creates the exception classes in the module and registers the translation.
void define_errors(py::module_& m);

/// A message for people as a str, a new reference, null if Python raised. It may show bytes of a store.
PyObject* readable(Text message);

/// An exception object, a new reference (not raised).
PyObject* make_error(ErrorCode code, Text message);

/// Sets Python's error for the C++ exception being handled. For functions that are not bound through
/// pybind11.
void set_python_error() noexcept;

}  // namespace playhead::python
