#include "bindings/view.h"

#include <chrono>
#include <deque>

#include "bindings/waiting.h"
#include "playhead/clock.h"

namespace playhead::python {

namespace {

void destroy_view(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  delete reinterpret_cast<View*>(self)->target;
  type->tp_free(self);
  Py_DECREF(type);
}

std::string method_name(const Command& c) {
  std::string name(c.traits.name);
  if (name == "del") return "delete";
  std::size_t bar = name.find('|');
  if (bar == std::string::npos) return name;
  if (c.traits.group == Group::scripting || c.traits.group == Group::pubsub) return name.substr(bar + 1);
  name[bar] = '_';
  return name;
}

// Texts that PyMethodDef and PyType_Spec point to for the life of the process.
const char* keep(std::string text) {
  static auto* const texts = new std::deque<std::string>;
  return texts->emplace_back(std::move(text)).c_str();
}

}  // namespace

PyObject* make_view(PyTypeObject* type, const Target& target) {
  PyObject* self = type->tp_alloc(type, 0);
  if (self == nullptr) throw py::error_already_set();
  reinterpret_cast<View*>(self)->target = new Target(target);
  return self;
}

MethodText method_text(std::uint16_t code) {
  const Command& c = command(code);
  return {keep(method_name(c)), keep(std::string(c.traits.summary) + "\n\n" + c.syntax)};
}

PyTypeObject* add_view_type(py::module_& m, const char* name, const char* doc,
                            std::vector<PyMethodDef> methods) {
  methods.push_back({nullptr, nullptr, 0, nullptr});
  auto* kept = new std::vector<PyMethodDef>(std::move(methods));
  PyType_Slot slots[] = {{Py_tp_methods, kept->data()},
                         {Py_tp_dealloc, reinterpret_cast<void*>(destroy_view)},
                         {Py_tp_doc, const_cast<char*>(doc)},
                         {0, nullptr}};
  PyType_Spec spec{keep(std::string("playhead._playhead.") + name), sizeof(View), 0,
                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  PyObject* type = PyType_FromSpec(&spec);
  if (type == nullptr) throw py::error_already_set();
  m.add_object(name, py::reinterpret_borrow<py::object>(type));
  return reinterpret_cast<PyTypeObject*>(type);
}

// What was taken is never lost: if Ctrl-C comes when it has been taken, it is put back; if that cannot be, it
// is returned and Ctrl-C is raised behind it.
bool wait_for(Store& store, AnyCall& call, Millis timeout) {
  using Clock = std::chrono::steady_clock;
  auto deadline = deadline_after(timeout);
  ReleaseGil release;
  Waiting waiting(store, call.copy());
  waiting.start();
  auto wait_until = [&](Clock::time_point end) { return waiting.wait_until(end); };
  switch (release.with_gil([&] { return wait_for_signals_too(deadline, wait_until); })) {
    case Waited::served:
      break;
    case Waited::late:
      if (waiting.cancel()) return false;
      waiting.wait_until(Clock::time_point::max());
      break;
    case Waited::interrupted:
      // Python's error stays set in this thread meanwhile.
      if (waiting.settle()) release.with_gil([] { throw py::error_already_set(); });
      release.with_gil([] { PyErr_Clear(); });
      PyErr_SetInterrupt();
  }
  call = std::move(waiting.take());
  return true;
}

}  // namespace playhead::python
