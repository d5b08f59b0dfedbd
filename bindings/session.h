#pragma once
#include <pybind11/pybind11.h>

namespace playhead::python {

/// Defines Session, a Redis client's connection above a store, its calls, and statistics. Store objects and
/// ready queues must be defined already.
void define_session(pybind11::module_& m);

}  // namespace playhead::python
