#include "bindings/modules.h"

namespace playhead::python {

ModulePlace place_of(StoreObject& object, const std::string& prefix, std::shared_ptr<Clock> clock) {
  Target& target = object.target();
  if (target.recorder)
    throw Error(ErrorCode::invalid, "a module works on a store, not on a batch or a transaction");
  return {Namespace(target.store, target.db, prefix, std::move(clock)), target.local};
}

py::object id_object(Text id) {
  PyObject* text = PyUnicode_DecodeUTF8(id.data(), static_cast<Py_ssize_t>(id.size()), "strict");
  if (text != nullptr) return py::reinterpret_steal<py::object>(text);
  if (!PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) throw py::error_already_set();
  PyErr_Clear();
  return py::bytes(id.data(), id.size());
}

std::size_t choice(Text name, Text given, std::initializer_list<Text> words) {
  std::string all;
  for (const Text& word : words) {
    if (word == given) return static_cast<std::size_t>(&word - words.begin());
    all.append(all.empty() ? "" : ", ").append(word);
  }
  throw Error(ErrorCode::invalid, std::string(name) + "=" + std::string(given) + " is none of " + all);
}

void define_modules(py::module_& m) {
  define_tokens(m);
  define_rates(m);
  define_sessions(m);
  define_secure_sessions(m);
  define_carts(m);
  define_activity(m);
  define_cache_scheduler(m);
  define_cache(m);
  define_pages(m);
  define_rankings(m);
  define_rows(m);
  define_filters(m);
  define_hashing(m);
  define_message_bus(m);
  define_message_queue(m);
  define_numbers(m);
  define_delayed_tasks(m);
  define_workers(m);
  define_coordination(m);
  define_lists(m);
  define_count_store(m);
  define_serving(m);
}

}  // namespace playhead::python
