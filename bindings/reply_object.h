#pragma once
// Replies as Python objects without a sink, for the shapes that small calls give. They look as PythonSink
// shows them.
#include <pybind11/pybind11.h>

#include "bindings/python_sink.h"
#include "playhead/operations.h"

namespace playhead::python {

/// Bytes, or str with `decode`; null if Python raised.
inline PyObject* text_object(Text bytes, bool decode) {
  auto size = static_cast<Py_ssize_t>(bytes.size());
  return decode ? PyUnicode_DecodeUTF8(bytes.data(), size, "strict")
                : PyBytes_FromStringAndSize(bytes.data(), size);
}

inline PyObject* direct_object(bool r, bool) {
  return PyBool_FromLong(r);
}
inline PyObject* direct_object(std::int64_t r, bool) {
  return PyLong_FromLongLong(r);
}
inline PyObject* direct_object(double r, bool) {
  return PyFloat_FromDouble(r);
}
inline PyObject* direct_object(const std::string& r, bool decode) {
  return text_object(r, decode);
}
inline PyObject* direct_object(const Ok&, bool) {
  return Py_NewRef(Py_True);
}

template <class T>
concept Direct = requires(const T& r) { direct_object(r, false); };

template <class T>
  requires Direct<T>
PyObject* direct_object(const std::optional<T>& r, bool decode) {
  return r ? direct_object(*r, decode) : Py_NewRef(Py_None);
}

/// Members, or (member, score) tuples.
PyObject* scored_list(const std::vector<ScoredMember>& r, bool withscores, bool decode);

template <class Op, class... Ops>
constexpr bool one_of = (std::is_same_v<Op, Ops> || ...);

/// The reply as a new reference, null if Python raised.
template <class Op>
PyObject* reply_object(const Op& op, const typename Op::Reply& r, bool decode) {
  if constexpr (std::is_same_v<Op, Set>) {
    return op.get ? direct_object(r.old, decode) : Py_NewRef(r.set ? Py_True : Py_None);
  } else if constexpr (std::is_same_v<Op, ZAdd>) {
    return op.incr ? direct_object(r.score, decode) : direct_object(r.count, decode);
  } else if constexpr (one_of<Op, ZRange, ZRevRange, ZRangeByScore, ZRevRangeByScore>) {
    return scored_list(r, op.withscores, decode);
  } else if constexpr (Direct<typename Op::Reply> && !requires(Sink& s) { op.emit(r, s); }) {
    return direct_object(r, decode);
  } else {
    PythonSink sink(decode);
    emit_reply(op, r, sink);
    return sink.take();
  }
}

}  // namespace playhead::python
