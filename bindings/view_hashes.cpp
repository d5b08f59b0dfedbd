#include "bindings/view.h"

namespace playhead::python {

PyTypeObject* add_hashes(py::module_& m) {
  return add_view(m, "Hashes", "Hashes: fields with values.", HashOperations{});
}

}  // namespace playhead::python
