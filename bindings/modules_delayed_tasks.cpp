#include <pybind11/stl.h>

#include "bindings/modules.h"
#include "playhead/modules/delayed_tasks.h"

namespace playhead::python {

namespace {

using BoundTasks = Bound<DelayedTasks>;

constexpr const char* names_of_status[] = {"scheduled", "running", "completed", "failed", "cancelled"};
constexpr const char* names_of_cancel[] = {"cancelled", "running", "over", "unknown"};

std::unique_ptr<BoundTasks> make(StoreObject& store, const std::string& prefix, std::shared_ptr<Clock> clock,
                                 const std::string& name, Millis lease, std::int64_t max_retries,
                                 Millis retry_unit, Millis longest_retry, Millis retention) {
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

/// (status, type, data, due, attempts, runs, note) or None
py::object state(BoundTasks& self, const py::object& id) {
  Id name(id, "id");
  auto s = self.run([&](DelayedTasks& t) { return t.task_state(name); });
  if (!s) return py::none();
  return py::make_tuple(names_of_status[static_cast<std::size_t>(s->status)], id_object(s->type),
                        py::bytes(s->data), s->due, s->attempts, s->runs, py::bytes(s->note));
}

/// ([(id, type, data, due, attempt, receipt, repeat, now)], look_again)
py::tuple claim(BoundTasks& self, std::int64_t count) {
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

}  // namespace

void define_delayed_tasks(py::module_& m) {
  const DelayedTasksOptions o;
  py::class_<BoundTasks>(m, "DelayedTasks", "Tasks that run later.")
      .def(py::init(&make), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
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
      .def("task_state", state, py::arg("id"))
      .def("claim", claim, py::arg("count"))
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
      .def_property_readonly("signal_key",
                             [](BoundTasks& self) { return py::bytes(self.module.signal_key()); })
      .def_static(
          "next_time",
          [](const std::string& cron, Millis after, int utc_offset_minutes) {
            return Cron::parse(cron).next(after, utc_offset_minutes);
          },
          py::arg("cron"), py::arg("after"), py::arg("utc_offset_minutes"));
}

}  // namespace playhead::python
