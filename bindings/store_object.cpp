#include "bindings/store_object.h"

#include <pybind11/stl.h>

#include <deque>

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

std::vector<Text> texts_of(py::handle names, Arena& arena) {
  std::vector<Text> out;
  if (!is_sequence(names.ptr())) {
    out.push_back(text_of(names.ptr(), arena, "keys"));
    return out;
  }
  for (py::handle name : names) out.push_back(text_of(name.ptr(), arena, "keys"));
  return out;
}

py::object execute(StoreObject& self, const py::args& args) {
  Arena arena;
  std::vector<Text> words;
  for (py::handle arg : args) words.push_back(text_of(arg.ptr(), arena, "argument"));
  if (words.empty()) throw py::type_error("execute needs a command");
  AnyCall call = AnyCall::parse(words, self.target().db, false);
  if (call.command().is(Flags::connection))
    throw Error(ErrorCode::unsupported,
                "'" + std::string(call.command().traits.name) +
                    "' changes a connection, which a store is not; use a session, transaction() or pubsub");
  {
    py::gil_scoped_release release;
    self.store().perform(call.call());
  }
  PythonSink sink(self.target().decode);
  call.emit(sink);
  return py::reinterpret_steal<py::object>(sink.take());
}

py::object record(StoreObject& self, py::handle keys) {
  Target target = self.target();
  target.recorder = std::make_shared<Recorder>(target.store, target.db);
  if (!keys.is_none()) {
    Arena arena;
    std::vector<Text> names = texts_of(keys, arena);
    target.recorder->watch(names);
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

py::object open_store(const std::string& url, std::shared_ptr<Clock> clock, std::optional<int> database,
                      bool decode_responses, const ViewTypes& types) {
  OpenOptions options;
  options.clock = std::move(clock);
  Target target;
  {
    py::gil_scoped_release release;
    target.store = playhead::open(url, options);
  }
  Capabilities c = target.store->capabilities();
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

const char* kind_name(Message::Kind kind) {
  constexpr const char* names[] = {"subscribe",    "unsubscribe", "psubscribe",
                                   "punsubscribe", "message",     "pmessage"};
  return names[static_cast<std::size_t>(kind)];
}

/// A subscription whose messages wait in a bounded queue until Python asks for them.
class Inbox {
 public:
  Inbox(std::shared_ptr<Store> store, std::size_t limit)
      : store_(std::move(store)), queue_(std::make_shared<Queue>()) {
    queue_->limit = limit;
    auto queue = queue_;
    subscription_ = store_->subscribe([queue](const Message& m) { queue->put(m); });
  }
  ~Inbox() {
    py::gil_scoped_release release;
    subscription_.reset();
  }
  template <void (Subscription::*Change)(List<Text>)>
  void change(const py::args& names) {
    Arena arena;
    std::vector<Text> list;
    for (py::handle name : names) list.push_back(text_of(name.ptr(), arena, "channel"));
    py::gil_scoped_release release;
    ((*subscription_).*Change)(list);
  }
  /// (kind, pattern or None, channel, payload, count), or None after `seconds`.
  py::object get(std::optional<double> seconds) {
    auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds.value_or(0));
    for (;;) {
      std::optional<Stored> m;
      {
        py::gil_scoped_release release;
        auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
        if (seconds && end < until)
          until = std::chrono::time_point_cast<std::chrono::steady_clock::duration>(end);
        m = queue_->take(until);
      }
      if (m) return as_tuple(*m);
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (seconds && std::chrono::steady_clock::now() >= end) return py::none();
    }
  }
  std::uint64_t dropped() const { return queue_->dropped.load(); }

 private:
  struct Stored {
    Message::Kind kind;
    std::string pattern, channel, payload;
    std::int64_t count;
  };
  struct Queue {
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Stored> items;
    std::size_t limit = 0;
    std::atomic<std::uint64_t> dropped = 0;
    // A subscriber that does not keep up loses its oldest messages; nobody waits for it.
    void put(const Message& m) {
      std::lock_guard lock(mutex);
      if (items.size() >= limit) {
        items.pop_front();
        ++dropped;
      }
      items.push_back(
          {m.kind, std::string(m.pattern), std::string(m.channel), std::string(m.payload), m.count});
      wake.notify_one();
    }
    std::optional<Stored> take(std::chrono::steady_clock::time_point until) {
      std::unique_lock lock(mutex);
      if (!wake.wait_until(lock, until, [&] { return !items.empty(); })) return std::nullopt;
      std::optional<Stored> m(std::move(items.front()));
      items.pop_front();
      return m;
    }
  };
  static py::tuple as_tuple(const Stored& m) {
    bool pattern = m.kind == Message::Kind::pmessage;
    return py::make_tuple(kind_name(m.kind),
                          pattern ? py::object(py::bytes(m.pattern)) : py::object(py::none()),
                          py::bytes(m.channel), py::bytes(m.payload), m.count);
  }
  std::shared_ptr<Store> store_;
  std::shared_ptr<Queue> queue_;
  std::unique_ptr<Subscription> subscription_;
};

void define_clocks(py::module_& m) {
  py::class_<Clock, std::shared_ptr<Clock>>(m, "Clock", "Where a store gets its time from.")
      .def("now", &Clock::now, "Unix time in milliseconds.");
  py::class_<SystemClock, Clock, std::shared_ptr<SystemClock>>(m, "SystemClock", "The machine's clock.")
      .def(py::init<>());
  py::class_<ManualClock, Clock, std::shared_ptr<ManualClock>>(
      m, "ManualClock", "A clock that stands still until it is moved: tests travel in time with it.")
      .def(py::init<Millis>(), py::arg("start") = Millis{1'700'000'000'000})
      .def("advance", &ManualClock::advance, py::arg("ms"), "Moves the clock by so many milliseconds.")
      .def("set", &ManualClock::set, py::arg("ms"), "Sets the clock to a Unix time in milliseconds.");
}

}  // namespace

void define_store(py::module_& m, const ViewTypes& types) {
  define_clocks(m);
  py::class_<StoreObject>(m, "StoreObject", py::dynamic_attr(), "A store, a batch or a transaction.")
      .def("execute", execute, "Performs any command by its name and arguments, as a client would send it.")
      .def(
          "batch", [](StoreObject& s) { return record(s, py::none()); }, "Begins a batch.")
      .def(
          "watching", [](StoreObject& s, const py::object& keys) { return record(s, keys); }, py::arg("keys"),
          "Begins an optimistic transaction.")
      .def("run", run_recorded, "Runs what a batch or transaction has collected.")
      .def(
          "discard", [](StoreObject& s) { recorder(s).discard(); },
          "Drops what a batch or transaction has collected.")
      .def("__len__", [](StoreObject& s) { return recorder(s).size(); })
      .def(
          "database",
          [](StoreObject& s, int db) {
            if (db < 0 || db >= s.store().capabilities().databases)
              throw Error(ErrorCode::command, "ERR DB index is out of range");
            Target t = s.target();
            t.db = static_cast<std::uint16_t>(db);
            return with_target(s, std::move(t));
          },
          py::arg("db"), "The same store, another numbered database.")
      .def(
          "inbox",
          [](StoreObject& s, std::size_t limit) { return std::make_unique<Inbox>(s.target().store, limit); },
          py::arg("limit") = 10000, "A subscription.")
      .def(
          "now",
          [](StoreObject& s) {
            py::gil_scoped_release r;
            return s.store().now();
          },
          "The store's time, Unix milliseconds.")
      .def(
          "close",
          [](StoreObject& s) {
            py::gil_scoped_release r;
            s.store().close();
          },
          "Closes the store for everybody who has it open.")
      .def_property_readonly("db", [](StoreObject& s) { return s.target().db; })
      .def_property_readonly("name",
                             [](StoreObject& s) { return std::string(s.store().capabilities().name); })
      .def_property_readonly("persistent", [](StoreObject& s) { return s.store().capabilities().persistent; })
      .def_property_readonly("shared", [](StoreObject& s) { return s.store().capabilities().shared; });
  py::class_<Inbox>(m, "Inbox", "Messages of one subscriber.")
      .def("subscribe", &Inbox::change<&Subscription::subscribe>)
      .def("psubscribe", &Inbox::change<&Subscription::psubscribe>)
      .def("unsubscribe", &Inbox::change<&Subscription::unsubscribe>)
      .def("punsubscribe", &Inbox::change<&Subscription::punsubscribe>)
      .def("get", &Inbox::get, py::arg("timeout") = py::none(),
           "The next message as (kind, pattern, channel, payload, count); None after `timeout` seconds.")
      .def_property_readonly("dropped", &Inbox::dropped, "Messages lost because the queue was full.");
  m.def(
      "open",
      [types](const std::string& url, std::shared_ptr<Clock> clock, std::optional<int> db, bool decode) {
        return open_store(url, std::move(clock), db, decode, types);
      },
      py::arg("url"), py::arg("clock") = py::none(), py::arg("db") = py::none(),
      py::arg("decode_responses") = false, "Opens a store.");
  m.def(
      "commands",
      [] {
        py::list rows;
        for (const Command& c : commands().first(stored_operation_count)) {
          py::dict row;
          row["name"] = std::string(c.traits.name);
          row["method"] = method_text(c.code).name;
          row["syntax"] = c.syntax;
          row["arity"] = c.arity;
          row["summary"] = std::string(c.traits.summary);
          row["write"] = c.is(Flags::write);
          rows.append(row);
        }
        return rows;
      },
      "The commands that stores perform.");
}

}  // namespace playhead::python
