#include "bindings/view.h"

namespace playhead::python {

PyTypeObject* add_scripts(py::module_& m) {
  return add_view(m, "Scripts", "Lua scripts.", ScriptingOperations{});
}

}  // namespace playhead::python
