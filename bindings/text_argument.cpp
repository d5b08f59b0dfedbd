#include "bindings/text_argument.h"

namespace playhead::python {

namespace {

[[noreturn]] void wrong_type(Text name, const char* wanted, PyObject* got) {
  throw py::type_error(std::string(name) + " must be " + wanted + ", not " + Py_TYPE(got)->tp_name);
}

Text copy_buffer(PyObject* object, Arena& arena) {
  Py_buffer buffer;
  if (PyObject_GetBuffer(object, &buffer, PyBUF_SIMPLE) != 0) throw py::error_already_set();
  Text copy = arena.copy({static_cast<const char*>(buffer.buf), static_cast<std::size_t>(buffer.len)});
  PyBuffer_Release(&buffer);
  return copy;
}

Text copy_printed(PyObject* object, Arena& arena) {
  auto printed = py::reinterpret_steal<py::object>(PyObject_Repr(object));
  if (!printed) throw py::error_already_set();
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(printed.ptr(), &size);
  if (data == nullptr) throw py::error_already_set();
  return arena.copy({data, static_cast<std::size_t>(size)});
}

}  // namespace

Text other_text(PyObject* object, Arena& arena, Text name) {
  if (PyBytes_Check(object))
    return {PyBytes_AS_STRING(object), static_cast<std::size_t>(PyBytes_GET_SIZE(object))};
  if (PyUnicode_Check(object)) {
    Py_ssize_t size = 0;
    const char* data = PyUnicode_AsUTF8AndSize(object, &size);
    if (data == nullptr) throw py::error_already_set();
    return {data, static_cast<std::size_t>(size)};
  }
  if ((PyLong_Check(object) && !PyBool_Check(object)) || PyFloat_Check(object))
    return copy_printed(object, arena);
  if (PyObject_CheckBuffer(object)) return copy_buffer(object, arena);
  wrong_type(name, "bytes, str, int or float", object);
}

std::int64_t integer_of(PyObject* object, Text name) {
  if (PyBool_Check(object) || !PyIndex_Check(object)) wrong_type(name, "an int", object);
  long long n = PyLong_AsLongLong(object);
  if (n == -1 && PyErr_Occurred()) throw py::error_already_set();
  return n;
}

std::uint64_t unsigned_of(PyObject* object, Text name) {
  if (PyBool_Check(object) || !PyLong_Check(object)) wrong_type(name, "an int", object);
  unsigned long long n = PyLong_AsUnsignedLongLong(object);
  if (n == static_cast<unsigned long long>(-1) && PyErr_Occurred()) throw py::error_already_set();
  return n;
}

double real_of(PyObject* object, Text name) {
  if (PyFloat_CheckExact(object)) return PyFloat_AS_DOUBLE(object);
  if (PyBool_Check(object) || !PyNumber_Check(object)) wrong_type(name, "a number", object);
  double x = PyFloat_AsDouble(object);
  if (x == -1.0 && PyErr_Occurred()) throw py::error_already_set();
  return x;
}

bool is_sequence(PyObject* object) {
  if (PyList_Check(object) || PyTuple_Check(object)) return true;
  if (PyUnicode_Check(object) || PyBytes_Check(object) || PyDict_Check(object)) return false;
  return Py_TYPE(object)->tp_iter != nullptr && !PyObject_CheckBuffer(object);
}

bool is_mapping(PyObject* object) {
  if (PyDict_Check(object)) return true;
  if (PyUnicode_Check(object) || PyBytes_Check(object) || PyLong_Check(object) || PyFloat_Check(object))
    return false;
  return PyObject_HasAttrString(object, "items") != 0;
}

py::object tuple_of(PyObject* object, Text name) {
  if (Py_TYPE(object)->tp_iter == nullptr && PySequence_Check(object) == 0)
    wrong_type(name, "a list", object);
  auto items = py::reinterpret_steal<py::object>(PySequence_Tuple(object));
  if (!items) throw py::error_already_set();
  return items;
}

py::object pairs_of(PyObject* mapping) {
  if (!is_mapping(mapping)) wrong_type("mapping", "a mapping", mapping);
  auto pairs = py::reinterpret_steal<py::object>(PyMapping_Items(mapping));
  if (!pairs) throw py::error_already_set();
  return pairs;
}

GivenTexts::GivenTexts(PyObject* given, Arena& arena, Text name) {
  if (!is_sequence(given)) {
    texts_ = arena.array<Text>(1);
    texts_[0] = text_of(given, arena, name);
    return;
  }
  held_ = tuple_of(given, name);
  texts_ = arena.array<Text>(static_cast<std::size_t>(PyTuple_GET_SIZE(held_.ptr())));
  for (std::size_t i = 0; i < texts_.size(); ++i)
    texts_[i] = text_of(PyTuple_GET_ITEM(held_.ptr(), static_cast<Py_ssize_t>(i)), arena, name);
}

}  // namespace playhead::python
