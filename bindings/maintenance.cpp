#include "bindings/maintenance.h"

#include <pybind11/stl.h>

#include "bindings/store_object.h"
#include "playhead/maintenance.h"

namespace playhead::python {

namespace {

/// ([(what, how many)], problems, [findings])
py::tuple check_store(const std::string& url) {
  StoreReport report;
  {
    ReleaseGil release;
    report = playhead::check(url);
  }
  py::list findings;
  for (const std::string& finding : report.findings)
    findings.append(py::reinterpret_steal<py::object>(readable(finding)));
  return py::make_tuple(report.counts, report.problems, findings);
}

void backup_store(StoreObject& store, const std::string& directory) {
  ReleaseGil release;
  playhead::backup(store.store(), directory);
}

}  // namespace

void define_maintenance(py::module_& m) {
  m.def("check", check_store, py::arg("url"),
        "Compares what a store has on disk with its format and its checksums.");
  m.def("backup", backup_store, py::arg("store"), py::arg("directory"),
        "Copies an open store into a new directory.");
}

}  // namespace playhead::python
