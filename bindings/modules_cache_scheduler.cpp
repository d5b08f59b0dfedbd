#include <pybind11/stl.h>

#include "bindings/caching.h"
#include "playhead/modules/cache_scheduler.h"

namespace playhead::python {

py::tuple report_tuple(const StepReport& r) {
  py::list failures;
  for (const auto& f : r.failures)
    failures.append(
        py::make_tuple(id_object(f.video_id), py::reinterpret_steal<py::object>(readable(f.message))));
  return py::make_tuple(r.claimed, r.refreshed, r.stopped, r.lost, failures, r.next_due, r.now);
}

namespace {

// Its calls always release the GIL: the background thread may need it for a loader while it holds what a call
// waits for.
using BoundScheduler = Bound<CacheScheduler>;
using Released = ReleaseGil;

template <class Result>
std::function<Result(Text)> callback(const py::object& function) {
  if (function.is_none()) return {};
  return [held = shared(function)](Text argument) {
    return call_python([&] { return (*held)(id_object(argument)).template cast<Result>(); });
  };
}

std::unique_ptr<BoundScheduler> make_scheduler(StoreObject& store, const py::object& load,
                                               const py::object& views_of, const py::object& stopped,
                                               const std::string& prefix, std::shared_ptr<Clock> clock,
                                               const std::string& name, Millis hot_interval,
                                               Millis normal_interval, Millis lease, Millis retry_after,
                                               std::int64_t batch, Millis longest_wait,
                                               std::int64_t min_views) {
  CacheCallbacks callbacks{callback<void>(load), callback<std::int64_t>(views_of), callback<void>(stopped)};
  CacheSchedulerOptions o{name,        hot_interval, normal_interval, lease,
                          retry_after, batch,        longest_wait,    min_views};
  return std::make_unique<BoundScheduler>(place_of(store, prefix, std::move(clock)), std::move(callbacks),
                                          std::move(o));
}

/// (video_id, interval, receipt)
py::tuple as_tuple(const CacheClaim& c) {
  return py::make_tuple(id_object(c.video_id), c.interval, c.receipt);
}

struct GivenClaim {
  explicit GivenClaim(const py::tuple& given) {
    if (given.size() != 3) throw py::type_error("a claim is what claim() gave");
    claim = {std::string(Text(Id(given[0], "video_id"))), given[1].cast<Millis>(),
             given[2].cast<std::string>()};
  }
  CacheClaim claim;
};

py::tuple step_scheduler(BoundScheduler& self, std::optional<Millis> now) {
  return report_tuple(without_gil([&] { return self.module.step(now); }));
}

py::list claim_videos(BoundScheduler& self, std::int64_t count, std::optional<Millis> now) {
  std::vector<CacheClaim> claims;
  {
    Released gil;
    claims = self.module.claim(count, now);
  }
  py::list out;
  for (const CacheClaim& c : claims) out.append(as_tuple(c));
  return out;
}

void schedule_in_background(BoundScheduler& self, const py::object& on_error) {
  auto tell = error_teller(on_error, "playhead.modules.CacheScheduler: on_error");
  Released gil;
  self.module.run_in_background(tell);
}

template <class F>
auto released(BoundScheduler& self, F&& f) {
  Released gil;
  return f(self.module);
}

void define_entries(py::class_<BoundScheduler>& c) {
  c.def(
       "schedule",
       [](BoundScheduler& self, const py::object& video_id, Millis interval) {
         Id video(video_id, "video_id");
         released(self, [&](CacheScheduler& s) { s.schedule(video, interval); });
       },
       py::arg("video_id"), py::arg("interval"))
      .def(
          "schedule_hot_video_cache",
          [](BoundScheduler& self, const py::object& video_id) {
            Id video(video_id, "video_id");
            released(self, [&](CacheScheduler& s) { s.schedule_hot_video_cache(video); });
          },
          py::arg("video_id"))
      .def(
          "schedule_normal_video_cache",
          [](BoundScheduler& self, const py::object& video_id) {
            Id video(video_id, "video_id");
            released(self, [&](CacheScheduler& s) { s.schedule_normal_video_cache(video); });
          },
          py::arg("video_id"))
      .def(
          "stop_video_cache",
          [](BoundScheduler& self, const py::object& video_id) {
            Id video(video_id, "video_id");
            return released(self, [&](CacheScheduler& s) { return s.stop_video_cache(video); });
          },
          py::arg("video_id"))
      .def(
          "interval_of",
          [](BoundScheduler& self, const py::object& video_id) {
            Id video(video_id, "video_id");
            return released(self, [&](CacheScheduler& s) { return s.interval_of(video); });
          },
          py::arg("video_id"))
      .def("count",
           [](BoundScheduler& self) { return released(self, [](CacheScheduler& s) { return s.count(); }); })
      .def("next_due", [](BoundScheduler& self) {
        return released(self, [](CacheScheduler& s) { return s.next_due(); });
      });
}

void define_claims(py::class_<BoundScheduler>& c) {
  c.def("claim", claim_videos, py::arg("count") = 1, py::arg("now") = py::none())
      .def(
          "complete",
          [](BoundScheduler& self, const py::tuple& given, std::optional<Millis> now) {
            GivenClaim g(given);
            return released(self, [&](CacheScheduler& s) { return s.complete(g.claim, now); });
          },
          py::arg("claim"), py::arg("now") = py::none())
      .def(
          "fail",
          [](BoundScheduler& self, const py::tuple& given, Millis after, std::optional<Millis> now) {
            GivenClaim g(given);
            return released(self, [&](CacheScheduler& s) { return s.fail(g.claim, after, now); });
          },
          py::arg("claim"), py::arg("after"), py::arg("now") = py::none())
      .def(
          "stop",
          [](BoundScheduler& self, const py::tuple& given, std::optional<Millis> now) {
            GivenClaim g(given);
            return released(self, [&](CacheScheduler& s) { return s.stop(g.claim, now); });
          },
          py::arg("claim"), py::arg("now") = py::none());
}

}  // namespace

void define_cache_scheduler(py::module_& m) {
  const CacheSchedulerOptions o;
  // A background thread that still runs may wait for the GIL: it ends with the GIL released.
  py::class_<BoundScheduler> c(m, "CacheScheduler", py::release_gil_before_calling_cpp_dtor(),
                               "When cached rows are loaded again.");
  c.def(py::init(&make_scheduler), py::arg("store"), py::arg("load") = py::none(), py::kw_only(),
        py::arg("views_of") = py::none(), py::arg("stopped") = py::none(), py::arg("prefix") = "ph",
        py::arg("clock") = py::none(), py::arg("name") = o.name, py::arg("hot_interval") = o.hot_interval,
        py::arg("normal_interval") = o.normal_interval, py::arg("lease") = o.lease,
        py::arg("retry_after") = o.retry_after, py::arg("batch") = o.batch,
        py::arg("longest_wait") = o.longest_wait, py::arg("min_views") = o.min_views)
      .def("step", step_scheduler, py::arg("now") = py::none())
      .def("run_in_background", schedule_in_background, py::arg("on_error") = py::none())
      .def("stop_background",
           [](BoundScheduler& self) { released(self, [](CacheScheduler& s) { s.stop_background(); }); })
      .def_property_readonly("running", [](BoundScheduler& self) {
        return released(self, [](CacheScheduler& s) { return s.running(); });
      });
  define_entries(c);
  define_claims(c);
}

}  // namespace playhead::python
