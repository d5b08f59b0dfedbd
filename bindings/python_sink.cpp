#include "bindings/python_sink.h"

#include "bindings/errors.h"

namespace playhead::python {

PythonSink::~PythonSink() {
  Py_XDECREF(done_);
  for (Level& level : levels_) {
    Py_XDECREF(level.object);
    Py_XDECREF(level.first);
  }
}

PyObject* PythonSink::take() {
  if (failed_ || done_ == nullptr) throw pybind11::error_already_set();
  return std::exchange(done_, nullptr);
}

PyObject* PythonSink::text(Text bytes) const {
  auto size = static_cast<Py_ssize_t>(bytes.size());
  return decode_ ? PyUnicode_DecodeUTF8(bytes.data(), size, "strict")
                 : PyBytes_FromStringAndSize(bytes.data(), size);
}

void PythonSink::error(Text text) {
  put(make_error(ErrorCode::command, text));
}

void PythonSink::open(Kind kind, std::size_t size, std::size_t parts) {
  auto n = static_cast<Py_ssize_t>(size);
  PyObject* object = kind == Kind::dict  ? PyDict_New()
                     : kind == Kind::set ? PySet_New(nullptr)
                                         : PyList_New(n);
  if (parts == 0 || object == nullptr) return put(object);
  levels_.push_back({kind, object, nullptr, size, parts});
}

// Steals `object`.
bool PythonSink::add(Level& level, PyObject* object) {
  bool ok = true;
  switch (level.kind) {
    case Kind::list:
      PyList_SET_ITEM(level.object, static_cast<Py_ssize_t>(level.size - level.left), object);
      return true;
    case Kind::set:
      ok = PySet_Add(level.object, object) == 0;
      Py_DECREF(object);
      return ok;
    default:
      break;
  }
  if (level.first == nullptr) {
    level.first = object;
    return true;
  }
  PyObject* first = std::exchange(level.first, nullptr);
  if (level.kind == Kind::dict) {
    ok = PyDict_SetItem(level.object, first, object) == 0;
  } else {
    PyObject* pair = PyTuple_Pack(2, first, object);
    ok = pair != nullptr;
    if (ok) PyList_SET_ITEM(level.object, static_cast<Py_ssize_t>(level.size - (level.left + 1) / 2), pair);
  }
  Py_DECREF(first);
  Py_DECREF(object);
  return ok;
}

void PythonSink::put(PyObject* object) {
  while (!levels_.empty() && object != nullptr && !failed_) {
    Level& top = levels_.back();
    if (!add(top, object)) {
      failed_ = true;
      return;
    }
    if (--top.left > 0) return;
    object = top.object;
    levels_.pop_back();
  }
  if (object == nullptr)
    failed_ = true;
  else if (failed_)
    Py_DECREF(object);
  else
    done_ = object;
}

}  // namespace playhead::python
