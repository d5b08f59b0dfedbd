#include <pybind11/stl.h>

#include "bindings/caching.h"

namespace playhead::python {

namespace {

// ---- texts of HTTP

/// The bytes of a str; of what the encoding has no bytes for, those in UTF-8.
std::string encoded(const py::handle& text, const char* encoding) {
  PyObject* bytes = PyUnicode_AsEncodedString(text.ptr(), encoding, "surrogateescape");
  if (bytes == nullptr) {
    if (!PyErr_ExceptionMatches(PyExc_UnicodeError)) throw py::error_already_set();
    PyErr_Clear();
    bytes = PyUnicode_AsEncodedString(text.ptr(), "utf-8", "surrogatepass");
  }
  if (bytes == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::bytes>(bytes);
}

std::string path_bytes(const py::handle& text) {
  return encoded(text, "utf-8");
}

py::object path_object(Text bytes) {
  return py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "surrogateescape"));
}

py::object latin(Text bytes) {
  return py::reinterpret_steal<py::object>(
      PyUnicode_DecodeLatin1(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), nullptr));
}

/// From pairs of str.
PageHeaders headers_of(const py::iterable& pairs) {
  PageHeaders headers;
  for (py::handle one : pairs) {
    auto pair = py::cast<py::tuple>(one);
    headers.emplace_back(encoded(pair[0], "latin-1"), encoded(pair[1], "latin-1"));
  }
  return headers;
}

py::list header_list(const PageHeaders& headers) {
  py::list out;
  for (const auto& [name, value] : headers) out.append(py::make_tuple(latin(name), latin(value)));
  return out;
}

/// From (path, query, method, headers, host).
PageRequest request_of(const py::tuple& given) {
  if (given.size() != 5) throw py::type_error("a request is a PageRequest");
  return {path_bytes(given[0]), path_bytes(given[1]), path_bytes(given[2]),
          headers_of(given[3].attr("items")()), path_bytes(given[4])};
}

/// (path, query, method, headers, host)
py::tuple request_tuple(const PageRequest& r) {
  py::dict headers;
  for (const auto& [name, value] : r.headers) headers[latin(name)] = latin(value);
  return py::make_tuple(path_object(r.path), path_object(r.query), path_object(r.method), headers,
                        path_object(r.host));
}

/// (status, headers, body)
py::tuple page_tuple(const PageResponse& page) {
  return py::make_tuple(page.status, header_list(page.headers), py::bytes(page.body));
}

// ---- rules

std::vector<std::string> names_of(const py::iterable& given, const char* what) {
  std::vector<std::string> names;
  for (py::handle one : given) names.push_back(value_of(one, what).value_or(""));
  return names;
}

/// What asks a function of Python about a request; nothing for None.
template <class Result, class Convert>
std::function<Result(const PageRequest&)> asked(const py::object& function, Convert convert) {
  if (function.is_none()) return {};
  return [held = shared(function), convert](const PageRequest& request) {
    return call_python([&] { return convert((*held)(*request_tuple(request))); });
  };
}

/// From (path, ttl, params, vary, tags); ttl and tags may be functions.
PageRule rule_of(const py::tuple& given) {
  PageRule rule{path_bytes(given[0])};
  auto lifetime = [](const py::object& ttl) { return ttl.cast<Millis>(); };
  auto tags = [](const py::object& some) { return names_of(some, "tag"); };
  if (PyCallable_Check(given[1].ptr()) != 0)
    rule.ttl_of = asked<Millis>(given[1], lifetime);
  else
    rule.ttl = lifetime(given[1]);
  if (given[2].is_none())
    rule.params.reset();
  else
    rule.params = names_of(given[2], "parameter");
  rule.vary = names_of(given[3], "header");
  if (PyCallable_Check(given[4].ptr()) != 0)
    rule.tags_of = asked<std::vector<std::string>>(given[4], tags);
  else
    rule.tags = tags(given[4]);
  return rule;
}

