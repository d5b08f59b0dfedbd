#include <pybind11/stl.h>

#include <deque>

#include "bindings/modules.h"
#include "playhead/modules/counters.h"
#include "playhead/modules/leaderboard.h"
#include "playhead/modules/sliding_window.h"

namespace playhead::python {

namespace {

using BoundBoard = Bound<Leaderboard>;
using BoundCounters = Bound<Counters>;
using BoundWindow = Bound<SlidingWindow>;

// ---- leaderboard

std::unique_ptr<BoundBoard> make_board(StoreObject& store, const py::object& name, const std::string& prefix,
                                       std::shared_ptr<Clock> clock, const std::string& order,
                                       const std::string& ties, std::int64_t max_size, std::int64_t reserve) {
  LeaderboardOptions o;
  o.order = static_cast<ScoreOrder>(choice("order", order, {"highest_first", "lowest_first"}));
  o.ties = static_cast<Ties>(choice("ties", ties, {"first_to_reach", "last_to_reach", "by_name"}));
  o.max_size = max_size;
  o.reserve = reserve;
  return std::make_unique<BoundBoard>(place_of(store, prefix, std::move(clock)), Id(name, "name"), o);
}

/// ([(score, rank, known)], [(member, score)])
py::tuple as_tuple(const ScoreChanges& result) {
  py::list changes, forgotten;
  for (const ScoreChange& c : result.changes) changes.append(py::make_tuple(c.score, c.rank, c.known));
  for (const ForgottenMember& f : result.forgotten)
    forgotten.append(py::make_tuple(id_object(f.member), f.score));
  return py::make_tuple(changes, forgotten);
}

using Change = ScoreChanges (Leaderboard::*)(List<MemberScore>);

template <Change change>
py::tuple change_scores(BoundBoard& self, const py::list& pairs) {
  std::deque<Id> ids;
  std::vector<MemberScore> scores;
  for (const py::handle pair : pairs) {
    auto [member, score] = pair.cast<std::pair<py::object, double>>();
    scores.push_back({ids.emplace_back(member, "member"), score});
  }
  return as_tuple(self.run([&](Leaderboard& b) { return (b.*change)(scores); }));
}

/// (member, score, rank, shared_rank, data)
py::tuple as_tuple(const Standing& s) {
  return py::make_tuple(id_object(s.member), s.score, s.rank, s.shared_rank, py::bytes(s.data));
}

py::list as_list(const std::vector<Standing>& places) {
  py::list out;
  for (const Standing& place : places) out.append(as_tuple(place));
  return out;
}

py::object as_object(const std::optional<Standing>& place) {
  return place ? py::object(as_tuple(*place)) : py::object(py::none());
}

py::tuple page(BoundBoard& self, const std::string& cursor, std::int64_t count) {
  auto found = self.run([&](Leaderboard& b) { return b.page(cursor, count); });
  return py::make_tuple(as_list(found.items), found.next);
}

std::int64_t remove_members(BoundBoard& self, const py::object& members) {
  Arena arena;
  GivenTexts given(members.ptr(), arena, "member");
  return self.run([&](Leaderboard& b) { return b.remove_members(given.texts()); });
}

void define_places(py::class_<BoundBoard>& c) {
  c.def(
       "get_range",
       [](BoundBoard& self, std::int64_t from, std::int64_t count) {
         return as_list(self.run([&](Leaderboard& b) { return b.get_range(from, count); }));
       },
       py::arg("first"), py::arg("count"))
      .def("page", page, py::arg("cursor") = "", py::arg("count") = 50)
      .def(
          "get_around",
          [](BoundBoard& self, const py::object& member, std::int64_t count) {
            Id id(member, "member");
            return as_list(self.run([&](Leaderboard& b) { return b.get_around(id, count); }));
          },
          py::arg("member"), py::arg("count") = 5)
      .def(
          "get",
          [](BoundBoard& self, const py::object& member) {
            Id id(member, "member");
            return as_object(self.run([&](Leaderboard& b) { return b.get(id); }));
          },
          py::arg("member"))
      .def(
          "percentile",
          [](BoundBoard& self, const py::object& member) {
            Id id(member, "member");
            return self.run([&](Leaderboard& b) { return b.percentile(id); });
          },
          py::arg("member"))
      .def(
          "at_percentile",
          [](BoundBoard& self, double percent) {
            return as_object(self.run([&](Leaderboard& b) { return b.at_percentile(percent); }));
          },
          py::arg("percent"));
}

void define_leaderboard(py::module_& m) {
  const LeaderboardOptions o;
  py::class_<BoundBoard> c(m, "Leaderboard", "A leaderboard.");
  c.def(py::init(&make_board), py::arg("store"), py::arg("name"), py::kw_only(), py::arg("prefix") = "ph",
        py::arg("clock") = py::none(), py::arg("order") = "highest_first", py::arg("ties") = "first_to_reach",
        py::arg("max_size") = o.max_size, py::arg("reserve") = o.reserve)
      .def("add_scores", change_scores<&Leaderboard::add_scores>, py::arg("scores"))
      .def("increment_scores", change_scores<&Leaderboard::increment_scores>, py::arg("scores"))
      .def("improve_scores", change_scores<&Leaderboard::improve_scores>, py::arg("scores"))
      .def(
          "set_data",
          [](BoundBoard& self, const py::object& member, const std::string& data) {
            Id id(member, "member");
            return self.run([&](Leaderboard& b) { return b.set_data(id, data); });
          },
          py::arg("member"), py::arg("data"))
      .def("remove_members", remove_members, py::arg("members"))
      .def("get_total_members",
           [](BoundBoard& self) { return self.run([](Leaderboard& b) { return b.get_total_members(); }); })
      .def("clear", [](BoundBoard& self) { self.run([](Leaderboard& b) { b.clear(); }); });
  define_places(c);
}

// ---- counters

Granularity granularity_of(const std::string& name) {
  return static_cast<Granularity>(choice("granularity", name, {"total", "minute", "hour", "day", "month"}));
}

std::unique_ptr<BoundCounters> make_counters(StoreObject& store, const std::string& prefix,
                                             std::shared_ptr<Clock> clock, const std::string& name,
                                             std::int64_t minutes, std::int64_t hours, std::int64_t days,
                                             std::int64_t months, std::int64_t utc_offset_minutes) {
  CounterOptions o{name, minutes, hours, days, months, utc_offset_minutes};
  return std::make_unique<BoundCounters>(place_of(store, prefix, std::move(clock)), std::move(o));
}

/// (total, minute, hour, day, month)
py::tuple increment(BoundCounters& self, const py::object& counter, std::int64_t value,
                    std::optional<Millis> at) {
  Id id(counter, "counter");
  Counted c = self.run([&](Counters& counters) { return counters.increment(id, value, at); });
  return py::make_tuple(c.total, c.minute, c.hour, c.day, c.month);
}

/// [(at, count)]
py::list get_count(BoundCounters& self, const py::object& counter, const std::string& granularity,
                   std::optional<Millis> from, std::optional<Millis> to) {
  Id id(counter, "counter");
  Granularity g = granularity_of(granularity);
  py::list out;
  for (const WindowCount& w : self.run([&](Counters& c) { return c.get_count(id, g, from, to); }))
    out.append(py::make_tuple(w.at, w.count));
  return out;
}

/// [(name, count)]
py::list get_top(BoundCounters& self, const std::string& granularity, std::int64_t limit,
                 std::optional<Millis> at) {
  Granularity g = granularity_of(granularity);
  py::list out;
  for (const TopCounter& t : self.run([&](Counters& c) { return c.get_top_counters(g, limit, at); }))
    out.append(py::make_tuple(id_object(t.name), t.count));
  return out;
}

void define_counters(py::module_& m) {
  const CounterOptions o;
  py::class_<BoundCounters>(m, "Counters", "Counters over time.")
      .def(py::init(&make_counters), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("name") = o.name, py::arg("minutes") = o.minutes,
           py::arg("hours") = o.hours, py::arg("days") = o.days, py::arg("months") = o.months,
           py::arg("utc_offset_minutes") = o.utc_offset_minutes)
      .def("increment", increment, py::arg("counter"), py::arg("value") = 1, py::arg("at") = py::none())
      .def("get_count", get_count, py::arg("counter"), py::arg("granularity") = "day",
           py::arg("start") = py::none(), py::arg("end") = py::none())
      .def(
          "current",
          [](BoundCounters& self, const py::object& counter, const std::string& granularity) {
            Id id(counter, "counter");
            Granularity g = granularity_of(granularity);
            return self.run([&](Counters& c) { return c.current(id, g); });
          },
          py::arg("counter"), py::arg("granularity") = "total")
      .def("get_top_counters", get_top, py::arg("granularity") = "total", py::arg("limit") = 10,
           py::arg("at") = py::none())
      .def(
          "remove",
          [](BoundCounters& self, const py::object& counter) {
            Id id(counter, "counter");
            self.run([&](Counters& c) { c.remove(id); });
          },
          py::arg("counter"));
}

// ---- sliding windows

std::unique_ptr<BoundWindow> make_window(StoreObject& store, const std::string& prefix,
                                         std::shared_ptr<Clock> clock, const std::string& name, Millis window,
                                         bool exact, std::int64_t buckets, Millis slack) {
  SlidingWindowOptions o{name, window, exact, buckets, slack};
  return std::make_unique<BoundWindow>(place_of(store, prefix, std::move(clock)), std::move(o));
}

void define_sliding_window(py::module_& m) {
  const SlidingWindowOptions o;
  py::class_<BoundWindow>(m, "SlidingWindow", "Counts over a window that slides with the clock.")
      .def(py::init(&make_window), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("name") = o.name, py::arg("window") = o.window,
           py::arg("exact") = o.exact, py::arg("buckets") = o.buckets, py::arg("slack") = o.slack)
      .def(
          "increment",
          [](BoundWindow& self, const py::object& counter, std::int64_t value, std::optional<Millis> at) {
            Id id(counter, "counter");
            return self.run([&](SlidingWindow& w) { return w.increment(id, value, at); });
          },
          py::arg("counter"), py::arg("value") = 1, py::arg("at") = py::none())
      .def(
          "get_count",
          [](BoundWindow& self, const py::object& counter) {
            Id id(counter, "counter");
            return self.run([&](SlidingWindow& w) { return w.get_count(id); });
          },
          py::arg("counter"))
      .def(
          "get_rate",
          [](BoundWindow& self, const py::object& counter) {
            Id id(counter, "counter");
            return self.run([&](SlidingWindow& w) { return w.get_rate(id); });
          },
          py::arg("counter"))
      .def(
          "remove",
          [](BoundWindow& self, const py::object& counter) {
            Id id(counter, "counter");
            self.run([&](SlidingWindow& w) { w.remove(id); });
          },
          py::arg("counter"));
}

}  // namespace

void define_numbers(py::module_& m) {
  define_leaderboard(m);
  define_counters(m);
  define_sliding_window(m);
}

}  // namespace playhead::python
