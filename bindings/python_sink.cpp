#include "bindings/python_sink.h"

#include "bindings/errors.h"
#include "bindings/reply_object.h"

namespace playhead::python {

PythonSink::~PythonSink() {
  Py_XDECREF(done_);
  for (; depth_ > 0; pop()) {
    Py_XDECREF(top().object);
    Py_XDECREF(top().first);
  }
}

void PythonSink::push(const Level& level) {
  if (depth_ < near_.size())
    near_[depth_] = level;
  else
    far_.push_back(level);
  ++depth_;
}

void PythonSink::pop() {
  if (depth_ > near_.size()) far_.pop_back();
  --depth_;
}

PyObject* PythonSink::take() {
  if (failed_ || done_ == nullptr) throw pybind11::error_already_set();
  return std::exchange(done_, nullptr);
}

PyObject* PythonSink::text(Text bytes) const {
  if (failed_) return nullptr;  // Python's error is set, and must stay the one
  return text_object(bytes, decode_);
}

void PythonSink::error(Text text) {
  put(failed_ ? nullptr : make_error(ErrorCode::command, text));
}

void PythonSink::open(Kind kind, std::size_t size, std::size_t parts) {
  auto n = static_cast<Py_ssize_t>(size);
  PyObject* object = kind == Kind::dict  ? PyDict_New()
                     : kind == Kind::set ? PySet_New(nullptr)
                                         : PyList_New(n);
  if (parts == 0 || object == nullptr) return put(object);
  push({kind, object, nullptr, size, parts});
}

// A cursor comes first in an array of two: a page.
void PythonSink::cursor(std::uint64_t c) {
  if (depth_ > 0 && top().kind == Kind::list) {
    Level& level = top();
    PyObject* page = PyTuple_New(static_cast<Py_ssize_t>(level.size));
    if (page == nullptr) {
      failed_ = true;
      return;
    }
    Py_SETREF(level.object, page);
    level.kind = Kind::page;
  }
  put(PyLong_FromUnsignedLongLong(c));
}

// Steals `object`.
bool PythonSink::add(Level& level, PyObject* object) {
  bool ok = true;
  switch (level.kind) {
    case Kind::list:
      PyList_SET_ITEM(level.object, static_cast<Py_ssize_t>(level.size - level.left), object);
      return true;
    case Kind::page:
      PyTuple_SET_ITEM(level.object, static_cast<Py_ssize_t>(level.size - level.left), object);
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
  while (depth_ > 0 && object != nullptr && !failed_) {
    Level& level = top();
    if (!add(level, object)) {
      failed_ = true;
      return;
    }
    if (--level.left > 0) return;
    object = level.object;
    pop();
  }
  if (object == nullptr)
    failed_ = true;
  else if (failed_)
    Py_DECREF(object);
  else
    done_ = object;
}

PyObject* scored_list(const std::vector<ScoredMember>& r, bool withscores, bool decode) {
  PyObject* list = PyList_New(static_cast<Py_ssize_t>(r.size()));
  for (std::size_t i = 0; list != nullptr && i < r.size(); ++i) {
    PyObject* item = text_object(r[i].member, decode);
    if (withscores && item != nullptr) {
      PyObject *pair = PyTuple_New(2), *score = PyFloat_FromDouble(r[i].score);
      if (pair != nullptr && score != nullptr) {
        PyTuple_SET_ITEM(pair, 0, item);
        PyTuple_SET_ITEM(pair, 1, score);
      } else {
        Py_DECREF(item);
        Py_XDECREF(score);
        Py_CLEAR(pair);
      }
      item = pair;
    }
    if (item == nullptr)
      Py_CLEAR(list);
    else
      PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), item);
  }
  return list;
}

}  // namespace playhead::python