/// The rules of a video platform: (path, ttl, params, vary, tags) of each.
py::list video_rule_list() {
  auto texts = [](const std::vector<std::string>& names) { return py::tuple(py::cast(names)); };
  py::list out;
  for (const PageRule& r : video_rules())
    out.append(py::make_tuple(r.path, r.ttl, texts(r.params.value_or(std::vector<std::string>())),
                              texts(r.vary), texts(r.tags)));
  return out;
}

// ---- the cache

/// What a callback raised, or an error of Playhead as it is raised in Python.
py::object error_object(const std::exception& error) {
  if (const auto* raised = dynamic_cast<const Raised*>(&error)) return raised->value();
  const auto* ours = dynamic_cast<const Error*>(&error);
  PyObject* made = ours != nullptr ? make_error(ours->code(), ours->message())
                                   : PyObject_CallFunction(PyExc_RuntimeError, "s", error.what());
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(made);
}

std::function<void(const std::exception&)> teller(const py::object& on_error) {
  return [held = shared(on_error)](const std::exception& error) {
    py::gil_scoped_acquire gil;
    try {
      (*held)(error_object(error));
    } catch (py::error_already_set& e) {
      e.discard_as_unraisable("playhead.modules.PageCache: on_error");
    }
  };
}

std::unique_ptr<BoundPages> make_pages(StoreObject& store, const py::iterable& rules,
                                       const py::object& personal, const py::object& on_error,
                                       const std::string& prefix, std::shared_ptr<Clock> clock,
                                       const std::string& name, std::int64_t max_body, Millis max_wait,
                                       Millis pass_ttl, Millis lease, Millis stale_while_revalidate,
                                       std::int64_t jitter_percent) {
  std::vector<PageRule> all;
  for (py::handle rule : rules) all.push_back(rule_of(py::cast<py::tuple>(rule)));
  PageCacheOptions o{name, max_body, max_wait, pass_ttl, lease, stale_while_revalidate, jitter_percent};
  o.personal = asked<bool>(personal, [](const py::object& answer) { return py::bool_(answer); });
  o.on_error = teller(on_error);
  o.while_waiting = check_signals;
  return std::make_unique<BoundPages>(place_of(store, prefix, std::move(clock)), std::move(all),
                                      std::move(o));
}

/// Which of the rules it is; None: none.
std::optional<std::size_t> rule_index(BoundPages& self, const py::tuple& given) {
  PageRequest request = request_of(given);
  const PageRule* rule = without_gil([&] { return self.module.rule_of(request); });
  if (rule == nullptr) return std::nullopt;
  return static_cast<std::size_t>(rule - self.module.rules().data());
}

py::tuple serve(BoundPages& self, const py::tuple& given, const py::object& make_page) {
  PageRequest request = request_of(given);
  auto make = [&](const PageRequest&) {
    return call_python([&] {
      auto page = py::cast<py::tuple>(make_page());
      return PageResponse{page[0].cast<int>(), headers_of(page[1]), page[2].cast<std::string>()};
    });
  };
  return page_tuple(without_gil([&] { return self.module.serve(request, make); }));
}

void invalidate_tags(BoundPages& self, const py::object& tags) {
  Arena arena;
  GivenTexts names(tags.ptr(), arena, "tag");
  self.run([&](PageCache& pages) { pages.invalidate_tags(names.texts()); });
}

py::tuple statistics_of_pages(BoundPages& self) {
  PageStatistics s = self.module.statistics();
  return py::make_tuple(s.hits, s.stale_hits, s.misses, s.passed, s.kept, s.errors);
}

