#pragma once
#include <pybind11/pybind11.h>

namespace playhead::python {

/// Defines check() and backup(). Store objects must be defined already.
void define_maintenance(pybind11::module_& m);

}  // namespace playhead::python
