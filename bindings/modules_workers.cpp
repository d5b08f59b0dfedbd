#include <pybind11/stl.h>

#include <chrono>
#include <cmath>

#include "bindings/callbacks.h"
#include "bindings/messages.h"
#include "bindings/modules.h"
#include "playhead/modules/task_queue.h"

namespace playhead::python {

namespace {

using BoundMessages = Bound<playhead::MessageQueue>;
using BoundTaskQueue = Bound<TaskQueue>;

// ---- tasks

void define_task(py::module_& m) {
  py::class_<Task>(m, "Task", "The message that a handler works on.")
      .def_property_readonly("message", [](const Task& self) { return message_object(self.message()); })
      .def_property_readonly("lost", &Task::lost)
      .def(
          "progress",
          [](Task& self, const py::object& value) {
            Id bytes(value, "value");
            return without_gil([&] { return self.progress(bytes); });
          },
          py::arg("value"));
}

// ---- workers

Workers::OnError teller_of(const py::object& on_error) {
  return error_teller(on_error, "playhead.modules.Workers: on_error");
}

/// handle(task) gives the result as bytes.
std::unique_ptr<Workers> make_workers(BoundMessages& queue, const py::object& handle,
                                      const py::object& on_error) {
  Workers::Handler handler = [held = shared(handle)](Task& task) {
    return call_python([&] { return (*held)(py::cast(task)).cast<std::string>(); });
  };
  return std::make_unique<Workers>(queue.module, std::move(handler), teller_of(on_error));
}

/// Waits in short turns, so that Ctrl-C ends it.
std::int64_t stop_workers(Workers& self, std::optional<double> wait) {
  using Clock = std::chrono::steady_clock;
  constexpr double turn = 50;  // milliseconds
  if (wait && !(*wait >= 0))
    throw Error(ErrorCode::invalid, "wait is no time; give milliseconds, or None for ever");
  const auto begin = Clock::now();
  for (;;) {
    double spent = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    double left = wait ? std::max(0.0, *wait - spent) : turn;
    std::int64_t running =
        without_gil([&] { return self.stop(static_cast<Millis>(std::ceil(std::min(turn, left)))); });
    if (running == 0 || left == 0) return running;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
}

void define_workers_class(py::module_& m) {
  py::class_<Workers>(m, "Workers", py::release_gil_before_calling_cpp_dtor(),
                      "Threads that process the messages of a queue.")
      .def(py::init(&make_workers), py::arg("queue"), py::arg("handle"), py::arg("on_error") = py::none())
      .def(
          "start", [](Workers& self, std::int64_t count) { without_gil([&] { self.start(count); }); },
          py::arg("count") = 3)
      .def("stop", stop_workers, py::arg("wait") = py::none())
      .def_property_readonly("running",
                             [](Workers& self) { return without_gil([&] { return self.running(); }); })
      .def("step", [](Workers& self) { return without_gil([&] { return self.step(); }); })
      .def("heartbeat", [](Workers& self) { without_gil([&] { self.heartbeat(); }); });
}

// ---- tasks by name

std::unique_ptr<BoundTaskQueue> make_task_queue(StoreObject& store, const py::object& name,
                                                const std::string& prefix, std::shared_ptr<Clock> clock,
                                                Millis lease, std::int64_t max_retries, Millis retry_unit,
                                                Millis longest_retry, Millis dedupe_window, Millis retention,
                                                Millis dead_retention) {
  QueueOptions o{lease, max_retries, retry_unit, longest_retry, dedupe_window, retention, dead_retention};
  return std::make_unique<BoundTaskQueue>(place_of(store, prefix, std::move(clock)), Id(name, "name"), o);
}

py::object enqueue(BoundTaskQueue& self, const py::object& name, const py::object& data, Millis delay,
                   std::int64_t priority, const py::object& dedupe, const py::object& id) {
  auto some = [](const py::object& given) { return given.is_none() ? py::object(py::bytes()) : given; };
  Id who(name, "name"), bytes(data, "data"), key(some(dedupe), "dedupe"), own(some(id), "id");
  return id_object(
      self.run([&](TaskQueue& q) { return q.enqueue({who, bytes, delay, priority, key, own}); }));
}

/// handler(data, task) gives the result as bytes.
void register_task(BoundTaskQueue& self, const py::object& name, const py::object& handler) {
  Id who(name, "name");
  TaskQueue::Handler function = [held = shared(handler)](Text data, Task& task) {
    return call_python(
        [&] { return (*held)(py::bytes(data.data(), data.size()), py::cast(task)).cast<std::string>(); });
  };
  without_gil([&] { self.module.register_task(who, std::move(function)); });
}

void define_task_queue(py::module_& m) {
  const QueueOptions o{.retention = 86'400'000};
  py::class_<BoundTaskQueue>(m, "TaskQueue", py::release_gil_before_calling_cpp_dtor(), "Tasks by name.")
      .def(py::init(&make_task_queue), py::arg("store"), py::arg("name"), py::kw_only(),
           py::arg("prefix") = "ph", py::arg("clock") = py::none(), py::arg("lease") = o.lease,
           py::arg("max_retries") = o.max_retries, py::arg("retry_unit") = o.retry_unit,
           py::arg("longest_retry") = o.longest_retry, py::arg("dedupe_window") = o.dedupe_window,
           py::arg("retention") = o.retention, py::arg("dead_retention") = o.dead_retention)
      .def("register_task", register_task, py::arg("name"), py::arg("handler"))
      .def("enqueue", enqueue, py::arg("name"), py::arg("data"), py::arg("delay"), py::arg("priority"),
           py::arg("dedupe"), py::arg("id"))
      .def(
          "workers",
          [](BoundTaskQueue& self, const py::object& on_error) {
            auto tell = teller_of(on_error);
            return without_gil([&] { return self.module.workers(tell); });
          },
          py::arg("on_error") = py::none())
      .def(
          "process_tasks",
          [](BoundTaskQueue& self, std::optional<std::int64_t> limit) {
            return without_gil([&] { return self.module.process_tasks(limit); });
          },
          py::arg("limit"))
      .def_property_readonly("queue",
                             [](BoundTaskQueue& self) {
                               return std::make_unique<BoundMessages>(self.module.queue(), self.local);
                             })
      .def_static(
          "parse",
          [](const py::object& body) {
            auto parsed = TaskQueue::parse(Id(body, "body"));
            return py::make_tuple(id_object(parsed.name), py::bytes(parsed.data));
          },
          py::arg("body"));
}

}  // namespace

void define_workers(py::module_& m) {
  define_task(m);
  define_workers_class(m);
  define_task_queue(m);
}

}  // namespace playhead::python
