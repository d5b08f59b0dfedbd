#include <pybind11/stl.h>

#include "bindings/modules.h"
#include "playhead/modules/activity.h"
#include "playhead/modules/watch_later.h"

namespace playhead::python {

namespace {

using BoundActivity = Bound<Activity>;
using BoundWatchLater = Bound<WatchLater>;

std::unique_ptr<BoundActivity> make_activity(StoreObject& store, const std::string& prefix,
                                             std::shared_ptr<Clock> clock, std::int64_t history_limit,
                                             std::int64_t preferences_limit, std::int64_t completion_percent,
                                             std::int64_t active_days) {
  ActivityOptions o{history_limit, preferences_limit, completion_percent, active_days};
  return std::make_unique<BoundActivity>(place_of(store, prefix, std::move(clock)), o);
}

/// (video_views, user_views, completion, completed)
py::tuple record(BoundActivity& self, const py::object& user_id, const py::object& video_id,
                 Millis watched_ms, Millis duration_ms, std::optional<Millis> at,
                 std::int64_t utc_offset_minutes) {
  Id user(user_id, "user_id"), video(video_id, "video_id");
  Viewing v{user, video, watched_ms, duration_ms, at, utc_offset_minutes};
  RecordedViewing r = self.run([&](Activity& a) { return a.record_video_viewing(v); });
  return py::make_tuple(r.video_views, r.user_views, r.completion, r.completed);
}

/// ([(video_id, at, watched_ms, completion)], next)
py::tuple history(BoundActivity& self, const py::object& user_id, const std::string& cursor,
                  std::int64_t count) {
  Id user(user_id, "user_id");
  auto page = self.run([&](Activity& a) { return a.history(user, cursor, count); });
  py::list items;
  for (const WatchedVideo& v : page.items)
    items.append(py::make_tuple(id_object(v.video_id), v.at, v.watched_ms, v.completion));
  return py::make_tuple(items, page.next);
}

py::list preferences(BoundActivity& self, const py::object& user_id, std::int64_t count) {
  Id user(user_id, "user_id");
  py::list out;
  for (const Preference& p : self.run([&](Activity& a) { return a.preferences(user, count); }))
    out.append(py::make_tuple(id_object(p.video_id), p.views));
  return out;
}

/// (views, completed, watched_ms, last_at, [24 counts])
py::tuple user_counts(BoundActivity& self, const py::object& user_id) {
  Id user(user_id, "user_id");
  UserCounts c = self.run([&](Activity& a) { return a.user_counts(user); });
  return py::make_tuple(c.views, c.completed, c.watched_ms, c.last_at, c.by_hour);
}

/// [(views, completed, watched_ms)]
py::list video_counts(BoundActivity& self, const py::object& video_ids) {
  Arena arena;
  GivenTexts ids(video_ids.ptr(), arena, "video_id");
  py::list out;
  for (const VideoCounts& c : self.run([&](Activity& a) { return a.video_counts(ids.texts()); }))
    out.append(py::make_tuple(c.views, c.completed, c.watched_ms));
  return out;
}

// ---- watch later

std::unique_ptr<BoundWatchLater> make_watch_later(StoreObject& store, const std::string& prefix,
                                                  std::shared_ptr<Clock> clock, std::int64_t limit) {
  return std::make_unique<BoundWatchLater>(place_of(store, prefix, std::move(clock)),
                                           WatchLaterOptions{limit});
}

const char* add(BoundWatchLater& self, const py::object& user_id, const py::object& video_id,
                std::optional<Millis> at) {
  constexpr const char* names[] = {"added", "present", "full"};
  Id user(user_id, "user_id"), video(video_id, "video_id");
  return names[static_cast<std::size_t>(self.run([&](WatchLater& w) { return w.add(user, video, at); }))];
}

/// ([(video_id, added_at)], next)
py::tuple list_videos(BoundWatchLater& self, const py::object& user_id, const std::string& cursor,
                      std::int64_t count, bool oldest_first) {
  Id user(user_id, "user_id");
  ListOrder order = oldest_first ? ListOrder::oldest_first : ListOrder::newest_first;
  auto page = self.run([&](WatchLater& w) { return w.list(user, cursor, count, order); });
  py::list items;
  for (const ListedVideo& v : page.items) items.append(py::make_tuple(id_object(v.video_id), v.added_at));
  return py::make_tuple(items, page.next);
}

void define_watch_later(py::module_& m) {
  py::class_<BoundWatchLater>(m, "WatchLater", "Lists of videos to watch later.")
      .def(py::init(&make_watch_later), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("limit") = WatchLaterOptions().limit)
      .def("add", add, py::arg("user_id"), py::arg("video_id"), py::arg("at") = py::none())
      .def(
          "remove",
          [](BoundWatchLater& self, const py::object& user_id, const py::object& video_id) {
            Id user(user_id, "user_id"), video(video_id, "video_id");
            return self.run([&](WatchLater& w) { return w.remove(user, video); });
          },
          py::arg("user_id"), py::arg("video_id"))
      .def(
          "contains",
          [](BoundWatchLater& self, const py::object& user_id, const py::object& video_id) {
            Id user(user_id, "user_id"), video(video_id, "video_id");
            return self.run([&](WatchLater& w) { return w.contains(user, video); });
          },
          py::arg("user_id"), py::arg("video_id"))
      .def(
          "count",
          [](BoundWatchLater& self, const py::object& user_id) {
            Id user(user_id, "user_id");
            return self.run([&](WatchLater& w) { return w.count(user); });
          },
          py::arg("user_id"))
      .def(
          "clear",
          [](BoundWatchLater& self, const py::object& user_id) {
            Id user(user_id, "user_id");
            return self.run([&](WatchLater& w) { return w.clear(user); });
          },
          py::arg("user_id"))
      .def("list", list_videos, py::arg("user_id"), py::arg("cursor") = "", py::arg("count") = 50,
           py::arg("oldest_first") = false);
}

}  // namespace

void define_activity(py::module_& m) {
  const ActivityOptions o;
  py::class_<BoundActivity>(m, "Activity", "What users watch.")
      .def(py::init(&make_activity), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("history_limit") = o.history_limit,
           py::arg("preferences_limit") = o.preferences_limit,
           py::arg("completion_percent") = o.completion_percent, py::arg("active_days") = o.active_days)
      .def("record_video_viewing", record, py::arg("user_id"), py::arg("video_id"), py::arg("watched_ms") = 0,
           py::arg("duration_ms") = 0, py::arg("at") = py::none(), py::arg("utc_offset_minutes") = 0)
      .def("history", history, py::arg("user_id"), py::arg("cursor") = "", py::arg("count") = 50)
      .def("preferences", preferences, py::arg("user_id"), py::arg("count") = 50)
      .def("user_counts", user_counts, py::arg("user_id"))
      .def("video_counts", video_counts, py::arg("video_ids"))
      .def(
          "active_users",
          [](BoundActivity& self, Millis at) {
            return self.run([&](Activity& a) { return a.active_users(at); });
          },
          py::arg("at"));
  define_watch_later(m);
}

}  // namespace playhead::python
