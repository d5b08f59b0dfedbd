#include "bindings/view.h"

namespace playhead::python {

PyTypeObject* add_strings(py::module_& m) {
  return add_view(m, "Strings", "Strings, bits and numbers at keys.", StringOperations{} + BitOperations{});
}

}  // namespace playhead::python
