#include <pybind11/stl.h>

#include "bindings/caching.h"
#include "playhead/modules/row_caches.h"

namespace playhead::python {

namespace {

using BoundVideos = Bound<VideoMetadataCache>;
using BoundProfiles = Bound<UserProfileCache>;
using BoundUser = Bound<UserCache>;

py::list column_list(List<Text> columns) {
  py::list names;
  for (Text column : columns) names.append(id_object(column));
  return names;
}

/// `read(id, columns)` gives (column, bytes) of each column that there is, None for no such row.
RowReader reader_of(const py::object& read) {
  return [held = shared(read)](Text id, List<Text> columns) {
    return call_python([&]() -> std::optional<Row> {
      py::object given = (*held)(id_object(id), column_list(columns));
      if (given.is_none()) return std::nullopt;
      Row row;
      for (py::handle one : given) {
        auto pair = py::cast<py::tuple>(one);
        row.emplace_back(value_of(pair[0], "column").value_or(""), value_of(pair[1], "value").value_or(""));
      }
      return row;
    });
  };
}

/// [(column, bytes)], or None.
py::object row_object(const std::optional<Row>& row) {
  if (!row) return py::none();
  py::list out;
  for (const auto& [column, value] : *row) out.append(py::make_tuple(id_object(column), py::bytes(value)));
  return out;
}

py::list names(const std::vector<std::string>& columns) {
  return column_list(std::vector<Text>(columns.begin(), columns.end()));
}

std::unique_ptr<BoundVideos> make_videos(StoreObject& store, const py::object& read, BoundPages* pages,
                                         std::shared_ptr<Clock> clock, const std::string& name, Millis ttl) {
  return std::make_unique<BoundVideos>(place_of(store, "ph", std::move(clock)), reader_of(read),
                                       pages == nullptr ? nullptr : &pages->module,
                                       VideoMetadataOptions{name, ttl, check_signals});
}

/// `changed`: the names of the columns; `write()` writes them.
void update_video(BoundVideos& self, const py::object& video_id, const std::vector<std::string>& changed,
                  const py::object& write) {
  Id id(video_id, "video_id");
  Row change;
  for (const std::string& column : changed) change.emplace_back(column, "");
  auto writer = [held = shared(write)](Text, const Row&) { call_python([&] { (*held)(); }); };
  without_gil([&] { self.module.update_video_metadata(id, change, writer); });
}

void define_videos(py::module_& m) {
  py::class_<BoundVideos>(m, "VideoMetadataCache", py::release_gil_before_calling_cpp_dtor(),
                          "What changes seldom of a video.")
      .def(py::init(&make_videos), py::arg("store"), py::arg("read"), py::kw_only(), py::arg("pages"),
           py::arg("clock"), py::arg("name"), py::arg("ttl"), py::keep_alive<1, 4>())
      .def_static("columns", [] { return names(VideoMetadataCache::columns()); })
      .def(
          "get_video_metadata",
          [](BoundVideos& self, const py::object& video_id) {
            Id id(video_id, "video_id");
            return row_object(without_gil([&] { return self.module.get_video_metadata(id); }));
          },
          py::arg("video_id"))
      .def("update_video_metadata", update_video, py::arg("video_id"), py::arg("changed"), py::arg("write"))
      .def(
          "invalidate_video_cache",
          [](BoundVideos& self, const py::object& video_id) {
            Id id(video_id, "video_id");
            return without_gil([&] { return self.module.invalidate_video_cache(id); });
          },
          py::arg("video_id"));
}

void define_profiles(py::module_& m) {
  py::class_<BoundProfiles>(m, "UserProfileCache", py::release_gil_before_calling_cpp_dtor(),
                            "What everybody may know of a user.")
      .def(py::init([](StoreObject& store, const py::object& read, std::shared_ptr<Clock> clock,
                       const std::string& name, Millis ttl) {
             return std::make_unique<BoundProfiles>(place_of(store, "ph", std::move(clock)), reader_of(read),
                                                    UserProfileOptions{name, ttl, check_signals});
           }),
           py::arg("store"), py::arg("read"), py::kw_only(), py::arg("clock"), py::arg("name"),
           py::arg("ttl"))
      .def_static("columns", [] { return names(UserProfileCache::columns()); })
      .def(
          "get_user_profile",
          [](BoundProfiles& self, const py::object& user_id) {
            Id id(user_id, "user_id");
            return row_object(without_gil([&] { return self.module.get_user_profile(id); }));
          },
          py::arg("user_id"))
      .def(
          "invalidate_user_cache",
          [](BoundProfiles& self, const py::object& user_id) {
            Id id(user_id, "user_id");
            return without_gil([&] { return self.module.invalidate_user_cache(id); });
          },
          py::arg("user_id"));
}

/// `read(user_id)` gives bytes, or None for no such user.
UserCache::Reader user_reader(const py::object& read) {
  return [held = shared(read)](Text id) {
    return call_python([&] { return value_of((*held)(id_object(id)), "row"); });
  };
}

void define_user(py::module_& m) {
  py::class_<BoundUser>(m, "UserCache", py::release_gil_before_calling_cpp_dtor(),
                        "The cached profile of one user.")
      .def(py::init([](StoreObject& store, const py::object& user_id, const py::object& read,
                       std::shared_ptr<Clock> clock, const std::string& name) {
             Id id(user_id, "user_id");
             return std::make_unique<BoundUser>(place_of(store, "ph", std::move(clock)),
                                                std::string(Text(id)), user_reader(read),
                                                UserCacheOptions{name, check_signals});
           }),
           py::arg("store"), py::arg("user_id"), py::arg("read"), py::kw_only(), py::arg("clock"),
           py::arg("name"))
      .def("save",
           [](BoundUser& self) { return bytes_object(without_gil([&] { return self.module.save(); })); })
      .def("get",
           [](BoundUser& self) { return bytes_object(without_gil([&] { return self.module.get(); })); })
      .def("clear", [](BoundUser& self) { return without_gil([&] { return self.module.clear(); }); })
      .def("exists", [](BoundUser& self) { return without_gil([&] { return self.module.exists(); }); });
}

}  // namespace

void define_rows(py::module_& m) {
  define_videos(m);
  define_profiles(m);
  define_user(m);
  auto lifetime = [&](const char* name, const SpreadLifetime& l) {
    m.attr(name) = py::make_tuple(l.base, l.spread);
  };
  lifetime("user_data_lifetime", user_data_lifetime);
  lifetime("user_missing_lifetime", user_missing_lifetime);
  lifetime("article_data_lifetime", article_data_lifetime);
  m.def(
      "spread_lifetime", [](Millis base, Millis spread) { return SpreadLifetime{base, spread}.value(); },
      py::arg("base"), py::arg("spread"));
}

}  // namespace playhead::python
