#pragma once
// The procedures of Sessions and SingleSignOn. Keys and first arguments are those of session_unit.h; then:
//
//     sessions.create       user, id, check, idle, absolute, limit, fields           -> when it ends at the latest
//     sessions.get          id, check, touch interval (-1: no touch), guard's name, guard's value
//                           -> nothing, or user, app, what is told of a session
//     sessions.update       id, check, version (0: any), most bytes, then name and "+value" or "-" of each change
//                           -> outcome (0: no session, 1: done, 2: another version, 3: too big), version
//     sessions.regenerate   id, check, new id, new check, whether authenticated just now
//                           -> nothing, or when it ends at the latest
//     sessions.destroy      id, check (empty: whatever it is), whether with its global one -> whether it was good
//     sessions.destroy_all  id to keep or nothing, its check                          -> how many were good
//     sessions.list         id of the global one or nothing, its check                -> app, what is told, of each
//     sso.attach            id and check of the global one, app, id, check, idle, limit, fields
//                           -> nothing, or user, when it ends at the latest
//     sso.read              id, check, touch interval
//                           -> nothing, or user, app, what is told of it, what is told of the global one
//
// What is told of a session: id, version, issued, seen, end, authenticated, fields. If a guard is named, the session
// is touched only if that field has that value.
#include "playhead/store.h"

namespace playhead::identity {

extern const Procedure create_session, get_session, update_session, regenerate_session, destroy_session,
    destroy_sessions, list_sessions;
extern const Procedure attach_app, read_app;

/// "What is told of a session".
struct SessionRecord;
void tell(std::vector<Value>& out, const SessionRecord& t);
inline constexpr std::size_t told_parts = 7;

}  // namespace playhead::identity
