#include "bindings/view.h"

namespace playhead::python {

PyTypeObject* add_channels(py::module_& m) {
  return add_view(m, "Channels", "Publishing and what is subscribed.", PubSubOperations{});
}

}  // namespace playhead::python
