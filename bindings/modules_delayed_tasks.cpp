#include <pybind11/stl.h>

#include "bindings/callbacks.h"
#include "bindings/modules.h"
#include "playhead/modules/delayed_tasks.h"

namespace playhead::python {

namespace {

using BoundTasks = Bound<DelayedTasks>;

constexpr const char* names_of_task_status[] = {"scheduled", "running", "completed", "failed", "cancelled"};
constexpr const char* names_of_cancel[] = {"cancelled", "running", "over", "unknown"};

std::unique_ptr<BoundTasks> make_delayed_tasks(StoreObject& store, const std::string& prefix,
                                               std::shared_ptr<Clock> clock, const std::string& name,
                                               Millis lease, std::int64_t max_retries, Millis retry_unit,
                                               Millis longest_retry, Millis retention) {
  DelayedTasksOptions o{name, lease, max_retries, retry_unit, longest_retry, retention};
  return std::make_unique<BoundTasks>(place_of(store, prefix, std::move(clock)), std::move(o));
}

py::object schedule(BoundTasks& self, const py::object& type, const py::object& data,
                    std::optional<Millis> at, Millis delay, Millis every, const std::string& cron,
                    int utc_offset_minutes, const py::object& id) {
  Id kind(type, "type"), bytes(data, "data"), given(id.is_none() ? py::bytes() : id, "id");
  TaskTime when{at, delay, every, cron, utc_offset_minutes};
  return id_object(self.run([&](DelayedTasks& t) { return t.schedule_task(kind, bytes, when, given); }));
}

/// (status, type, data, due, attempts, runs, note, failed) or None
py::object state_of_task(BoundTasks& self, const py::object& id) {
  Id name(id, "id");
  auto s = self.run([&](DelayedTasks& t) { return t.task_state(name); });
  if (!s) return py::none();
  return py::make_tuple(names_of_task_status[static_cast<std::size_t>(s->status)], id_object(s->type),
                        py::bytes(s->data), s->due, s->attempts, s->runs, py::bytes(s->note), s->failed);
}

/// ([(id, type, data, due, attempt, receipt, repeat, now)], look_again)
py::tuple claim_tasks(BoundTasks& self, std::int64_t count) {
  auto found = self.run([&](DelayedTasks& t) { return t.claim(count); });
  py::list out;
  for (const TaskClaim& c : found.tasks)
    out.append(py::make_tuple(id_object(c.id), id_object(c.type), py::bytes(c.data), c.due, c.attempt,
                              c.receipt, py::bytes(c.repeat), c.now));
  return py::make_tuple(out, found.look_again);
}

TaskClaim claim_of(const py::tuple& given) {
  if (given.size() != 8) throw py::type_error("a claim is what claim() gave");
  TaskClaim c;
  c.id = Text(Id(given[0], "id"));
  c.due = given[3].cast<Millis>();
  c.attempt = given[4].cast<std::int64_t>();
  c.receipt = given[5].cast<std::string>();
  c.repeat = Text(Id(given[6], "repeat"));
  c.now = given[7].cast<Millis>();
  return c;
}

/// handler(data) gives the result as bytes.
DelayedTasks::Handler handler_of(const py::object& handler) {
  return [held = shared(handler)](const TaskClaim& task) {
    return call_python([&] { return (*held)(py::bytes(task.data)).cast<std::string>(); });
  };
}

/// (claimed, completed, lost, [(id, message)], look_again)
py::tuple step_tasks(BoundTasks& self) {
  TaskReport r = without_gil([&] { return self.module.step(); });
  py::list failures;
  for (const auto& f : r.failures)
    failures.append(py::make_tuple(id_object(f.id), py::reinterpret_steal<py::object>(readable(f.message))));
  return py::make_tuple(r.claimed, r.completed, r.lost, failures, r.look_again);
}

// These release the GIL: the background thread may need it for a handler while it holds what a call waits for.
void define_running(py::class_<BoundTasks>& c) {
  c.def(
       "register_handler",
       [](BoundTasks& self, const py::object& type, const py::object& handler) {
         Id kind(type, "type");
         auto function = handler_of(handler);
         without_gil([&] { self.module.register_handler(kind, std::move(function)); });
       },
       py::arg("type"), py::arg("handler"))
      .def("step", step_tasks)
      .def(
          "run_in_background",
          [](BoundTasks& self, const py::object& on_error) {
            auto tell = error_teller(on_error, "playhead.modules.DelayedTasks: on_error");
            without_gil([&] { self.module.run_in_background(tell); });
          },
          py::arg("on_error") = py::none())
      .def("stop_background", [](BoundTasks& self) { without_gil([&] { self.module.stop_background(); }); })
      .def_property_readonly(
          "running", [](BoundTasks& self) { return without_gil([&] { return self.module.running(); }); });
}

}  // namespace

void define_delayed_tasks(py::module_& m) {
  const DelayedTasksOptions o;
  py::class_<BoundTasks> tasks(m, "DelayedTasks", py::release_gil_before_calling_cpp_dtor(),
                               "Tasks that run later.");
  define_running(tasks);
  tasks
      .def(py::init(&make_delayed_tasks), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("name") = o.name, py::arg("lease") = o.lease,
           py::arg("max_retries") = o.max_retries, py::arg("retry_unit") = o.retry_unit,
           py::arg("longest_retry") = o.longest_retry, py::arg("retention") = o.retention)
      .def("schedule_task", schedule, py::arg("type"), py::arg("data"), py::arg("at"), py::arg("delay"),
           py::arg("every"), py::arg("cron"), py::arg("utc_offset_minutes"), py::arg("id"))
      .def(
          "cancel_task",
          [](BoundTasks& self, const py::object& id) {
            Id name(id, "id");
            auto met = self.run([&](DelayedTasks& t) { return t.cancel_task(name); });
            return names_of_cancel[static_cast<std::size_t>(met)];
          },
          py::arg("id"))
      .def("task_state", state_of_task, py::arg("id"))
      .def("claim", claim_tasks, py::arg("count"))
      .def(
          "complete",
          [](BoundTasks& self, const py::tuple& given, const py::object& result) {
            TaskClaim c = claim_of(given);
            Id note(result, "result");
            return self.run([&](DelayedTasks& t) { return t.complete(c, note); });
          },
          py::arg("claim"), py::arg("result"))
      .def(
          "fail",
          [](BoundTasks& self, const py::tuple& given, const py::object& error) {
            TaskClaim c = claim_of(given);
            Id note(error, "error");
            return self.run([&](DelayedTasks& t) { return t.fail(c, note); });
          },
          py::arg("claim"), py::arg("error"))
      .def_static(
          "next_time",
          [](const std::string& cron, Millis after, int utc_offset_minutes) {
            return Cron::parse(cron).next(after, utc_offset_minutes);
          },
          py::arg("cron"), py::arg("after"), py::arg("utc_offset_minutes"));
}

}  // namespace playhead::python
