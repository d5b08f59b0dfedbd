#include <pybind11/stl.h>

#include <deque>
#include <map>

#include "bindings/callbacks.h"
#include "bindings/modules.h"
#include "playhead/modules/activity.h"
#include "playhead/modules/user_cleanup.h"
#include "playhead/time_zone.h"

namespace playhead::python {

namespace {

using BoundActivity = Bound<Activity>;
using BoundWatchLater = Bound<WatchLater>;

std::unique_ptr<BoundActivity> make_activity(StoreObject& store, const std::string& prefix,
                                             std::shared_ptr<Clock> clock, std::int64_t history_limit,
                                             std::int64_t preferences_limit, std::int64_t completion_percent,
                                             std::int64_t active_days, std::int64_t approximate_days,
                                             std::int64_t likes_limit) {
  ActivityOptions o{history_limit, preferences_limit, completion_percent,
                    active_days,   approximate_days,  likes_limit};
  return std::make_unique<BoundActivity>(place_of(store, prefix, std::move(clock)), o);
}

ActivityEvent event_named(Text name) {
  return static_cast<ActivityEvent>(
      choice("event", name, {"view", "finish", "like", "unlike", "comment", "share", "visit"}));
}

/// (result, count, user_views, completion, completed)
py::tuple record_activity(BoundActivity& self, const std::string& event, const py::object& user_id,
                          const py::object& video_id, Millis watched_ms, Millis duration_ms,
                          std::optional<Millis> at, std::int64_t utc_offset_minutes,
                          const std::string& zone) {
  constexpr const char* results[] = {"recorded", "unchanged", "full"};
  Id user(user_id, "user_id"), video(video_id, "video_id");
  UserEvent e{event_named(event), user, video, watched_ms, duration_ms, at, utc_offset_minutes, zone};
  RecordedEvent r = self.run([&](Activity& a) { return a.record(e); });
  return py::make_tuple(results[static_cast<std::size_t>(r.result)], r.count, r.user_views, r.completion,
                        r.completed);
}

/// Of a list of (user_id, video_id, event, watched_ms, duration_ms, at, utc_offset_minutes, zone):
/// (recorded, [(index, reason)], repeated)
py::tuple record_many(BoundActivity& self, const py::list& given, const std::string& source,
                      std::int64_t first) {
  using Item = std::tuple<py::object, py::object, std::string, Millis, Millis, std::optional<Millis>,
                          std::int64_t, std::optional<std::string>>;
  constexpr auto none = static_cast<ActivityEvent>(255);  // is refused, and keeps its place among the others
  std::deque<Id> ids;
  std::deque<std::string> zones;
  std::vector<UserEvent> events;
  std::map<std::size_t, std::string> unknown;
  for (std::size_t i = 0; i < given.size(); ++i) {
    auto [user_id, video_id, event, watched_ms, duration_ms, at, offset, zone] = given[i].cast<Item>();
    Text user = ids.emplace_back(user_id, "user_id"), video = ids.emplace_back(video_id, "video_id");
    Text place = zones.emplace_back(zone.value_or(""));
    events.push_back({none, user, video, watched_ms, duration_ms, at, offset, place});
    try {
      events.back().event = event_named(event);
    } catch (const Error& e) {
      unknown[i] = e.what();
    }
  }
  BulkReport report = self.run([&](Activity& a) { return a.record_many(events, {source, first}); });
  py::list refused;
  for (const auto& [index, why] : report.refused)
    refused.append(py::make_tuple(index, unknown.contains(index) ? unknown[index] : why));
  return py::make_tuple(report.recorded, refused, report.repeated);
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

/// (views, completed, watched_ms, last_at, [24 counts], likes, comments, shares)
py::tuple user_counts(BoundActivity& self, const py::object& user_id) {
  Id user(user_id, "user_id");
  UserCounts c = self.run([&](Activity& a) { return a.user_counts(user); });
  return py::make_tuple(c.views, c.completed, c.watched_ms, c.last_at, c.by_hour, c.likes, c.comments,
                        c.shares);
}

/// [(views, completed, watched_ms, likes, comments, shares)]
py::list video_counts(BoundActivity& self, const py::object& video_ids) {
  Arena arena;
  GivenTexts ids(video_ids.ptr(), arena, "video_id");
  py::list out;
  for (const VideoCounts& c : self.run([&](Activity& a) { return a.video_counts(ids.texts()); }))
    out.append(py::make_tuple(c.views, c.completed, c.watched_ms, c.likes, c.comments, c.shares));
  return out;
}

py::tuple page_of(const ListPage<ListedVideo>& page) {
  py::list items;
  for (const ListedVideo& v : page.items) items.append(py::make_tuple(id_object(v.video_id), v.added_at));
  return py::make_tuple(items, page.next);
}

/// ([(video_id, at)], next)
py::tuple liked_videos(BoundActivity& self, const py::object& user_id, const std::string& cursor,
                       std::int64_t count) {
  Id user(user_id, "user_id");
  return page_of(self.run([&](Activity& a) { return a.liked_videos(user, cursor, count); }));
}

Counting counting(bool approximate) {
  return approximate ? Counting::approximate : Counting::exact;
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
  return page_of(self.run([&](WatchLater& w) { return w.list(user, cursor, count, order); }));
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

// ---- clean-up

using BoundCleanup = Bound<UserCleanup>;

std::unique_ptr<BoundCleanup> make_cleanup(StoreObject& store, const std::string& prefix,
                                           std::shared_ptr<Clock> clock, Millis inactive_after,
                                           Millis older_than, std::int64_t batch, std::int64_t videos,
                                           Millis longest_wait) {
  return std::make_unique<BoundCleanup>(
      place_of(store, prefix, std::move(clock)),
      UserCleanupOptions{inactive_after, older_than, batch, videos, longest_wait});
}

void define_cleanup(py::module_& m) {
  const UserCleanupOptions o;
  // A background thread that still runs may wait for the GIL: it ends with the GIL released.
  py::class_<BoundCleanup>(m, "UserCleanup", py::release_gil_before_calling_cpp_dtor(),
                           "What inactive users leave behind.")
      .def(py::init(&make_cleanup), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("inactive_after") = o.inactive_after,
           py::arg("older_than") = o.older_than, py::arg("batch") = o.batch, py::arg("videos") = o.videos,
           py::arg("longest_wait") = o.longest_wait)
      .def(
          "step",
          [](BoundCleanup& self, std::optional<Millis> now) {
            UserCleanupReport r = without_gil([&] { return self.module.step(now); });
            return py::make_tuple(r.users, r.videos, r.back, r.more);
          },
          py::arg("now") = py::none())
      .def(
          "run_in_background",
          [](BoundCleanup& self, const py::object& on_error) {
            auto tell_error = error_teller(on_error, "playhead.modules.UserCleanup: on_error");
            without_gil([&] { return self.module.run_in_background(tell_error); });
          },
          py::arg("on_error") = py::none())
      .def("stop_background",
           [](BoundCleanup& self) { without_gil([&] { return self.module.stop_background(); }); })
      .def_property_readonly(
          "running", [](BoundCleanup& self) { return without_gil([&] { return self.module.running(); }); });
}

void define_activity_class(py::module_& m) {
  const ActivityOptions o;
  py::class_<BoundActivity>(m, "Activity", "What users do.")
      .def(py::init(&make_activity), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("history_limit") = o.history_limit,
           py::arg("preferences_limit") = o.preferences_limit,
           py::arg("completion_percent") = o.completion_percent, py::arg("active_days") = o.active_days,
           py::arg("approximate_days") = o.approximate_days, py::arg("likes_limit") = o.likes_limit)
      .def("record", record_activity, py::arg("event"), py::arg("user_id"), py::arg("video_id"),
           py::arg("watched_ms") = 0, py::arg("duration_ms") = 0, py::arg("at") = py::none(),
           py::arg("utc_offset_minutes") = 0, py::arg("zone") = "")
      .def("record_many", record_many, py::arg("events"), py::arg("source") = "", py::arg("first") = 0)
      .def("history", history, py::arg("user_id"), py::arg("cursor") = "", py::arg("count") = 50)
      .def("preferences", preferences, py::arg("user_id"), py::arg("count") = 50)
      .def("liked_videos", liked_videos, py::arg("user_id"), py::arg("cursor") = "", py::arg("count") = 50)
      .def(
          "likes",
          [](BoundActivity& self, const py::object& user_id, const py::object& video_id) {
            Id user(user_id, "user_id"), video(video_id, "video_id");
            return self.run([&](Activity& a) { return a.likes(user, video); });
          },
          py::arg("user_id"), py::arg("video_id"))
      .def("user_counts", user_counts, py::arg("user_id"))
      .def("video_counts", video_counts, py::arg("video_ids"))
      .def(
          "active_users",
          [](BoundActivity& self, Millis first, Millis last, bool approximate) {
            return self.run([&](Activity& a) { return a.active_users(first, last, counting(approximate)); });
          },
          py::arg("first"), py::arg("last"), py::arg("approximate") = false)
      .def(
          "monthly_active_users",
          [](BoundActivity& self, Millis at, bool approximate) {
            return self.run([&](Activity& a) { return a.monthly_active_users(at, counting(approximate)); });
          },
          py::arg("at"), py::arg("approximate") = false);
}

}  // namespace

void define_activity(py::module_& m) {
  m.def(
      "utc_offset_ms", [](const std::string& zone, Millis at) { return utc_offset(zone, at); },
      py::arg("zone"), py::arg("at"));
  define_activity_class(m);
  define_watch_later(m);
  define_cleanup(m);
}

}  // namespace playhead::python
