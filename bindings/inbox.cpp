#include "bindings/inbox.h"

#include <pybind11/stl.h>

#include "bindings/message_queue.h"
#include "bindings/store_object.h"

namespace playhead::python {

namespace {

/// A subscription whose messages wait in a queue until Python asks for them.
class Inbox {
 public:
  Inbox(StoreObject& object, std::size_t limit, std::shared_ptr<ReadyQueue> tell, std::uint64_t id)
      : store_(object.target().store), queue_(std::make_shared<MessageQueue>(limit, std::move(tell), id)) {
    ReleaseGil release;
    object.target().listeners->add(queue_);
    subscription_ = store_->subscribe([queue = queue_](const Message& m) { queue->put(m); });
  }
  ~Inbox() {
    ReleaseGil release;
    subscription_.reset();
  }
  template <void (Subscription::*Change)(List<Text>)>
  void change(const py::args& names) {
    Arena arena;
    GivenTexts list(names.ptr(), arena, "channel");
    queue_->check_open();
    ReleaseGil release;
    std::lock_guard lock(mutex_);
    if (!subscription_) throw closed();
    ((*subscription_).*Change)(list.texts());
  }
  py::object get(std::optional<double> seconds) { return queue_->get(seconds); }
  py::object poll() { return queue_->poll(); }
  void close() {
    queue_->close(closed());
    std::lock_guard lock(mutex_);
    subscription_.reset();
  }
  std::uint64_t dropped() const { return queue_->dropped(); }

 private:
  static Error closed() { return {ErrorCode::invalid, "this subscription was closed; subscribe again"}; }

  std::shared_ptr<Store> store_;
  std::shared_ptr<MessageQueue> queue_;
  std::mutex mutex_;                            // guards which subscription it is
  std::unique_ptr<Subscription> subscription_;  // null: closed
};

}  // namespace

void define_inbox(py::module_& m) {
  py::class_<Inbox>(m, "Inbox", "Messages of one subscriber.")
      .def(py::init<StoreObject&, std::size_t, std::shared_ptr<ReadyQueue>, std::uint64_t>(),
           py::arg("store"), py::arg("limit") = 10000, py::arg("queue") = py::none(), py::arg("id") = 0)
      .def("subscribe", &Inbox::change<&Subscription::subscribe>)
      .def("psubscribe", &Inbox::change<&Subscription::psubscribe>)
      .def("unsubscribe", &Inbox::change<&Subscription::unsubscribe>)
      .def("punsubscribe", &Inbox::change<&Subscription::punsubscribe>)
      .def("get", &Inbox::get, py::arg("timeout") = py::none(),
           "The next message as (kind, pattern, channel, payload, count); None after `timeout` seconds. "
           "Raises "
           "if there is none left and the subscription or the store was closed.")
      .def("poll", &Inbox::poll, "The next message if there is one; raises as get() does.")
      .def("close", &Inbox::close, py::call_guard<ReleaseGil>(),
           "Ends the subscription, and wakes whoever waits for its messages.")
      .def_property_readonly("dropped", &Inbox::dropped, "Messages lost because the queue was full.");
}

}  // namespace playhead::python
