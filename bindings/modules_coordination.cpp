#include <pybind11/stl.h>

#include "bindings/modules.h"
#include "playhead/modules/inventory.h"
#include "playhead/modules/lock.h"
#include "playhead/modules/redlock.h"

namespace playhead::python {

namespace {

// ---- locks

// The renewal runs without the GIL, which is released around what waits for it.
template <class Kind>
using BoundLock = Bound<Kind>;

/// (token, ends) or None
py::object as_tuple(const std::optional<LockGrant>& grant) {
  if (!grant) return py::none();
  return py::make_tuple(grant->token, grant->ends);
}

template <class Kind>
void define_lock_class(py::module_& m, const char* class_name, const char* doc) {
  using Self = BoundLock<Kind>;
  const LockOptions o;
  py::class_<Self>(m, class_name, py::release_gil_before_calling_cpp_dtor(), doc)
      .def(py::init([](StoreObject& store, const py::object& name, const std::string& prefix,
                       std::shared_ptr<Clock> clock, Millis lease, bool auto_renew, Millis patience) {
             return std::make_unique<Self>(place_of(store, prefix, std::move(clock)), Id(name, "name"),
                                           LockOptions{lease, auto_renew, patience});
           }),
           py::arg("store"), py::arg("name"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("lease") = o.lease, py::arg("auto_renew") = o.auto_renew,
           py::arg("patience") = o.patience)
      .def("attempt", [](Self& self) { return self.module.attempt(); })
      .def(
          "look",
          [](Self& self, const std::string& attempt, bool wait) {
            Lock::Looked found = self.run([&](Kind& l) { return l.look(attempt, wait); });
            return py::make_tuple(as_tuple(found.grant), found.look_again);
          },
          py::arg("attempt"), py::arg("wait"))
      .def(
          "signal_key",
          [](Self& self, const std::string& attempt) { return py::bytes(self.module.signal_key(attempt)); },
          py::arg("attempt"))
      .def(
          "leave",
          [](Self& self, const std::string& attempt) { self.run([&](Kind& l) { l.leave(attempt); }); },
          py::arg("attempt"))
      .def("release", [](Self& self) { return self.run([](Kind& l) { return l.release(); }); })
      .def(
          "extend",
          [](Self& self, std::optional<Millis> lease) {
            return self.run([&](Kind& l) { return l.extend(lease); });
          },
          py::arg("lease"))
      .def("held", [](Self& self) { return as_tuple(self.run([](Kind& l) { return l.held(); })); })
      .def("state", [](Self& self) {
        LockState s = self.run([](Kind& l) { return l.state(); });
        return py::make_tuple(s.held, s.ends, s.count, s.token, s.waiting);
      });
}

// ---- Redlock

std::unique_ptr<Redlock> make_redlock(const std::vector<StoreObject*>& stores, const py::object& name,
                                      const std::string& prefix, const std::shared_ptr<Clock>& clock,
                                      Millis lease, std::int64_t retry_count, Millis retry_delay,
                                      std::int64_t drift_permille) {
  std::vector<Namespace> spaces;
  for (StoreObject* store : stores) spaces.push_back(place_of(*store, prefix, clock).space);
  RedlockOptions o;
  o.lease = lease;
  o.retry_count = retry_count;
  o.retry_delay = retry_delay;
  o.drift_permille = drift_permille;
  return std::make_unique<Redlock>(std::move(spaces), Id(name, "name"), o);
}

void define_redlock(py::module_& m) {
  const RedlockOptions o;
  py::class_<Redlock>(m, "Redlock", "A lock over several stores.")
      .def(py::init(&make_redlock), py::arg("stores"), py::arg("name"), py::kw_only(),
           py::arg("prefix") = "ph", py::arg("clock") = py::none(), py::arg("lease") = o.lease,
           py::arg("retry_count") = o.retry_count, py::arg("retry_delay") = o.retry_delay,
           py::arg("drift_permille") = o.drift_permille)
      .def("acquire",
           [](Redlock& self) {
             std::optional<LockGrant> grant;
             {
               ReleaseGil gil;
               grant = self.acquire();
             }
             return as_tuple(grant);
           })
      .def("release",
           [](Redlock& self) {
             ReleaseGil gil;
             return self.release();
           })
      .def("extend",
           [](Redlock& self) {
             ReleaseGil gil;
             return self.extend();
           })
      .def("held", [](Redlock& self) { return as_tuple(self.held()); });
}

// ---- inventory

using BoundInventory = Bound<Inventory>;

constexpr const char* names_of_status[] = {"held", "confirmed", "cancelled", "expired"};
constexpr const char* names_of_code[] = {"reserved", "known", "different", "short"};

py::object name_of_status(std::optional<ReservationStatus> status) {
  if (!status) return py::none();
  return py::str(names_of_status[static_cast<std::size_t>(*status)]);
}

/// (ok, code, reservation_id, status, ends_at, product_id, available)
py::tuple reserve(BoundInventory& self, const std::vector<std::pair<py::object, std::int64_t>>& given,
                  const py::object& user_id, const py::object& reservation_id, std::optional<Millis> hold) {
  std::vector<StockItem> items;
  for (const auto& [product, quantity] : given)
    items.push_back({std::string(Text(Id(product, "product_id"))), quantity});
  Id user(user_id, "user_id"), id(reservation_id.is_none() ? py::bytes() : reservation_id, "reservation_id");
  ReserveResult r = self.run([&](Inventory& i) { return i.reserve(items, user, id, hold); });
  return py::make_tuple(r.ok(), names_of_code[static_cast<std::size_t>(r.code)], id_object(r.reservation_id),
                        name_of_status(r.status), r.ends_at, id_object(r.product_id), r.available);
}

/// (id, user_id, status, {product: quantity}, created_at, ends_at) or None
py::object reservation(BoundInventory& self, const py::object& reservation_id) {
  Id id(reservation_id, "reservation_id");
  auto r = self.run([&](Inventory& i) { return i.reservation(id); });
  if (!r) return py::none();
  py::dict items;
  for (const StockItem& item : r->items) items[id_object(item.product_id)] = item.quantity;
  return py::make_tuple(id_object(r->id), id_object(r->user_id), name_of_status(r->status), items,
                        r->created_at, r->ends_at);
}

void define_reservations(py::class_<BoundInventory>& c) {
  c.def("reserve", reserve, py::arg("items"), py::arg("user_id"), py::arg("reservation_id"), py::arg("hold"))
      .def(
          "confirm_reservation",
          [](BoundInventory& self, const py::object& reservation_id) {
            Id id(reservation_id, "reservation_id");
            return name_of_status(self.run([&](Inventory& i) { return i.confirm_reservation(id); }));
          },
          py::arg("reservation_id"))
      .def(
          "cancel_reservation",
          [](BoundInventory& self, const py::object& reservation_id) {
            Id id(reservation_id, "reservation_id");
            return name_of_status(self.run([&](Inventory& i) { return i.cancel_reservation(id); }));
          },
          py::arg("reservation_id"))
      .def("reservation", reservation, py::arg("reservation_id"))
      .def("expire", [](BoundInventory& self) { return self.run([](Inventory& i) { return i.expire(); }); });
}

void define_inventory(py::module_& m) {
  const InventoryOptions o;
  py::class_<BoundInventory> c(m, "Inventory", "Stock and reservations.");
  c.def(py::init([](StoreObject& store, const std::string& prefix, std::shared_ptr<Clock> clock,
                    const std::string& name, Millis hold, Millis remember) {
          return std::make_unique<BoundInventory>(place_of(store, prefix, std::move(clock)),
                                                  InventoryOptions{name, hold, remember});
        }),
        py::arg("store"), py::kw_only(), py::arg("prefix") = "ph", py::arg("clock") = py::none(),
        py::arg("name") = o.name, py::arg("hold") = o.hold, py::arg("remember") = o.remember)
      .def(
          "set_stock",
          [](BoundInventory& self, const py::object& product_id, std::int64_t quantity) {
            Id product(product_id, "product_id");
            return self.run([&](Inventory& i) { return i.set_stock(product, quantity); });
          },
          py::arg("product_id"), py::arg("quantity"))
      .def(
          "add_stock",
          [](BoundInventory& self, const py::object& product_id, std::int64_t quantity) {
            Id product(product_id, "product_id");
            return self.run([&](Inventory& i) { return i.add_stock(product, quantity); });
          },
          py::arg("product_id"), py::arg("quantity"))
      .def(
          "stock",
          [](BoundInventory& self, const py::object& product_id) {
            Id product(product_id, "product_id");
            Stock s = self.run([&](Inventory& i) { return i.stock(product); });
            return py::make_tuple(s.available, s.held, s.sold);
          },
          py::arg("product_id"));
  define_reservations(c);
}

}  // namespace

void define_coordination(py::module_& m) {
  define_lock_class<Lock>(m, "Lock", "A lock.");
  define_lock_class<ReentrantLock>(m, "ReentrantLock", "A lock that its owner may acquire again.");
  m.def(
      "acting_for",
      [](const std::string& owner, const py::function& call) {
        ReentrantLock::ActingFor acting(owner);
        return call();
      },
      py::arg("owner"), py::arg("call"));
  define_redlock(m);
  define_inventory(m);
}

}  // namespace playhead::python
