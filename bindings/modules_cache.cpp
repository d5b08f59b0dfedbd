#include <pybind11/stl.h>

#include "bindings/caching.h"
#include "bindings/fast_method.h"
#include "playhead/modules/cache.h"

namespace playhead::python {

std::optional<std::string> value_of(const py::handle& given, const char* name) {
  if (given.is_none()) return std::nullopt;
  return std::string(Text(Id(py::reinterpret_borrow<py::object>(given), name)));
}

py::object bytes_object(const std::optional<std::string>& value) {
  if (!value) return py::none();
  return py::bytes(value->data(), value->size());
}

void check_signals() {
  call_python([] {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  });
}

namespace {

using BoundCache = Bound<Cache>;
using Write = PendingWrites::Write;

/// From (value, ttl, tags).
Loaded loaded_of(const py::handle& given) {
  auto parts = py::cast<py::tuple>(given);
  if (parts.size() != 3) throw py::type_error("what is loaded is (value, ttl, tags)");
  Loaded loaded{value_of(parts[0], "value"), parts[1].cast<std::optional<Millis>>(), {}};
  for (py::handle tag : parts[2]) loaded.tags.push_back(value_of(tag, "tag").value_or(""));
  return loaded;
}

/// A loader that is called within the call that it is given to, whose caller holds the function.
Loader loader_within(const py::object& load) {
  return [function = load.ptr()](Text key) {
    return call_python([&] { return loaded_of(py::handle(function)(id_object(key))); });
  };
}

Loader loader_of(const py::object& load) {
  return [held = shared(load)](Text key) {
    return call_python([&] { return loaded_of((*held)(id_object(key))); });
  };
}

BulkLoader bulk_loader_of(const py::object& load) {
  return [held = shared(load)](List<Text> keys) {
    return call_python([&] {
      py::list ids;
      for (Text key : keys) ids.append(id_object(key));
      std::vector<Loaded> all;
      for (py::handle one : (*held)(ids)) all.push_back(loaded_of(one));
      return all;
    });
  };
}

/// Calls write() without arguments: what is written is known to it.
SourceWriter writer_of(const py::object& write) {
  return [held = shared(write)](Text, const std::optional<std::string>&) { call_python([&] { (*held)(); }); };
}

/// (key, value, version, attempts)
py::tuple write_tuple(const Write& w) {
  return py::make_tuple(id_object(w.key), bytes_object(w.value), w.version, w.attempts);
}

BulkWriter bulk_writer_of(const py::object& write) {
  if (write.is_none()) return {};
  return [held = shared(write)](const std::vector<Write>& writes) {
    call_python([&] {
      py::list all;
      for (const Write& w : writes) all.append(write_tuple(w));
      (*held)(all);
    });
  };
}

template <class T>
void take(const py::dict& given, const char* name, T& option) {
  option = given[name].cast<T>();
}

CacheOptions options_of(const py::dict& given) {
  CacheOptions o;
  take(given, "name", o.name);
  take(given, "ttl", o.ttl);
  take(given, "null_ttl", o.null_ttl);
  take(given, "jitter_percent", o.jitter_percent);
  take(given, "jitter_add", o.jitter_add);
  take(given, "stale_while_revalidate", o.stale_while_revalidate);
  take(given, "stale_if_error", o.stale_if_error);
  take(given, "error_pause", o.error_pause);
  take(given, "early_beta", o.early_beta);
  take(given, "refresh_ahead_percent", o.refresh_ahead_percent);
  take(given, "lease", o.lease);
  take(given, "shards", o.shards);
  take(given, "max_value", o.max_value);
  take(given, "longest_ttl", o.longest_ttl);
  take(given, "fall_back", o.fall_back);
  take(given, "refresh_in_background", o.refresh_in_background);
  take(given, "refresh_threads", o.refresh_threads);
  take(given, "write_delay", o.write_delay);
  take(given, "write_batch", o.write_batch);
  take(given, "write_lease", o.write_lease);
  take(given, "write_pause", o.write_pause);
  o.while_waiting = check_signals;
  return o;
}

std::unique_ptr<BoundCache> make_cache(StoreObject& store, const std::string& prefix,
                                       std::shared_ptr<Clock> clock, const py::dict& options) {
  return std::make_unique<BoundCache>(place_of(store, prefix, std::move(clock)), options_of(options));
}

/// (state, value, fresh_until, lease_left, receipt, now)
py::tuple lookup_tuple(const CacheLookup& seen) {
  constexpr const char* names[] = {"hit", "early", "expired", "stale", "load", "wait", "miss"};
  return py::make_tuple(names[static_cast<std::size_t>(seen.state)], bytes_object(seen.value),
                        seen.fresh_until, seen.lease_left, seen.receipt, seen.now);
}

// ---- reading

py::object get_cached(BoundCache& self, const py::object& key, const py::object& load) {
  Id id(key, "key");
  Loader loader = self.module.options().refresh_in_background ? loader_of(load) : loader_within(load);
  return bytes_object(without_gil([&] { return self.module.get(id, loader); }));
}

py::list get_many(BoundCache& self, const py::object& keys, const py::object& load) {
  Arena arena;
  GivenTexts ids(keys.ptr(), arena, "key");
  BulkLoader loader = bulk_loader_of(load);
  py::list out;
  for (const auto& value : without_gil([&] { return self.module.get_many(ids.texts(), loader); }))
    out.append(bytes_object(value));
  return out;
}

bool refresh(BoundCache& self, const py::object& key, const py::object& load) {
  Id id(key, "key");
  Loader loader = loader_of(load);
  return without_gil([&] { return self.module.refresh(id, loader); });
}

py::tuple peek(BoundCache& self, const py::object& key) {
  Id id(key, "key");
  return lookup_tuple(self.run([&](Cache& c) { return c.peek(id); }));
}

void define_reading(py::class_<BoundCache>& c) {
  add_fast_method<get_cached>(c, "get");
  c.def("get_many", get_many, py::arg("keys"), py::arg("load"))
      .def("refresh", refresh, py::arg("key"), py::arg("load"))
      .def("peek", peek, py::arg("key"))
      .def(
          "claim",
          [](BoundCache& self, const py::object& key) {
            Id id(key, "key");
            return lookup_tuple(self.run([&](Cache& cache) { return cache.claim(id); }));
          },
          py::arg("key"))
      .def(
          "complete",
          [](BoundCache& self, const py::object& key, const std::string& receipt, const py::tuple& given,
             Millis took) {
            Id id(key, "key");
            Loaded loaded = loaded_of(given);
            return self.run([&](Cache& cache) { return cache.complete(id, receipt, loaded, took); });
          },
          py::arg("key"), py::arg("receipt"), py::arg("loaded"), py::arg("took"))
      .def(
          "release",
          [](BoundCache& self, const py::object& key, const std::string& receipt) {
            Id id(key, "key");
            return self.run([&](Cache& cache) { return cache.release(id, receipt); });
          },
          py::arg("key"), py::arg("receipt"))
      .def(
          "wait",
          [](BoundCache& self, const py::object& key, Millis at_most) {
            Id id(key, "key");
            return without_gil([&] { return self.module.wait(id, at_most); });
          },
          py::arg("key"), py::arg("at_most"));
}

// ---- writing

void set(BoundCache& self, const py::object& key, const py::tuple& given) {
  Id id(key, "key");
  Loaded loaded = loaded_of(given);
  self.run([&](Cache& cache) { cache.set(id, loaded); });
}

void write_through(BoundCache& self, const py::object& key, const py::tuple& given, const py::object& write) {
  Id id(key, "key");
  Loaded loaded = loaded_of(given);
  SourceWriter writer = writer_of(write);
  without_gil([&] { self.module.write_through(id, loaded, writer); });
}

void write_around(BoundCache& self, const py::object& key, const py::object& write) {
  Id id(key, "key");
  SourceWriter writer = writer_of(write);
  without_gil([&] { self.module.write_around(id, std::nullopt, writer); });
}

std::int64_t write_behind(BoundCache& self, const py::object& key, const py::tuple& given) {
  Id id(key, "key");
  Loaded loaded = loaded_of(given);
  return without_gil([&] { return self.module.write_behind(id, loaded); });
}

void define_writing(py::class_<BoundCache>& c) {
  c.def("set", set, py::arg("key"), py::arg("loaded"))
      .def(
          "invalidate",
          [](BoundCache& self, const py::object& key) {
            Id id(key, "key");
            return self.run([&](Cache& cache) { return cache.invalidate(id); });
          },
          py::arg("key"))
      .def(
          "invalidate_many",
          [](BoundCache& self, const py::object& keys) {
            Arena arena;
            GivenTexts ids(keys.ptr(), arena, "key");
            return self.run([&](Cache& cache) { return cache.invalidate_many(ids.texts()); });
          },
          py::arg("keys"))
      .def(
          "invalidate_tags",
          [](BoundCache& self, const py::object& tags) {
            Arena arena;
            GivenTexts names(tags.ptr(), arena, "tag");
            self.run([&](Cache& cache) { cache.invalidate_tags(names.texts()); });
          },
          py::arg("tags"))
      .def("write_through", write_through, py::arg("key"), py::arg("loaded"), py::arg("write"))
      .def("write_around", write_around, py::arg("key"), py::arg("write"))
      .def("write_behind", write_behind, py::arg("key"), py::arg("loaded"));
}

// ---- writes that are pending

/// ([(key, value, version, attempts)], receipt, shard)
py::tuple claim_writes(BoundCache& self, Millis ahead) {
  PendingWrites claimed = self.run([&](Cache& cache) { return cache.claim_writes(ahead); });
  py::list writes;
  for (const Write& w : claimed.writes) writes.append(write_tuple(w));
  return py::make_tuple(writes, claimed.receipt, claimed.shard);
}

std::int64_t settle(BoundCache& self, const py::tuple& given, bool failed) {
  PendingWrites done{{}, given[1].cast<std::string>(), given[2].cast<std::int64_t>()};
  for (py::handle one : given[0]) {
    auto w = py::cast<py::tuple>(one);
    done.writes.push_back({value_of(w[0], "key").value_or(""), {}, w[2].cast<std::int64_t>(), 0});
  }
  return self.run([&](Cache& cache) { return cache.settle(done, failed); });
}

void run_in_background(BoundCache& self, const py::object& write, const py::object& on_error) {
  auto tell = error_teller(on_error, "playhead.modules.Cache: on_error");
  BulkWriter writer = bulk_writer_of(write);
  without_gil([&] { self.module.run_in_background(std::move(writer), tell); });
}

py::tuple statistics_of_cache(BoundCache& self) {
  CacheStatistics s = self.module.statistics();
  return py::make_tuple(s.hits, s.stale_hits, s.misses, s.waits, s.loads, s.load_failures, s.refreshes,
                        s.refused, s.invalidations, s.store_errors, s.dropped_refreshes, s.writes,
                        s.write_failures);
}

void define_background(py::class_<BoundCache>& c) {
  c.def("pending", [](BoundCache& self) { return self.run([](Cache& cache) { return cache.pending(); }); })
      .def("claim_writes", claim_writes, py::arg("ahead") = 0)
      .def("settle", settle, py::arg("claimed"), py::arg("failed") = false)
      .def(
          "flush",
          [](BoundCache& self, const py::object& write) {
            BulkWriter writer = bulk_writer_of(write);
            return without_gil([&] { return self.module.flush(writer); });
          },
          py::arg("write"))
      .def(
          "step",
          [](BoundCache& self, const py::object& write) {
            BulkWriter writer = bulk_writer_of(write);
            return without_gil([&] { return self.module.step(writer); });
          },
          py::arg("write") = py::none())
      .def("run_in_background", run_in_background, py::arg("write") = py::none(),
           py::arg("on_error") = py::none())
      .def("stop_background", [](BoundCache& self) { without_gil([&] { self.module.stop_background(); }); })
      .def_property_readonly(
          "running", [](BoundCache& self) { return without_gil([&] { return self.module.running(); }); })
      .def_property_readonly("local", [](BoundCache& self) { return self.local; })
      .def("statistics", statistics_of_cache);
}

}  // namespace

void define_cache(py::module_& m) {
  // Background threads that still run may wait for the GIL: the cache ends with the GIL released.
  py::class_<BoundCache> c(m, "Cache", py::release_gil_before_calling_cpp_dtor(),
                           "A cache before a slower source.");
  c.def(py::init(&make_cache), py::arg("store"), py::arg("prefix"), py::arg("clock"), py::arg("options"));
  define_reading(c);
  define_writing(c);
  define_background(c);
}

}  // namespace playhead::python
