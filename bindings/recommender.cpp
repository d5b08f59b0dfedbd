// playhead.modules.Recommender in Python.
#include "playhead/modules/recommender.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <array>

#include "bindings/callbacks.h"
#include "bindings/modules.h"
#include "bindings/recommender.h"

namespace playhead::python {

namespace {

std::string bytes_of(const py::handle& id, Text name) {
  Arena arena;
  return std::string(text_of(id.ptr(), arena, name));
}

/// An argument that may be None, kept.
class OptionalId {
 public:
  OptionalId() = default;
  OptionalId(const py::handle& value, Text name) {
    if (value && !value.is_none()) id_ = bytes_of(value, name);
  }
  std::optional<Text> view() const { return id_ ? std::optional<Text>(*id_) : std::nullopt; }

 private:
  std::optional<std::string> id_;
};

/// One event's owned parts, from a mapping with record's argument names or a tuple in their order.
struct OwnedEvent {
  std::string user_id, video_id;
  OptionalId device, region;
  EventRecord record;

  const EventRecord& view() {
    record.user_id = user_id;
    record.video_id = video_id;
    record.device = device.view();
    record.region = region.view();
    return record;
  }
};

std::optional<Millis> millis_of(const py::handle& value, Text name) {
  if (!value || value.is_none()) return std::nullopt;
  return integer_of(value.ptr(), name);
}

constexpr std::array<const char*, 8> event_fields = {"user_id",    "video_id",    "event",  "at",
                                                     "watched_ms", "duration_ms", "device", "region"};

// A name that is misspelt, or a value too many, would be lost.
void check_fields(const py::object& row) {
  if (!py::isinstance<py::dict>(row)) {
    if (auto size = py::len(row); size > event_fields.size())
      throw py::type_error("an event has at most " + std::to_string(event_fields.size()) + " fields, not " +
                           std::to_string(size));
    return;
  }
  for (auto [name, value] : row.cast<py::dict>())
    if (std::find(event_fields.begin(), event_fields.end(), py::str(name).cast<std::string>()) ==
        event_fields.end())
      throw py::type_error("an event has no field " + std::string(py::repr(name)));
}

py::object item(const py::object& row, const char* name, std::size_t position) {
  if (py::isinstance<py::dict>(row)) {
    auto dict = row.cast<py::dict>();
    return dict.contains(name) ? py::object(dict[name]) : py::object(py::none());
  }
  auto tuple = row.cast<py::sequence>();
  return position < tuple.size() ? py::object(tuple[position]) : py::object(py::none());
}

void fill(OwnedEvent& e, const py::object& row, bool history) {
  check_fields(row);
  e.user_id = bytes_of(item(row, "user_id", 0), "user_id");
  e.video_id = bytes_of(item(row, "video_id", 1), "video_id");
  e.record.event = video_event(bytes_of(item(row, "event", 2), "event"));
  e.record.at = millis_of(item(row, "at", 3), "at");
  e.record.watched_ms = millis_of(item(row, "watched_ms", 4), "watched_ms");
  e.record.duration_ms = millis_of(item(row, "duration_ms", 5), "duration_ms");
  e.device = OptionalId(item(row, "device", 6), "device");
  e.region = OptionalId(item(row, "region", 7), "region");
  e.record.history = history;
}

void record_events(Recommender& self, const py::iterable& rows, bool history) {
  std::vector<OwnedEvent> owned;
  for (py::handle row : rows) fill(owned.emplace_back(), py::reinterpret_borrow<py::object>(row), history);
  std::vector<EventRecord> events;
  events.reserve(owned.size());
  for (OwnedEvent& e : owned) events.push_back(e.view());
  ReleaseGil release;
  self.record_many(events);
}

void record_event(Recommender& self, const py::object& user, const py::object& video,
                  const std::string& event, std::optional<Millis> at, std::optional<Millis> watched_ms,
                  std::optional<Millis> duration_ms, const py::object& device, const py::object& region) {
  OwnedEvent e{
      bytes_of(user, "user_id"), bytes_of(video, "video_id"), {device, "device"}, {region, "region"}, {}};
  e.record.event = video_event(event);
  e.record.at = at;
  e.record.watched_ms = watched_ms;
  e.record.duration_ms = duration_ms;
  ReleaseGil release;
  self.record(e.view());
}

void add_video(Recommender& self, const py::object& video, const py::object& creator,
               const py::object& category, const py::iterable& tags, std::optional<Millis> uploaded_at,
               std::optional<Millis> duration_ms, const py::object& region) {
  std::string id = bytes_of(video, "video_id");
  OptionalId by(creator, "creator"), in(category, "category"), from(region, "region");
  if (py::isinstance<py::str>(tags) || py::isinstance<py::bytes>(tags))
    throw py::type_error("tags must be a list of tags, not one text");
  std::vector<std::string> owned;
  for (py::handle tag : tags) owned.push_back(bytes_of(tag, "tags"));
  std::vector<Text> views(owned.begin(), owned.end());
  VideoAttributes a{by.view(), in.view(), from.view(), views, uploaded_at, duration_ms};
  ReleaseGil release;
  self.add_video(id, a);
}

std::vector<Recommendation> recommend(Recommender& self, const py::object& user, std::size_t count,
                                      std::optional<Millis> at, const py::object& region, bool exclude_seen) {
  std::string user_id = bytes_of(user, "user_id");
  OptionalId where(region, "region");
  ReleaseGil release;
  return self.recommend(user_id, {count, at, where.view(), exclude_seen});
}

py::list interests(const std::vector<UserProfile::Interest>& all) {
  py::list out;
  for (const UserProfile::Interest& i : all)
    out.append(py::make_tuple(id_object(i.name), i.short_term, i.long_term));
  return out;
}

py::list ids(const std::vector<std::string>& all) {
  py::list out;
  for (const std::string& id : all) out.append(id_object(id));
  return out;
}

py::object optional_id(const std::optional<std::string>& id) {
  return id ? py::object(id_object(*id)) : py::object(py::none());
}

py::object profile(Recommender& self, const py::object& user, std::optional<Millis> at) {
  std::string user_id = bytes_of(user, "user_id");
  std::optional<UserProfile> found;
  {
    ReleaseGil release;
    found = self.profile(user_id, at);
  }
  if (!found) return py::none();
  return py::make_tuple(interests(found->tags), interests(found->creators), ids(found->recent),
                        ids(found->follows), found->hours, optional_id(found->device),
                        optional_id(found->region), found->seen);
}

void boost(Recommender& self, double factor, const py::object& tag, const py::object& category,
           const py::object& creator, std::optional<Millis> since, std::optional<Millis> until) {
  OptionalId with(tag, "tag"), of(category, "category"), by(creator, "creator");
  ReleaseGil release;
  self.boost({factor, with.view(), of.view(), by.view(), since, until});
}

Ranker ranker_of(const std::string& name) {
  if (name == "blend") return Ranker::blend;
  if (name == "original") return Ranker::original;
  throw Error(ErrorCode::invalid, "ranker must be 'blend' or 'original', not '" + name + "'");
}

RecommenderOptions options_of(const py::kwargs& given) {
  auto preset = given.contains("preset") ? given["preset"].cast<std::string>() : "feed";
  if (preset != "feed" && preset != "catalogue")
    throw Error(ErrorCode::invalid, "preset must be 'feed' or 'catalogue', not '" + preset + "'");
  RecommenderOptions o = preset == "feed" ? RecommenderOptions() : RecommenderOptions::catalogue();
  std::string ranker = "blend";
  std::array<double, 3> original = {o.original.popularity, o.original.overlap, o.original.freshness};
  for (auto [key, value] : given) {
    auto name = key.cast<std::string>();
    auto take = [&](const char* option, auto& to) {
      if (name != option) return false;
      try {
        to = value.cast<std::remove_reference_t<decltype(to)>>();
      } catch (const py::cast_error&) {
        throw py::type_error(name + " cannot be " + std::string(py::repr(value)));
      }
      return true;
    };
    if (name == "preset" || take("name", o.name) || take("profile_size", o.profile_size) ||
        take("profile_half_life", o.profile_half_life) || take("neighbors", o.neighbors) ||
        take("popularity_half_lives_h", o.popularity_half_lives_h) || take("blend", o.blend) ||
        take("als_factors", o.als_factors) || take("als_lambda", o.als_lambda) ||
        take("als_alpha", o.als_alpha) || take("seed", o.seed) || take("ease_items", o.ease_items) ||
        take("ease_lambda", o.ease_lambda) || take("seen_limit", o.seen_limit) || take("ranker", ranker) ||
        take("original_weights", original) || take("max_per_creator", o.max_per_creator) ||
        take("max_per_category", o.max_per_category) || take("explore", o.explore) ||
        take("refresh_every_ms", o.refresh_every_ms))
      continue;
    throw py::type_error("Recommender() got an unexpected keyword argument '" + name + "'");
  }
  o.ranker = ranker_of(ranker);
  o.original = {original[0], original[1], original[2]};
  return o;
}

void define_results(py::module_& m) {
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
}

void define_questions(py::class_<Recommender>& c) {
  c.def("recommend", recommend, py::arg("user_id"), py::arg("count") = 10, py::kw_only(),
        py::arg("at") = py::none(), py::arg("region") = py::none(), py::arg("exclude_seen") = true)
      .def("profile", profile, py::arg("user_id"), py::kw_only(), py::arg("at") = py::none())
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

void define_background(py::class_<Recommender>& c) {
  c.def("refresh", [](Recommender& self) { without_gil([&] { return self.refresh(); }); })
      .def("step", [](Recommender& self) { return without_gil([&] { return self.step(); }); })
      .def(
          "run_in_background",
          [](Recommender& self, const py::object& on_error) {
            auto tell_error = error_teller(on_error, "playhead.modules.Recommender: on_error");
            without_gil([&] { return self.run_in_background(tell_error); });
          },
          py::arg("on_error") = py::none())
      .def("stop_background", [](Recommender& self) { without_gil([&] { return self.stop_background(); }); })
      .def_property_readonly("running",
                             [](Recommender& self) { return without_gil([&] { return self.running(); }); });
}

}  // namespace

void define_recommender(py::module_& m) {
  define_results(m);
  py::class_<Recommender> c(m, "RecommenderObject", "See playhead.modules.Recommender.");
  c.def(py::init([](StoreObject& store, const py::kwargs& options) {
          RecommenderOptions o = options_of(options);
          ReleaseGil release;
          return std::make_unique<Recommender>(store.target().store, o);
        }),
        py::arg("store"))
      .def_static("default_blend", [] { return RecommenderOptions{}.blend; })
      .def("add_video", add_video, py::arg("video_id"), py::kw_only(), py::arg("creator") = py::none(),
           py::arg("category") = py::none(), py::arg("tags") = py::tuple(),
           py::arg("uploaded_at") = py::none(), py::arg("duration_ms") = py::none(),
           py::arg("region") = py::none())
      .def(
          "remove_video",
          [](Recommender& self, const py::object& video) {
            std::string id = bytes_of(video, "video_id");
            ReleaseGil release;
            return self.remove_video(id);
          },
          py::arg("video_id"))
      .def("record", record_event, py::arg("user_id"), py::arg("video_id"), py::arg("event"), py::kw_only(),
           py::arg("at") = py::none(), py::arg("watched_ms") = py::none(),
           py::arg("duration_ms") = py::none(), py::arg("device") = py::none(),
           py::arg("region") = py::none())
      .def("record_many", record_events, py::arg("events"), py::kw_only(), py::arg("history") = false)
      .def(
          "follow",
          [](Recommender& self, const py::object& user, const py::object& other, bool on) {
            std::string user_id = bytes_of(user, "user_id"), other_id = bytes_of(other, "other_id");
            ReleaseGil release;
            on ? self.follow(user_id, other_id) : self.unfollow(user_id, other_id);
          },
          py::arg("user_id"), py::arg("other_id"), py::arg("on"))
      .def("boost", boost, py::arg("factor"), py::kw_only(), py::arg("tag"), py::arg("category"),
           py::arg("creator"), py::arg("since"), py::arg("until"))
      .def(
          "forget",
          [](Recommender& self, const py::object& user) {
            std::string user_id = bytes_of(user, "user_id");
            ReleaseGil release;
            self.forget(user_id);
          },
          py::arg("user_id"));
  define_questions(c);
  define_background(c);
}

}  // namespace playhead::python
