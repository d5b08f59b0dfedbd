#include "bindings/view.h"

namespace playhead::python {

PyTypeObject* add_hyperloglogs(py::module_& m) {
  return add_view(m, "HyperLogLogs", "Cardinality estimates.", HyperLogLogOperations{});
}

}  // namespace playhead::python
