#pragma once
// The modules as Python classes. They take a store object, and release the GIL around it unless it is a
// memory store.
#include "bindings/store_object.h"
#include "playhead/modules/namespace.h"

namespace playhead::python {

/// Defines Tokens, Activity, WatchLater, CacheScheduler and what they return. Store objects must be defined
/// already.
void define_modules(py::module_& m);

// One translation unit per group (bindings/modules_*.cpp).
void define_tokens(py::module_& m);
void define_rates(py::module_& m);
void define_sessions(py::module_& m);
void define_secure_sessions(py::module_& m);
void define_carts(py::module_& m);
void define_activity(py::module_& m);
void define_cache(py::module_& m);
void define_cache_scheduler(py::module_& m);
void define_pages(py::module_& m);
void define_rankings(py::module_& m);
void define_rows(py::module_& m);
void define_filters(py::module_& m);
void define_hashing(py::module_& m);
void define_message_bus(py::module_& m);
void define_message_queue(py::module_& m);
void define_numbers(py::module_& m);
void define_delayed_tasks(py::module_& m);
void define_workers(py::module_& m);
void define_coordination(py::module_& m);
void define_lists(py::module_& m);
void define_count_store(py::module_& m);
void define_serving(py::module_& m);

/// Where a module lives, and whether its calls are too quick to be worth releasing the GIL.
struct ModulePlace {
  Namespace space;
  bool local = false;
};
/// Raises InvalidArgument for a batch or a transaction.
ModulePlace place_of(StoreObject& object, const std::string& prefix, std::shared_ptr<Clock> clock);

/// A module with its place.
template <class Module>
struct Bound {
  template <class... Options>
  explicit Bound(const ModulePlace& place, Options&&... options)
      : module(place.space, std::forward<Options>(options)...), local(place.local) {}
  Bound(Module made, bool is_local) : module(std::move(made)), local(is_local) {}
  Module module;
  bool local;

  /// Runs f(module), the GIL released if that is worth it.
  template <class F>
  auto run(F&& f) {
    if (local) {
      KeepGil gil;
      return f(module);
    }
    MaybeRelease gil(true);
    return f(module);
  }
};

/// An id that a caller gave: bytes, or str in UTF-8. Borrows from the object, which the caller holds for the
/// length of the call.
class Id {
 public:
  Id(const py::object& given, const char* name) : text_(text_of(given.ptr(), arena_, name)) {}
  operator Text() const { return text_; }  // NOLINT(google-explicit-constructor): it stands for the text

 private:
  Arena arena_;
  Text text_;
};

/// Which of the words an option is. Raises InvalidArgument if it is none of them.
std::size_t choice(Text name, Text given, std::initializer_list<Text> words);

/// An id for the caller: str, or bytes if it is not UTF-8.
py::object id_object(Text id);

}  // namespace playhead::python
