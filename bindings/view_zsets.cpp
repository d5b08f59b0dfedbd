#include "bindings/view.h"

namespace playhead::python {

PyTypeObject* add_zsets(py::module_& m) {
  return add_view(m, "ZSets", "Sorted sets.", ZsetOperations{});
}

}  // namespace playhead::python
