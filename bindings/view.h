#pragma once
// A family of commands on a store, as a Python object: `store.strings`. Its methods are made from the command
// table, one per operation, as vectorcall functions, since an ordinary binding costs more than the operation.
#include <pybind11/pybind11.h>

#include <condition_variable>
#include <mutex>

#include "bindings/arguments.h"
#include "bindings/errors.h"
#include "bindings/python_sink.h"
#include "bindings/recorder.h"
#include "playhead/store.h"

namespace playhead::python {

/// What a view works on. Shared by the views of one store object.
struct Target {
  std::shared_ptr<Store> store;
  std::shared_ptr<Recorder> recorder;  ///< null, or where calls are queued instead (batches, transactions)
  std::uint16_t db = 0;
  bool decode = false;  ///< str instead of bytes
  bool local = false;   ///< memory: too quick to be worth releasing the GIL
};

struct View {
  PyObject_HEAD Target* target;
};

/// Creates a view of the given type on a target.
PyObject* make_view(PyTypeObject* type, const Target& target);

/// Waits for a blocking operation with the GIL released; Ctrl-C interrupts it. True if it was served.
bool wait_for(Store& store, AnyCall& call, Millis timeout);

/// Releases the GIL for its lifetime, if asked to.
class MaybeRelease {
 public:
  explicit MaybeRelease(bool release) : state_(release ? PyEval_SaveThread() : nullptr) {}
  ~MaybeRelease() {
    if (state_ != nullptr) PyEval_RestoreThread(state_);
  }
  MaybeRelease(const MaybeRelease&) = delete;
  MaybeRelease& operator=(const MaybeRelease&) = delete;

 private:
  PyThreadState* state_;
};

template <class Op>
PyObject* run_blocking(const Target& target, const Op& op) {
  AnyCall call = AnyCall::of(op, target.db);
  wait_for(*target.store, call, op.timeout.ms);
  PythonSink sink(target.decode);
  call.emit(sink);
  return sink.take();
}

template <class Op>
PyObject* run_op(const Target& target, const Op& op) {
  constexpr bool write = has(Op::traits.flags, Flags::write);
  if (target.recorder && target.recorder->queues(write)) {
    target.recorder->queue(AnyCall::of(op, target.db), target.decode);
    return Py_NewRef(Py_None);
  }
  if (target.recorder) target.recorder->check_read(AnyCall::of(op, target.db));
  if constexpr (has(Op::traits.flags, Flags::blocking)) return run_blocking(target, op);
  typename Op::Reply reply{};
  {
    MaybeRelease gil(!target.local || !has(Op::traits.flags, Flags::fast));
    target.store->run(op, reply, target.db);
  }
  PythonSink sink(target.decode);
  emit_reply(op, reply, sink);
  return sink.take();
}

template <class Op>
PyObject* method(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) noexcept {
  try {
    Arena arena;
    Op op{};
    Arguments in(args, count, names, arena, Op::traits.name);
    Op::describe(op, in);
    in.end();
    return run_op(*reinterpret_cast<View*>(self)->target, op);
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

/// Name and documentation of a method; the strings live for ever.
struct MethodText {
  const char* name;
  const char* doc;
};
MethodText method_text(std::uint16_t code);

template <class Op>
PyMethodDef make_method() {
  MethodText text = method_text(code_of<Op>);
  auto function = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(method<Op>));
  return {text.name, function, METH_FASTCALL | METH_KEYWORDS, text.doc};
}

/// Creates the Python type `name` with a method per operation and adds it to the module.
PyTypeObject* add_view_type(py::module_& m, const char* name, const char* doc,
                            std::vector<PyMethodDef> methods);

template <class... Ops>
PyTypeObject* add_view(py::module_& m, const char* name, const char* doc, Operations<Ops...>) {
  return add_view_type(m, name, doc, {make_method<Ops>()...});
}

// One translation unit per family (bindings/view_*.cpp).
PyTypeObject* add_strings(py::module_& m);
PyTypeObject* add_keys(py::module_& m);
PyTypeObject* add_hashes(py::module_& m);
PyTypeObject* add_lists(py::module_& m);
PyTypeObject* add_sets(py::module_& m);
PyTypeObject* add_zsets(py::module_& m);
PyTypeObject* add_hyperloglogs(py::module_& m);
PyTypeObject* add_channels(py::module_& m);
PyTypeObject* add_scripts(py::module_& m);

}  // namespace playhead::python
