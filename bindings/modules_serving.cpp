// playhead.modules.NodePlacement, Preheater and Feed in Python.
#include <pybind11/stl.h>

#include "bindings/caching.h"
#include "playhead/modules/feed.h"

namespace playhead::python {

namespace {

using BoundPlacement = Bound<NodePlacement>;
using BoundPreheater = Bound<Preheater>;
using BoundFeed = Bound<Feed>;

// ---- what they are given

/// Ids that a caller gave, kept.
class Ids {
 public:
  Ids(const py::object& given, const char* name) {
    if (py::isinstance<py::str>(given) || py::isinstance<py::bytes>(given))
      throw py::type_error(std::string(name) + " must be a list of ids, not one id");
    for (py::handle one : given) owned_.emplace_back(Text(Id(py::reinterpret_borrow<py::object>(one), name)));
    views_.assign(owned_.begin(), owned_.end());
  }
  operator List<Text>() const {
    return views_;
  }  // NOLINT(google-explicit-constructor): it stands for the list

 private:
  std::vector<std::string> owned_;
  std::vector<Text> views_;
};

/// An id, or nothing for None.
class MaybeId {
 public:
  MaybeId(const py::object& given, const char* name) {
    if (!given.is_none()) text_ = std::string(Text(Id(given, name)));
  }
  std::optional<Text> view() const { return text_ ? std::optional<Text>(*text_) : std::nullopt; }

