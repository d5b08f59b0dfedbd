#pragma once
// Limits of values that modules keep as JSON.
#include <pybind11/pybind11.h>

namespace playhead::python {

/// Defines check_value() and check_json().
void define_values(pybind11::module_& m);

}  // namespace playhead::python
