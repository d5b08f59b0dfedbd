#include <pybind11/stl.h>

#include "bindings/callbacks.h"
#include "bindings/fast_method.h"
#include "bindings/modules.h"
#include "bindings/sessions.h"
#include "playhead/modules/session_expiry.h"
#include "playhead/modules/single_sign_on.h"

namespace playhead::python {

namespace {

using BoundSessions = Bound<Sessions>;
using BoundExpiry = Bound<SessionExpiry>;
using BoundSso = Bound<SingleSignOn>;

/// (id, user_id, app, reason, ended_at, created_at, last_seen)
py::tuple ended(const SessionEnd& e) {
  return py::make_tuple(e.id, id_object(e.user_id), id_object(e.app), e.reason, e.ended_at, e.created_at,
                        e.last_seen);
}

py::list as_list(const std::vector<SessionInfo>& sessions) {
  py::list out;
  for (const SessionInfo& s : sessions) out.append(session_tuple(s));
  return out;
}

std::unique_ptr<BoundSessions> make_sessions(StoreObject& store, const std::string& prefix,
                                             std::shared_ptr<Clock> clock, const SessionOptions& options) {
  return std::make_unique<BoundSessions>(place_of(store, prefix, std::move(clock)), options);
}

std::unique_ptr<BoundSso> make_sso(StoreObject& store, const std::string& prefix,
                                   std::shared_ptr<Clock> clock, const SessionOptions& options) {
  return std::make_unique<BoundSso>(place_of(store, prefix, std::move(clock)), options);
}

std::unique_ptr<BoundExpiry> make_expiry(StoreObject& store, const std::string& prefix,
                                         std::shared_ptr<Clock> clock, const SessionOptions& options,
                                         std::int64_t batch, Millis lease, Millis longest_wait,
                                         std::int64_t log_limit) {
  SessionExpiryOptions o{batch, lease, longest_wait, log_limit};
  return std::make_unique<BoundExpiry>(place_of(store, prefix, std::move(clock)), options, o);
}

py::object get_session(BoundSessions& self, const py::object& session) {
  Id text(session, "session");
  return or_none(self.run([&](Sessions& s) { return s.get(text); }));
}

/// `changes` is a dict; `version` an int or None.
py::tuple update(BoundSessions& self, const py::object& session, const py::object& changes,
                 const py::object& version) {
  Id text(session, "session");
  SessionChanges given = changes_of(py::cast<py::dict>(changes));
  std::optional<std::int64_t> expected;
  if (!version.is_none()) expected = integer_of(version.ptr(), "version");
  return session_tuple(self.run([&](Sessions& s) { return s.update(text, given, expected); }));
}

/// What works on a session that a client shows.
template <class Module, class F>
auto on_session(F f) {
  return [f](Bound<Module>& self, const py::object& session) {
    Id text(session, "session");
    return self.run([&](Module& m) { return f(m, text); });
  };
}

/// The same, giving an object of Python.
template <class Module, class F>
auto told_session(F f) {
  return [f](Bound<Module>& self, const py::object& session) {
    Id text(session, "session");
    auto result = self.run([&](Module& m) { return f(m, text); });
    return or_none(result);
  };
}

void define_sessions_class(py::module_& m) {
  py::class_<BoundSessions> c(m, "Sessions", "Sessions of users.");
  add_fast_method<get_session>(c, "get");
  add_fast_method<update>(c, "update");
  c.def(py::init(&make_sessions), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
        py::arg("clock") = py::none(), py::arg("options") = SessionOptions())
      .def(
          "create",
          [](BoundSessions& self, const py::object& user_id, const py::dict& fields) {
            Id user(user_id, "user_id");
            SessionFields given = fields_of(fields);
            return session_tuple(self.run([&](Sessions& s) { return s.create(user, given); }));
          },
          py::arg("user_id"), py::arg("fields"))
      .def("peek", told_session<Sessions>([](Sessions& s, Text t) { return s.peek(t); }), py::arg("session"))
      .def("touch", on_session<Sessions>([](Sessions& s, Text t) { return s.touch(t); }), py::arg("session"))
      .def(
          "regenerate",
          [](BoundSessions& self, const py::object& session, bool authenticated) {
            Id text(session, "session");
            return or_none(self.run([&](Sessions& s) { return s.regenerate(text, authenticated); }));
          },
          py::arg("session"), py::arg("authenticated") = true)
      .def("destroy", on_session<Sessions>([](Sessions& s, Text t) { return s.destroy(t); }),
           py::arg("session"))
      .def(
          "destroy_id",
          [](BoundSessions& self, const py::object& user_id, const py::object& id) {
            Id user(user_id, "user_id"), name(id, "id");
            return self.run([&](Sessions& s) { return s.destroy_id(user, name); });
          },
          py::arg("user_id"), py::arg("id"))
      .def(
          "destroy_user_sessions",
          [](BoundSessions& self, const py::object& user_id) {
            Id user(user_id, "user_id");
            return self.run([&](Sessions& s) { return s.destroy_user_sessions(user); });
          },
          py::arg("user_id"))
      .def("destroy_others", on_session<Sessions>([](Sessions& s, Text t) { return s.destroy_others(t); }),
           py::arg("session"))
      .def(
          "list",
          [](BoundSessions& self, const py::object& user_id) {
            Id user(user_id, "user_id");
            return as_list(self.run([&](Sessions& s) { return s.list(user); }));
          },
          py::arg("user_id"))
      .def("destroy_everybody",
           [](BoundSessions& self) { return self.run([](Sessions& s) { return s.destroy_everybody(); }); })
      .def("count", [](BoundSessions& self) { return self.run([](Sessions& s) { return s.count(); }); });
}

void define_sso(py::module_& m) {
  py::class_<BoundSso>(m, "SingleSignOn", "One sign-on for several applications.")
      .def(py::init(&make_sso), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("options") = SingleSignOn::default_options())
      .def(
          "create_global_session",
          [](BoundSso& self, const py::object& user_id, const py::dict& fields) {
            Id user(user_id, "user_id");
            SessionFields given = fields_of(fields);
            return session_tuple(
                self.run([&](SingleSignOn& s) { return s.create_global_session(user, given); }));
          },
          py::arg("user_id"), py::arg("fields"))
      .def(
          "create_app_session",
          [](BoundSso& self, const py::object& global_session, const py::object& app,
             const py::dict& fields) {
            Id text(global_session, "global_session"), name(app, "app");
            SessionFields given = fields_of(fields);
            return or_none(
                self.run([&](SingleSignOn& s) { return s.create_app_session(text, name, given); }));
          },
          py::arg("global_session"), py::arg("app"), py::arg("fields"))
      .def(
          "get_session_with_sso",
          [](BoundSso& self, const py::object& app_session) -> py::object {
            Id text(app_session, "app_session");
            auto found = self.run([&](SingleSignOn& s) { return s.get_session_with_sso(text); });
            if (!found) return py::none();
            return py::make_tuple(session_tuple(found->app), session_tuple(found->global));
          },
          py::arg("app_session"))
      .def("sign_out", on_session<SingleSignOn>([](SingleSignOn& s, Text t) { return s.sign_out(t); }),
           py::arg("session"))
      .def("sign_out_everywhere",
           on_session<SingleSignOn>([](SingleSignOn& s, Text t) { return s.sign_out_everywhere(t); }),
           py::arg("session"))
      .def(
          "app_sessions",
          [](BoundSso& self, const py::object& global_session) {
            Id text(global_session, "global_session");
            return as_list(self.run([&](SingleSignOn& s) { return s.app_sessions(text); }));
          },
          py::arg("global_session"));
}

void define_expiry(py::module_& m) {
  const SessionExpiryOptions o;
  // A background thread that still runs may wait for the GIL: it ends with the GIL released.
  py::class_<BoundExpiry>(m, "SessionExpiry", py::release_gil_before_calling_cpp_dtor(),
                          "Who is told when sessions end.")
      .def(py::init(&make_expiry), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("options") = SessionOptions(), py::arg("batch") = o.batch,
           py::arg("lease") = o.lease, py::arg("longest_wait") = o.longest_wait,
           py::arg("log_limit") = o.log_limit)
      .def(
          "add_session_listener",
          [](BoundExpiry& self, const py::object& listener) {
            auto call = [held = shared(listener)](const SessionEnd& end) {
              call_python([&] { (*held)(ended(end)); });
            };
            without_gil([&] { self.module.add_session_listener(call); });
          },
          py::arg("listener"))
      .def(
          "step",
          [](BoundExpiry& self, std::optional<Millis> now) {
            SessionExpiryReport r = without_gil([&] { return self.module.step(now); });
            py::list failures;
            for (const std::string& f : r.failures)
              failures.append(py::reinterpret_steal<py::object>(readable(f)));
            return py::make_tuple(r.ended, r.told, failures, r.next_due, r.now);
          },
          py::arg("now") = py::none())
      .def(
          "run_in_background",
          [](BoundExpiry& self, const py::object& on_error) {
            auto tell_error = error_teller(on_error, "playhead.modules.SessionExpiry: on_error");
            without_gil([&] { self.module.run_in_background(tell_error); });
          },
          py::arg("on_error") = py::none())
      .def("stop_background", [](BoundExpiry& self) { without_gil([&] { self.module.stop_background(); }); })
      .def_property_readonly(
          "running", [](BoundExpiry& self) { return without_gil([&] { return self.module.running(); }); })
      .def(
          "log",
          [](BoundExpiry& self, const std::string& cursor, std::int64_t count) {
            auto page = without_gil([&] { return self.module.log(cursor, count); });
            py::list items;
            for (const SessionEnd& end : page.items) items.append(ended(end));
            return py::make_tuple(items, page.next);
          },
          py::arg("cursor") = "", py::arg("count") = 100);
}

/// UTF-8, or Latin-1 if it is none.
py::object field_name(Text name) {
  py::object text = id_object(name);
  if (py::isinstance<py::str>(text)) return text;
  return py::reinterpret_steal<py::object>(
      PyUnicode_DecodeLatin1(name.data(), static_cast<Py_ssize_t>(name.size()), nullptr));
}

}  // namespace

SessionFields fields_of(const py::dict& given) {
  SessionFields fields;
  for (const auto& [name, value] : given)
    fields.emplace_back(std::string(Text(Id(py::reinterpret_borrow<py::object>(name), "name"))),
                        std::string(Text(Id(py::reinterpret_borrow<py::object>(value), "value"))));
  return fields;
}

SessionChanges changes_of(const py::dict& given) {
  SessionChanges changes;
  for (const auto& [name, value] : given) {
    std::string key(Text(Id(py::reinterpret_borrow<py::object>(name), "name")));
    if (value.is_none())
      changes.emplace_back(std::move(key), std::nullopt);
    else
      changes.emplace_back(std::move(key),
                           std::string(Text(Id(py::reinterpret_borrow<py::object>(value), "value"))));
  }
  return changes;
}

py::tuple session_tuple(const UpdateResult& r) {
  constexpr const char* outcomes[] = {"no_session", "updated", "conflict", "too_big"};
  return py::make_tuple(outcomes[static_cast<std::size_t>(r.outcome)], r.version);
}

py::tuple session_tuple(const CreatedSession& c) {
  return py::make_tuple(c.session, c.id, c.expires_at);
}

py::tuple session_tuple(const SessionInfo& s) {
  py::dict fields;
  for (const auto& [name, value] : s.fields) fields[field_name(name)] = py::bytes(value);
  return py::make_tuple(s.id, id_object(s.user_id), id_object(s.app), fields, s.version, s.created_at,
                        s.last_seen, s.expires_at, s.authenticated_at);
}

void define_sessions(py::module_& m) {
  const SessionOptions o;
  py::class_<SessionOptions>(m, "SessionOptions", "How long sessions last, and how many there are.")
      .def(py::init([](const std::string& name, Millis idle_timeout, Millis absolute_timeout,
                       Millis touch_interval, std::int64_t sessions_per_user, std::int64_t shards,
                       std::int64_t kept_events, Millis slack) {
             return SessionOptions{
                 name,        idle_timeout, absolute_timeout, touch_interval, sessions_per_user, shards,
                 kept_events, slack};
           }),
           py::kw_only(), py::arg("name") = o.name, py::arg("idle_timeout") = o.idle_timeout,
           py::arg("absolute_timeout") = o.absolute_timeout, py::arg("touch_interval") = o.touch_interval,
           py::arg("sessions_per_user") = o.sessions_per_user, py::arg("shards") = o.shards,
           py::arg("kept_events") = o.kept_events, py::arg("slack") = o.slack);
  define_sessions_class(m);
  define_sso(m);
  define_expiry(m);
}

}  // namespace playhead::python