 private:
  std::optional<std::string> text_;
};

/// A module that another one is made of, kept together with its Python object.
template <class Held>
Held& held(const py::object& given, const char* name) {
  if (!py::isinstance<Held>(given))
    throw py::type_error(std::string(name) + " is no such module: " + std::string(py::repr(given)));
  return given.cast<Held&>();
}
template <class Module>
std::shared_ptr<Module> part(const py::object& given, const char* name) {
  if (given.is_none()) return {};
  return {shared(given), &held<Bound<Module>>(given, name).module};
}
std::shared_ptr<Recommender> recommender_of(const py::object& given) {
  return {shared(given), &held<Recommender>(given, "recommender")};
}

py::object maybe_id(const std::optional<std::string>& id) {
  return id ? id_object(*id) : py::object(py::none());
}

// ---- NodePlacement

/// (video_id, node_id, data, distance)
py::tuple as_tuple(const NodeChoice& c) {
  return py::make_tuple(id_object(c.video_id), maybe_id(c.node_id), id_object(c.data), c.distance);
}

/// (id, region, data, capacity, load, reported_at, videos)
py::tuple as_tuple(const NodeInfo& n) {
  return py::make_tuple(id_object(n.id), id_object(n.region), id_object(n.data), n.capacity, n.load,
                        n.reported_at, n.videos);
}

std::unique_ptr<BoundPlacement> make_placement(StoreObject& store, const std::string& prefix,
                                               std::shared_ptr<Clock> clock, const std::string& name,
                                               Millis lease, std::int64_t overload_percent,
                                               const py::object& origin) {
  NodePlacementOptions o{name, lease, overload_percent, std::string(Text(Id(origin, "origin"))), {}};
  return std::make_unique<BoundPlacement>(place_of(store, prefix, std::move(clock)), std::move(o));
}

void define_nodes(py::class_<BoundPlacement>& c) {
  c.def(
       "add_node",
       [](BoundPlacement& self, const py::object& node_id, const py::object& region, std::int64_t capacity,
          const py::object& data) {
         Id id(node_id, "node_id"), where(region, "region"), bytes(data, "data");
         return self.run([&](NodePlacement& p) { return p.add_node(id, {where, capacity, bytes}); });
       },
       py::arg("node_id"), py::arg("region"), py::arg("capacity"), py::arg("data"))
      .def(
          "remove_node",
          [](BoundPlacement& self, const py::object& node_id) {
            Id id(node_id, "node_id");
            return self.run([&](NodePlacement& p) { return p.remove_node(id); });
          },
          py::arg("node_id"))
      .def(
          "report",
          [](BoundPlacement& self, const py::object& node_id, std::int64_t load) {
            Id id(node_id, "node_id");
            return self.run([&](NodePlacement& p) { return p.report(id, load); });
          },
          py::arg("node_id"), py::arg("load"))
      .def("nodes",
           [](BoundPlacement& self) {
             py::list out;
             for (const NodeInfo& n : self.run([](NodePlacement& p) { return p.nodes(); }))
               out.append(as_tuple(n));
             return out;
           })
      .def(
          "node",
          [](BoundPlacement& self, const py::object& node_id) -> py::object {
            Id id(node_id, "node_id");
            auto found = self.run([&](NodePlacement& p) { return p.node(id); });
            return found ? py::object(as_tuple(*found)) : py::object(py::none());
          },
          py::arg("node_id"));
}

void define_placed(py::class_<BoundPlacement>& c) {
  c.def(
       "place",
       [](BoundPlacement& self, const py::object& node_id, const py::object& video_ids) {
         Id id(node_id, "node_id");
         Ids videos(video_ids, "video_ids");
         return self.run([&](NodePlacement& p) { return p.place(id, videos); });
       },
       py::arg("node_id"), py::arg("video_ids"))
      .def(
          "withdraw",
          [](BoundPlacement& self, const py::object& node_id, const py::object& video_ids) {
            Id id(node_id, "node_id");
            Ids videos(video_ids, "video_ids");
            return self.run([&](NodePlacement& p) { return p.withdraw(id, videos); });
          },
          py::arg("node_id"), py::arg("video_ids"))
      .def(
          "remove_video",
          [](BoundPlacement& self, const py::object& video_id) {
            Id id(video_id, "video_id");
            return self.run([&](NodePlacement& p) { return p.remove_video(id); });
          },
          py::arg("video_id"))
      .def(
          "holders",
          [](BoundPlacement& self, const py::object& video_id) {
            Id id(video_id, "video_id");
            py::list out;
            for (const std::string& node : self.run([&](NodePlacement& p) { return p.holders(id); }))
              out.append(id_object(node));
            return out;
          },
          py::arg("video_id"))
      .def("videos",
           [](BoundPlacement& self) { return self.run([](NodePlacement& p) { return p.videos(); }); })
      .def(
          "nearest",
          [](BoundPlacement& self, const py::object& region, const py::object& video_ids) {
            Id where(region, "region");
            Ids videos(video_ids, "video_ids");
            py::list out;
            for (const NodeChoice& one : self.run([&](NodePlacement& p) { return p.nearest(where, videos); }))
              out.append(as_tuple(one));
            return out;
          },
          py::arg("region"), py::arg("video_ids"));
}

void define_distances(py::class_<BoundPlacement>& c) {
  c.def(
       "set_distance",
       [](BoundPlacement& self, const py::object& region, const py::object& other,
          std::optional<Millis> distance) {
         Id here(region, "region"), there(other, "other");
         self.run([&](NodePlacement& p) { p.set_distance(here, there, distance); });
       },
       py::arg("region"), py::arg("other"), py::arg("distance"))
      .def(
          "distance",
          [](BoundPlacement& self, const py::object& region, const py::object& other) {
            Id here(region, "region"), there(other, "other");
            return self.run([&](NodePlacement& p) { return p.distance(here, there); });
          },
          py::arg("region"), py::arg("other"));
}

// ---- Preheater. It may call a function of Python: nothing holds the GIL.

std::unique_ptr<BoundPreheater> make_preheater(StoreObject& store, const py::object& recommender,
                                               const py::object& load_videos, const std::string& prefix,
                                               std::shared_ptr<Clock> clock, const std::string& name,
                                               Millis interval, std::int64_t threshold, std::int64_t count,
                                               Millis lease, Millis retry_after, Millis longest_wait) {
  PreheaterOptions o{name, interval, threshold, count, lease, retry_after, longest_wait, check_signals};
  PreheatVideos load;
  if (!load_videos.is_none())
    load = [function = shared(load_videos)](Text region, List<Text> video_ids) {
      call_python([&] {
        py::list ids;
        for (Text id : video_ids) ids.append(id_object(id));
        (*function)(id_object(region), ids);
      });
    };
  return std::make_unique<BoundPreheater>(place_of(store, prefix, std::move(clock)),
                                          recommender_of(recommender), std::move(load), o);
}

void define_preheating(py::class_<BoundPreheater>& c) {
  c.def(
       "schedule",
       [](BoundPreheater& self, const py::object& region) {
         Id where(region, "region");
         without_gil([&] { self.module.schedule(where); });
       },
       py::arg("region"))
      .def(
          "unschedule",
          [](BoundPreheater& self, const py::object& region) {
            Id where(region, "region");
            return without_gil([&] { return self.module.unschedule(where); });
          },
          py::arg("region"))
      .def(
          "note",
          [](BoundPreheater& self, const py::object& region, std::int64_t events) {
            Id where(region, "region");
            return without_gil([&] { return self.module.note(where, events); });
          },
          py::arg("region"), py::arg("events"))
      .def(
          "get",
          [](BoundPreheater& self, const py::object& region) {
            Id where(region, "region");
            return without_gil([&] { return self.module.get(where); });
          },
          py::arg("region"))
      .def(
          "preheat",
          [](BoundPreheater& self, const py::object& region) {
            Id where(region, "region");
            without_gil([&] { self.module.preheat(where); });
          },
          py::arg("region"));
}

void define_preheater_steps(py::class_<BoundPreheater>& c) {
  c.def(
       "step",
       [](BoundPreheater& self, std::optional<Millis> now) {
         return report_tuple(without_gil([&] { return self.module.step(now); }));
       },
       py::arg("now") = py::none())
      .def(
          "run_in_background",
          [](BoundPreheater& self, const py::object& on_error) {
            auto tell = error_teller(on_error, "playhead.modules.Preheater: on_error");
            without_gil([&] { self.module.run_in_background(tell); });
          },
          py::arg("on_error") = py::none())
      .def("stop_background",
           [](BoundPreheater& self) { without_gil([&] { self.module.stop_background(); }); })
      .def_property_readonly(
          "running", [](BoundPreheater& self) { return without_gil([&] { return self.module.running(); }); });
}

// ---- Feed. The preheater may call a function of Python: nothing holds the GIL.

std::unique_ptr<BoundFeed> make_feed(StoreObject& store, const py::object& recommender,
                                     const py::object& tokens, const py::object& limiter,
                                     const py::object& placement, const py::object& preheater,
                                     std::shared_ptr<Clock> clock, std::int64_t most,
                                     bool record_impressions) {
  FeedParts parts{recommender_of(recommender), part<Tokens>(tokens, "tokens"),
                  part<RateLimiter>(limiter, "limiter"), part<NodePlacement>(placement, "placement"),
                  part<Preheater>(preheater, "preheater")};
  return std::make_unique<BoundFeed>(place_of(store, "ph", std::move(clock)), std::move(parts),
                                     FeedOptions{most, record_impressions});
}

/// (status, user_id, [(Recommendation, node or None)], preheated, remaining, retry_after, reset_after)
py::tuple as_tuple(const FeedReply& r) {
  constexpr const char* statuses[] = {"served", "unauthenticated", "rate_limited"};
  py::list items;
  for (const FeedItem& item : r.items)
    items.append(py::make_tuple(item.recommendation,
                                item.node ? py::object(as_tuple(*item.node)) : py::object(py::none())));
  return py::make_tuple(statuses[static_cast<std::size_t>(r.status)], id_object(r.user_id), items,
                        r.preheated, r.remaining, r.retry_after, r.reset_after);
}

py::tuple get_feed(BoundFeed& self, const py::object& access_token, std::int64_t count,
                   const py::object& region, const py::object& device, std::optional<Millis> at,
                   std::optional<bool> record_impressions) {
  Id token(access_token, "access_token");
  MaybeId where(region, "region"), by(device, "device");
  return as_tuple(without_gil(
      [&] { return self.module.get(token, {count, where.view(), by.view(), at, record_impressions}); }));
}

std::optional<Recommendation> explain(BoundFeed& self, const py::object& user_id, const py::object& video_id,
                                      const py::object& region, std::optional<Millis> at) {
  Id user(user_id, "user_id"), video(video_id, "video_id");
  MaybeId where(region, "region");
  return without_gil([&] { return self.module.explain(user, video, where.view(), at); });
}

}  // namespace

void define_serving(py::module_& m) {
  py::class_<BoundPlacement> placement(m, "NodePlacement", "Which node a video is played from.");
  placement.def(py::init(&make_placement), py::arg("store"), py::kw_only(), py::arg("prefix"),
                py::arg("clock"), py::arg("name"), py::arg("lease"), py::arg("overload_percent"),
                py::arg("origin"));
  define_nodes(placement);
  define_placed(placement);
  define_distances(placement);

  py::class_<BoundPreheater> preheater(m, "Preheater", py::release_gil_before_calling_cpp_dtor(),
                                       "Recommendations that are there before anybody asks.");
  preheater.def(py::init(&make_preheater), py::arg("store"), py::arg("recommender"), py::arg("load_videos"),
                py::kw_only(), py::arg("prefix"), py::arg("clock"), py::arg("name"), py::arg("interval"),
                py::arg("threshold"), py::arg("count"), py::arg("lease"), py::arg("retry_after"),
                py::arg("longest_wait"));
  define_preheating(preheater);
  define_preheater_steps(preheater);

  py::class_<BoundFeed>(m, "Feed", "What stands between the users and the recommender.")
      .def(py::init(&make_feed), py::arg("store"), py::arg("recommender"), py::arg("tokens"), py::kw_only(),
           py::arg("limiter"), py::arg("placement"), py::arg("preheater"), py::arg("clock"), py::arg("most"),
           py::arg("record_impressions"))
      .def("get", get_feed, py::arg("access_token"), py::arg("count"), py::kw_only(), py::arg("region"),
           py::arg("device"), py::arg("at"), py::arg("record_impressions"))
      .def("explain", explain, py::arg("user_id"), py::arg("video_id"), py::kw_only(), py::arg("region"),
           py::arg("at"));
}

}  // namespace playhead::python
