#include <pybind11/stl.h>

#include "bindings/modules.h"
#include "playhead/modules/tokens.h"

namespace playhead::python {

namespace {

using BoundTokens = Bound<Tokens>;

/// (token, id, expires_at)
py::tuple as_tuple(const IssuedToken& t) {
  return py::make_tuple(t.token, t.id, t.expires_at);
}

/// (id, user_id, data, issued_at, last_seen, expires_at)
py::tuple as_tuple(const TokenInfo& t) {
  return py::make_tuple(t.id, id_object(t.user_id), py::bytes(t.data), t.issued_at, t.last_seen,
                        t.expires_at);
}

template <class T>
py::object token_or_none(const std::optional<T>& found) {
  if (!found) return py::none();
  return as_tuple(*found);
}

std::unique_ptr<BoundTokens> make_tokens(StoreObject& store, const std::string& prefix,
                                         std::shared_ptr<Clock> clock, Millis idle_timeout,
                                         Millis absolute_timeout, Millis rotation_grace,
                                         Millis touch_interval, std::int64_t tokens_per_user, Millis slack,
                                         std::int64_t viewed_items, std::int64_t shards, bool indexed) {
  TokenOptions o{idle_timeout, absolute_timeout, rotation_grace, touch_interval, tokens_per_user,
                 slack,        viewed_items,     shards,         indexed};
  return std::make_unique<BoundTokens>(place_of(store, prefix, std::move(clock)), o);
}

void add_revoking(py::class_<BoundTokens>& bound) {
  bound
      .def(
          "revoke",
          [](BoundTokens& self, const py::object& token) {
            Id text(token, "token");
            return self.run([&](Tokens& t) { return t.revoke(text); });
          },
          py::arg("token"))
      .def(
          "revoke_id",
          [](BoundTokens& self, const py::object& user_id, const py::object& id) {
            Id user(user_id, "user_id"), name(id, "id");
            return self.run([&](Tokens& t) { return t.revoke_id(user, name); });
          },
          py::arg("user_id"), py::arg("id"))
      .def(
          "revoke_all",
          [](BoundTokens& self, const py::object& user_id) {
            Id user(user_id, "user_id");
            return self.run([&](Tokens& t) { return t.revoke_all(user); });
          },
          py::arg("user_id"))
      .def(
          "revoke_others",
          [](BoundTokens& self, const py::object& token) {
            Id text(token, "token");
            return self.run([&](Tokens& t) { return t.revoke_others(text); });
          },
          py::arg("token"));
}

void add_lists(py::class_<BoundTokens>& bound) {
  bound
      .def(
          "view",
          [](BoundTokens& self, const py::object& token, const py::object& item) {
            Id text(token, "token"), what(item, "item");
            return self.run([&](Tokens& t) { return t.view(text, what); });
          },
          py::arg("token"), py::arg("item"))
      .def(
          "viewed",
          [](BoundTokens& self, const py::object& token) {
            Id text(token, "token");
            py::list out;
            for (const ViewedItem& v : self.run([&](Tokens& t) { return t.viewed(text); }))
              out.append(py::make_tuple(id_object(v.item), v.at));
            return out;
          },
          py::arg("token"))
      .def(
          "list",
          [](BoundTokens& self, const py::object& user_id) {
            Id user(user_id, "user_id");
            py::list out;
            for (const TokenInfo& t : self.run([&](Tokens& tokens) { return tokens.list(user); }))
              out.append(as_tuple(t));
            return out;
          },
          py::arg("user_id"));
}

}  // namespace

void define_tokens(py::module_& m) {
  const TokenOptions o;
  py::class_<BoundTokens> bound(m, "Tokens", "Access tokens.");
  bound
      .def(py::init(&make_tokens), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("idle_timeout") = o.idle_timeout,
           py::arg("absolute_timeout") = o.absolute_timeout, py::arg("rotation_grace") = o.rotation_grace,
           py::arg("touch_interval") = o.touch_interval, py::arg("tokens_per_user") = o.tokens_per_user,
           py::arg("slack") = o.slack, py::arg("viewed_items") = o.viewed_items, py::arg("shards") = o.shards,
           py::arg("indexed") = o.indexed)
      .def(
          "issue",
          [](BoundTokens& self, const py::object& user_id, const py::object& data) {
            Id user(user_id, "user_id"), bytes(data, "data");
            return as_tuple(self.run([&](Tokens& t) { return t.issue(user, bytes); }));
          },
          py::arg("user_id"), py::arg("data"))
      .def(
          "validate",
          [](BoundTokens& self, const py::object& token) {
            Id text(token, "token");
            return token_or_none(self.run([&](Tokens& t) { return t.validate(text); }));
          },
          py::arg("token"))
      .def(
          "rotate",
          [](BoundTokens& self, const py::object& token) {
            Id text(token, "token");
            return token_or_none(self.run([&](Tokens& t) { return t.rotate(text); }));
          },
          py::arg("token"));
  add_revoking(bound);
  add_lists(bound);
}

}  // namespace playhead::python
