#include <pybind11/stl.h>

#include "bindings/modules.h"
#include "playhead/modules/count_store.h"

namespace playhead::python {

namespace {

// reconcile() calls Python, so that it releases the GIL on every store.
using BoundCounts = Bound<CountStore>;

std::unique_ptr<BoundCounts> make_counts(StoreObject& store, const py::object& replica,
                                         const std::string& prefix, const std::shared_ptr<Clock>& clock) {
  std::optional<Namespace> second;
  if (!replica.is_none()) second = place_of(replica.cast<StoreObject&>(), prefix, clock).space;
  ModulePlace place = place_of(store, prefix, clock);
  place.local = place.local && !second;
  return std::make_unique<BoundCounts>(place, std::move(second));
}

std::vector<std::int64_t> get_counts(BoundCounts& self, const py::object& kind, const py::object& ids) {
  Id name(kind, "kind");
  Arena arena;
  GivenTexts given(ids.ptr(), arena, "id");
  return self.run([&](CountStore& c) { return c.get(name, given.texts()); });
}

std::vector<std::int64_t> get_all(BoundCounts& self, const py::object& id, const py::object& kinds) {
  Id name(id, "id");
  Arena arena;
  GivenTexts given(kinds.ptr(), arena, "kind");
  return self.run([&](CountStore& c) { return c.get_all(name, given.texts()); });
}

py::list top(BoundCounts& self, const py::object& kind, std::int64_t limit) {
  Id name(kind, "kind");
  py::list out;
  for (const CountedId& c : self.run([&](CountStore& s) { return s.top(name, limit); }))
    out.append(py::make_tuple(id_object(c.id), c.count));
  return out;
}

/// Calls truth([id, ...]), which gives the counts in the same order.
TrueCounts counts_by(const py::object& truth) {
  return [&truth](List<Text> ids) {
    py::gil_scoped_acquire gil;
    py::list given;
    for (Text id : ids) given.append(id_object(id));
    return truth(given).cast<std::vector<std::int64_t>>();
  };
}

/// Takes ids from an iterator.
NextIds ids_of(const py::object& iterable) {
  return [it = std::make_shared<std::optional<py::iterator>>(), &iterable] {
    py::gil_scoped_acquire gil;
    if (!*it) *it = py::iter(iterable);
    std::vector<std::string> out;
    for (; out.size() < 1000 && **it != py::iterator::sentinel(); ++**it)
      out.emplace_back(Text(Id(py::reinterpret_borrow<py::object>(***it), "id")));
    return out;
  };
}

/// (checked, drifted, repaired, moving, [(id, stored, truth, repaired)])
py::tuple reconcile(BoundCounts& self, const py::object& kind, const py::object& truth, const py::object& ids,
                    bool repair) {
  Id name(kind, "kind");
  TrueCounts counts = counts_by(truth);
  NextIds next = ids_of(ids);
  ReconcileReport r;
  {
    ReleaseGil gil;
    r = self.module.reconcile(name, counts, next, repair);
  }
  py::list drifts;
  for (const Drift& d : r.drifts)
    drifts.append(py::make_tuple(id_object(d.id), d.stored, d.truth, d.repaired));
  return py::make_tuple(r.checked, r.drifted, r.repaired, r.moving, drifts);
}

}  // namespace

void define_count_store(py::module_& m) {
  py::class_<BoundCounts>(m, "CountStore", "Counts of users.")
      .def(py::init(&make_counts), py::arg("store"), py::kw_only(), py::arg("replica") = py::none(),
           py::arg("prefix") = "ph", py::arg("clock") = py::none())
      .def("get_many", get_counts, py::arg("kind"), py::arg("ids"))
      .def("get_all", get_all, py::arg("id"), py::arg("kinds"))
      .def(
          "increment",
          [](BoundCounts& self, const py::object& kind, const py::object& id, std::int64_t by) {
            Id name(kind, "kind"), counted(id, "id");
            return self.run([&](CountStore& c) { return c.increment(name, counted, by); });
          },
          py::arg("kind"), py::arg("id"), py::arg("by") = 1)
      .def(
          "set",
          [](BoundCounts& self, const py::object& kind, const py::object& id, std::int64_t count) {
            Id name(kind, "kind"), counted(id, "id");
            self.run([&](CountStore& c) { c.set(name, counted, count); });
          },
          py::arg("kind"), py::arg("id"), py::arg("count"))
      .def("top", top, py::arg("kind"), py::arg("limit") = 10)
      .def("reconcile", reconcile, py::arg("kind"), py::arg("truth"), py::arg("ids"), py::arg("repair"));
}

}  // namespace playhead::python