void define_page_cache(py::module_& m) {
  py::class_<BoundPages>(m, "PageCache", py::release_gil_before_calling_cpp_dtor(), "A cache of whole pages.")
      .def(py::init(&make_pages), py::arg("store"), py::arg("rules"), py::kw_only(), py::arg("personal"),
           py::arg("on_error"), py::arg("prefix"), py::arg("clock"), py::arg("name"), py::arg("max_body"),
           py::arg("max_wait"), py::arg("pass_ttl"), py::arg("lease"), py::arg("stale_while_revalidate"),
           py::arg("jitter_percent"))
      .def("rule_of", rule_index, py::arg("request"))
      .def(
          "visit",
          [](BoundPages& self, const py::tuple& given) {
            PageRequest request = request_of(given);
            return without_gil([&] { return self.module.visit(std::move(request)); });
          },
          py::arg("request"))
      .def(
          "begin",
          [](BoundPages& self, const py::tuple& given) {
            PageRequest request = request_of(given);
            return without_gil([&] { return self.module.begin(std::move(request)); });
          },
          py::arg("request"))
      .def("serve", serve, py::arg("request"), py::arg("make"))
      .def(
          "contains",
          [](BoundPages& self, const py::tuple& given) {
            PageRequest request = request_of(given);
            return self.run([&](PageCache& pages) { return pages.contains(request); });
          },
          py::arg("request"))
      .def(
          "invalidate",
          [](BoundPages& self, const py::tuple& given) {
            PageRequest request = request_of(given);
            return self.run([&](PageCache& pages) { return pages.invalidate(request); });
          },
          py::arg("request"))
      .def("invalidate_tags", invalidate_tags, py::arg("tags"))
      .def_property_readonly("local", [](BoundPages& self) { return self.local; })
      .def("statistics", statistics_of_pages);
}

// ---- visits

template <void (PageVisit::*method)()>
void released(PageVisit& self) {
  without_gil([&] { (self.*method)(); });
}

void define_visit(py::module_& m) {
  py::class_<PageVisit>(m, "PageVisit", py::release_gil_before_calling_cpp_dtor(), "A request on its way.")
      .def_property_readonly("state", [](PageVisit& self) { return std::string(self.state_name()); })
      .def_property_readonly("key", [](PageVisit& self) { return path_object(self.key()); })
      .def_property_readonly("response",
                             [](PageVisit& self) -> py::object {
                               if (!self.response()) return py::none();
                               return page_tuple(*self.response());
                             })
      .def_property_readonly("recording", &PageVisit::recording)
      .def_property_readonly("waiting", &PageVisit::waiting)
      .def("look", released<&PageVisit::look>)
      .def("wait", released<&PageVisit::wait>)
      .def(
          "start",
          [](PageVisit& self, int status, const py::iterable& headers) {
            return header_list(self.start(status, headers_of(headers)));
          },
          py::arg("status"), py::arg("headers"))
      .def(
          "add", [](PageVisit& self, const py::bytes& chunk) { self.add(Text(chunk)); }, py::arg("chunk"))
      .def("finish", released<&PageVisit::finish>)
      .def("abandon", released<&PageVisit::abandon>);
}

}  // namespace

void define_pages(py::module_& m) {
  define_visit(m);
  define_page_cache(m);
  m.def("video_rules", video_rule_list);
  m.def(
      "page_rule_matches",
      [](const py::str& pattern, const py::str& path) {
        return PageRule{path_bytes(pattern)}.matches(path_bytes(path));
      },
      py::arg("pattern"), py::arg("path"));
  m.def(
      "page_key",
      [](const py::tuple& request, const py::tuple& rule) {
        return path_object(page_key(request_of(request), rule_of(rule)));
      },
      py::arg("request"), py::arg("rule"));
  m.def(
      "known_user", [](const py::tuple& given) { return known_user(request_of(given)); }, py::arg("request"));
  m.def(
      "should_cache_video_request",
      [](const py::tuple& given) { return should_cache_video_request(request_of(given)); },
      py::arg("request"));
  m.def(
      "generate_video_cache_key",
      [](const py::tuple& given) { return path_object(generate_video_cache_key(request_of(given))); },
      py::arg("request"));
  m.def(
      "get_cache_time_for_content",
      [](const py::str& path) { return get_cache_time_for_content(path_bytes(path)); }, py::arg("path"));
}

}  // namespace playhead::python
