#pragma once
// Replies as Python objects: bytes (or str), int, float, bool, None, list, dict, set; pairs as a list of
// tuples; errors as exceptions that are returned, not raised. The status OK is True. A page of a scan is a
// tuple (cursor, list).
#include <pybind11/pybind11.h>

#include <array>
#include <vector>

#include "playhead/reply.h"

namespace playhead::python {

class PythonSink final : public Sink {
 public:
  explicit PythonSink(bool decode) : decode_(decode) {}
  ~PythonSink() override;
  PythonSink(const PythonSink&) = delete;
  PythonSink& operator=(const PythonSink&) = delete;

  /// The finished object, a new reference. Throws error_already_set if Python raised meanwhile.
  PyObject* take();

  void null() override { put(Py_NewRef(Py_None)); }
  void boolean(bool b) override { put(PyBool_FromLong(b)); }
  void integer(std::int64_t n) override { put(PyLong_FromLongLong(n)); }
  void real(double x) override { put(PyFloat_FromDouble(x)); }
  void bulk(Text bytes) override { put(text(bytes)); }
  void cursor(std::uint64_t c) override;
  void status(Text t) override { put(t == "OK" ? PyBool_FromLong(1) : text(t)); }
  void error(Text text) override;
  void begin_array(std::size_t n) override { open(Kind::list, n, n); }
  void begin_map(std::size_t n) override { open(Kind::dict, n, 2 * n); }
  void begin_set(std::size_t n) override { open(Kind::set, n, n); }
  void begin_pairs(std::size_t n) override { open(Kind::pairs, n, 2 * n); }

 private:
  enum class Kind : std::uint8_t { list, page, dict, set, pairs };
  struct Level {
    Kind kind;
    PyObject* object;
    PyObject* first;  // of a pair
    std::size_t size, left;
  };
  PyObject* text(Text bytes) const;
  Level& top() { return depth_ <= near_.size() ? near_[depth_ - 1] : far_.back(); }
  void push(const Level& level);
  void pop();
  void put(PyObject* object);
  void open(Kind kind, std::size_t size, std::size_t parts);
  bool add(Level& level, PyObject* object);

  bool decode_;
  bool failed_ = false;
  PyObject* done_ = nullptr;
  // What is being filled, outermost first: replies of commands nest a few
  // levels, those of scripts any number.
  std::size_t depth_ = 0;
  std::array<Level, 4> near_;
  std::vector<Level> far_;
};

}  // namespace playhead::python
