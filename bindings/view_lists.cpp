#include "bindings/view.h"

namespace playhead::python {

PyTypeObject* add_lists(py::module_& m) {
  return add_view(m, "Lists", "Lists.", ListOperations{});
}

}  // namespace playhead::python
