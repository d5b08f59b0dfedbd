#pragma once
// How sessions are told to Python.
#include "bindings/modules.h"
#include "playhead/modules/sessions.h"

namespace playhead::python {

SessionFields fields_of(const py::dict& given);
/// None for fields that go.
SessionChanges changes_of(const py::dict& given);
/// (outcome, version)
py::tuple session_tuple(const UpdateResult& r);
/// (session, id, expires_at)
py::tuple session_tuple(const CreatedSession& c);
/// (id, user_id, app, {name: value}, version, created_at, last_seen, expires_at, authenticated_at)
py::tuple session_tuple(const SessionInfo& s);

template <class T>
py::object or_none(const std::optional<T>& found) {
  if (!found) return py::none();
  return session_tuple(*found);
}

}  // namespace playhead::python
