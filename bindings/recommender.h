#pragma once
#include "bindings/store_object.h"

namespace playhead::python {

void define_recommender(py::module_& m);
void define_deep_fm(py::module_& m);

}  // namespace playhead::python
