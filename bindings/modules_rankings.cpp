#include <pybind11/stl.h>

#include <cmath>

#include "bindings/caching.h"
#include "playhead/modules/ranking_cache.h"

namespace playhead::python {

namespace {

using BoundRankings = Bound<RankingCache>;

/// An int for whole numbers.
py::object number(double views) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  if (std::abs(views) < exact && std::floor(views) == views)
    return py::int_(static_cast<std::int64_t>(views));
  return py::float_(views);
}

/// `top(limit)` gives (id, views) of each row, `rows(ids)` bytes or None for each id.
RankingSource source_of(const py::object& top, const py::object& rows) {
  RankingSource source;
  source.top = [held = shared(top)](std::int64_t limit) {
    return call_python([&] {
      std::vector<RankedId> ranked;
      for (py::handle one : (*held)(limit)) {
        auto pair = py::cast<py::tuple>(one);
        ranked.push_back({value_of(pair[0], "id").value_or(""), pair[1].cast<double>()});
      }
      return ranked;
    });
  };
  source.rows = [held = shared(rows)](List<Text> ids) {
    return call_python([&] {
      py::list asked;
      for (Text id : ids) asked.append(id_object(id));
      std::vector<std::optional<std::string>> found;
      for (py::handle one : (*held)(asked)) found.push_back(value_of(one, "row"));
      return found;
    });
  };
  return source;
}

std::unique_ptr<BoundRankings> make_rankings(StoreObject& store, const py::object& top,
                                             const py::object& rows, const std::string& prefix,
                                             std::shared_ptr<Clock> clock, const std::string& name,
                                             Millis interval, Millis lease) {
  RankingCacheOptions o{.name = name, .interval = interval, .lease = lease, .while_waiting = check_signals};
  return std::make_unique<BoundRankings>(place_of(store, prefix, std::move(clock)), source_of(top, rows),
                                         std::move(o));
}

/// [(id, views, row)]
py::list row_list(const std::vector<RankingRow>& rows) {
  py::list out;
  for (const RankingRow& r : rows)
    out.append(py::make_tuple(id_object(r.id), number(r.views), py::bytes(r.row)));
  return out;
}

}  // namespace

// Callbacks are called within: nothing here holds the GIL.
void define_rankings(py::module_& m) {
  py::class_<BoundRankings>(m, "RankingCache", py::release_gil_before_calling_cpp_dtor(),
                            "Rankings that are built from time to time.")
      .def(py::init(&make_rankings), py::arg("store"), py::arg("top"), py::arg("rows"), py::kw_only(),
           py::arg("prefix"), py::arg("clock"), py::arg("name"), py::arg("interval"), py::arg("lease"))
      .def(
          "get_top_viewed_videos",
          [](BoundRankings& self, std::int64_t limit) {
            return row_list(without_gil([&] { return self.module.get_top_viewed_videos(limit); }));
          },
          py::arg("limit"))
      .def(
          "update_ranking_cache",
          [](BoundRankings& self, std::int64_t limit) {
            return row_list(without_gil([&] { return self.module.update_ranking_cache(limit); }));
          },
          py::arg("limit"))
      .def(
          "schedule",
          [](BoundRankings& self, std::int64_t limit) { without_gil([&] { self.module.schedule(limit); }); },
          py::arg("limit"))
      .def(
          "unschedule",
          [](BoundRankings& self, std::int64_t limit) {
            return without_gil([&] { return self.module.unschedule(limit); });
          },
          py::arg("limit"))
      .def(
          "step",
          [](BoundRankings& self, std::optional<Millis> now) {
            return report_tuple(without_gil([&] { return self.module.step(now); }));
          },
          py::arg("now") = py::none())
      .def(
          "run_in_background",
          [](BoundRankings& self, const std::vector<std::int64_t>& limits, const py::object& on_error) {
            auto tell = error_teller(on_error, "playhead.modules.RankingCache: on_error");
            without_gil([&] { self.module.start_auto_update(limits, tell); });
          },
          py::arg("limits"), py::arg("on_error"))
      .def("stop_background",
           [](BoundRankings& self) { without_gil([&] { self.module.stop_auto_update(); }); })
      .def_property_readonly(
          "running", [](BoundRankings& self) { return without_gil([&] { return self.module.running(); }); });
}

}  // namespace playhead::python
