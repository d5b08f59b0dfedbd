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

/// As Python's functions of files take it, whatever bytes it has; None: there is none.
py::object store_directory(const std::string& url) {
  auto directory = playhead::directory_of(url);
  if (!directory) return py::none();
  PyObject* text =
      PyUnicode_DecodeFSDefaultAndSize(directory->data(), static_cast<Py_ssize_t>(directory->size()));
  if (text == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(text);
}

void backup_store(StoreObject& store, const std::string& directory) {
  ReleaseGil release;
  playhead::backup(store.store(), directory);
}

}  // namespace

void define_maintenance(py::module_& m) {
  m.def("check", check_store, py::arg("url"),
        "Compares what a store has on disk with its format and its checksums.");
  m.def("directory_of", store_directory, py::arg("url"), "Where the store of a URL keeps its data on disk.");
  m.def("backup", backup_store, py::arg("store"), py::arg("directory"),
        "Copies an open store into a new directory.");
}

}  // namespace playhead::python
