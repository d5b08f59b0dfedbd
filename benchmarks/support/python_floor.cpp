// The floor of the Python benchmarks: pybind11 over a flat map and an order-statistics tree, each under one
// mutex, with the GIL held. Built by
// `./dev bench`, never part of the wheel.
#include <pybind11/pybind11.h>

#include "benchmarks/support/floors.h"

namespace py = pybind11;

namespace {

using namespace playhead::bench;

py::bytes as_bytes(Text t) {
  return py::bytes(t.data(), t.size());
}

class Floor {
 public:
  // An empty bound method of the same arity.
  void nothing(const py::bytes&) {}

  py::object get(Text key) {
    py::object found = py::none();
    map_.with(key, [&](Text value) { found = as_bytes(value); });
    return found;
  }
  void set(Text key, Text value) { map_.set(key, value); }
  std::int64_t incr(Text key) { return map_.incr(key); }
  bool hset(Text key, Text field, Text value) { return map_.hset(key, field, value); }
  py::object hget(Text key, Text field) {
    py::object found = py::none();
    map_.hwith(key, field, [&](Text value) { found = as_bytes(value); });
    return found;
  }
  bool expire(Text key, std::int64_t seconds) {
    map_.expire(key, seconds);
    return true;
  }
  std::int64_t ttl(Text key) { return map_.deadline(key).value_or(-1); }

  bool zadd(Text key, Text member, double score) { return of(key).add(member, score); }
  double zincrby(Text key, double by, Text member) { return of(key).increment(member, by); }
  py::object zrank(Text key, Text member) {
    auto rank = of(key).rank(member);
    if (!rank) return py::none();
    return py::int_(*rank);
  }
  py::list top(Text key, std::size_t count) {
    py::list out;
    of(key).top(count,
                [&](Text member, double score) { out.append(py::make_tuple(as_bytes(member), score)); });
    return out;
  }
  // A recorded viewing as eight commands: when the user saw it, how long, how far; what he prefers; his and
  // the video's counts.
  std::int64_t record(Text user, Text video, std::int64_t watched, double at) {
    std::string key(user);
    of(key + ":history").add(video, at);
    map_.hincrby(key + ":watched", video, watched);
    map_.hset(key + ":completion", video, "500");
    of(key + ":preferences").increment(video, 1);
    map_.hincrby(key, "watched", watched);
    map_.hincrby(key, "views", 1);
    map_.hincrby(video, "watched", watched);
    return map_.hincrby(video, "views", 1);
  }

 private:
  using SortedSet = FloorSortedSet<OrderStatistics>;
  SortedSet& of(Text key) {
    auto& set = slot(sets_, key);  // the GIL guards it
    if (!set) set = std::make_unique<SortedSet>();
    return *set;
  }
  FloorMap map_;
  FlatMap<std::unique_ptr<SortedSet>> sets_;
};

}  // namespace

PYBIND11_MODULE(python_floor, m) {
  py::class_<Floor>(m, "Floor")
      .def(py::init<>())
      .def("nothing", &Floor::nothing)
      .def("get", &Floor::get)
      .def("set", &Floor::set)
      .def("incr", &Floor::incr)
      .def("hset", &Floor::hset)
      .def("hget", &Floor::hget)
      .def("expire", &Floor::expire)
      .def("ttl", &Floor::ttl)
      .def("zadd", &Floor::zadd)
      .def("zincrby", &Floor::zincrby)
      .def("zrank", &Floor::zrank)
      .def("top", &Floor::top)
      .def("record", &Floor::record);
}
