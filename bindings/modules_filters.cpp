#include <pybind11/stl.h>

#include "bindings/modules.h"
#include "playhead/modules/bloom_filter.h"
#include "playhead/modules/popularity.h"

namespace playhead::python {

namespace {

using BoundFilter = Bound<BloomFilter>;
using BoundPopularity = Bound<Popularity>;

std::unique_ptr<BoundFilter> make_filter(StoreObject& store, const std::string& prefix,
                                         const std::string& name, std::int64_t capacity, double error_rate) {
  return std::make_unique<BoundFilter>(place_of(store, prefix, nullptr),
                                       BloomFilterOptions{name, capacity, error_rate});
}

std::unique_ptr<BoundPopularity> make_popularity(StoreObject& store, const std::string& prefix,
                                                 std::shared_ptr<Clock> clock, const std::string& name,
                                                 Millis half_life, std::int64_t capacity) {
  return std::make_unique<BoundPopularity>(place_of(store, prefix, std::move(clock)),
                                           PopularityOptions{name, half_life, capacity});
}

void define_filter(py::module_& m) {
  const BloomFilterOptions o;
  py::class_<BoundFilter>(m, "BloomFilter", "Which ids have perhaps been seen.")
      .def(py::init(&make_filter), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("name") = o.name, py::arg("capacity") = o.capacity, py::arg("error_rate") = o.error_rate)
      .def(
          "add",
          [](BoundFilter& self, const py::object& given) {
            Id id(given, "id");
            return self.run([&](BloomFilter& f) { return f.add(id); });
          },
          py::arg("id"))
      .def(
          "add_many",
          [](BoundFilter& self, const py::object& given) {
            Arena arena;
            GivenTexts ids(given.ptr(), arena, "id");
            return self.run([&](BloomFilter& f) { return f.add_many(ids.texts()); });
          },
          py::arg("ids"))
      .def(
          "might_contain",
          [](BoundFilter& self, const py::object& given) {
            Id id(given, "id");
            return self.run([&](BloomFilter& f) { return f.might_contain(id); });
          },
          py::arg("id"))
      .def(
          "might_contain_many",
          [](BoundFilter& self, const py::object& given) {
            Arena arena;
            GivenTexts ids(given.ptr(), arena, "id");
            return self.run([&](BloomFilter& f) { return f.might_contain_many(ids.texts()); });
          },
          py::arg("ids"))
      .def(
          "merge",
          [](BoundFilter& self, BoundFilter& other) {
            self.run([&](BloomFilter& f) { f.merge(other.module); });
          },
          py::arg("other"))
      .def("count_estimate",
           [](BoundFilter& self) { return self.run([](BloomFilter& f) { return f.count_estimate(); }); })
      .def("clear", [](BoundFilter& self) { self.run([](BloomFilter& f) { f.clear(); }); })
      .def_property_readonly("bits", [](BoundFilter& self) { return self.module.bits(); })
      .def_property_readonly("hashes", [](BoundFilter& self) { return self.module.hashes(); });
}

void define_popularity(py::module_& m) {
  const PopularityOptions o;
  py::class_<BoundPopularity>(m, "Popularity", "Which rows are asked for most.")
      .def(py::init(&make_popularity), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("name") = o.name, py::arg("half_life") = o.half_life,
           py::arg("capacity") = o.capacity)
      .def(
          "record",
          [](BoundPopularity& self, const py::object& given, double weight, std::optional<Millis> at) {
            Id id(given, "id");
            return self.run([&](Popularity& p) { return p.record(id, weight, at); });
          },
          py::arg("id"), py::arg("weight") = 1.0, py::arg("at") = py::none())
      .def(
          "score",
          [](BoundPopularity& self, const py::object& given) {
            Id id(given, "id");
            return self.run([&](Popularity& p) { return p.score(id); });
          },
          py::arg("id"))
      .def(
          "rank",
          [](BoundPopularity& self, const py::object& given) {
            Id id(given, "id");
            return self.run([&](Popularity& p) { return p.rank(id); });
          },
          py::arg("id"))
      .def(
          "can_cache",
          [](BoundPopularity& self, const py::object& given, std::int64_t rank) {
            Id id(given, "id");
            return self.run([&](Popularity& p) { return p.can_cache(id, rank); });
          },
          py::arg("id"), py::arg("rank") = 10'000)
      .def(
          "top",
          [](BoundPopularity& self, std::int64_t count) {
            py::list out;
            for (const PopularRow& row : self.run([&](Popularity& p) { return p.top(count); }))
              out.append(py::make_tuple(id_object(row.id), row.score));
            return out;
          },
          py::arg("count") = 10)
      .def("count", [](BoundPopularity& self) { return self.run([](Popularity& p) { return p.count(); }); });
}

}  // namespace

void define_filters(py::module_& m) {
  define_filter(m);
  define_popularity(m);
  m.def(
      "ttl_for_views",
      [](std::int64_t views, const std::vector<std::pair<std::int64_t, Millis>>& lifetimes,
         Millis otherwise) {
        std::vector<ViewLifetime> all;
        for (auto [more_than, ttl] : lifetimes) all.push_back({more_than, ttl});
        return ttl_for_views(views, all, otherwise);
      },
      py::arg("views"), py::arg("lifetimes"), py::arg("otherwise"));
}

}  // namespace playhead::python
