#include "playhead/modules/secure_sessions.h"

#include <pybind11/stl.h>

#include "bindings/modules.h"
#include "bindings/sessions.h"

namespace playhead::python {

namespace {

using BoundSecure = Bound<SecureSessions>;

/// (session, csrf_token, id, expires_at)
py::tuple secured(const SecureSession& s) {
  return py::make_tuple(s.session, s.csrf_token, s.id, s.expires_at);
}

/// (verdict, session, suspicious)
py::tuple validated(const ValidatedSession& v) {
  constexpr const char* verdicts[] = {"good", "no_session", "bad_signature", "bad_csrf", "bad_fingerprint"};
  return py::make_tuple(verdicts[static_cast<std::size_t>(v.verdict)], or_none(v.session), v.suspicious);
}

FingerprintPolicy policy_of(const std::string& name) {
  if (name == "strict") return FingerprintPolicy::strict;
  if (name == "signal") return FingerprintPolicy::signal;
  throw Error(ErrorCode::invalid, "\"" + name + "\" is no policy for fingerprints; use strict or signal");
}

std::unique_ptr<BoundSecure> make_secure_sessions(StoreObject& store, const std::vector<py::bytes>& keys,
                                                  const std::string& prefix, std::shared_ptr<Clock> clock,
                                                  const SessionOptions& options,
                                                  const std::string& fingerprint, std::int64_t log_limit) {
  std::vector<std::string> bytes(keys.begin(), keys.end());
  SecureSessionOptions o{options, policy_of(fingerprint), log_limit};
  return std::make_unique<BoundSecure>(place_of(store, prefix, std::move(clock)), std::move(bytes),
                                       std::move(o));
}

/// The readable text of what clients send.
py::object shown(const std::string& text) {
  return py::reinterpret_steal<py::object>(readable(text));
}

void add_changes(py::class_<BoundSecure>& sessions) {
  sessions
      .def(
          "regenerate",
          [](BoundSecure& self, const std::string& session, bool authenticated) -> py::object {
            auto next = self.run([&](SecureSessions& s) { return s.regenerate(session, authenticated); });
            if (!next) return py::none();
            return secured(*next);
          },
          py::arg("session"), py::arg("authenticated") = true)
      .def(
          "update",
          [](BoundSecure& self, const std::string& session, const py::dict& changes,
             std::optional<std::int64_t> version) {
            SessionChanges given = changes_of(changes);
            return session_tuple(
                self.run([&](SecureSessions& s) { return s.update(session, given, version); }));
          },
          py::arg("session"), py::arg("changes"), py::arg("version") = py::none())
      .def(
          "destroy",
          [](BoundSecure& self, const std::string& session) {
            return self.run([&](SecureSessions& s) { return s.destroy(session); });
          },
          py::arg("session"))
      .def(
          "destroy_others",
          [](BoundSecure& self, const std::string& session) {
            return self.run([&](SecureSessions& s) { return s.destroy_others(session); });
          },
          py::arg("session"))
      .def(
          "suspicious_activity",
          [](BoundSecure& self, std::int64_t count) {
            py::list out;
            for (const auto& a : self.run([&](SecureSessions& s) { return s.suspicious_activity(count); }))
              out.append(py::make_tuple(a.event, a.session_id, id_object(a.user_id), shown(a.old_ip),
                                        shown(a.new_ip), shown(a.old_user_agent), shown(a.new_user_agent),
                                        a.at));
            return out;
          },
          py::arg("count") = 100);
}

}  // namespace

void define_secure_sessions(py::module_& m) {
  py::class_<BoundSecure> sessions(m, "SecureSessions", "Sessions that are hard to steal and hard to abuse.");
  sessions
      .def(py::init(&make_secure_sessions), py::arg("store"), py::arg("keys"), py::kw_only(),
           py::arg("prefix") = "ph", py::arg("clock") = py::none(),
           py::arg("options") = SecureSessionOptions::default_sessions(), py::arg("fingerprint") = "strict",
           py::arg("log_limit") = SecureSessionOptions().log_limit)
      .def(
          "create_secure_session",
          [](BoundSecure& self, const py::object& user_id, const std::string& ip,
             const std::string& user_agent, const py::dict& fields) {
            Id user(user_id, "user_id");
            SessionFields given = fields_of(fields);
            return secured(self.run(
                [&](SecureSessions& s) { return s.create_secure_session(user, {ip, user_agent}, given); }));
          },
          py::arg("user_id"), py::arg("ip"), py::arg("user_agent"), py::arg("fields"))
      .def(
          "validate_session",
          [](BoundSecure& self, const std::string& session, const std::string& method, const std::string& ip,
             const std::string& user_agent, const std::string& csrf_token) {
            return validated(self.run([&](SecureSessions& s) {
              return s.validate_session(session, method, {ip, user_agent}, csrf_token);
            }));
          },
          py::arg("session"), py::arg("method"), py::arg("ip"), py::arg("user_agent"), py::arg("csrf_token"))
      .def(
          "csrf_token",
          [](BoundSecure& self, const std::string& session) { return self.module.csrf_token(session); },
          py::arg("session"));
  add_changes(sessions);
}

}  // namespace playhead::python
