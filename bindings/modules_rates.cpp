#include <pybind11/stl.h>

#include "bindings/fast_method.h"
#include "bindings/modules.h"
#include "playhead/modules/rate_limiter.h"

namespace playhead::python {

namespace {

using BoundRates = Bound<RateLimiter>;

/// (allowed, remaining, retry_after, reset_after)
py::tuple as_tuple(const RateDecision& d) {
  return py::make_tuple(d.allowed, d.remaining, d.retry_after, d.reset_after);
}

RateAlgorithm algorithm_of(const std::string& name) {
  constexpr Text names[] = {"fixed_window", "sliding_log", "sliding_counter", "token_bucket", "gcra"};
  for (std::size_t i = 0; i < std::size(names); ++i)
    if (names[i] == name) return static_cast<RateAlgorithm>(i);
  throw Error(ErrorCode::invalid, "\"" + name +
                                      "\" is no algorithm of a rate limiter; use fixed_window, sliding_log, "
                                      "sliding_counter, token_bucket or gcra");
}

std::unique_ptr<BoundRates> make_rates(StoreObject& store, const std::string& rate, const std::string& prefix,
                                       std::shared_ptr<Clock> clock, const std::string& name,
                                       const std::string& algorithm, std::int64_t burst, Millis slack) {
  RateLimiterOptions o{name, algorithm_of(algorithm), burst, slack};
  return std::make_unique<BoundRates>(place_of(store, prefix, std::move(clock)), Rate::parse(rate),
                                      std::move(o));
}

py::tuple check(BoundRates& self, const py::object& subject, const py::object& weight) {
  Id who(subject, "subject");
  std::int64_t n = integer_of(weight.ptr(), "weight");
  return as_tuple(self.run([&](RateLimiter& r) { return r.check(who, n); }));
}

}  // namespace

void define_rates(py::module_& m) {
  const RateLimiterOptions o;
  py::class_<BoundRates> c(m, "RateLimiter", "How often somebody may do something.");
  add_fast_method<check>(c, "check");
  c.def(py::init(&make_rates), py::arg("store"), py::arg("rate"), py::kw_only(), py::arg("prefix") = "ph",
        py::arg("clock") = py::none(), py::arg("name") = o.name, py::arg("algorithm") = "gcra",
        py::arg("burst") = o.burst, py::arg("slack") = o.slack)
      .def(
          "peek",
          [](BoundRates& self, const py::object& subject, std::int64_t weight) {
            Id who(subject, "subject");
            return as_tuple(self.run([&](RateLimiter& r) { return r.peek(who, weight); }));
          },
          py::arg("subject"), py::arg("weight") = 1)
      .def(
          "reset",
          [](BoundRates& self, const py::object& subject) {
            Id who(subject, "subject");
            return self.run([&](RateLimiter& r) { return r.reset(who); });
          },
          py::arg("subject"))
      .def_property_readonly("limit", [](BoundRates& self) { return self.module.rate().limit; })
      .def_property_readonly("period", [](BoundRates& self) { return self.module.rate().period; });
}

}  // namespace playhead::python
