#pragma once
// The procedures of locks. Their keys are, in this order:
//
//     lock   hash  owner (empty: nobody), ends, count, token (of the last grant), ticket (of the last waiter)
//     queue  zset  waiter -> ticket
//     alive  zset  waiter -> until when it must have looked again
//
// Arguments behind the time, and replies:
//
//     lock.acquire  owner, lease, whether to wait, patience, whether it is reentrant, time to live of the keys
//                   -> 1, token, ends, count, the time    or 0, when to look again, 0, 0, the time
//     lock.release  owner        -> whether it was held, how often it still is, the waiter to wake (or empty)
//     lock.extend   owner, lease, time to live -> when it ends, or nothing
//     lock.leave    waiter       -> the waiter to wake (or empty)
//     lock.raise    owner, token -> the token, at least the one given, or nothing if it is not held
//     lock.state                 -> whether it is held, ends, count, token, waiters
#include "playhead/store.h"

namespace playhead::coordination {

extern const Procedure lock_acquire, lock_release, lock_extend, lock_leave, lock_raise, lock_state;

}  // namespace playhead::coordination
