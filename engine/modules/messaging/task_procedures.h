#pragma once
// The procedures of DelayedTasks. Their keys are, in this order:
//
//     due      zset  task -> when it is due, or when the lease of who runs it ends
//     records  hash  task -> fields (fields.h): status, type, data, due, repeat, attempts, runs, receipt, stop, note,
//                    failed
//     over     zset  task -> when it is forgotten
//     signal   list  an element for each scheduler that should look; at most 100
//
// A task is in exactly one of due and over. `repeat`: how it goes on, empty: not at all; `stop`: "1" once it was
// cancelled while it ran; `failed`: "1" if the note is what the last run failed with. Arguments behind the
// time, and replies:
//
//     tasks.schedule  id, due, type, data, repeat, retention     -> 1, or 0: there is one
//     tasks.cancel    id, retention                              -> "cancelled", "running", "over", "unknown"
//     tasks.claim     count, lease, receipt, retention           -> the time, when to look again (-1: not known), then
//                                                                   id, type, data, due, repeat, attempts of each
//     tasks.settle    id, receipt, how, next, note, retention    -> 1, or 0: the receipt is not good
//                     how: "completed", "failed" (due at `next`, or over if that is -1), "retry" (due at `next`)
//     tasks.find      id                                         -> the fields, or nothing
#include "playhead/store.h"

namespace playhead::messaging {

extern const Procedure task_schedule, task_cancel, task_claim, task_settle, task_find;

}  // namespace playhead::messaging
