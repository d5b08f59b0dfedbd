#pragma once
// Blocking operations and subscriptions for an event loop (playhead.aio).
#include <pybind11/pybind11.h>

namespace playhead::python {

/// Defines ReadyQueue and Parked. Store objects must be defined already.
void define_parked(pybind11::module_& m);

}  // namespace playhead::python
