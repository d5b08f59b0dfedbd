#include "bindings/view.h"

namespace playhead::python {

PyTypeObject* add_keys(py::module_& m) {
  return add_view(m, "Keys", "Keys: existence, names, time to live, whole databases.", KeyspaceOperations{});
}

}  // namespace playhead::python
