#pragma once
// A family of commands on a store, as a Python object: `store.strings`. Its methods are made from the command
// table, one per operation, as vectorcall functions, since an ordinary binding costs more than the operation.
#include <pybind11/pybind11.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "bindings/arguments.h"
#include "bindings/errors.h"
#include "bindings/gil.h"
#include "bindings/recorder.h"
#include "bindings/reply_object.h"
#include "playhead/store.h"

namespace playhead::python {

class Listeners;

/// What a view works on. Shared by the views of one store object.
struct Target {
  std::shared_ptr<Store> store;
  std::shared_ptr<Listeners> listeners;  ///< whom to tell that the store was closed
  std::shared_ptr<Recorder> recorder;    ///< null, or where calls are queued instead (batches, transactions)
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

template <class Op>
PyObject* run_blocking(const Target& target, const Op& op) {
  AnyCall call = AnyCall::of(op, target.db);
  wait_for(*target.store, call, op.timeout.ms);
  PythonSink sink(target.decode);
  call.emit(sink);
  return sink.take();
}

/// A reply of one text, in memory that serves the next call again.
class ReusedText {
 public:
  ReusedText() : free_(!busy_) { busy_ = true; }
  ~ReusedText() {
    if (!free_) return;
    busy_ = false;
    if (kept_ && kept_->capacity() > longest_kept) kept_.reset();
  }
  ReusedText(const ReusedText&) = delete;
  ReusedText& operator=(const ReusedText&) = delete;
  std::optional<std::string>& reply() { return free_ ? kept_ : own_; }

 private:
  static constexpr std::size_t longest_kept = 4096;
  // Guarded by the GIL. Busy while a call that has given up the GIL, or leads to Python code, is under way.
  static inline std::optional<std::string> kept_;
  static inline bool busy_ = false;
  const bool free_;
  std::optional<std::string> own_;
};

/// Whether a call on a memory store is worth keeping the GIL: it is O(log n),
/// or costs no more than turning its arguments and its reply into Python
/// objects, which needs the GIL.
template <class Op>
constexpr bool quick = [] {
  constexpr Text in_proportion[] = {"set",           "setex",
                                    "psetex",        "mset",
                                    "msetnx",        "getrange",
                                    "substr",        "setrange",
                                    "setbit",        "hgetall",
                                    "hkeys",         "hvals",
                                    "hrandfield",    "hscan",
                                    "lrange",        "smembers",
                                    "srandmember",   "sscan",
                                    "zrange",        "zrevrange",
                                    "zrangebyscore", "zrevrangebyscore",
                                    "zrangebylex",   "zrevrangebylex",
                                    "zrandmember",   "zscan"};
  return has(Op::traits.flags, Flags::fast) || std::find(std::begin(in_proportion), std::end(in_proportion),
                                                         Op::traits.name) != std::end(in_proportion);
}();

/// Performs an operation on the target's store.
template <class Op>
void perform(const Target& target, const Op& op, typename Op::Reply& reply) {
  if constexpr (quick<Op>) {
    if (target.local) {
      KeepGil gil;
      return target.store->run(op, reply, target.db);
    }
  }
  MaybeRelease gil(true);
  target.store->run(op, reply, target.db);
}

/// In a batch or a transaction: null if the operation is to be performed now.
template <class Op>
[[gnu::noinline]] PyObject* record_op(const Target& target, const Op& op) {
  if (target.recorder->queues(has(Op::traits.flags, Flags::write))) {
    target.recorder->queue(AnyCall::of(op, target.db), target.decode);
    return Py_NewRef(Py_None);
  }
  target.recorder->check_read(AnyCall::of(op, target.db));
  return nullptr;
}

template <class Op>
PyObject* run_op(const Target& target, const Op& op) {
  if (target.recorder) [[unlikely]] {
    if (PyObject* queued = record_op(target, op)) return queued;
  }
  if constexpr (has(Op::traits.flags, Flags::blocking)) return run_blocking(target, op);
  if constexpr (std::is_same_v<typename Op::Reply, std::optional<std::string>>) {
    ReusedText reused;
    perform(target, op, reused.reply());
    return reply_object(op, reused.reply(), target.decode);
  } else {
    typename Op::Reply reply{};
    perform(target, op, reply);
    return reply_object(op, reply, target.decode);
  }
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
