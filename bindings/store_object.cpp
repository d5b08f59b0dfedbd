#include "bindings/store_object.h"

#include <pybind11/stl.h>

#include <mutex>

#include "bindings/message_queue.h"
#include "bindings/signature.h"
#include "engine/store/fork.h"
#include "playhead/modules/consistent_hash.h"
#include "playhead/open.h"

namespace playhead::python {

namespace {

template <PyTypeObject* ViewTypes::* Member>
py::object view_of(StoreObject& self) {
  return py::reinterpret_steal<py::object>(make_view(self.types().*Member, self.target()));
}

/// The views of a store object, made once and kept as attributes of the Python instance.
void set_views(py::object& object) {
  auto& self = object.cast<StoreObject&>();
  object.attr("strings") = view_of<&ViewTypes::strings>(self);
  object.attr("keys") = view_of<&ViewTypes::keys>(self);
  object.attr("hashes") = view_of<&ViewTypes::hashes>(self);
  object.attr("lists") = view_of<&ViewTypes::lists>(self);
  object.attr("sets") = view_of<&ViewTypes::sets>(self);
  object.attr("zsets") = view_of<&ViewTypes::zsets>(self);
  object.attr("hyperloglogs") = view_of<&ViewTypes::hyperloglogs>(self);
  object.attr("channels") = view_of<&ViewTypes::channels>(self);
  object.attr("scripts") = view_of<&ViewTypes::scripts>(self);
}

py::object with_target(const StoreObject& like, Target target) {
  py::object object = py::cast(std::make_unique<StoreObject>(std::move(target), like.types()));
  set_views(object);
  return object;
}

/// A Redis store may ask its server.
Capabilities capabilities_of(const Store& store) {
  ReleaseGil release;
  return store.capabilities();
}

py::object execute_command(StoreObject& self, const py::args& args) {
  Arena arena;
  GivenTexts words(args.ptr(), arena, "argument");
  if (words.texts().empty()) throw py::type_error("execute needs a command");
  AnyCall call = AnyCall::parse(words.texts(), self.target().db, false);
  if (call.command().is(Flags::connection))
    throw Error(ErrorCode::unsupported,
                "'" + std::string(call.command().traits.name) +
                    "' changes a connection, which a store is not; use a session, transaction() or pubsub");
  {
    ReleaseGil release;
    self.store().perform(call.call());
  }
  PythonSink sink(self.target().decode);
  call.emit(sink);
  return py::reinterpret_steal<py::object>(sink.take());
}

py::object record_batch(StoreObject& self, py::handle keys) {
  Target target = self.target();
  target.recorder = std::make_shared<Recorder>(target.store, target.db);
  if (!keys.is_none()) {
    Arena arena;
    GivenTexts names(keys.ptr(), arena, "keys");
    target.recorder->watch(names.texts());
  }
  return with_target(self, std::move(target));
}

Recorder& recorder(StoreObject& self) {
  if (!self.target().recorder) throw Error(ErrorCode::invalid, "this is a store, not a batch");
  return *self.target().recorder;
}

py::list run_recorded(StoreObject& self) {
  return recorder(self).run(!self.target().local);
}

/// Closes a store for everybody who has it open.
void close_store(Store& store, Listeners& listeners) {
  struct Tell {
    Listeners& listeners;
    ~Tell() { listeners.close(); }
  } also_if_closing_fails{listeners};
  store.close();
}

/// The stores that were opened, to be closed when the interpreter ends.
class OpenStores {
 public:
  /// Gives the listeners of a store, which are those of everybody who has the same one open.
  std::shared_ptr<Listeners> add(const std::shared_ptr<Store>& store) {
    std::lock_guard lock(mutex_);
    std::erase_if(opened_, [](const auto& o) { return o.store.expired(); });
    std::shared_ptr<Listeners> listeners;
    const Store* inner = &innermost(*store);  // what all that have the same one open share
    for (const Opened& o : opened_)
      if (o.inner == inner) listeners = o.listeners;
    if (!listeners) listeners = std::make_shared<Listeners>();
    opened_.push_back({store, inner, listeners});
    return listeners;
  }
  void close() {
    if (guard_.forked()) return;
    std::vector<Opened> opened;
    {
      std::lock_guard lock(mutex_);
      opened.swap(opened_);
    }
    for (const Opened& o : opened) {
      try {
        if (auto store = o.store.lock()) close_store(*store, *o.listeners);
      } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
        // Nobody is left to be told; who wants to know closes the store himself.
      }
    }
  }

