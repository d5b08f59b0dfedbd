#include "bindings/view.h"

#include <deque>

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

// The element that was taken is never lost: once served, the reply is returned and Ctrl-C is raised behind
// it.
bool wait_for(Store& store, AnyCall& call, Millis timeout) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable wake;
    std::optional<AnyCall> served;
    std::exception_ptr error;
    bool done = false;
  };
  auto shared = std::make_shared<Shared>();
  auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout);
  AnyCall parked = call.copy();
  std::unique_ptr<Ticket> ticket;
  bool interrupted = false;
  {
    py::gil_scoped_release release;
    ticket = store.park(std::move(parked), [shared](AnyCall& served, std::exception_ptr error) {
      std::lock_guard lock(shared->mutex);
      shared->served.emplace(std::move(served));
      shared->error = error;
      shared->done = true;
      shared->wake.notify_all();
    });
    std::unique_lock lock(shared->mutex);
    while (!shared->done && !interrupted) {
      auto next = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
      bool last = timeout > 0 && next >= deadline;
      shared->wake.wait_until(lock, last ? deadline : next, [&] { return shared->done; });
      if (shared->done) break;
      lock.unlock();
      if (last && ticket->cancel()) return false;
      {
        py::gil_scoped_acquire acquire;
        interrupted = PyErr_CheckSignals() != 0;
        if (interrupted && !ticket->cancel()) {
          PyErr_Clear();
          PyErr_SetInterrupt();
          interrupted = false;
        }
      }
      lock.lock();
    }
  }
  if (interrupted) throw py::error_already_set();
  if (shared->error) std::rethrow_exception(shared->error);
  call = std::move(*shared->served);
  return true;
}

}  // namespace playhead::python
