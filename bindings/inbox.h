#pragma once
#include <pybind11/pybind11.h>

namespace playhead::python {

/// Defines Inbox, a subscription for Python. Store objects and ReadyQueue must be defined already.
void define_inbox(pybind11::module_& m);

}  // namespace playhead::python
