#pragma once
#include <pybind11/pybind11.h>

#include "playhead/arena.h"

namespace playhead::python {

namespace py = pybind11;

/// The bytes of a Python argument: bytes as they are, str in UTF-8, int and
/// float in decimal; bytearray and memoryview are copied into the arena. Raises
/// TypeError for anything else (bool included, since its text would be a
/// surprise). Borrows from the object or the arena.
Text other_text(PyObject* object, Arena& arena, Text name);  // no bytes
inline Text text_of(PyObject* object, Arena& arena, Text name) {
  if (PyBytes_CheckExact(object)) [[likely]]
    return {PyBytes_AS_STRING(object), static_cast<std::size_t>(PyBytes_GET_SIZE(object))};
  return other_text(object, arena, name);
}
std::int64_t integer_of(PyObject* object, Text name);
std::uint64_t unsigned_of(PyObject* object, Text name);
double real_of(PyObject* object, Text name);

/// Whether an argument is a list of values: list, tuple, set, frozenset, dict view, or another iterable that
/// is no text.
bool is_sequence(PyObject* object);
/// Whether an argument is a mapping: a dict, or another object with items() that is no text.
bool is_mapping(PyObject* object);
/// The items of an iterable. They are held by the tuple: another thread may change the list meanwhile. Raises
/// TypeError if there are none.
py::object tuple_of(PyObject* object, Text name);
/// The items of a mapping, as a list of its own. Raises TypeError if it is none.
py::object pairs_of(PyObject* mapping);

/// One text, or the texts of an iterable. They borrow from `given`, from the arena, and from held().
class GivenTexts {
 public:
  GivenTexts(PyObject* given, Arena& arena, Text name);
  List<Text> texts() const { return texts_; }
  /// The items of an iterable, which may have made them for this call; null for one text.
  const py::object& held() const { return held_; }

 private:
  py::object held_;
  std::span<Text> texts_;
};

}  // namespace playhead::python
