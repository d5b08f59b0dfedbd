// playhead.modules.Recommender in Python.
#include "playhead/modules/recommender.h"

#include <pybind11/stl.h>

#include "bindings/modules.h"
#include "bindings/recommender.h"

namespace playhead::python {

namespace {

std::string bytes_of(const py::handle& id, Text name) {
  Arena arena;
  return std::string(text_of(id.ptr(), arena, name));
}

/// One event's owned parts, from a mapping with record's argument names or a tuple in their order.
struct OwnedEvent {
  std::string user_id, video_id;
  EventRecord record;
};

std::optional<Millis> millis_of(const py::handle& value, Text name) {
  if (!value || value.is_none()) return std::nullopt;
  return integer_of(value.ptr(), name);
}

py::object item(const py::object& row, const char* name, std::size_t position) {
  if (py::isinstance<py::dict>(row)) {
    auto dict = row.cast<py::dict>();
    return dict.contains(name) ? py::object(dict[name]) : py::object(py::none());
  }
  auto tuple = row.cast<py::sequence>();
  return position < tuple.size() ? py::object(tuple[position]) : py::object(py::none());
}

void fill(OwnedEvent& e, const py::object& row) {
  e.user_id = bytes_of(item(row, "user_id", 0), "user_id");
  e.video_id = bytes_of(item(row, "video_id", 1), "video_id");
  e.record.event = video_event(bytes_of(item(row, "event", 2), "event"));
  e.record.at = millis_of(item(row, "at", 3), "at");
  e.record.watched_ms = millis_of(item(row, "watched_ms", 4), "watched_ms");
  e.record.duration_ms = millis_of(item(row, "duration_ms", 5), "duration_ms");
}

void record_many(Recommender& self, const py::iterable& rows) {
  std::vector<OwnedEvent> owned;
  for (py::handle row : rows) fill(owned.emplace_back(), py::reinterpret_borrow<py::object>(row));
  std::vector<EventRecord> events;
  for (OwnedEvent& e : owned) {
    e.record.user_id = e.user_id;
    e.record.video_id = e.video_id;
    events.push_back(e.record);
  }
  ReleaseGil release;
  self.record_many(events);
}

void record(Recommender& self, const py::object& user, const py::object& video, const std::string& event,
            std::optional<Millis> at, std::optional<Millis> watched_ms, std::optional<Millis> duration_ms) {
  std::string user_id = bytes_of(user, "user_id"), video_id = bytes_of(video, "video_id");
  EventRecord e{user_id, video_id, video_event(event), at, watched_ms, duration_ms};
  ReleaseGil release;
  self.record(e);
}

}  // namespace

void define_recommender(py::module_& m) {
  py::class_<Reason>(m, "Reason", "The part of a score that one source gave.")
      .def_readonly("source", &Reason::source)
      .def_readonly("contribution", &Reason::contribution)
      .def_property_readonly("because",
                             [](const Reason& r) -> py::object {
                               if (!r.because) return py::none();
                               return id_object(*r.because);
                             })
      .def("__repr__", [](const Reason& r) {
        return "Reason(source='" + r.source + "', contribution=" + std::to_string(r.contribution) + ")";
      });
  py::class_<Recommendation>(m, "Recommendation",
                             "A video, its score, and why: the reasons' contributions add up to the score.")
      .def_property_readonly("video_id", [](const Recommendation& r) { return id_object(r.video_id); })
      .def_readonly("score", &Recommendation::score)
      .def_property_readonly("reasons",
                             [](const Recommendation& r) { return py::tuple(py::cast(r.reasons)); })
      .def("__repr__", [](const Recommendation& r) {
        return "Recommendation(video_id=" + std::string(py::repr(id_object(r.video_id))) +
               ", score=" + std::to_string(r.score) + ")";
      });
  py::class_<Recommender>(m, "RecommenderObject", "See playhead.modules.Recommender.")
      .def(py::init([](StoreObject& store, const std::string& name, std::size_t profile_size,
                       double profile_half_life, std::size_t neighbors) {
             RecommenderOptions o;
             o.name = name;
             o.profile_size = profile_size;
             o.profile_half_life = profile_half_life;
             o.neighbors = neighbors;
             ReleaseGil release;
             return std::make_unique<Recommender>(store.target().store, o);
           }),
           py::arg("store"), py::arg("name") = "recommender", py::arg("profile_size") = 50,
           py::arg("profile_half_life") = 25.0, py::arg("neighbors") = 400)
      .def(
          "add_video",
          [](Recommender& self, const py::object& id) { self.add_video(bytes_of(id, "video_id")); },
          py::arg("video_id"))
      .def("record", record, py::arg("user_id"), py::arg("video_id"), py::arg("event"), py::kw_only(),
           py::arg("at") = py::none(), py::arg("watched_ms") = py::none(),
           py::arg("duration_ms") = py::none())
      .def("record_many", record_many, py::arg("events"))
      .def(
          "recommend",
          [](Recommender& self, const py::object& user, std::size_t count, std::optional<Millis> at,
             bool exclude_seen) {
            std::string user_id = bytes_of(user, "user_id");
            ReleaseGil release;
            return self.recommend(user_id, count, at, exclude_seen);
          },
          py::arg("user_id"), py::arg("count") = 10, py::kw_only(), py::arg("at") = py::none(),
          py::arg("exclude_seen") = true)
      .def(
          "similar",
          [](Recommender& self, const py::object& video, std::size_t count) {
            std::string video_id = bytes_of(video, "video_id");
            ReleaseGil release;
            return self.similar(video_id, count);
          },
          py::arg("video_id"), py::arg("count") = 10)
      .def_property_readonly("events", &Recommender::events)
      .def_property_readonly("videos", &Recommender::videos);
}

}  // namespace playhead::python