 private:
  struct Opened {
    std::weak_ptr<Store> store;
    const Store* inner;
    std::shared_ptr<Listeners> listeners;
  };
  std::mutex mutex_;
  std::vector<Opened> opened_;  // guarded by mutex_
  const ForkGuard guard_;
};

OpenStores& open_stores() {
  static auto* const stores = new OpenStores;
  return *stores;
}

// Threads that a closed store wakes find no interpreter to raise anything in.
void end() {
  end_threads();
  ReleaseGil release;
  open_stores().close();
}

/// A store as Python holds it.
py::object store_object(std::shared_ptr<Store> store, std::optional<int> database, bool decode_responses,
                        const ViewTypes& types) {
  Target target;
  target.store = std::move(store);
  target.listeners = open_stores().add(target.store);
  Capabilities c = capabilities_of(*target.store);
  int db = database.value_or(target.store->database());
  if (db < 0 || db >= c.databases)
    throw Error(ErrorCode::invalid, "db=" + std::to_string(db) + " is outside the store's databases 0.." +
                                        std::to_string(c.databases - 1));
  target.db = static_cast<std::uint16_t>(db);
  target.decode = decode_responses;
  target.local = c.name == "memory";
  py::object object = py::cast(std::make_unique<StoreObject>(std::move(target), types));
  set_views(object);
  return object;
}

/// `nodes`: (name, store, weight).
py::object sharded(const py::list& nodes, bool failover, Millis retry_after, std::int64_t points,
                   const ViewTypes& types) {
  std::vector<ShardNode> all;
  bool decode = false;
  for (py::handle one : nodes) {
    auto [name, store, weight] = one.cast<std::tuple<std::string, StoreObject*, std::int64_t>>();
    if (store->target().recorder)
      throw Error(ErrorCode::invalid, "a batch or a transaction cannot be one of several stores");
    all.push_back({name, store->target().store, weight});
    decode = decode || store->target().decode;
  }
  return store_object(sharded_store(std::move(all), {points, failover, retry_after}), std::nullopt, decode,
                      types);
}

py::object open_store(const std::string& url, std::shared_ptr<Clock> clock, std::optional<int> database,
                      bool decode_responses, const ViewTypes& types) {
  OpenOptions options;
  options.clock = std::move(clock);
  std::shared_ptr<Store> store;
  {
    ReleaseGil release;
    store = playhead::open(url, options);
  }
  return store_object(std::move(store), database, decode_responses, types);
}

void define_clocks(py::module_& m) {
  py::class_<Clock, std::shared_ptr<Clock>>(m, "Clock", "Where a store gets its time from.")
      .def("now", &Clock::now, "Unix time in milliseconds.");
  py::class_<SystemClock, Clock, std::shared_ptr<SystemClock>>(m, "SystemClock", "The machine's clock.",
                                                               py::is_final())
      .def(py::init<>());
  py::class_<ManualClock, Clock, std::shared_ptr<ManualClock>>(
      m, "ManualClock", "A clock that stands still until it is moved: tests travel in time with it.",
      py::is_final())
      .def(py::init<Millis>(), py::arg("start") = Millis{1'700'000'000'000})
      .def("advance", &ManualClock::advance, py::arg("ms"), "Moves the clock by so many milliseconds.")
      .def("set", &ManualClock::set, py::arg("ms"), "Sets the clock to a Unix time in milliseconds.");
}

py::list parameter_rows(const Signature& signature) {
  py::list rows;
  for (const Parameter& p : signature.parameters) {
    py::dict row;
    row["name"] = p.name;
    row["kind"] = p.kind;
    row["type"] = p.type;
    row["required"] = p.required;
    rows.append(row);
  }
  return rows;
}

py::list command_rows() {
  py::list rows;
  for (const Command& c : commands().first(stored_operation_count)) {
    const Signature& signature = signature_of(c.code);
    py::dict row;
    row["name"] = std::string(c.traits.name);
    row["family"] = signature.family;
    row["method"] = method_text(c.code).name;
    row["parameters"] = parameter_rows(signature);
    row["reply"] = signature.reply;
    row["syntax"] = c.syntax;
    row["arity"] = c.arity;
    row["summary"] = std::string(c.traits.summary);
    row["write"] = c.is(Flags::write);
    row["blocking"] = c.is(Flags::blocking);
    rows.append(row);
  }
  return rows;
}

void define_store_class(py::module_& m) {
  py::class_<StoreObject>(m, "StoreObject", py::dynamic_attr(), "A store, a batch or a transaction.")
      .def("execute", execute_command,
           "Performs any command by its name and arguments, as a client would send it.")
      .def(
          "batch", [](StoreObject& s) { return record_batch(s, py::none()); }, "Begins a batch.")
      .def(
          "watching",
          [](StoreObject& s, const py::object& keys) {
            if (keys.is_none())
              throw py::type_error("keys must be bytes, str, int, float or a list of them, not None");
            return record_batch(s, keys);
          },
          py::arg("keys"), "Begins an optimistic transaction.")
      .def("run", run_recorded, "Runs what a batch or transaction has collected.")
      .def(
          "discard", [](StoreObject& s) { recorder(s).discard(); },
          "Drops what a batch or transaction has collected.")
      .def("__len__", [](StoreObject& s) { return recorder(s).size(); })
      .def(
          "database",
          [](StoreObject& s, int db) {
            if (db < 0 || db >= capabilities_of(s.store()).databases)
              throw Error(ErrorCode::command, "ERR DB index is out of range");
            Target t = s.target();
            t.db = static_cast<std::uint16_t>(db);
            return with_target(s, std::move(t));
          },
          py::arg("db"), "The same store, another numbered database.")
      .def(
          "now",
          [](StoreObject& s) {
            ReleaseGil r;
            return s.store().now();
          },
          "The store's time, Unix milliseconds.")
      .def(
          "close",
          [](StoreObject& s) {
            ReleaseGil r;
            close_store(s.store(), *s.target().listeners);
          },
          "Closes the store for everybody who has it open.")
      .def_property_readonly("db", [](StoreObject& s) { return s.target().db; })
      .def_property_readonly("name",
                             [](StoreObject& s) { return std::string(capabilities_of(s.store()).name); })
      .def_property_readonly("persistent",
                             [](StoreObject& s) { return capabilities_of(s.store()).persistent; })
      .def_property_readonly("shared", [](StoreObject& s) { return capabilities_of(s.store()).shared; });
}

}  // namespace

void define_store(py::module_& m, const ViewTypes& types) {
  define_clocks(m);
  define_store_class(m);
  m.def(
      "open",
      [types](const std::string& url, std::shared_ptr<Clock> clock, std::optional<int> db, bool decode) {
        return open_store(url, std::move(clock), db, decode, types);
      },
      py::arg("url"), py::arg("clock") = py::none(), py::arg("db") = py::none(),
      py::arg("decode_responses") = false, "Opens a store.");
  m.def(
      "sharded",
      [types](const py::list& nodes, bool failover, Millis retry_after, std::int64_t points) {
        return sharded(nodes, failover, retry_after, points, types);
      },
      py::arg("nodes"), py::arg("failover"), py::arg("retry_after"), py::arg("points"),
      "Makes one store of several.");
  m.def("end", end, "Closes all stores, and stops the other threads as soon as they come back from one.");
  m.def("commands", command_rows,
        "The commands that stores perform, with what a Python method of each takes.");
}

}  // namespace playhead::python
