#include "bindings/inbox.h"

#include <pybind11/stl.h>

#include <atomic>
#include <cmath>
#include <condition_variable>
#include <deque>

#include "bindings/ready_queue.h"
#include "bindings/store_object.h"

namespace playhead::python {

namespace {

struct Stored {
  Message::Kind kind;
  std::string pattern, channel, payload;
  std::int64_t count;
};

py::tuple as_tuple(const Stored& m) {
  bool pattern = m.kind == Message::Kind::pmessage;
  return py::make_tuple(py::str(name_of(m.kind).data()),
                        pattern ? py::object(py::bytes(m.pattern)) : py::object(py::none()),
                        py::bytes(m.channel), py::bytes(m.payload), m.count);
}

/// A subscription whose messages wait in a bounded queue until Python asks for them. One that is told where
/// puts its id there whenever its queue was empty before.
class Inbox {
 public:
  using Clock = std::chrono::steady_clock;

  Inbox(StoreObject& object, std::size_t limit, std::shared_ptr<ReadyQueue> tell, std::uint64_t id)
      : store_(object.target().store), queue_(std::make_shared<Queue>()) {
    if (limit == 0) throw Error(ErrorCode::invalid, "a subscription must have room for at least one message");
    queue_->limit = limit;
    queue_->tell = std::move(tell);
    queue_->id = id;
    ReleaseGil release;
    subscription_ = store_->subscribe([queue = queue_](const Message& m) { queue->put(m); });
  }
  ~Inbox() {
    ReleaseGil release;
    subscription_.reset();
  }
  template <void (Subscription::*Change)(List<Text>)>
  void change(const py::args& names) {
    Arena arena;
    std::vector<Text> list;
    for (py::handle name : names) list.push_back(text_of(name.ptr(), arena, "channel"));
    ReleaseGil release;
    std::lock_guard lock(mutex_);
    if (!subscription_) throw Error(ErrorCode::invalid, "this subscription was closed; subscribe again");
    ((*subscription_).*Change)(list);
  }
  /// (kind, pattern or None, channel, payload, count), or None after `seconds`.
  py::object get(std::optional<double> seconds) {
    if (seconds && std::isnan(*seconds)) throw Error(ErrorCode::invalid, "timeout is not a number");
    if (seconds && *seconds > 1e9) seconds.reset();
    auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                  std::chrono::duration<double>(std::max(0.0, seconds.value_or(0))));
    for (;;) {
      std::optional<Stored> m;
      {
        ReleaseGil release;
        auto until = Clock::now() + std::chrono::milliseconds(50);
        m = queue_->take(seconds ? std::min(end, until) : until);
      }
      if (m) return as_tuple(*m);
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (seconds && Clock::now() >= end) return py::none();
    }
  }
  /// The next message if there is one; never waits.
  py::object poll() {
    auto m = queue_->take(Clock::time_point::min());
    return m ? py::object(as_tuple(*m)) : py::object(py::none());
  }
  void close() {
    std::lock_guard lock(mutex_);
    subscription_.reset();
  }
  std::uint64_t dropped() const { return queue_->dropped.load(); }

 private:
  struct Queue {
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Stored> items;
    std::size_t limit = 0;
    std::atomic<std::uint64_t> dropped = 0;
    std::shared_ptr<ReadyQueue> tell;
    std::uint64_t id = 0;
    // A subscriber that does not keep up loses its oldest messages; nobody waits for it.
    void put(const Message& m) {
      std::lock_guard lock(mutex);
      bool first = items.empty();
      if (items.size() >= limit) {
        items.pop_front();
        ++dropped;
      }
      items.push_back(
          {m.kind, std::string(m.pattern), std::string(m.channel), std::string(m.payload), m.count});
      wake.notify_one();
      if (tell && first) tell->put(id);
    }
    std::optional<Stored> take(Clock::time_point until) {
      std::unique_lock lock(mutex);
      if (items.empty() && !wake.wait_until(lock, until, [&] { return !items.empty(); })) return std::nullopt;
      std::optional<Stored> m(std::move(items.front()));
      items.pop_front();
      return m;
    }
  };
  std::shared_ptr<Store> store_;
  std::shared_ptr<Queue> queue_;
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
           "The next message as (kind, pattern, channel, payload, count); None after `timeout` seconds.")
      .def("poll", &Inbox::poll, "The next message if there is one.")
      .def("close", &Inbox::close, py::call_guard<ReleaseGil>(), "Ends the subscription.")
      .def_property_readonly("dropped", &Inbox::dropped, "Messages lost because the queue was full.");
}

}  // namespace playhead::python
