#include <pybind11/stl.h>

#include "bindings/callbacks.h"
#include "bindings/modules.h"
#include "playhead/modules/cart.h"
#include "playhead/modules/token_limit.h"

namespace playhead::python {

namespace {

using BoundCart = Bound<Cart>;
using BoundLimit = Bound<TokenLimit>;

constexpr const char* changes[] = {"no_owner", "done", "full"};
const char* name_of(CartChange change) {
  return changes[static_cast<std::size_t>(change)];
}

CartOwner owner_of(const py::object& id, bool is_token) {
  return {std::string(Text(Id(id, is_token ? "token" : "user_id"))), is_token};
}

std::unique_ptr<BoundCart> make_cart(StoreObject& store, const std::string& prefix,
                                     std::shared_ptr<Clock> clock, std::int64_t items, std::int64_t most,
                                     Millis lifetime, std::int64_t shards) {
  CartOptions o{items, most, lifetime, shards};
  return std::make_unique<BoundCart>(place_of(store, prefix, std::move(clock)), o);
}

std::unique_ptr<BoundLimit> make_limit(StoreObject& store, const std::string& prefix,
                                       std::shared_ptr<Clock> clock, Millis idle_timeout, std::int64_t shards,
                                       bool indexed, std::int64_t limit, std::int64_t batch,
                                       Millis longest_wait) {
  TokenOptions tokens;
  tokens.idle_timeout = idle_timeout;
  tokens.shards = shards;
  tokens.indexed = indexed;
  TokenLimitOptions o{limit, batch, longest_wait};
  return std::make_unique<BoundLimit>(place_of(store, prefix, std::move(clock)), tokens, o);
}

void define_cart(py::module_& m) {
  const CartOptions o;
  py::class_<BoundCart>(m, "Cart", "Shopping carts.")
      .def(py::init(&make_cart), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("items") = o.items, py::arg("most") = o.most,
           py::arg("lifetime") = o.lifetime, py::arg("shards") = o.shards)
      .def(
          "set",
          [](BoundCart& self, const py::object& id, bool is_token, const py::object& item,
             std::int64_t count) {
            CartOwner owner = owner_of(id, is_token);
            Id what(item, "item");
            return name_of(self.run([&](Cart& c) { return c.set(owner, what, count); }));
          },
          py::arg("owner"), py::arg("is_token"), py::arg("item"), py::arg("count"))
      .def(
          "add",
          [](BoundCart& self, const py::object& id, bool is_token, const py::object& item,
             std::int64_t count) {
            CartOwner owner = owner_of(id, is_token);
            Id what(item, "item");
            return name_of(self.run([&](Cart& c) { return c.add(owner, what, count); }));
          },
          py::arg("owner"), py::arg("is_token"), py::arg("item"), py::arg("count") = 1)
      .def(
          "list",
          [](BoundCart& self, const py::object& id, bool is_token) {
            CartOwner owner = owner_of(id, is_token);
            py::list out;
            for (const CartItem& i : self.run([&](Cart& c) { return c.list(owner); }))
              out.append(py::make_tuple(id_object(i.item), i.count));
            return out;
          },
          py::arg("owner"), py::arg("is_token"))
      .def(
          "clear",
          [](BoundCart& self, const py::object& id, bool is_token) {
            CartOwner owner = owner_of(id, is_token);
            return self.run([&](Cart& c) { return c.clear(owner); });
          },
          py::arg("owner"), py::arg("is_token"))
      .def(
          "merge",
          [](BoundCart& self, const py::object& token, const py::object& user_id) {
            Id text(token, "token"), user(user_id, "user_id");
            CartMerge merged = self.run([&](Cart& c) { return c.merge(text, user); });
            return py::make_tuple(name_of(merged.outcome), merged.moved);
          },
          py::arg("token"), py::arg("user_id"));
}

}  // namespace

void define_carts(py::module_& m) {
  define_cart(m);
  const TokenLimitOptions o;
  const TokenOptions t;
  // A background thread that still runs may wait for the GIL: it ends with the GIL released.
  py::class_<BoundLimit>(m, "TokenLimit", py::release_gil_before_calling_cpp_dtor(),
                         "How many tokens there are.")
      .def(py::init(&make_limit), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("idle_timeout") = t.idle_timeout,
           py::arg("shards") = t.shards, py::arg("indexed") = t.indexed, py::arg("limit") = o.limit,
           py::arg("batch") = o.batch, py::arg("longest_wait") = o.longest_wait)
      .def("count", [](BoundLimit& self) { return without_gil([&] { return self.module.count(); }); })
      .def(
          "step",
          [](BoundLimit& self, std::optional<Millis> now) {
            TokenLimitReport r = without_gil([&] { return self.module.step(now); });
            return py::make_tuple(r.tokens, r.dropped, r.cleaned, r.more);
          },
          py::arg("now") = py::none())
      .def(
          "run_in_background",
          [](BoundLimit& self, const py::object& on_error) {
            auto tell_error = error_teller(on_error, "playhead.modules.TokenLimit: on_error");
            without_gil([&] { return self.module.run_in_background(tell_error); });
          },
          py::arg("on_error") = py::none())
      .def("stop_background",
           [](BoundLimit& self) { without_gil([&] { return self.module.stop_background(); }); })
      .def_property_readonly(
          "running", [](BoundLimit& self) { return without_gil([&] { return self.module.running(); }); });
}

}  // namespace playhead::python
