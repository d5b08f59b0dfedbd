#include "bindings/view.h"

namespace playhead::python {

PyTypeObject* add_sets(py::module_& m) {
  return add_view(m, "Sets", "Sets.", SetOperations{});
}

}  // namespace playhead::python
