#include "bindings/parked.h"

#include <pybind11/stl.h>

#include "bindings/ready_queue.h"
#include "bindings/store_object.h"
#include "bindings/waiting.h"

namespace playhead::python {

namespace {

AnyCall taken_from(StoreObject& object) {
  if (!object.target().recorder) throw Error(ErrorCode::invalid, "this is a store, not a batch");
  AnyCall call = object.target().recorder->take();
  if (!call.command().is(Flags::blocking))
    throw Error(ErrorCode::invalid, std::string(call.command().traits.name) + " does not block");
  return call;
}

/// One blocking operation, taken from a recorder that has just collected it; see Waiting. Its id enters the
/// queue when it has ended.
class Parked {
 public:
  Parked(StoreObject& object, std::shared_ptr<ReadyQueue> queue, std::uint64_t id)
      : store_(object.target().store),
        decode_(object.target().decode),
        queue_(std::move(queue)),
        id_(id),
        waiting_(std::in_place, *store_, taken_from(object)) {}
  ~Parked() {
    ReleaseGil release;
    waiting_.reset();
  }
  Parked(const Parked&) = delete;
  Parked& operator=(const Parked&) = delete;

  /// Seconds; None: for ever.
  std::optional<double> timeout() const {
    Millis ms = waiting_->call().command().timeout(waiting_->call().operation());
    if (ms == 0) return std::nullopt;
    return static_cast<double>(ms) / 1000;
  }
  void start() {
    waiting_->start([queue = queue_, id = id_] { queue->put(id); });
  }
  bool cancel() { return waiting_->cancel(); }
  bool settle() { return waiting_->settle(); }
  py::object result() {
    PythonSink sink(decode_);
    waiting_->take().emit(sink);
    return py::reinterpret_steal<py::object>(sink.take());
  }

 private:
  std::shared_ptr<Store> store_;
  bool decode_;
  std::shared_ptr<ReadyQueue> queue_;
  std::uint64_t id_;
  std::optional<Waiting> waiting_;
};

}  // namespace

void define_parked(py::module_& m) {
  using Released = py::call_guard<ReleaseGil>;
  py::class_<ReadyQueue, std::shared_ptr<ReadyQueue>>(m, "ReadyQueue", "Tells an event loop what is ready.")
      .def(py::init<>())
      .def("fileno", &ReadyQueue::fd, "Readable while there is something to take.")
      .def("take", &ReadyQueue::take, "The ids that became ready.");
  py::class_<Parked>(m, "Parked", "A blocking operation that waits.")
      .def(py::init<StoreObject&, std::shared_ptr<ReadyQueue>, std::uint64_t>(), py::arg("batch"),
           py::arg("queue"), py::arg("id"))
      .def_property_readonly("timeout", &Parked::timeout, "Seconds that it may wait; None: for ever.")
      .def("start", &Parked::start, Released(), "Begins to wait.")
      .def("cancel", &Parked::cancel, Released(), "Whether it will never be served.")
      .def("settle", &Parked::settle, Released(),
           "Cancels it, or puts back what it was served; False: result() has the only copy.")
      .def("result", &Parked::result, "The reply.");
}

}  // namespace playhead::python
